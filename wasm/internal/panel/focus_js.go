package panel

import (
	"syscall/js"

	"capsule/wasm/internal/view"
)

// Focus puts the visitor where writing begins: the first empty field of a
// form, or the composer. If the panel is not open yet, it does so when it
// opens. On a touch screen that would bring up the keyboard over what
// there is to read; unless something has been typed already, the panel
// itself gets the focus.
func (p *Panel) Focus() {
	p.wants = true
	if p.shown && p.screen.Open {
		p.takeFocus()
	}
}

func (p *Panel) takeFocus() {
	p.wants = false
	target := p.begin()
	if p.touch() && p.draft == "" {
		target = js.Undefined()
	}
	if !target.Truthy() {
		target = p.section.Underlying()
	}
	p.focus(target)
	if target.Get("localName").String() == "textarea" {
		end := target.Get("textLength").Int()
		p.attempt(target, "setSelectionRange", end, end)
	}
}

// begin is the element to begin with, if there is one.
func (p *Panel) begin() js.Value {
	switch {
	case p.screen.Form.Button != "":
		return p.form.firstField()
	case p.screen.Writer.Shown && p.screen.Writer.Enabled:
		return p.writer.box.Underlying()
	case p.screen.Footer.Title != "":
		return p.ended.renew.Underlying()
	}
	return js.Undefined()
}

// focus moves the focus without scrolling the page of our host.
func (p *Panel) focus(target js.Value) {
	p.attempt(target, "focus", map[string]any{"preventScroll": true})
	if p.form.root.Call("contains", target).Bool() {
		p.attempt(target, "scrollIntoView", map[string]any{"block": "nearest"})
	}
}

// touch reports whether the visitor's main pointer is a finger.
func (p *Panel) touch() bool {
	return p.win.Call("matchMedia", "(pointer: coarse)").Get("matches").Bool()
}

// small reports whether the panel covers the page.
func (p *Panel) small() bool {
	return p.win.Call("matchMedia", view.Covering).Get("matches").Bool()
}

// focused reports whether the focus is in the panel.
func (p *Panel) focused() bool {
	at := p.root.Get("activeElement")
	return at.Truthy() && p.section.Call("contains", at).Bool()
}

// settleFocus takes the focus into a panel that opens, and gives it a place
// when the element that had it is gone: with the panel to the launcher,
// with a screen to the next one. A panel that is open from the start leaves
// it where it is: whoever opened it before us will call Focus or not.
func (p *Panel) settleFocus(old, s view.Screen, had, first bool) {
	switch {
	case !s.Open:
		if old.Open && had && p.launcher != nil {
			p.focus(p.launcher.Underlying())
		}
	case p.wants, !old.Open && !first && !p.elsewhere():
		p.takeFocus()
	case had && !p.onScreen():
		p.takeFocus()
	}
}

// elsewhere reports whether the visitor is writing in a field of the page:
// a panel that the page opens by itself must not interrupt that.
func (p *Panel) elsewhere() bool {
	at := p.doc.Get("activeElement")
	return at.Truthy() && at.Call("matches", "input, textarea, select, iframe, [contenteditable]").Bool()
}

// onScreen reports whether the focus is still on something that is shown.
func (p *Panel) onScreen() bool {
	at := p.root.Get("activeElement")
	return at.Truthy() && !at.Call("closest", "[hidden]").Truthy()
}

// modal says whether the rest of the page is out of reach: while the panel
// covers it. Then the announcer goes with the panel, since VoiceOver hears
// nothing beside an element that is modal.
func (p *Panel) modal() {
	on := p.screen.Open && p.small()
	if on == p.section.HasAttribute("aria-modal") {
		return
	}
	home := p.root
	if on {
		home = p.section.Underlying()
		p.section.SetAttribute("aria-modal", "true")
	} else {
		p.section.RemoveAttribute("aria-modal")
	}
	home.Call("append", p.announcer.root.Underlying())
}

// trap keeps the focus in a panel that covers the page: from the last
// element it goes to the first, and back.
func (p *Panel) trap(backwards bool) bool {
	if !p.small() {
		return false
	}
	all := p.section.Call("querySelectorAll", "button, input, select, textarea, a[href], [tabindex='0']")
	first, last := js.Undefined(), js.Undefined()
	for i := range all.Get("length").Int() {
		if e := all.Index(i); e.Call("getClientRects").Get("length").Int() > 0 {
			if !first.Truthy() {
				first = e
			}
			last = e
		}
	}
	at := p.root.Get("activeElement")
	switch {
	case !first.Truthy():
		return false
	case backwards && (same(at, first) || same(at, p.section.Underlying())):
		p.focus(last)
	case !backwards && same(at, last):
		p.focus(first)
	default:
		return false
	}
	return true
}
