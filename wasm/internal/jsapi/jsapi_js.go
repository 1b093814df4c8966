package jsapi

import (
	"syscall/js"

	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// maxText is the size in bytes of the longest text that is taken from the
// page.
const maxText = 1000

// maxProof is the same for a proof of identity, as the bridge has it.
const maxProof = 4 << 10

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
	case "close", "hide": // what nobody can see, nobody has seen
		a.show(false)
	case "toggle":
		a.show(!a.open)
	case "identify":
		if arg.Type() == js.TypeObject && a.value(arg, "identity").IsNull() {
			a.post(session.SignedOut{})
			return
		}
		ev := session.Identified{Name: rocket.VisitorName(a.field(arg, "name", maxText)), Email: a.field(arg, "email", maxText), Proof: a.field(arg, "identity", maxProof)}
		if ev != (session.Identified{}) {
			a.post(ev)
		}
	case "setDepartment":
		if department, ok := text(arg, maxText); ok {
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
func (a *API) field(object js.Value, name string, max int) string {
	if object.Type() != js.TypeObject {
		return ""
	}
	if s, ok := text(a.value(object, name), max); ok {
		return s
	}
	return ""
}

func (a *API) value(object js.Value, name string) js.Value {
	return a.handover.Call("attempt", js.Global().Get("Reflect"), "get", []any{object, name}).Get("value")
}

func text(v js.Value, max int) (string, bool) {
	if v.Type() != js.TypeString {
		return "", false
	}
	s := v.String()
	return s, len(s) <= max
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
