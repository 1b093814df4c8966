package browser

import (
	"syscall/js"

	"capsule/wasm/internal/view"
)

// A Tab remembers what lasts as long as the tab: whether the panel is open.
// Where the browser forbids storage it remembers nothing.
type Tab struct {
	page    Page
	storage js.Value
	key     string
	open    bool
}

// OpenTab returns the tab of host. It writes nothing.
func OpenTab(p Page, host string) *Tab {
	t := &Tab{page: p, storage: p.global.Get("sessionStorage"), key: keyPrefix + host + "/open"}
	if t.storage.Type() == js.TypeObject {
		v, err := p.Attempt(t.storage, "getItem", t.key)
		t.open = err == nil && v.Truthy()
	}
	return t
}

// Reopens reports whether the panel was open on the page before this one.
// Where it covers the whole page it has no business on another one: only a
// reload brings it back.
func (t *Tab) Reopens() bool {
	if !t.open {
		return false
	}
	covering, err := t.page.Attempt(t.page.global, "matchMedia", view.Covering)
	if err == nil && !covering.Get("matches").Truthy() {
		return true
	}
	entries, err := t.page.Attempt(t.page.global.Get("performance"), "getEntriesByType", "navigation")
	return err == nil && entries.Length() > 0 && text(entries.Index(0).Get("type")) == "reload"
}

// Keep remembers whether the panel is open.
func (t *Tab) Keep(open bool) {
	if open == t.open || t.storage.Type() != js.TypeObject {
		return
	}
	t.open = open
	if open {
		_, _ = t.page.Attempt(t.storage, "setItem", t.key, "1") // what is not kept is closed on the next page
	} else {
		_, _ = t.page.Attempt(t.storage, "removeItem", t.key)
	}
}
