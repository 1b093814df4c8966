package e2e_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// rest waits until the page has loaded and the browser has had nothing to
// do twice over.
func (p *page) rest() {
	p.t.Helper()
	p.eval(`new Promise((done) => {
		const calm = () => requestIdleCallback(() => requestIdleCallback(() => setTimeout(done, 0)))
		document.readyState === 'complete' ? calm() : addEventListener('load', calm)
	})`)
}

// kept is how many things the site's storage holds, of any kind.
func (p *page) kept() string {
	p.t.Helper()
	return p.eval(`(async () => localStorage.length + sessionStorage.length + document.cookie.length +
		(await indexedDB.databases()).length + (await caches.keys()).length)()`)
}

func (p *page) before(script string) {
	p.t.Helper()
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := cdppage.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
		return err
	}))
}

func TestBeforeIntentNothingIsAskedNorKept(t *testing.T) {
	for _, tt := range []struct {
		name, tag, head string
		wasm            bool
	}{
		{"idle loading fetches the program ahead", ``, ``, true},
		{"intent does not", `data-load="intent"`, ``, false},
		{"nor does idle where data is to be saved", ``, `<script>
			Object.defineProperty(navigator, 'connection', { value: { saveData: true, effectiveType: '4g' } })
		</script>`, false},
		{"nor on a slow link", ``, `<script>
			Object.defineProperty(navigator, 'connection', { value: { saveData: false, effectiveType: '2g' } })
		</script>`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := build(t)
			w.tag, w.head = tt.tag, tt.head
			p := w.visit()
			p.rest()
			var others, wasm []request
			for _, r := range p.asked(w.app.URL()) {
				switch {
				case strings.HasSuffix(r.URL, "/capsule.js"):
				case strings.Contains(r.URL, ".wasm"):
					wasm = append(wasm, r)
				default:
					others = append(others, r)
				}
			}
			if len(others) > 0 {
				t.Errorf("the server is asked for %v", others)
			}
			if got := len(wasm) == 1; got != tt.wasm || len(wasm) > 1 {
				t.Errorf("the program is fetched: %v", wasm)
			}
			for _, r := range wasm {
				if r.Priority != network.ResourcePriorityLow && r.Priority != network.ResourcePriorityVeryLow {
					t.Errorf("the program is fetched with priority %s", r.Priority)
				}
				p.until("the program after the page's load", func() (bool, string) {
					times := p.eval(`(() => {
						const entry = performance.getEntriesByType('resource').find((e) => e.name.includes('.wasm'))
						const loaded = performance.getEntriesByType('navigation')[0].loadEventStart
						return [!!entry && loaded > 0 && entry.startTime >= loaded, entry && entry.startTime, loaded].join()
					})()`)
					return strings.HasPrefix(times, "true"), times
				})
			}
			if n := p.kept(); n != "0" {
				t.Errorf("%s things are kept", n)
			}
			if sent := w.chat.Received(); len(sent) > 0 {
				t.Errorf("Rocket.Chat is asked %v", sent)
			}
		})
	}
}

func TestAReturningVisitorIsAwaited(t *testing.T) {
	w := build(t)
	w.tag = `data-load="intent"`
	p := w.visit()
	room := w.start(p, "hello")
	p.press("Escape")
	p.gone("dialog", "")
	p.reload()
	// No click: the conversation goes on, and the badge tells of it.
	w.until("the subscription", subscribed(room))
	w.say(room, "are you still there?")
	p.find("button", say("launcher.unread.one", "{n}", "1"))
}

func TestThePageIsLeftAsItWas(t *testing.T) {
	w := build(t)
	w.head = `<script>const names = () => Object.getOwnPropertyNames(window); const found = names()</script>`
	p := w.visit()
	w.start(p, "hello")
	if added := p.eval(`names().filter((name) => !found.includes(name)).join()`); added != "Capsule" {
		t.Errorf("new on the page: %s", added)
	}
	if types := p.eval(`[typeof Go, typeof fs, typeof process, typeof path, typeof capsule].join()`); types != "undefined,undefined,undefined,undefined,undefined" {
		t.Errorf("Go, fs, process, path, capsule are %s", types)
	}
	p.eval(`Capsule.destroy()`)
	p.until("the end", func() (bool, string) {
		left := p.eval(`[...document.querySelectorAll('capsule-chat')].length + typeof Capsule`)
		return left == "0undefined", left
	})
	w.until("the socket's end", func(v *view) bool { return v.Connections() == 0 })
}

// elsewhere serves the bundle as a static host does.
func elsewhere(t *testing.T, w *world, handle func(http.Handler) http.Handler) {
	t.Helper()
	files := http.FileServer(http.Dir(dist))
	cors := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Access-Control-Allow-Origin", "*")
		files.ServeHTTP(rw, r)
	})
	host := httptest.NewServer(handle(cors))
	t.Cleanup(host.Close)
	w.from = host.URL
	w.tag = `data-server="` + w.app.URL() + `" data-contact="mailto:help@shop.example"`
}

func TestTheBundleWorksFromAStaticHost(t *testing.T) {
	w := build(t)
	elsewhere(t, w, func(h http.Handler) http.Handler { return h })
	p := w.visit()
	w.start(p, "hello")
	if n := len(p.asked(".wasm.gz")); n != 1 {
		t.Errorf("the packed program was fetched %d times", n)
	}
}

func TestWhereGoCannotRunThereIsAWayOut(t *testing.T) {
	missing := func(part string) func(http.Handler) http.Handler {
		return func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, part) {
					rw.Header().Set("Access-Control-Allow-Origin", "*")
					http.NotFound(rw, r)
					return
				}
				h.ServeHTTP(rw, r)
			})
		}
	}
	changed := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, ".wasm") {
				rw.Header().Set("Access-Control-Allow-Origin", "*")
				_, _ = rw.Write([]byte("not what was built"))
				return
			}
			h.ServeHTTP(rw, r)
		})
	}
	as := func(h http.Handler) http.Handler { return h }
	for _, tt := range []struct {
		name, why    string
		handle       func(http.Handler) http.Handler
		head, policy string
	}{
		{"the policy forbids WebAssembly", "wasm-unsafe-eval", as, "", "script-src 'self' 'unsafe-inline' HOST"},
		{"the browser has none", "WebAssembly", as, "<script>delete window.WebAssembly</script>", ""},
		{"the program is missing", ".wasm", missing(".wasm"), "", ""},
		{"the program is another one", "was changed", changed, "", ""},
		{"the runtime is missing", "runtime", missing("runtime-"), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := build(t)
			elsewhere(t, w, tt.handle)
			w.head, w.policy = tt.head, strings.ReplaceAll(tt.policy, "HOST", w.from)
			p := open(t)
			// The one line of ours, and what the browser itself says of it.
			p.allow(`^warning: capsule: `, `^(security|network|rendering|other|javascript): `)
			p.visit(w.site.URL)
			p.click("button", say("launcher.open"))
			p.find("link", "help@shop.example")
			p.reads(say("trouble.title"))
			if said := p.lines(`capsule: `); len(said) != 1 || !strings.Contains(said[0], tt.why) {
				t.Errorf("the console says %q, want one line about %q", said, tt.why)
			}
			if got := p.call(p.find("link", "help@shop.example"), `function () { return this.href }`); got != "mailto:help@shop.example" {
				t.Errorf("the way out leads to %s", got)
			}
		})
	}
}
