package panel

import (
	"strconv"
	"syscall/js"
	"time"

	"capsule/wasm/internal/view"
)

// listen hears everything at the shadow root, with one listener for each
// type of event. What a button does is its data-act.
func (p *Panel) listen() {
	p.on(p.root, "click", false, p.clicked)
	p.on(p.root, "input", false, p.typed)
	p.on(p.root, "change", false, p.typed)
	p.on(p.root, "submit", false, p.submitted)
	p.on(p.root, "keydown", false, p.pressed)
	p.on(p.root, "keyup", false, p.keep)
	p.on(p.root, "keypress", false, func(ev js.Value) {
		p.keep(ev)
		if p.sends(ev) {
			ev.Call("preventDefault") // where keydown's did not: programs that type for people
		}
	})
	p.on(p.root, "scroll", true, func(ev js.Value) { // it does not bubble, but can be caught on its way down
		if same(ev.Get("target"), p.log.box.Underlying()) {
			p.log.scrolled()
		}
	})
}

func (p *Panel) on(target js.Value, name string, capture bool, fn func(ev js.Value)) {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		fn(args[0])
		return nil
	})
	target.Call("addEventListener", name, f, capture)
	p.funcs = append(p.funcs, func() {
		target.Call("removeEventListener", name, f, capture)
		f.Release()
	})
}

// inside reports whether ev happened in the panel; the launcher and the
// frame share its root.
func (p *Panel) inside(ev js.Value) bool {
	return p.section.Call("contains", ev.Get("target")).Bool()
}

// keep keeps a key from the page around us, which may have shortcuts.
func (p *Panel) keep(ev js.Value) {
	if p.inside(ev) {
		ev.Call("stopPropagation")
	}
}

func (p *Panel) clicked(ev js.Value) {
	if !p.inside(ev) {
		return
	}
	if file := ev.Get("target").Call("closest", "a[data-key]"); file.Truthy() {
		ev.Call("preventDefault")
		p.fetch(adopt(file))
		return
	}
	button := ev.Get("target").Call("closest", "button[data-act]")
	if !button.Truthy() || button.Call("hasAttribute", "aria-disabled").Bool() {
		return
	}
	on := &p.deps.On
	switch button.Call("getAttribute", "data-act").String() {
	case "minimize":
		on.Minimize()
	case "end":
		p.strips.askEnd(true)
		p.focus(p.strips.no.Underlying())
	case "end-no":
		p.dropQuestion()
	case "end-yes":
		p.dropQuestion()
		on.End()
	case "try":
		on.TryNow()
	case "renew":
		on.Renew()
	case "latest":
		p.log.follow()
		p.log.saw()
		if !p.touch() {
			p.focus(p.writer.box.Underlying())
		}
	case "retry":
		on.Retry(idOf(button))
	case "discard":
		on.Discard(idOf(button))
	case "copy":
		p.copy(button)
	}
}

// fetch gets the file of a link. To follow the link would not do: Rocket.Chat
// wants to know who asks, and the token is in no address.
func (p *Panel) fetch(link element) {
	if disabled(link) {
		return
	}
	name := find(link, "file-name")
	disable(link, true)
	name.RemoveAttribute("data-failed")
	p.deps.On.Fetch(link.GetAttribute("data-key"), name.TextContent(), func(ok bool) {
		disable(link, false)
		if !ok {
			text := p.screen.Words.FileFailed
			name.SetAttribute("data-failed", text)
			p.announcer.say(p.announcer.urgent, text)
		}
	})
}

// dropQuestion takes the question back and the focus to where it was.
func (p *Panel) dropQuestion() {
	p.strips.askEnd(false)
	p.focus(p.head.end.Underlying())
}

// idOf is the id of the line that e belongs to.
func idOf(e js.Value) string {
	row := e.Call("closest", "[data-id]")
	if !row.Truthy() {
		return ""
	}
	return row.Call("getAttribute", "data-id").String()
}

func (p *Panel) typed(ev js.Value) {
	switch target := ev.Get("target"); {
	case !p.inside(ev):
	case same(target, p.writer.box.Underlying()):
		if ev.Get("type").String() == "input" {
			p.writer.typed()
		}
	case p.form.root.Call("contains", target).Bool():
		p.form.edited(target)
	}
}

func (p *Panel) submitted(ev js.Value) {
	if !p.inside(ev) {
		return
	}
	ev.Call("preventDefault")
	if same(ev.Get("target"), p.form.root.Underlying()) {
		p.form.submit()
		return
	}
	p.writer.submit()
	if p.writer.last.Shown {
		p.focus(p.writer.box.Underlying())
	}
}

// composing reports whether an input method is still making a character: its
// keys are none of ours, whatever they are called.
func composing(ev js.Value) bool {
	return ev.Get("isComposing").Bool() || ev.Get("keyCode").Int() == 229
}

// pressed handles keys.
func (p *Panel) pressed(ev js.Value) {
	if !p.inside(ev) {
		return
	}
	p.keep(ev)
	if composing(ev) {
		return
	}
	switch key := ev.Get("key"); {
	case key.Type() != js.TypeString:
	case key.String() == "Escape":
		ev.Call("preventDefault")
		if p.strips.asking() {
			p.dropQuestion()
			return
		}
		p.deps.On.Minimize()
	case key.String() == "Tab":
		if p.trap(ev.Get("shiftKey").Bool()) {
			ev.Call("preventDefault")
		}
	case p.sends(ev):
		ev.Call("preventDefault")
		if same(ev.Get("target"), p.writer.box.Underlying()) {
			p.writer.submit()
		} else {
			p.form.submit()
		}
	}
}

// sends reports whether a key means to send what is being written, be it in
// the composer or as the first message in the form. It is Enter; but with
// Shift, or on a touch screen, where there is no Shift to hold, Enter begins a
// new line. With Ctrl or Command it always sends. A message left while nobody
// is there is a mail, in which Enter begins a new line too.
func (p *Panel) sends(ev js.Value) bool {
	key, target := ev.Get("key"), ev.Get("target")
	chats := same(target, p.writer.box.Underlying()) || same(target, p.form.message.input.Underlying()) && p.form.kind != view.Offline
	if composing(ev) || key.Type() != js.TypeString || key.String() != "Enter" || !chats {
		return false
	}
	if ev.Get("ctrlKey").Bool() || ev.Get("metaKey").Bool() {
		return true
	}
	return !ev.Get("shiftKey").Bool() && !ev.Get("altKey").Bool() && !p.touch()
}

// copy puts the text of a line into the clipboard.
func (p *Panel) copy(button js.Value) {
	text, id := "", idOf(button)
	for _, r := range p.screen.Rows {
		if r.ID == id {
			text = r.Text
			break
		}
	}
	clipboard := p.win.Get("navigator").Get("clipboard")
	if clipboard.Truthy() {
		if promise, err := p.deps.Attempt(clipboard, "writeText", text); err == nil {
			p.after(promise, func() { p.copied(button) }, func() { p.copyOld(button, text) })
			return
		}
	}
	p.copyOld(button, text)
}

// copied says so on the button for a while, which keeps its width.
func (p *Panel) copied(button js.Value) {
	w := &p.screen.Words
	p.announcer.say(p.announcer.polite, w.Copied)
	b := adopt(button)
	b.Style().SetProperty("min-width", strconv.Itoa(b.Get("offsetWidth").Int())+"px", "")
	b.SetTextContent(w.Copied)
	time.AfterFunc(spoken, func() { b.SetTextContent(w.Copy) }) // ends by itself
}

// after calls done or failed when promise is settled.
func (p *Panel) after(promise js.Value, done, failed func()) {
	var fns [2]js.Func
	end := func(then func()) js.Func {
		return js.FuncOf(func(js.Value, []js.Value) any {
			fns[0].Release()
			fns[1].Release()
			then()
			return nil
		})
	}
	fns = [2]js.Func{end(done), end(failed)}
	promise.Call("then", fns[0], fns[1])
}

// copyOld copies where there is no clipboard to write to: on pages without
// https, in old browsers.
func (p *Panel) copyOld(button js.Value, text string) {
	box := p.w.element("textarea")
	box.SetClass("say")
	box.Set("value", text)
	p.announcer.root.AppendChild(box)
	had := p.root.Get("activeElement")
	box.Call("select")
	if ok, err := p.deps.Attempt(p.doc, "execCommand", "copy"); err == nil && ok.Truthy() {
		p.copied(button)
	}
	box.Remove()
	if had.Truthy() {
		p.focus(had)
	}
}
