package browser

import (
	"errors"
	"fmt"
	"strings"
	"syscall/js"
)

// A Page is the page as the loader hands it over.
type Page struct {
	Handover js.Value // the loader's object
	global   js.Value
}

// Take returns the page of this program, and whether there is one: nobody
// but the loader can start it.
func Take() (Page, bool) {
	p := Page{global: js.Global()}
	p.Handover = p.global.Get("capsule")
	return p, p.Handover.Type() == js.TypeObject
}

// Attempt calls a method of target, and returns what it throws as an
// error.
func (p Page) Attempt(target js.Value, method string, args ...any) (js.Value, error) {
	return caught(p.Handover.Call("attempt", target, method, args))
}

// Construct makes a new object of a class of the window, or returns what
// its constructor throws.
func (p Page) Construct(class string, args ...any) (js.Value, error) {
	return caught(p.Handover.Call("construct", class, args))
}

func caught(outcome js.Value) (js.Value, error) {
	if why := outcome.Get("error"); why.Type() == js.TypeString {
		return js.Undefined(), errors.New(why.String())
	}
	return outcome.Get("value"), nil
}

// Option returns an attribute of the script tag by its camelCase name, or
// "".
func (p Page) Option(name string) string { return text(p.Handover.Get("options").Get(name)) }

// Text returns a string of the hand-over, or "".
func (p Page) Text(name string) string { return text(p.Handover.Get(name)) }

// Languages are the visitor's own and the page's, as tags; "" is unknown.
func (p Page) Languages() []string {
	root := p.global.Get("document").Get("documentElement")
	return []string{text(p.global.Get("navigator").Get("language")), text(root.Get("lang"))}
}

// Opened reports whether the visitor has opened the panel already. What he
// does from here on is told by calls.
func (p Page) Opened() bool { return p.Handover.Get("opened").Truthy() }

// Draft is what was typed into the loader's frame so far.
func (p Page) Draft() string { return text(p.Handover.Call("draft")) }

// Host names the bridge in storage keys: its host, and its path if any.
func (p Page) Host() string {
	_, host, _ := strings.Cut(p.Text("bridge"), "://")
	return strings.ReplaceAll(host, "/", "+")
}

// Logf writes lines to the console of a page that wants to hear them; it
// is nil for all others.
func (p Page) Logf() func(format string, args ...any) {
	if p.Handover.Get("options").Get("debug").IsUndefined() {
		return nil
	}
	console := p.global.Get("console")
	return func(format string, args ...any) {
		_, _ = p.Attempt(console, "debug", "capsule: "+fmt.Sprintf(format, args...)) // nobody is told of what cannot be told
	}
}

func text(v js.Value) string {
	if v.Type() != js.TypeString {
		return ""
	}
	return v.String()
}
