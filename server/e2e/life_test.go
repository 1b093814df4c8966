package e2e_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
)

func TestThereAndBackAgain(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	p.visit(w.site.URL + "/?other")
	p.find("button", "")
	// A page that the browser has kept does not load again, so there is
	// nothing more to wait for.
	p.eval(`setTimeout(() => history.back(), 0)`)
	w.until("the subscription", subscribed(room))
	w.say(room, "welcome back")
	p.until("the line", func() (bool, string) {
		if len(p.nodes("dialog", "")) == 0 { // the browser has not kept the page
			p.click("button", "")
		}
		text := p.text()
		return strings.Contains(text, "welcome back"), text
	})
}

func TestAFrozenPageCatchesUp(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	p.do(cdppage.SetWebLifecycleState(cdppage.SetWebLifecycleStateStateFrozen))
	w.chat.DropAll()
	w.say(room, "while you slept")
	p.do(cdppage.SetWebLifecycleState(cdppage.SetWebLifecycleStateStateActive))
	p.reads("while you slept")
}

func TestOffline(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	p.allow(`^network: .*ERR_INTERNET_DISCONNECTED`, `WebSocket connection to`)
	net := network.EmulateNetworkConditions(true, 0, -1, -1)
	p.do(net)
	w.chat.DropAll()
	p.write(say("write.to", "{name}", "Sam Okafor"), "from the tunnel")
	p.press("Enter")
	p.reads("from the tunnel")
	w.say(room, "into the tunnel")
	p.do(network.EmulateNetworkConditions(false, 0, -1, -1))
	p.reads("into the tunnel")
	w.until("the line", func(v *view) bool { return has(v.Messages(room), "from the tunnel") })
	count := 0
	for _, m := range w.chat.Messages(room) {
		if m.Text == "from the tunnel" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("the line arrived %d times", count)
	}
}

// TestACrash ends the program as a trap does, once: it is started again and
// goes on; and once more: then there is a way out.
func TestACrash(t *testing.T) {
	w := build(t)
	w.tag = `data-contact="mailto:help@shop.example"`
	w.head = `<script>(() => {
		const real = WebAssembly.instantiate
		WebAssembly.instantiate = (module, imports) => {
			const js = imports.gojs
			const call = Object.keys(js).find((name) => name.endsWith('valueCall'))
			const old = js[call]
			js[call] = (...args) => {
				if (window.crash) {
					window.crash = false
					throw new WebAssembly.RuntimeError('unreachable')
				}
				return old(...args)
			}
			return real(module, imports)
		}
	})()</script>`
	p := w.visit()
	room := w.start(p, "hello")
	p.write(say("write.to", "{name}", "Sam Okafor"), "half a sentence")
	p.eval(`(window.crash = true)`)
	w.say(room, "good day")
	p.until("the draft again", func() (bool, string) {
		for _, n := range p.nodes("textbox", say("write.to", "{name}", "Sam Okafor")) {
			if got := p.call(n.BackendDOMNodeID, `function () { return this.value }`); got == "half a sentence" && p.eval(`window.crash`) == "false" {
				return true, ""
			}
		}
		return false, p.text()
	})
	p.reads("good day")
	p.reads("hello")

	p.allow(`^warning: capsule: stopped twice`)
	p.eval(`(window.crash = true)`)
	w.say(room, "and again")
	p.find("link", "help@shop.example")
	if said := p.lines("capsule: "); len(said) != 1 {
		t.Errorf("the console says %q, want one line", said)
	}
}
