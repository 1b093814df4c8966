package browser

import (
	"syscall/js"

	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/session"
)

// A Life tells the session what becomes of the page.
type Life struct{ listeners listeners }

// Watch posts the events of the page's life, beginning with Hidden if the
// page is in the background already, and what other tabs do to store.
func Watch(p Page, store loop.Store, post func(session.Event)) *Life {
	l := new(Life)
	shared, _ := store.(*Store) // a memory is one tab's own
	recall := func() {
		if shared != nil {
			post(session.Recalled{Saved: loop.Load(shared)})
		}
	}
	window, document := p.global, p.global.Get("document")
	tell := func(target js.Value, kind string, ev session.Event) {
		l.listeners.on(target, kind, func(js.Value) { post(ev) })
	}
	seen := func() session.Event {
		if hidden(document) {
			return session.Hidden{}
		}
		return session.Shown{}
	}
	l.listeners.on(document, "visibilitychange", func(js.Value) { post(seen()) })
	// An open socket can keep a page out of the back/forward cache, and
	// does not survive it.
	tell(window, "pagehide", session.Slept{})
	l.listeners.on(window, "pageshow", func(event js.Value) {
		if event.Get("persisted").Truthy() {
			recall()
			post(session.Woke{})
		}
	})
	tell(document, "freeze", session.Slept{})
	l.listeners.on(document, "resume", func(js.Value) {
		recall() // before the page goes on where it was
		post(session.Woke{})
	})
	l.listeners.on(window, "storage", func(event js.Value) {
		if shared == nil {
			return
		}
		if event.Get("key").IsNull() {
			recall() // somebody has cleared everything
			return
		}
		if key, ok := shared.own(event.Get("key")); ok {
			kept, _ := shared.Get(key)
			post(session.Stored{Key: key, Value: text(event.Get("newValue")), Kept: kept})
		}
	})
	tell(window, "online", session.Woke{})
	tell(window, "offline", session.NetworkLost{})
	if hidden(document) {
		post(session.Hidden{})
	}
	return l
}

// Close ends the watch.
func (l *Life) Close() { l.listeners.close() }

func hidden(document js.Value) bool { return document.Get("hidden").Truthy() }
