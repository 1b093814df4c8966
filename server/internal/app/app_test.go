package app_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"capsule/server/internal/app"
	"capsule/server/standin"
)

func none(string) string { return "" }

// built is a dist folder with one page and one script.
func built(t *testing.T) fstest.MapFS {
	t.Helper()
	folder := fstest.MapFS{}
	var files []string
	for name, text := range map[string]string{"index.html": "<title>demo</title>", "capsule.js": "// loader"} {
		sum := sha256.Sum256([]byte(text))
		files = append(files, fmt.Sprintf(`%q:{"hash":%q}`, name, base64.StdEncoding.EncodeToString(sum[:])))
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	folder["manifest.json"] = &fstest.MapFile{Data: []byte(`{"version":"1","files":{` + strings.Join(files, ",") + `}}`)}
	return folder
}

func start(t *testing.T, a *app.App, args ...string) *app.App {
	t.Helper()
	if err := a.ParseFlags(append([]string{"-addr", "127.0.0.1:0"}, args...), none); err != nil {
		t.Fatal(err)
	}
	if a.Logf == nil {
		a.Logf = t.Logf
	}
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func rocketChat(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/api/info" {
			_, _ = io.WriteString(w, `{"version":"6.14","success":true}`)
			return
		}
		_, _ = io.WriteString(w, `{"config":{"enabled":true,"online":true},"success":true}`)
	}))
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestItServesWidgetBridgeAndHealth(t *testing.T) {
	a := start(t, &app.App{Files: built(t)}, "-rocketchat", rocketChat(t).URL, "-public", "https://chat.example/team")
	for path, want := range map[string]string{
		"/capsule.js": "// loader",
		"/healthz":    `{"ok":true}`,
		"/v1/config":  `"socket":"wss://chat.example/team/websocket"`,
	} {
		if res, body := get(t, a.URL()+path); res.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("GET %s: %d %s", path, res.StatusCode, body)
		}
	}
	for _, path := range []string{"/", "/index.html", "/v1", "/V1/config", "/healthz/", "/debug/pprof/", "/metrics", "/manifest.json"} {
		if res, _ := get(t, a.URL()+path); res.StatusCode != 404 {
			t.Errorf("GET %s: %d", path, res.StatusCode)
		}
	}
}

func TestAFolderIsServedAndWatched(t *testing.T) {
	folder := t.TempDir()
	a := start(t, &app.App{}, "-rocketchat", rocketChat(t).URL, "-assets", folder, "-public", "https://chat.example/team")
	if res, body := get(t, a.URL()); res.StatusCode != 503 || !strings.Contains(body, "run ./build.sh") {
		t.Errorf("before the build: %d %s", res.StatusCode, body)
	}
	for name, f := range built(t) {
		if err := os.WriteFile(filepath.Join(folder, name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	res, body := get(t, a.URL())
	if res.StatusCode != 200 || body != "<title>demo</title>" {
		t.Errorf("after it: %d %s", res.StatusCode, body)
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "connect-src 'self' https://chat.example wss://chat.example;") {
		t.Errorf("Content-Security-Policy is %q", csp)
	}
}

func TestWhatCannotRun(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"a port that is taken", []string{"-addr", taken.Addr().String()}, "-addr: cannot listen on " + taken.Addr().String()},
		{"no address", []string{"-addr", "nowhere"}, "-addr: cannot listen on nowhere"},
		{"no folder", []string{"-addr", "127.0.0.1:0", "-assets", "/no/such/folder"}, "-assets: "},
		{"a file for a folder", []string{"-addr", "127.0.0.1:0", "-assets", "app_test.go"}, "-assets: app_test.go is not a folder"},
		{"a demo where the stand-in cannot listen", []string{"-addr", "127.0.0.1:0", "-demo", "-demo-addr", taken.Addr().String()}, "-demo-addr: cannot listen on"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &app.App{}
			args := tt.args
			if !strings.Contains(strings.Join(args, " "), "-demo") {
				args = append(args, "-rocketchat", "https://chat.example")
			}
			if err := a.ParseFlags(args, none); err != nil {
				t.Fatal(err)
			}
			err := a.Run(t.Context())
			if err == nil {
				_ = a.Close()
				t.Fatal("it runs")
			}
			if !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %q, want %q", err, tt.want)
			}
		})
	}
}

func TestCloseLetsARequestFinish(t *testing.T) {
	reached, release := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/config") {
			close(reached)
			<-release
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"config":{"enabled":true},"success":true}`)
	}))
	defer slow.Close()
	a := &app.App{Files: built(t)}
	if err := a.ParseFlags([]string{"-addr", "127.0.0.1:0", "-rocketchat", slow.URL}, none); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if err := a.Run(ctx); err != nil {
		t.Fatal(err)
	}
	code := make(chan int, 1)
	go func() {
		res, err := http.Get(a.URL() + "/v1/config")
		if err != nil {
			code <- 0
			return
		}
		_ = res.Body.Close()
		code <- res.StatusCode
	}()
	<-reached
	stop() // the signal
	closed := make(chan error)
	go func() { closed <- a.Close() }()
	close(release)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if got := <-code; got != 200 {
		t.Errorf("the request under way was answered %d", got)
	}
	if _, err := http.Get(a.URL() + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}

func TestOddRequests(t *testing.T) {
	a := start(t, &app.App{Files: built(t)}, "-rocketchat", rocketChat(t).URL)
	for _, tt := range []struct{ name, request, want string }{
		{"a plain one", "GET /capsule.js HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
		{"an absolute one for elsewhere", "GET http://evil.example/capsule.js HTTP/1.1\r\nHost: evil.example\r\n\r\n", "200"},
		{"a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n", "405"},
		{"a climb", "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "404"},
		{"an encoded climb", "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "404"},
		{"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
		{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
		{"two lengths", "POST /v1/room HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "400"},
		{"a length and chunks", "POST /v1/room HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "403"},
		{"two encodings", "POST /v1/room HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "501"},
		{"a folded header", "GET /capsule.js HTTP/1.1\r\nHost: a\r\nX-A: b\r\n  c\r\n\r\n", "200"},
		{"a space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n", "400"},
		{"a control character in a header", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\n\r\n", "400"},
		{"a header of 40 KB", "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + strings.Repeat("x", 40<<10) + "\r\n\r\n", "431"},
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := net.Dial("tcp", strings.TrimPrefix(a.URL(), "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			// The server may answer and hang up before it has read everything.
			_, _ = io.WriteString(c, tt.request)
			status, err := bufio.NewReader(c).ReadString('\n')
			if fields := strings.Fields(status); len(fields) < 2 || fields[1] != tt.want {
				t.Errorf("answered %q (%v), want %s", status, err, tt.want)
			}
		})
	}
}

func TestDemo(t *testing.T) {
	var out strings.Builder
	a := start(t, &app.App{Files: built(t), Stdout: &out}, "-demo", "-demo-addr", "127.0.0.1:0")
	if want := a.URL() + "/\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
	post := func(path, token, body string) string {
		t.Helper()
		r, err := http.NewRequest("POST", a.URL()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Content-Type": {"application/json"}, "Origin": {"http://localhost:5173"}, "X-Visitor-Token": {token}}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		answer, _ := io.ReadAll(res.Body)
		if res.StatusCode != 200 {
			t.Fatalf("POST %s: %d %s", path, res.StatusCode, answer)
		}
		return string(answer)
	}
	config := post("/v1/session", "", "{}")
	for _, want := range []string{`"online":true`, `"name":"Sales"`, `"name":"Support"`, `"socket":"ws://127.0.0.1:`} {
		if !strings.Contains(config, want) {
			t.Errorf("the session lacks %s: %s", want, config)
		}
	}
	token := strings.Repeat("t", 43)
	post("/v1/visitor", token, `{"name":"Ann","department":"Support"}`)
	post("/v1/room", token, "{}")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := a.Demo().WaitFor(ctx, func(v *standin.View) bool { r := v.Rooms(); return len(r) == 1 && r[0].Agent != "" }); err != nil {
		t.Errorf("nobody took the chat: %v, rooms %+v", err, a.Demo().Rooms())
	}
}
