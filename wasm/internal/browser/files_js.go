package browser

import (
	"syscall/js"
	"time"

	"capsule/wasm/rocket"
)

// Files gets files of a conversation from the bridge.
type Files struct {
	Page  Page
	Base  string              // the bridge's URL, without a slash at its end
	Token func() rocket.Token // of the visitor whose files they are
}

// kept is how long a file that was fetched stays in the browser's memory, for
// it to be written to where the visitor wants it.
const kept = time.Minute

// Fetch gets the file that query names, and has the browser keep it as name.
// It tells at last whether that could be done.
func (f Files) Fetch(query, name string, done func(ok bool)) {
	go func() { done(f.fetch(query, name) == nil) }() // ends with the answer
}

func (f Files) fetch(query, name string) error {
	p := f.Page
	promise, err := p.Attempt(p.global, "fetch", f.Base+"/v1/room/files?"+query, options("GET", f.Token(), "", "", js.Undefined()))
	if err != nil {
		return err
	}
	x := newExchange(p)
	defer x.release()
	var blob js.Value
	x.follow(promise, js.TypeObject, func(response js.Value) {
		if !response.Get("ok").Truthy() {
			x.end(errOdd)
			return
		}
		promise, err := p.Attempt(response, "blob")
		if err != nil {
			x.end(err)
			return
		}
		x.follow(promise, js.TypeObject, func(b js.Value) {
			blob = b
			x.end(nil)
		})
	})
	<-x.done
	if x.err != nil {
		return x.err
	}
	return p.keep(blob, name)
}

// keep does what a click on a link to a download does.
func (p Page) keep(blob js.Value, name string) error {
	urls := p.global.Get("URL")
	address, err := p.Attempt(urls, "createObjectURL", blob)
	if err != nil {
		return err
	}
	time.AfterFunc(kept, func() { _, _ = p.Attempt(urls, "revokeObjectURL", address) }) // ends by itself; what cannot be given back goes with the page
	link := p.global.Get("document").Call("createElement", "a")
	link.Set("href", address)
	link.Set("download", name)
	_, err = p.Attempt(link, "click")
	return err
}
