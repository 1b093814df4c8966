package doctor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"capsule/server/internal/app"
	"capsule/server/internal/doctor"
	"capsule/server/standin"
)

// A world is a healthy set-up on this machine: the stand-in behind a proxy,
// Capsule's real server behind another, and a page. A fault is a change of it
// before it is examined.
type world struct {
	settings standin.Settings
	options  standin.Options
	away     bool // the agent
	chat     func(http.Handler) http.Handler
	capsule  func(http.Handler) http.Handler
	page     func(w http.ResponseWriter, server, chat string)
	args     []string // of Capsule
	change   func(*doctor.Options)
}

func files() fstest.MapFS {
	return fstest.MapFS{
		"capsule.js":        {Data: []byte(`const PACKED = {wasm: ["capsule-0a1b.wasm"]}`)},
		"capsule-0a1b.wasm": {Data: []byte("\x00asm....")}, "capsule-0a1b.wasm.br": {Data: []byte("packed")},
		"manifest.json": {Data: []byte(`{"version":"1","files":{"capsule.js":{},"capsule-0a1b.wasm":{"brotli":true,"immutable":true}}}`)},
	}
}

func serve(t *testing.T, h http.Handler) *url.URL {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func through(h http.Handler, f func(http.Handler) http.Handler) http.Handler {
	if f == nil {
		return h
	}
	return f(h)
}

// examine builds w and examines it.
func (w world) examine(t *testing.T) []doctor.Finding {
	t.Helper()
	w.options.Settings = &w.settings
	w.options.RESTLimits = true
	w.options.Agents = []standin.Agent{{ID: "bob", Username: "bob", Name: "Bob"}}
	w.options.Departments = []standin.Department{{ID: "d1", Name: "Sales", Agents: []string{"bob"}}}
	chat := standin.New(w.options)
	t.Cleanup(chat.Close)
	if !w.away {
		chat.Agent("bob").Online(true)
	}
	o := doctor.Options{Departments: map[string]string{"shop": "sales"}}
	o.RocketChat = serve(t, through(chat, w.chat))

	var page *url.URL
	var server string
	page = serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		if w.page != nil {
			w.page(rw, server, o.RocketChat.Host)
			return
		}
		_, _ = fmt.Fprintf(rw, `<script async src="%s/capsule.js"></script>`, server)
	}))
	a := &app.App{Files: files(), Logf: t.Logf}
	args := w.args
	if args == nil {
		args = []string{"-origin", "http://" + page.Host}
	}
	if err := a.ParseFlags(append(args, "-addr", "127.0.0.1:0", "-rocketchat", o.RocketChat.String()), func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	inner, err := url.Parse(a.URL())
	if err != nil {
		t.Fatal(err)
	}
	o.Server = serve(t, through(httputil.NewSingleHostReverseProxy(inner), w.capsule))
	server = o.Server.String()
	o.Pages = []*url.URL{page}
	if w.change != nil {
		w.change(&o)
	}
	return doctor.Run(context.Background(), o)
}

func healthy() world { return world{settings: standin.DefaultSettings()} }

func TestAHealthySetUp(t *testing.T) {
	found := healthy().examine(t)
	topics := map[string]bool{}
	for _, f := range found {
		topics[f.Topic] = true
		if f.Level != doctor.OK || f.Fix != "" {
			t.Errorf("%+v", f)
		}
	}
	for _, topic := range []string{"rocketchat", "omnichannel", "agents", "departments", "addresses", "websocket", "https", "server", "files", "origins", "page", "policy"} {
		if !topics[topic] {
			t.Errorf("nothing is said of %s", topic)
		}
	}
	if doctor.Failed(found) {
		t.Error("it has failed")
	}
}

// changed is a proxy that changes answers before they go out.
func changed(change func(h http.Header)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(&changer{ResponseWriter: w, change: change}, r)
		})
	}
}

type changer struct {
	http.ResponseWriter
	change func(http.Header)
	done   bool
}

func (c *changer) WriteHeader(status int) {
	if !c.done {
		c.change(c.Header())
		c.done = true
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *changer) Write(p []byte) (int, error) {
	if !c.done {
		c.WriteHeader(http.StatusOK)
	}
	return c.ResponseWriter.Write(p)
}

func (c *changer) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// except answers requests whose path begins so with f instead.
func except(path string, f http.HandlerFunc) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, path) {
				f(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

func without(names ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, name := range names {
				r.Header.Del(name)
			}
			next.ServeHTTP(w, r)
		})
	}
}

func csp(policy string) func(http.ResponseWriter, string, string) {
	return func(w http.ResponseWriter, server, chat string) {
		policy := strings.NewReplacer("SERVER", server, "CHAT", chat).Replace(policy)
		w.Header().Set("Content-Security-Policy", policy)
		_, _ = fmt.Fprintf(w, `<script async src="%s/capsule.js"></script>`, server)
	}
}

func TestAPolicyWithAllThatIsNeededIsWell(t *testing.T) {
	w := healthy()
	w.page = csp("default-src 'none'; script-src SERVER 'wasm-unsafe-eval'; connect-src SERVER ws://CHAT")
	for _, f := range w.examine(t) {
		if f.Level != doctor.OK {
			t.Errorf("%+v", f)
		}
	}
}

// TestAScriptThatWasPackedForTheServerIsWell, wherever it comes from.
func TestAScriptThatWasPackedForTheServerIsWell(t *testing.T) {
	w := healthy()
	w.page = func(rw http.ResponseWriter, server, _ string) {
		static := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(rw, `(()=>{var i={version:"0a1b2c3d",server:%q,style:""}})()`, server)
		}))
		_, _ = fmt.Fprintf(rw, `<script src="%s/capsule.js"></script>`, static)
	}
	for _, f := range w.examine(t) {
		if f.Level != doctor.OK {
			t.Errorf("%+v", f)
		}
	}
}

func TestEachFaultIsFound(t *testing.T) {
	for _, tt := range []struct {
		name  string
		harm  func(*world)
		topic string
		level doctor.Level
		text  string // what the finding says
		fix   string // what it advises
	}{
		{"Rocket.Chat is not there", func(w *world) {
			w.change = func(o *doctor.Options) { o.RocketChat = &url.URL{Scheme: "http", Host: "127.0.0.1:1"} }
		}, "rocketchat", doctor.Problem, "nothing listens there", "firewall"},
		{"no host of that name", func(w *world) {
			w.change = func(o *doctor.Options) { o.RocketChat = &url.URL{Scheme: "http", Host: "nowhere..invalid"} }
		}, "rocketchat", doctor.Problem, "there is no host nowhere..invalid", "-rocketchat"},
		{"https where http is spoken", func(w *world) {
			w.change = func(o *doctor.Options) { u := *o.RocketChat; u.Scheme = "https"; o.RocketChat = &u }
		}, "rocketchat", doctor.Problem, "does not speak TLS", "-rocketchat"},
		{"Rocket.Chat redirects", func(w *world) {
			w.chat = except("/api/info", func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, "https://chat.example/api/info", http.StatusMovedPermanently)
			})
		}, "rocketchat", doctor.Problem, "redirect to https://chat.example/api/info", "follows no redirects"},
		{"Rocket.Chat lives under a path", func(w *world) { w.chat = except("/", status(200)) },
			"rocketchat", doctor.Problem, "not Rocket.Chat's", "under a path"},
		{"Rocket.Chat is too old", func(w *world) {
			w.chat = except("/api/info", answer(`{"version":"2.4.1","success":true}`))
		}, "rocketchat", doctor.Problem, "version 2.4.1", "update"},
		{"Rocket.Chat keeps its version to itself", func(w *world) { w.chat = except("/api/info", answer(`{"success":true}`)) },
			"rocketchat", doctor.Warning, "does not tell its version", "newest"},
		{"Omnichannel is off", func(w *world) { w.settings.Enabled = false }, "omnichannel", doctor.Problem, "Omnichannel is off", "Settings > Omnichannel"},
		{"livechat is blocked by a proxy", func(w *world) { w.chat = except("/api/v1/livechat", status(403)) },
			"omnichannel", doctor.Problem, "status 403", "/api/v1/livechat/"},
		{"nobody is there", func(w *world) { w.away = true }, "agents", doctor.Warning, "Nobody is there", "headset"},
		{"nobody is there, and there is no form", func(w *world) { w.away = true; w.settings.OfflineForm = false },
			"agents", doctor.Problem, "no form either", "Display offline form"},
		{"a profile's department is misspelt", func(w *world) {
			w.change = func(o *doctor.Options) { o.Departments["shop"] = "Sails" }
		}, "departments", doctor.Problem, `"Sails"`, "There are: Sales."},
		{"a proxy drops the visitor's address", func(w *world) { w.chat = without("X-Forwarded-For", "X-Real-Ip") },
			"addresses", doctor.Problem, "all visitors as one", "HTTP_FORWARDED_COUNT=2"},
		{"the limiter is off", func(w *world) {
			w.chat = changed(func(h http.Header) { h.Del("X-Ratelimit-Remaining") })
		}, "addresses", doctor.Warning, "cannot be seen", "X-RateLimit"},
		{"a proxy passes no upgrade on", func(w *world) { w.chat = without("Upgrade", "Connection") },
			"websocket", doctor.Problem, "does not become a websocket: status", "proxy_set_header Upgrade"},
		{"the websocket's path is refused", func(w *world) { w.chat = except("/websocket", status(502)) },
			"websocket", doctor.Problem, "status 502", "nginx"},
		{"somebody else's websocket", func(w *world) { w.chat = except("/websocket", chatter(`{"hello":1}`)) },
			"websocket", doctor.Problem, "not Rocket.Chat: it sends everything but an answer", "-public"},
		{"a websocket of another version", func(w *world) { w.chat = except("/websocket", chatter(`{"msg":"failed","version":"1"}`)) },
			"websocket", doctor.Problem, "another version of DDP", "-public"},
		{"-public leads nowhere", func(w *world) {
			w.change = func(o *doctor.Options) { o.Public = &url.URL{Scheme: "http", Host: "127.0.0.1:1"} }
		}, "websocket", doctor.Problem, "nothing listens there", "-public"},
		{"mixed content", func(w *world) {
			w.change = func(o *doctor.Options) {
				o.Pages = append(o.Pages, &url.URL{Scheme: "https", Host: "127.0.0.1:1", Path: "/"})
				o.Public = &url.URL{Scheme: "http", Host: "chat.invalid"}
			}
		}, "https", doctor.Problem, "browsers do not let a page that came by https talk to it", "Let's Encrypt"},
		{"everything by http", func(w *world) {
			w.change = func(o *doctor.Options) {
				o.Public = &url.URL{Scheme: "http", Host: "chat.invalid"}
				o.Pages = []*url.URL{{Scheme: "http", Host: "page.invalid"}}
			}
		}, "https", doctor.Warning, "can be read on the way", "https"},
		{"Capsule is not there", func(w *world) {
			w.change = func(o *doctor.Options) { o.Server = &url.URL{Scheme: "http", Host: "127.0.0.1:1"} }
		}, "server", doctor.Problem, "nothing listens there", "-server"},
		{"something else is there", func(w *world) { w.capsule = except("/healthz", status(404)) },
			"server", doctor.Problem, "that is not Capsule", "root of a host"},
		{"Capsule is not known", func(w *world) { w.change = func(o *doctor.Options) { o.Server = nil } },
			"server", doctor.Warning, "not known", "-server"},
		{"Capsule does not reach Rocket.Chat", func(w *world) {
			w.capsule = except("/readyz", func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(503)
				_, _ = rw.Write([]byte(`{"ready":false,"reason":"unavailable"}`))
			})
		}, "server", doctor.Problem, `"reason":"unavailable"`, "-rocketchat"},
		{"nothing was built", func(w *world) { w.capsule = except("/capsule.js", status(404)) }, "files", doctor.Problem, "capsule.js is not there: status 404", "./build.sh"},
		{"a proxy rewrites scripts", func(w *world) {
			w.capsule = except("/capsule.js", func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Type", "text/javascript")
				_, _ = rw.Write([]byte("/* optimised */"))
			})
		}, "files", doctor.Problem, "not as it was built", "changes scripts"},
		{"two builds", func(w *world) { w.capsule = except("/capsule-0a1b.wasm", status(404)) }, "files", doctor.Problem, "capsule-0a1b.wasm is not there", "another build"},
		{"the wrong type", wasmWith("Content-Type", "application/octet-stream"), "files", doctor.Warning, `comes as "application/octet-stream"`, "application/wasm"},
		{"no compression", wasmWith("Content-Encoding", ""), "files", doctor.Warning, "uncompressed", "Accept-Encoding"},
		{"no cache", wasmWith("Cache-Control", "no-store"), "files", doctor.Warning, "may keep the wasm", "Cache-Control"},
		{"no CORS", wasmWith("Access-Control-Allow-Origin", ""), "files", doctor.Problem, "may not read it", "* once"},
		{"no CORP", wasmWith("Cross-Origin-Resource-Policy", "same-origin"), "files", doctor.Warning, "Cross-Origin-Embedder-Policy", "as it is"},
		{"the page is not on the list", func(w *world) { w.args = []string{} }, "origins", doctor.Problem, "may not show the widget", "-origin"},
		{"a site of a profile is not on the list", func(w *world) {
			w.change = func(o *doctor.Options) { o.Origins = []string{"https://shop.example"} }
		}, "origins", doctor.Problem, "https://shop.example may not", "https://shop.example"},
		{"a proxy adds a header of its own", func(w *world) {
			w.capsule = changed(func(h http.Header) { h.Add("Access-Control-Allow-Origin", "*") })
		}, "origins", doctor.Problem, "keep the answer from them", "none of its own"},
		{"a proxy drops the origin", func(w *world) { w.capsule = without("Origin") }, "origins", doctor.Problem, "everybody may show the widget", "Origin"},
		{"the page is gone", func(w *world) {
			w.page = func(rw http.ResponseWriter, _, _ string) { rw.WriteHeader(404) }
		}, "page", doctor.Problem, "cannot be read: status 404", "-page"},
		{"the page has no tag", func(w *world) {
			w.page = func(rw http.ResponseWriter, _, _ string) { _, _ = rw.Write([]byte("<p>Hello")) }
		}, "page", doctor.Warning, "no script tag", "README"},
		{"the tag talks to another server", func(w *world) {
			w.page = func(rw http.ResponseWriter, server, _ string) {
				_, _ = fmt.Fprintf(rw, `<script src=%s/capsule.js data-server="https://old.example"></script>`, server)
			}
		}, "page", doctor.Warning, "talks to https://old.example", "data-server"},
		{"a policy without scripts", func(w *world) { w.page = csp("script-src 'self' 'wasm-unsafe-eval'; connect-src *") },
			"policy", doctor.Problem, "load the widget", "script-src: http://127.0.0.1"},
		{"a policy without WebAssembly", func(w *world) { w.page = csp("script-src SERVER; connect-src *") },
			"policy", doctor.Problem, "run WebAssembly", "'wasm-unsafe-eval'"},
		{"a policy without the socket", func(w *world) { w.page = csp("connect-src SERVER http://CHAT") },
			"policy", doctor.Problem, "open the websocket", "connect-src: ws://127.0.0.1"},
		{"a policy without the server", func(w *world) { w.page = csp("connect-src ws://CHAT:*") },
			"policy", doctor.Problem, "talk to Capsule's server", "connect-src: http://127.0.0.1"},
		{"a policy in the page itself", func(w *world) {
			w.page = func(rw http.ResponseWriter, server, _ string) {
				_, _ = fmt.Fprintf(rw, `<meta content="default-src &apos;none&apos;" http-equiv='Content-Security-Policy'><script src='%s/capsule.js'></script>`, server)
			}
		}, "policy", doctor.Problem, "load the widget", "script-src"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := healthy()
			tt.harm(&w)
			found := w.examine(t)
			if !slices.ContainsFunc(found, func(f doctor.Finding) bool {
				return f.Topic == tt.topic && f.Level == tt.level && strings.Contains(f.Text, tt.text) && strings.Contains(f.Fix, tt.fix)
			}) {
				t.Errorf("not found: %s, %s, %q, %q", tt.topic, tt.level, tt.text, tt.fix)
				for _, f := range found {
					t.Logf("%+v", f)
				}
			}
			if failed := doctor.Failed(found); tt.level == doctor.Problem && !failed {
				t.Error("and all is well?")
			}
		})
	}
}
