//go:build delivery

package e2e_test

import (
	"strings"
	"testing"
)

// TestStorageThatFails is row 16: forbidden, full from the beginning or from
// the middle on, emptied, or with what another version has left.
func TestStorageThatFails(t *testing.T) {
	const fill = `(() => {
		for (let size = 1 << 22; size >= 1; size >>= 1) {
			try {
				for (let i = 0; ; i++) localStorage.setItem('fill/' + size + '/' + i, 'x'.repeat(size))
			} catch (err) {}
		}
	})()`
	for _, tt := range []struct {
		name   string
		head   string // of the page, before the widget
		middle string // in the middle of the conversation
		keeps  bool   // and what is unsent survives the page
		told   bool   // that it does not
	}{
		{"forbidden", `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })`, ``, false, true},
		{"full", fill, ``, false, true},
		{"full later", ``, fill, false, true},
		{"emptied", ``, `localStorage.clear()`, false, false},
		{"of another version", `localStorage.setItem('capsule/2/x/token', 'kept'); localStorage.setItem('capsule/1/x/outbox/y', '{"text":7}')`, ``, true, false},
		{"nonsense", `if (!localStorage.length) for (const key of ['token', 'room', 'visitor', 'owner', 'seen', 'outbox/x', 'outbox/']) localStorage.setItem('capsule/1/HOST/' + key, '{')`, ``, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := build(t)
			w.tag = `data-load="intent"`
			_, host, _ := strings.Cut(w.app.URL(), "://")
			w.head = "<script>" + strings.ReplaceAll(tt.head, "HOST", host) + "</script>"
			k := talkIn(t, w)
			if tt.middle != "" {
				k.p.eval(tt.middle + `, 0`)
			}
			k.write("one")
			k.settled()
			k.chat.RefuseUpgrades(1e6, 503)
			k.chat.DropAll()
			k.write("two", "three") // and where they are kept, leave
			if tt.told {
				k.p.within(patience, "what would be lost told of", k.p.offered(say("memory")))
			}
			if tt.keeps {
				k.p.reload()
				k.p.reopened()
			}
			k.chat.RefuseUpgrades(0, 0)
			k.nudge()
			k.say("all there?")
			k.settled()
			if tt.name == "of another version" {
				if got := k.p.eval(`localStorage.getItem('capsule/2/x/token') + localStorage.getItem('capsule/1/x/outbox/y')`); got != `kept{"text":7}` {
					t.Errorf("what is not ours is now %s", got)
				}
			}
		})
	}
}

// TestASandbox has the widget on a page without an origin, where storage
// throws and the bridge knows nobody: it cannot chat, and says so.
func TestASandbox(t *testing.T) {
	w := build(t)
	w.tag = `data-contact="help@shop.example"`
	w.policy = "sandbox allow-scripts"
	p := open(t)
	p.allow(`^(network|javascript|other): .*(CORS|Failed to load resource)`)
	p.visit(w.site.URL)
	p.click("button", say("launcher.open"))
	p.find("link", "help@shop.example")
	p.reads(say("trouble.title"))
}
