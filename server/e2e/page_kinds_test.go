package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestAStrictPage has a page that allows what the widget needs and nothing
// else, and demands Trusted Types.
func TestAStrictPage(t *testing.T) {
	w := build(t)
	server := w.app.URL()
	w.policy = strings.Join([]string{
		"default-src 'none'",
		"script-src 'wasm-unsafe-eval' " + server,
		"connect-src " + server + " " + w.socket,
		"img-src data:",
		"require-trusted-types-for 'script'",
		"trusted-types capsule",
	}, "; ")
	p := w.visit()
	room := w.start(p, "hello")
	w.say(room, "good day")
	p.reads("good day")
	if where := p.eval(`(() => {
		const panel = document.querySelector('capsule-chat').shadowRoot.querySelector('[role=dialog]').getBoundingClientRect()
		return Math.round(innerWidth - panel.right) + ' ' + Math.round(panel.width)
	})()`); where != "20 380" {
		t.Errorf("the panel's distance and width are %s, want 20 380: its style is missing", where)
	}
}

// TestAHostilePage has a page whose scripts have patched or broken what
// scripts usually rely on, after ours was loaded or before.
func TestAHostilePage(t *testing.T) {
	for name, script := range map[string]string{
		"polluted prototypes": `
			Object.prototype.polluted = () => 1
			Object.prototype.mode = 'x'
			Array.prototype.extra = 'y'
			String.prototype.value = 7`,
		"patched natives": `
			addEventListener('load', () => {
				fetch = () => { throw new Error('fetch is patched') }
				WebSocket = function () { throw new Error('WebSocket is patched') }
				JSON.parse = () => { throw new Error('JSON is patched') }
				setTimeout = () => { throw new Error('setTimeout is patched') }
			})`,
		"frozen built-ins": `
			[Object, Array, String, Function, Promise, Map].forEach((c) => { Object.freeze(c); Object.freeze(c.prototype) })`,
		"a framework that wraps everything": `
			const wrapped = new WeakMap()
			const wrap = (fn) => {
				if (typeof fn !== 'function') return fn
				if (!wrapped.has(fn)) wrapped.set(fn, function () { return fn.apply(this, arguments) })
				return wrapped.get(fn)
			}
			for (const [owner, names] of [[window, ['setTimeout', 'requestAnimationFrame', 'requestIdleCallback', 'queueMicrotask']],
				[EventTarget.prototype, ['addEventListener', 'removeEventListener']], [Promise.prototype, ['then', 'catch']]]) {
				for (const name of names) {
					const real = owner[name]
					owner[name] = function () { return real.apply(this, Array.from(arguments, wrap)) }
				}
			}
			const { fetch: asked, WebSocket: Socket } = window
			window.fetch = (...args) => new Promise((resolve, reject) => asked(...args).then(resolve, reject))
			window.WebSocket = class extends Socket { send(data) { super.send(data) } }`,
		"a fetch of its own that fails in odd ways": `
			const asked = window.fetch
			const odd = [() => Promise.reject(), () => Promise.reject('no'), () => Promise.resolve(), () => Promise.resolve({})]
			window.fetch = (url, ...more) => String(url).includes('/v1/') && odd.length ? odd.pop()() : asked(url, ...more)`,
		"loud styles": `
			addEventListener('DOMContentLoaded', () => {
				document.head.append(Object.assign(document.createElement('style'), {
					textContent: '* { all: revert; font-size: 40px !important; color: red !important; display: block } button, textarea { position: fixed !important; top: 0 }',
				}))
			})`,
	} {
		t.Run(name, func(t *testing.T) {
			w := build(t)
			w.head = "<script>" + script + "</script>"
			p := w.visit()
			room := w.start(p, "hello")
			w.say(room, "good day")
			p.reads("good day")
		})
	}
}

func TestForbiddenStorageIsNoReasonNotToChat(t *testing.T) {
	w := build(t)
	w.head = `<script>Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })</script>`
	p := w.visit()
	room := w.start(p, "hello")
	w.say(room, "good day")
	p.reads("good day")
}

func TestByKeyboardAlone(t *testing.T) {
	w := build(t)
	p := w.visit()
	p.press("Tab") // the page's own field
	p.press("Tab")
	if at := p.focus(); at != "button "+say("launcher.open") {
		t.Fatalf("after the page comes %q", at)
	}
	p.press("Enter")
	p.waitFocus("textbox " + say("form.name"))
	p.keys("Vera")
	p.press("Tab")
	p.keys("vera@example.com")
	p.press("Enter")
	p.waitFocus("textbox " + say("write"))
	p.keys("one")
	p.press("Enter", input.ModifierShift)
	p.keys("two")
	p.press("Enter")
	w.until("both lines", func(v *view) bool {
		rooms := v.Rooms()
		return len(rooms) == 1 && has(v.Messages(rooms[0].ID), "one\ntwo")
	})
	p.press("Escape")
	p.gone("dialog", "")
	p.waitFocus("button " + say("launcher.open"))
}

func (p *page) waitFocus(want string) {
	p.t.Helper()
	p.until("focus on "+want, func() (bool, string) {
		at := p.focus()
		return at == want, at
	})
}

// A word that is being composed is chosen by Enter, and not sent.
func TestAnInputMethodKeepsItsEnter(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	p.click("textbox", say("write.to", "{name}", "Sam Okafor"))
	p.do(input.ImeSetComposition("にほん", 3, 3))
	p.do(input.DispatchKeyEvent(input.KeyRawDown).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(229))
	p.do(input.InsertText("日本"))
	box := p.find("textbox", say("write.to", "{name}", "Sam Okafor"))
	if got := p.call(box, `function () { return this.value }`); got != "日本" {
		t.Errorf("the composer has %q", got)
	}
	p.press("Enter")
	w.until("the word", func(v *view) bool { return has(v.Messages(room), "日本") })
	if has(w.chat.Messages(room), "にほん") {
		t.Error("half a word was sent")
	}
}

// TestForAScreenReader looks at what one is told: names for everything
// that can be used, roles for what it is, and no doubt what is new.
func TestForAScreenReader(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	w.say(room, "good day")
	p.reads("good day")
	for _, want := range [][2]string{
		{"dialog", say("dialog")}, {"log", say("conversation")}, {"heading", "Sam Okafor"},
		{"button", say("end")}, {"button", say("send")}, {"textbox", say("write.to", "{name}", "Sam Okafor")},
	} {
		p.find(want[0], want[1])
	}
	for _, role := range []string{"button", "textbox", "link", "combobox", "dialog", "image"} {
		for _, n := range p.nodes(role, "") {
			// What is in a button speaks by the button's name.
			if len(n.Name.Value) <= len(`""`) && p.call(n.BackendDOMNodeID, `function () { return !!(this.parentElement && this.parentElement.closest('button')) }`) == "false" {
				t.Errorf("a %s has no name: %s", role, p.call(n.BackendDOMNodeID, `function () { return this.outerHTML.slice(0, 200) }`))
			}
		}
	}
	live := 0
	for _, role := range []string{"status", "alert"} {
		live += len(p.nodes(role, ""))
	}
	if live == 0 {
		t.Error("nothing is announced: there is no live region")
	}
	p.press("Escape")
	w.say(room, "are you there?")
	p.find("button", say("launcher.unread.one", "{n}", "1"))
	for _, n := range p.nodes("button", "") {
		if expanded(n) != "false" {
			t.Errorf("the launcher says expanded=%s of a closed panel", expanded(n))
		}
	}
}

func expanded(n *accessibility.Node) string {
	for _, property := range n.Properties {
		if property.Name == accessibility.PropertyNameExpanded {
			return string(property.Value.Value)
		}
	}
	return ""
}

func TestTwoTabsShowTheSame(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	q := tab(t, p.ctx)
	q.visit(w.site.URL)
	q.click("button", say("launcher.open"))
	q.reads("hello")
	w.say(room, "good day")
	p.reads("good day")
	q.reads("good day")
	q.write(say("write.to", "{name}", "Sam Okafor"), "from the other tab")
	q.press("Enter")
	p.reads("from the other tab")
	if n := len(w.chat.Rooms()); n != 1 {
		t.Errorf("there are %d rooms", n)
	}
}

func TestATabJoinsWhatAnotherBegins(t *testing.T) {
	w := build(t)
	p := w.visit()
	q := tab(t, p.ctx)
	q.visit(w.site.URL)
	q.click("button", say("launcher.open"))
	q.reads(say("form.intro"))
	room := w.start(p, "hello")
	q.reads("hello")
	q.find("textbox", say("write.to", "{name}", "Sam Okafor"))
	w.say(room, "good day")
	q.reads("good day")
	if n := len(w.chat.Rooms()); n != 1 {
		t.Errorf("there are %d rooms", n)
	}
}

// TestPicture makes the picture of the README where CAPSULE_SHOTS asks for
// it, and looks at the demo page in any case.
func TestPicture(t *testing.T) {
	w := build(t)
	w.sam.Online(true)
	p := open(t)
	p.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}),
		chromedp.EmulateViewport(1200, 800, chromedp.EmulateScale(2)))
	p.visit(w.app.URL() + "/")
	room := w.start(p, "Hello! Is the ladder chair to be had in oak?")
	w.say(room, "Good morning, Vera. Yes, and it is lovely in oak. Is it for a dining table?")
	p.reads("dining table?")
	p.write(say("write.to", "{name}", "Sam Okafor"), "For my desk. How long would it take?")
	p.press("Enter")
	w.until("the line", func(v *view) bool { return has(v.Messages(room), "For my desk. How long would it take?") })
	if err := w.sam.Typing(room, true); err != nil {
		t.Fatal(err)
	}
	p.reads(say("typing.one", "{name}", "Sam Okafor"))
	p.rest()
	var png []byte
	p.do(chromedp.CaptureScreenshot(&png))
	folder := filepath.Join(root, ".bin", "e2e")
	if os.Getenv("CAPSULE_SHOTS") != "" {
		folder = filepath.Join(root, "assets", "shots")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(folder, "widget.png")
	if err := os.WriteFile(name, png, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("see %s", name)
}
