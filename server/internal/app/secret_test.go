package app_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"capsule/server/internal/app"
	"capsule/server/internal/logs"
	"capsule/server/standin"
)

// A safe is a buffer for several writers.
type safe struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *safe) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// The marks: each in the shape of what it stands for, and none of them a word
// that the server has of its own.
var marks = map[string]string{
	"token":   "MarkTokenMarkTokenMarkTokenMarkTokenMarkTo1",
	"email":   "markmail@markmail.example",
	"phone":   "+49 170 5550199",
	"name":    "Markname Markname",
	"text":    "marktext of the visitor",
	"query":   "markquery",
	"header":  "markheader",
	"host":    "markhost.example",
	"path":    "markpath",
	"agent":   "markagent/1.0",
	"address": "203.0.113.199",
}

func (s *safe) search(t *testing.T, where string) {
	t.Helper()
	text := strings.ToLower(s.String())
	for what, mark := range marks {
		if at := strings.Index(text, strings.ToLower(mark)); at >= 0 {
			t.Errorf("%s: a visitor's %s: %.200s", where, what, text[max(0, at-100):])
		}
	}
}

// TestNoSecretIsLogged drives every route with marked secrets, through
// answers of every kind, and looks for the marks in all that the server says
// of itself.
func TestNoSecretIsLogged(t *testing.T) {
	chat := standin.New(standin.Options{Agents: []standin.Agent{{ID: "bob", Username: "bob", Name: "Bob"}}})
	t.Cleanup(chat.Close)
	var mode sync.Map // "as": how Rocket.Chat behaves
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		as, _ := mode.Load("as")
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		switch as {
		case "echo": // an error that repeats whatever it was sent
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"success":false,"error":"no `+marks["email"]+` `+marks["token"]+`","errorType":"`+strings.ReplaceAll(marks["text"], " ", "-")+`"}`)
		case "html":
			_, _ = io.WriteString(w, "<html>"+r.URL.String()+string(body))
		case "500":
			http.Error(w, r.URL.String()+string(body), 500)
		case "cut":
			panic(http.ErrAbortHandler)
		default:
			chat.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(up.Close)
	for _, as := range []string{"well", "echo", "html", "500", "cut"} {
		t.Run(as, func(t *testing.T) {
			mode.Store("as", as)
			var out safe
			a := &app.App{Files: built(t), Log: slog.New(logs.Mask(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))}
			a.Logf = func(format string, args ...any) { _, _ = io.WriteString(&out, fmt.Sprintf(format+"\n", args...)) }
			start(t, a, "-rocketchat", up.URL, "-origin", "https://www.example.com", "-metrics", "127.0.0.1:0", "-trust", "127.0.0.1", "-rate", "0")
			for _, route := range routes {
				method, path, _ := strings.Cut(route, " ")
				visit(t, a.URL(), method, path)
			}
			want := len(routes)
			if as == "well" {
				want-- // /readyz is quiet while all is well
			}
			if n := strings.Count(out.String(), "msg=request"); n != want {
				t.Errorf("%d lines for %d requests, not %d", n, len(routes), want)
			}
			out.search(t, "log")
			_, body := get(t, a.MetricsURL()+"/metrics")
			var counted safe
			_, _ = io.WriteString(&counted, body)
			counted.search(t, "metrics")
		})
	}
}

// routes are those there are and some there are not, as a caller would name
// them.
var routes = []string{
	"GET /v1/config", "GET /v1/config?department=markquery", "POST /v1/session", "POST /v1/visitor", "POST /v1/room",
	"POST /v1/messages", "GET /v1/messages?room=markquery&limit=5", "GET /v1/messages/markpath?room=markquery",
	"POST /v1/room/close", "POST /v1/offline", "GET /v1/markpath?email=markmail%40markmail.example", "OPTIONS /v1/visitor",
	"DELETE /v1/messages/markpath", "PUT /v1/markpath", "MARKQUERY /v1/config",
	"GET /markpath?token=MarkTokenMarkTokenMarkTokenMarkTokenMarkTo1", "GET /capsule.js?markquery", "POST /capsule.js",
	"GET /readyz?markquery", "GET /v1/session",
	"POST /v1/room/files?room=markpath", "GET /v1/room/files?room=markpath&id=markquery&name=markquery", "POST /v1/room/survey",
	"POST /v1/room/transcript", "POST /v1/room/department", "POST /v1/visitor/fields", "POST /v1/visitor/page",
	"POST /v1/visitor/status", "POST /v1/visitor/forget",
}

func visit(t *testing.T, base, method, path string) {
	t.Helper()
	body := ""
	switch {
	case strings.HasSuffix(path, "visitor"):
		body = `{"name":"` + marks["name"] + `","email":"` + marks["email"] + `","phone":"` + marks["phone"] + `"}`
	case strings.HasSuffix(path, "offline"):
		body = `{"name":"` + marks["name"] + `","email":"` + marks["email"] + `","text":"` + marks["text"] + `"}`
	case strings.HasSuffix(path, "messages"):
		body = `{"room":"markpath","id":"markpath1","text":"` + marks["text"] + `"}`
	case strings.HasSuffix(path, "transcript"):
		body = `{"room":"markpath","email":"` + marks["email"] + `"}`
	case strings.HasSuffix(path, "survey"):
		body = `{"room":"markpath","answers":[{"key":"additionalFeedback","value":"` + marks["text"] + `"}]}`
	case strings.HasSuffix(path, "fields"):
		body = `{"fields":[{"key":"phone","value":"` + marks["phone"] + `"}]}`
	case strings.HasSuffix(path, "page"):
		body = `{"title":"` + marks["text"] + `","url":"https://www.example.com/` + marks["path"] + `?q=` + marks["query"] + `"}`
	case method == "POST":
		body = "{}"
	}
	r, err := http.NewRequest(method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = marks["host"]
	r.Header = http.Header{
		"Origin": {"https://www.example.com"}, "Content-Type": {"application/json"}, "X-Visitor-Token": {marks["token"]},
		"Authorization": {"Bearer " + marks["header"]}, "Cookie": {"a=" + marks["header"]}, "X-Odd": {marks["header"]},
		"User-Agent": {marks["agent"]}, "Referer": {"https://" + marks["host"] + "/" + marks["path"]},
		"X-Forwarded-For": {marks["address"]}, "X-Request-Id": {"bad=" + marks["header"]},
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
}

func TestAPanicInAHandlerKeepsItsSecrets(t *testing.T) {
	var out safe
	a := &app.App{Files: built(t), Log: slog.New(logs.Mask(slog.NewTextHandler(&out, nil)))}
	a.Wrap(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			panic("while serving " + marks["email"] + " with X-Visitor-Token: " + marks["token"] + ", " + marks["phone"])
		})
	})
	start(t, a, "-rocketchat", rocketChat(t).URL)
	res, body := get(t, a.URL()+"/v1/config")
	if res.StatusCode != 500 || body != `{"error":"internal"}`+"\n" {
		t.Errorf("answered %d %s", res.StatusCode, body)
	}
	if !strings.Contains(out.String(), "msg=panic") || !strings.Contains(out.String(), "***") {
		t.Errorf("logged %s", out.String())
	}
	out.search(t, "log")
}
