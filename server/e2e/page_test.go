package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A page is one tab. What goes wrong on it fails the test.
type page struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	allowed  []*regexp.Regexp
	console  []string
	requests []request
}

// A request is one that the page made.
type request struct {
	URL      string
	Method   string
	Priority network.ResourcePriority
	Headers  network.Headers
}

// open opens a tab in a profile of its own.
func open(t *testing.T) *page {
	t.Helper()
	return tab(t, chromium, chromedp.WithNewBrowserContext())
}

func tab(t *testing.T, beside context.Context, options ...chromedp.ContextOption) *page {
	t.Helper()
	ctx, stop := chromedp.NewContext(beside, options...)
	p := &page{t: t, ctx: ctx}
	t.Cleanup(func() {
		if t.Failed() {
			p.leaveShot()
		}
		stop()
	})
	chromedp.ListenTarget(ctx, p.heard)
	// The tab lives as long as the context of the first run.
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	p.do(network.Enable(), log.Enable(), accessibility.Enable(), cdppage.Enable(), chromedp.EmulateViewport(1200, 800))
	return p
}

func (p *page) do(actions ...chromedp.Action) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, 2*limit)
	defer stop()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.t.Fatalf("browser: %v", err)
	}
}

// heard collects what the page does. Whatever looks like a failure fails
// the test, unless it was allowed.
func (p *page) heard(ev any) {
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, arg := range ev.Args {
			words = append(words, strings.Trim(string(arg.Value), `"`)+arg.Description)
		}
		p.said(string(ev.Type), strings.Join(words, " "), ev.Type == runtime.APITypeError || ev.Type == runtime.APITypeWarning)
	case *runtime.EventExceptionThrown:
		p.said("exception", ev.ExceptionDetails.Error(), true)
	case *log.EventEntryAdded:
		p.said(string(ev.Entry.Source), ev.Entry.Text+" "+ev.Entry.URL, ev.Entry.Level == log.LevelError)
	case *network.EventRequestWillBeSent:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.requests = append(p.requests, request{ev.Request.URL, ev.Request.Method, ev.Request.InitialPriority, ev.Request.Headers})
	case *network.EventWebSocketCreated:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.requests = append(p.requests, request{URL: ev.URL, Method: "WEBSOCKET"})
	}
}

func (p *page) said(kind, text string, bad bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := kind + ": " + strings.TrimSpace(text)
	p.console = append(p.console, line)
	for _, re := range p.allowed {
		bad = bad && !re.MatchString(line)
	}
	if bad {
		p.t.Errorf("the page says %s", line)
	} else {
		p.t.Logf("the page says %s", line)
	}
}

// allow names what may go wrong on the page of this test.
func (p *page) allow(expr ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range expr {
		p.allowed = append(p.allowed, regexp.MustCompile(e))
	}
}

// asked are the requests so far whose URL has a part.
func (p *page) asked(part string) (found []request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.requests {
		if strings.Contains(r.URL, part) {
			found = append(found, r)
		}
	}
	return found
}

// lines are what the console said that matches.
func (p *page) lines(expr string) (found []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.console {
		if regexp.MustCompile(expr).MatchString(line) {
			found = append(found, line)
		}
	}
	return found
}

func (p *page) visit(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

func (p *page) reload() {
	p.t.Helper()
	p.do(chromedp.Reload())
}

// reopened waits for a panel that was open before the page was loaded.
func (p *page) reopened() {
	p.t.Helper()
	p.find("dialog", say("dialog"))
}

// eval runs an expression in the page and returns its value as JSON text,
// strings without quotes.
func (p *page) eval(expr string, args ...any) string {
	p.t.Helper()
	if len(args) > 0 {
		expr = fmt.Sprintf(expr, args...)
	}
	var value json.RawMessage
	p.do(chromedp.Evaluate(expr, &value, func(e *runtime.EvaluateParams) *runtime.EvaluateParams {
		return e.WithAwaitPromise(true)
	}))
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(value)
}

// until waits for a condition, and says at the end what was seen instead.
func (p *page) until(what string, holds func() (ok bool, seen string)) {
	p.t.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, seen := holds()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s: not within %v; there is %s", what, limit, seen)
		}
		<-tick.C
	}
}

// leaveShot keeps a picture of a page that failed.
func (p *page) leaveShot() {
	name := filepath.Join(root, ".bin", "e2e", strings.ReplaceAll(p.t.Name(), "/", "-")+".png")
	var png []byte
	ctx, stop := context.WithTimeout(p.ctx, limit)
	defer stop()
	if err := chromedp.Run(ctx, chromedp.CaptureScreenshot(&png)); err != nil {
		p.t.Logf("no screenshot: %v", err)
		return
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err == nil && os.WriteFile(name, png, 0o644) == nil {
		p.t.Logf("see %s", name)
	}
}

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
