package jsapi

import (
	"syscall/js"

	"capsule/wasm/internal/session"
)

// maxText is the size in bytes of the longest text that is taken from the
// page.
const maxText = 1000

// An API carries calls and news between the page and the session.
type API struct {
	handover js.Value
	post     func(session.Event)
	destroy  func()
	call     js.Func
	open     bool
	over     bool
}

// New makes an API that posts what the page calls; destroy is called when
// the page wants the widget gone. Neither may block.
func New(handover js.Value, post func(session.Event), destroy func()) *API {
	a := &API{handover: handover, post: post, destroy: destroy}
	a.call = js.FuncOf(func(_ js.Value, args []js.Value) any {
		if !a.over && len(args) > 0 && args[0].Type() == js.TypeString {
			first := js.Undefined()
			if len(args) > 1 && args[1].Type() == js.TypeObject && args[1].Length() > 0 {
				first = args[1].Index(0)
			}
			a.called(args[0].String(), first)
		}
		return nil
	})
	return a
}

// Ready tells the loader that calls can come.
func (a *API) Ready() {
	a.handover.Call("ready", map[string]any{"call": a.call})
}

func (a *API) called(name string, arg js.Value) {
	switch name {
	case "open":
		a.show(true)
	case "close":
		a.show(false)
	case "toggle":
		a.show(!a.open)
	case "identify":
		ev := session.Identified{Name: a.field(arg, "name"), Email: a.field(arg, "email")}
		if ev != (session.Identified{}) {
			a.post(ev)
		}
	case "setDepartment":
		if department, ok := text(arg); ok {
			a.post(session.Assigned{Department: department})
		}
	case "destroy":
		a.destroy()
	}
}

// show notes at once what the session will say later, since two calls may
// come before it is asked.
func (a *API) show(open bool) {
	a.open = open
	if open {
		a.post(session.Opened{})
	} else {
		a.post(session.Minimized{})
	}
}

// field reads a text of an object of the page, whose getters may throw.
func (a *API) field(object js.Value, name string) string {
	if object.Type() != js.TypeObject {
		return ""
	}
	outcome := a.handover.Call("attempt", js.Global().Get("Reflect"), "get", []any{object, name})
	if s, ok := text(outcome.Get("value")); ok {
		return s
	}
	return ""
}

func text(v js.Value) (string, bool) {
	if v.Type() != js.TypeString {
		return "", false
	}
	s := v.String()
	return s, len(s) <= maxText
}

// Tell hands news to the page's listeners, detail as the object it is the
// JSON of.
func (a *API) Tell(name, detail string) {
	if a.over {
		return
	}
	switch name {
	case session.TellOpened:
		a.open = true
	case session.TellClosed:
		a.open = false
	}
	value := js.Undefined()
	if detail != "" {
		value = a.handover.Call("attempt", js.Global().Get("JSON"), "parse", []any{detail}).Get("value")
	}
	// A listener of the page may call us. It runs when Go is at rest, and
	// not in the middle of what is told.
	emit := a.handover.Get("emit").Call("bind", js.Null(), name, value)
	js.Global().Call("queueMicrotask", emit)
}

// Close ends the traffic. The page may go on calling; it is not heard. The
// function stays until the program ends, since nobody can take it back.
func (a *API) Close() { a.over = true }
