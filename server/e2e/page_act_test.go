package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// nodes finds what a screen reader would find: elements of a role, and of a
// name unless that is "".
func (p *page) nodes(role, name string) (found []*accessibility.Node) {
	p.t.Helper()
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		doc, err := dom.GetDocument().Do(ctx)
		if err != nil {
			return nil // between two documents
		}
		query := accessibility.QueryAXTree().WithBackendNodeID(doc.BackendNodeID).WithRole(role)
		if name != "" {
			query = query.WithAccessibleName(name)
		}
		all, err := query.Do(ctx)
		if err != nil {
			return nil // likewise
		}
		for _, n := range all {
			if !n.Ignored && n.BackendDOMNodeID != 0 {
				found = append(found, n)
			}
		}
		return nil
	}))
	return found
}

// find waits for the one element of a role and name.
func (p *page) find(role, name string) cdp.BackendNodeID {
	p.t.Helper()
	var id cdp.BackendNodeID
	p.until(fmt.Sprintf("%s %q", role, name), func() (bool, string) {
		found := p.nodes(role, name)
		if len(found) == 1 {
			id = found[0].BackendDOMNodeID
			return true, ""
		}
		return false, fmt.Sprintf("%d of them; in the panel is %q", len(found), p.text())
	})
	return id
}

// gone waits until there is none.
func (p *page) gone(role, name string) {
	p.t.Helper()
	p.until(fmt.Sprintf("no %s %q", role, name), func() (bool, string) {
		found := p.nodes(role, name)
		return len(found) == 0, fmt.Sprintf("%d of them", len(found))
	})
}

// call calls a function with a node as this.
func (p *page) call(id cdp.BackendNodeID, function string) string {
	p.t.Helper()
	var text string
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		object, err := dom.ResolveNode().WithBackendNodeID(id).Do(ctx)
		if err != nil {
			return nil // gone: as if there were nothing to say of it
		}
		result, exception, err := runtime.CallFunctionOn(function).WithObjectID(object.ObjectID).WithReturnByValue(true).WithAwaitPromise(true).Do(ctx)
		if err != nil {
			return err
		}
		if exception != nil {
			return exception
		}
		if json.Unmarshal(result.Value, &text) != nil {
			text = string(result.Value)
		}
		return nil
	}))
	return text
}

// click presses the mouse where a node is, once it stands still.
func (p *page) click(role, name string) {
	p.t.Helper()
	last := ""
	p.until(fmt.Sprintf("%s %q standing still", role, name), func() (bool, string) {
		at := p.place(p.find(role, name)) // again, for it may have been replaced
		still := at == last && at != ""
		last = at
		return still, at
	})
	p.mouse(last)
}

// clickIf clicks what may be gone any moment.
func (p *page) clickIf(role, name string) {
	p.t.Helper()
	if found := p.nodes(role, name); len(found) == 1 {
		p.mouse(p.place(found[0].BackendDOMNodeID))
	}
}

// place is where the middle of a node is, or "".
func (p *page) place(id cdp.BackendNodeID) string {
	p.t.Helper()
	return p.call(id, `function () {
		this.scrollIntoView({ block: 'nearest' })
		const r = this.getBoundingClientRect()
		return this.isConnected && r.width > 0 ? JSON.stringify([r.x + r.width / 2, r.y + r.height / 2]) : ''
	}`)
}

func (p *page) mouse(place string) {
	p.t.Helper()
	var x, y float64
	if n, _ := fmt.Sscanf(place, "[%g,%g]", &x, &y); n == 2 {
		p.do(chromedp.MouseClickXY(x, y))
	}
}

// write types into a field.
func (p *page) write(name, text string) {
	p.t.Helper()
	p.click("textbox", name)
	p.keys(text)
}

// keys types, wherever the focus is.
func (p *page) keys(text string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(text))
}

// press presses one key that is no character, as a person does: what the
// page prevents does not happen.
func (p *page) press(key string, modifiers ...input.Modifier) {
	p.t.Helper()
	codes := map[string]int64{"Enter": 13, "Escape": 27, "Tab": 9, "ArrowDown": 40, "ArrowUp": 38, "End": 35, "Home": 36}
	texts := map[string]string{"Enter": "\r", "Tab": "\t"}
	down := input.DispatchKeyEvent(input.KeyDown).WithKey(key).WithCode(key).WithWindowsVirtualKeyCode(codes[key]).WithText(texts[key])
	up := input.DispatchKeyEvent(input.KeyUp).WithKey(key).WithCode(key).WithWindowsVirtualKeyCode(codes[key])
	for _, m := range modifiers {
		down, up = down.WithModifiers(m), up.WithModifiers(m)
	}
	p.do(down, up)
}

// text is all that can be read in the widget.
func (p *page) text() string {
	p.t.Helper()
	return p.eval(`(() => {
		const host = document.querySelector('capsule-chat')
		return host ? [...host.shadowRoot.children].map((e) => e.innerText || '').join('\n') : 'no widget'
	})()`)
}

// reads waits until a text can be read in the widget.
func (p *page) reads(want string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%q", want), func() (bool, string) {
		text := p.text()
		return strings.Contains(text, want), fmt.Sprintf("%q", text)
	})
}

// forgets waits until it cannot.
func (p *page) forgets(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("no %q", text), func() (bool, string) {
		seen := p.text()
		return !strings.Contains(seen, text), fmt.Sprintf("%q", seen)
	})
}

// focus says what has the focus, as "role name".
func (p *page) focus() string {
	p.t.Helper()
	for _, role := range []string{"button", "textbox", "dialog", "log", "link", "combobox", "searchbox"} {
		for _, n := range p.nodes(role, "") {
			for _, property := range n.Properties {
				if property.Name == accessibility.PropertyNameFocused && string(property.Value.Value) == "true" {
					return role + " " + strings.Trim(string(n.Name.Value), `"`)
				}
			}
		}
	}
	return ""
}
