package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// TestPackagesInABrowser runs the tests of packages that are about
// browsers in one.
func TestPackagesInABrowser(t *testing.T) {
	for _, pkg := range []string{"browser", "loop", "wire"} {
		t.Run(pkg, func(t *testing.T) {
			folder := t.TempDir()
			program := filepath.Join(folder, "test.wasm")
			build := exec.Command("go", "test", "-c", "-o", program, "capsule/wasm/internal/"+pkg)
			build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			goroot, err := exec.Command("go", "env", "GOROOT").Output()
			if err != nil {
				t.Fatal(err)
			}
			glue, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec.js"))
			if err != nil {
				t.Fatal(err)
			}
			s := &sockets{}
			sockets := httptest.NewServer(s)
			site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/":
					rw.Header().Set("Content-Type", "text/html")
					// As under the widget's own runtime: a socket that is not open yet
					// can be closed with any code, and the library hears of errors as
					// closes alone.
					fmt.Fprint(rw, `<!doctype html><link rel="icon" href="data:,"><script>
						const { close, addEventListener } = WebSocket.prototype
						WebSocket.prototype.close = function (...code) { this.readyState ? close.apply(this, code) : close.call(this) }
						WebSocket.prototype.addEventListener = function (type, fn) { type === 'error' || addEventListener.call(this, type, fn) }
						</script><script src="glue.js"></script>`)
				case "/glue.js":
					rw.Header().Set("Content-Type", "text/javascript")
					_, _ = rw.Write(glue)
				case "/test.wasm":
					http.ServeFile(rw, r, program)
				default:
					http.NotFound(rw, r)
				}
			}))
			t.Cleanup(site.Close)
			t.Cleanup(sockets.Close)
			p := open(t)
			p.allow("^(network|javascript|other): .*WebSocket connection to", "^network: .*503")
			p.visit(site.URL)
			code := p.eval(`(async () => {
				const go = new Go()
				go.argv = ['test', '-test.v', '-test.timeout=60s']
				go.env = { TMPDIR: '/', CAPSULE_SOCKETS: %q }
				let code = 0
				go.exit = (c) => { code = c }
				const { instance } = await WebAssembly.instantiateStreaming(fetch('test.wasm'), go.importObject)
				await go.run(instance)
				return code
			})()`, "ws"+strings.TrimPrefix(sockets.URL, "http"))
			if code != "0" {
				t.Errorf("the tests ended with code %s", code)
			}
			if len(p.lines("PASS")) == 0 {
				t.Error("no test has passed")
			}
			for _, err := range s.ends() {
				if websocket.CloseStatus(err) != websocket.StatusNormalClosure {
					t.Errorf("a socket ended with %v, want 1000", err)
				}
			}
		})
	}
}

// sockets are the servers that the tests of wire dial in a browser.
type sockets struct {
	mu   sync.Mutex
	seen []error // how sockets ended that the client was to close
}

func (s *sockets) ends() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

func (s *sockets) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/refuse":
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	case "/late":
		<-r.Context().Done()
		return
	}
	c, err := websocket.Accept(rw, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	c.SetReadLimit(8 << 20)
	ctx := r.Context()
	say := func(text string) { _ = c.Write(ctx, websocket.MessageText, []byte(text)) }
	switch r.URL.Path {
	case "/flood":
		for i := range 1000 {
			say(strconv.Itoa(i))
		}
		_ = c.Close(websocket.StatusNormalClosure, "")
	case "/echo":
		for {
			_, data, err := c.Read(ctx)
			if err != nil {
				return
			}
			say(string(data))
			if string(data) == "bye" {
				_ = c.Close(websocket.StatusNormalClosure, "")
				return
			}
		}
	case "/large":
		say(strings.Repeat("x", 4<<20+1))
		s.end(c, r)
	case "/note":
		s.end(c, r)
	}
}

// end waits for the client's close.
func (s *sockets) end(c *websocket.Conn, r *http.Request) {
	_, _, err := c.Read(r.Context())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, err)
}
