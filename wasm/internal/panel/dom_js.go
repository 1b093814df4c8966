package panel

import (
	"syscall/js"

	"honnef.co/go/js/dom/v2"

	"capsule/assets/markup"
)

type element = *dom.BasicHTMLElement

// adopt wraps v without dom's search for its concrete type, which costs up
// to seventy lookups in JavaScript.
func adopt(v js.Value) element {
	return &dom.BasicHTMLElement{BasicElement: &dom.BasicElement{BasicNode: &dom.BasicNode{Value: v}}}
}

// A stamp makes copies of an element.
type stamp struct{ first js.Value }

func (s stamp) print() element { return adopt(s.first.Call("cloneNode", true)) }

// A workshop makes elements of the panel's markup.
type workshop struct {
	doc    js.Value
	stamps map[string]stamp
}

// newWorkshop reads the markup. The elements are made one by one: a parser
// of HTML is what a page with Trusted Types keeps from us, and it has the
// same work to do.
func newWorkshop(doc js.Value) *workshop {
	w := &workshop{doc: doc, stamps: map[string]stamp{}}
	var open []js.Value // elements, outermost first
	name := ""
	inSVG := 0
	for _, tk := range read(markup.Panel) {
		switch {
		case tk.text == "template" && tk.kind != attributeToken:
			name = ""
		case tk.kind == attributeToken && len(open) == 0:
			name = tk.data
		case tk.kind == attributeToken:
			open[len(open)-1].Call("setAttribute", tk.text, tk.data)
		case tk.kind == textToken:
			if len(open) > 0 {
				open[len(open)-1].Call("append", tk.text)
			}
		case tk.kind == openToken:
			if tk.text == "svg" {
				inSVG++
			}
			e := w.make(tk.text, inSVG > 0)
			if len(open) > 0 {
				open[len(open)-1].Call("appendChild", e)
			} else {
				w.stamps[name] = stamp{e}
			}
			open = append(open, e)
		case tk.kind == closeToken:
			if tk.text == "svg" {
				inSVG--
			}
			open = open[:len(open)-1]
		}
	}
	return w
}

func (w *workshop) make(tag string, svg bool) js.Value {
	if svg {
		return w.doc.Call("createElementNS", "http://www.w3.org/2000/svg", tag)
	}
	return w.doc.Call("createElement", tag)
}

func (w *workshop) element(tag string) element { return adopt(w.make(tag, false)) }

func (w *workshop) text(s string) dom.Node {
	return &dom.BasicNode{Value: w.doc.Call("createTextNode", s)}
}

// find returns the one descendant of e with the class.
func find(e element, class string) element {
	v := e.Call("querySelector", "."+class)
	if v.IsNull() {
		panic("panel: no ." + class)
	}
	return adopt(v)
}

// act returns the button in e that does something.
func act(e element, name string) element {
	return adopt(e.Call("querySelector", `[data-act="`+name+`"]`))
}

// show shows or hides e.
func show(e element, on bool) { e.Set("hidden", !on) }

// write sets the text of e, and hides it when there is none.
func write(e element, text string) {
	e.SetTextContent(text)
	show(e, text != "")
}

// label names a button that is only a picture, to a pointer that rests on
// it as to a screen reader, which would read a second attribute as well.
func label(e element, text string) { e.SetTitle(text) }

// class turns a class of e on or off.
func class(e element, name string, on bool) { e.Get("classList").Call("toggle", name, on) }

// disable marks e as doing nothing for now, but lets it keep the focus.
func disable(e element, off bool) {
	if off {
		e.SetAttribute("aria-disabled", "true")
	} else {
		e.RemoveAttribute("aria-disabled")
	}
}

func disabled(e element) bool { return e.HasAttribute("aria-disabled") }

// same reports whether two nodes are one.
func same(a, b js.Value) bool { return a.Truthy() && b.Truthy() && a.Equal(b) }
