package e2e_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
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

// TestSocketsCannotEndTheProgram runs testdata/sockets, compiled as the
// widget is, under the widget's own runtime.
func TestSocketsCannotEndTheProgram(t *testing.T) {
	ends := &closes{codes: map[string]websocket.StatusCode{}}
	sockets := httptest.NewServer(ends)
	t.Cleanup(sockets.Close)
	files := http.FileServer(http.Dir(trial(t)))
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			files.ServeHTTP(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "text/html")
		// Go asks its own object for every event, which shows it to us.
		fmt.Fprintf(rw, `<!doctype html><link rel="icon" href="data:,"><script>
			const get = Reflect.get
			Reflect.get = (target, name, ...more) => {
				if (name === '_pendingEvent') window.program = target
				return get(target, name, ...more)
			}
			</script><script src="capsule.js" data-load="eager" data-server="%s" data-sockets="ws%s"></script>`,
			sockets.URL, strings.TrimPrefix(sockets.URL, "http"))
	}))
	t.Cleanup(site.Close)
	p := open(t)
	p.allow("WebSocket connection to", "^network: .*(503|404)")
	p.visit(site.URL)
	p.eval(`(Capsule.open(), 0)`)
	attribute := func(name string) string {
		return p.eval(`(document.querySelector('capsule-chat')?.getAttribute('data-%s') || '')`, name)
	}
	for _, name := range []string{"refused", "bad-url", "timed-out", "close-now", "cancelled", "large", "gone", "after", "echo", "deep"} {
		p.until(name, func() (bool, string) { got := attribute(name); return got != "", got })
		if got := attribute(name); got != " well" {
			t.Errorf("%s:%s", name, got)
		}
	}
	for name, want := range map[string]websocket.StatusCode{"close-now": 3001, "cancelled": 3008, "large": 3009, "after": 1000} {
		p.until("the end of "+name, func() (bool, string) { got := ends.code(name); return got != 0, "none" })
		if got := ends.code(name); got != want {
			t.Errorf("the server was told %d by %s, want %d", got, name, want)
		}
	}

	// What there is after one round must be there after ten.
	const rounds = 10
	var live, memory [rounds]int
	for round := range rounds {
		want := strconv.Itoa(round) + " well"
		p.until("round "+want, func() (bool, string) { got := attribute("round"); return got == want, got })
		count := func(expr string) int {
			n, err := strconv.Atoi(p.eval(expr))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		live[round] = count(`(program._values.length - program._idPool.length)`)
		memory[round] = count(`((program._inst.exports.memory || program._inst.exports.mem).buffer.byteLength)`) >> 10
		p.eval(`(document.querySelector('capsule-chat').next(), 0)`)
	}
	t.Logf("after 1,000 messages and 100 connections each, Go holds %d JavaScript values and %d KB", live, memory)
	if first, last := live[0], live[rounds-1]; last > first+100 {
		t.Errorf("Go holds %d JavaScript values in the end, and %d in the beginning", last, first)
	}
	if first, last := memory[0], memory[rounds-1]; last > 2*first {
		t.Errorf("Go has %d KB of memory in the end, and %d KB in the beginning", last, first)
	}

	// Then it panics, which the loader must notice, as nothing else does.
	p.until("another start", func() (bool, string) {
		got := attribute("again")
		return got == " well", "crashing:" + attribute("crashing")
	})
}

// trial compiles testdata/sockets by the compiler of the site that is tried,
// and packs it as the widget is packed.
func trial(t *testing.T) string {
	t.Helper()
	programs, err := filepath.Glob(filepath.Join(dist, "capsule-*.wasm"))
	if err != nil || len(programs) != 1 {
		t.Fatalf("the programs of %s are %q, want one", dist, programs)
	}
	program, err := os.ReadFile(programs[0])
	if err != nil {
		t.Fatal(err)
	}
	compiler := "go"
	if bytes.Contains(program, []byte("runtime.sleepTicks")) { // only TinyGo asks for it
		compiler = "tinygo"
	}
	folder := t.TempDir()
	cmd := exec.Command("./build.sh", "trial", compiler, "./server/e2e/testdata/sockets", folder)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build.sh trial: %v\n%s", err, out)
	}
	return folder
}

// closes are servers that sockets end in every way with.
type closes struct {
	mu    sync.Mutex
	codes map[string]websocket.StatusCode // what a server was told, by what the client calls itself
}

func (s *closes) code(by string) websocket.StatusCode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.codes[by]
}

func (s *closes) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/refuse":
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	case "/late":
		<-r.Context().Done()
		return
	case "/end", "/large", "/gone", "/echo":
	default:
		http.NotFound(rw, r)
		return
	}
	var raw net.Conn
	c, err := websocket.Accept(keeps{rw, &raw}, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	switch r.URL.Path {
	case "/gone":
		_ = raw.Close()
	case "/large":
		_ = c.Write(r.Context(), websocket.MessageText, []byte("longer than ten"))
	}
	for {
		_, data, err := c.Read(r.Context())
		if err != nil {
			s.mu.Lock()
			s.codes[r.URL.Query().Get("by")] = websocket.CloseStatus(err)
			s.mu.Unlock()
			return
		}
		_ = c.Write(r.Context(), websocket.MessageText, data)
	}
}

// keeps shows the connection under a websocket.
type keeps struct {
	http.ResponseWriter
	raw *net.Conn
}

func (k keeps) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, b, err := k.ResponseWriter.(http.Hijacker).Hijack()
	*k.raw = c
	return c, b, err
}
