package panel

import (
	"strconv"
	"strings"

	"honnef.co/go/js/dom/v2"

	"capsule/wasm/internal/view"
)

// A writer is the composer.
type writer struct {
	p       *Panel
	root    element
	box     *dom.HTMLTextAreaElement
	send    element
	limit   element
	grows   bool // the browser makes the box grow by itself
	last    view.Composer
	emptied bool // by us, when its text was sent: State will say so, too
}

// nearLimit is the part of the limit from which on it is shown.
const nearLimit = 0.9

func newWriter(p *Panel) *writer {
	root := find(p.inner, "writer")
	w := &writer{
		p: p, root: root, send: find(root, "send"), limit: find(root, "limit"),
		box: &dom.HTMLTextAreaElement{BasicHTMLElement: find(root, "writer-text")},
	}
	if p.touch() {
		w.box.SetAttribute("enterkeyhint", "enter") // which begins a line there
	}
	if css := p.win.Get("CSS"); css.Truthy() {
		w.grows = css.Call("supports", "field-sizing", "content").Bool()
	}
	return w
}

func (w *writer) set(c view.Composer, first bool) {
	old := w.last
	if c == old && !first {
		return
	}
	w.last = c
	if c.Version != old.Version || first {
		w.takeOver(c.Text, first)
	}
	if c.Shown != old.Shown || first {
		show(w.root, c.Shown)
		if c.Shown {
			w.write(w.p.draft) // what was typed into a form's message goes on here
		}
	}
	if c.Placeholder != old.Placeholder {
		w.box.SetPlaceholder(c.Placeholder)
		w.box.SetAttribute("aria-label", c.Placeholder)
	}
	if c.Enabled != old.Enabled || first {
		w.box.SetReadOnly(!c.Enabled)
		class(w.root, "off", !c.Enabled)
	}
	w.weigh()
}

// takeOver takes a text that State has put into the composer. Ours was
// there before State's first; and what State empties because it was sent,
// we have emptied already, and the visitor may be typing again.
func (w *writer) takeOver(text string, first bool) {
	p := w.p
	if first && p.draft != "" {
		p.deps.On.Type(p.draft)
		return
	}
	if w.emptied && text == "" {
		w.emptied = false
		return
	}
	p.draft = text
	w.write(text)
	p.form.setMessage(text)
}

func (w *writer) write(text string) {
	if w.box.Value() != text {
		w.box.SetValue(text)
		w.grow()
	}
}

// typed is called after every change of the visitor's.
func (w *writer) typed() {
	w.p.draft = w.box.Value()
	w.emptied = false
	w.grow()
	w.weigh()
	w.p.deps.On.Type(w.p.draft)
}

// weigh shows whether the text can be sent, and how near it is to the
// limit.
func (w *writer) weigh() {
	n := w.box.TextLength()
	c := w.last
	over := c.Limit > 0 && n > c.Limit
	disable(w.send, !c.Sends || over || strings.TrimSpace(w.p.draft) == "")
	near := c.Limit > 0 && float64(n) > nearLimit*float64(c.Limit)
	show(w.limit, near)
	if near {
		w.limit.SetTextContent(strconv.Itoa(n) + " / " + strconv.Itoa(c.Limit))
		w.limit.SetTitle(c.LimitNote)
		class(w.limit, "over", over)
	}
	if over {
		w.box.SetAttribute("aria-invalid", "true")
	} else {
		w.box.RemoveAttribute("aria-invalid")
	}
}

// grow makes the box as high as its text where the browser does not. The
// sheet sets the bounds.
func (w *writer) grow() {
	if w.grows {
		return
	}
	style := w.box.Style()
	style.SetProperty("height", "auto", "")
	if height := w.box.Get("scrollHeight").Int(); height > 0 {
		style.SetProperty("height", strconv.Itoa(height)+"px", "")
	}
}

// submit sends what stands there. The box is emptied at once: what is
// typed from now on is another text.
func (w *writer) submit() {
	text := w.box.Value()
	if disabled(w.send) {
		return
	}
	w.box.SetValue("")
	w.p.draft, w.emptied = "", true
	w.grow()
	w.weigh()
	w.p.log.follow()
	w.p.deps.On.Compose(text)
}
