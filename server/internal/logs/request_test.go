package logs_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"capsule/server/internal/logs"
)

// serve answers one request with h and returns the answer and the log.
func serve(t *testing.T, o logs.Options, h http.HandlerFunc, header ...string) (*http.Response, string) {
	t.Helper()
	var out bytes.Buffer
	o.Log = slog.New(logs.Mask(slog.NewJSONHandler(&out, nil)))
	if o.Kind == "" {
		o.Kind = logs.All
	}
	o.Route = func(*http.Request) string { return "GET /fixed" }
	done := make(chan struct{})
	inner := logs.Requests(h, o)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		inner.ServeHTTP(w, r)
	}))
	defer s.Close()
	r, err := http.NewRequest("GET", s.URL+"/chosen/by/caller?email=marker%40secret.example", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		res = nil
	} else {
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		res.Body = io.NopCloser(bytes.NewReader(body))
	}
	<-done
	return res, out.String()
}

func TestALinePerRequest(t *testing.T) {
	_, line := serve(t, logs.Options{
		Client:  func(*http.Request) netip.Addr { return netip.MustParseAddr("203.0.113.77") },
		Address: logs.AddressShort,
	}, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "12345")
	})
	var got struct {
		Level, Msg, ID, Route, From string
		Status, Bytes               int
		MS                          float64
	}
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	if !regexp.MustCompile(`^[A-Z2-7]{26}$`).MatchString(got.ID) || got.MS < 0 {
		t.Errorf("id %q, ms %v", got.ID, got.MS)
	}
	got.ID, got.MS = "", 0
	want := got
	want.Level, want.Msg, want.Route, want.From, want.Status, want.Bytes = "INFO", "request", "GET /fixed", "203.0.113.0/24", 418, 5
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if strings.Contains(line, "chosen") || strings.Contains(line, "marker") {
		t.Errorf("the line repeats the caller: %s", line)
	}
}

func TestWhoMayNameARequest(t *testing.T) {
	for _, tt := range []struct {
		name    string
		trusted bool
		ids     []string
		keeps   bool
	}{
		{"a trusted proxy", true, []string{"0f1e2d3c-4b5a.x_y"}, true},
		{"a trusted proxy that hands out 32 hex digits", true, []string{strings.Repeat("0a", 16)}, true},
		{"anybody else", false, []string{"0f1e2d3c4b5a"}, false},
		{"too short", true, []string{"1234567"}, false},
		{"too long", true, []string{strings.Repeat("x", 65)}, false},
		{"an odd character", true, []string{"abcdefgh=1"}, false},
		{"a quote", true, []string{`abcdefgh"x`}, false},
		{"two at once", true, []string{"abcdefgh", "ijklmnop"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var header []string
			for _, id := range tt.ids {
				header = append(header, logs.HeaderID, id)
			}
			res, line := serve(t, logs.Options{Trusted: func(*http.Request) bool { return tt.trusted }},
				func(http.ResponseWriter, *http.Request) {}, header...)
			id := res.Header.Get(logs.HeaderID)
			if kept := id == tt.ids[0]; kept != tt.keeps || !strings.Contains(line, `"`+id+`"`) || id == "" {
				t.Errorf("%q became %q in %s", tt.ids, id, line)
			}
		})
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	status := 0
	res, line := serve(t, logs.Options{Done: func(_ string, s int, _ time.Duration) { status = s }},
		func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			panic("about ann@secret.example")
		})
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != 500 || string(body) != `{"error":"internal"}`+"\n" || res.Header.Get("Content-Encoding") != "" || status != 500 {
		t.Errorf("answered %d %q %v, told %d", res.StatusCode, body, res.Header, status)
	}
	if !strings.Contains(line, `"panic"`) || !strings.Contains(line, "TestAPanicIsAnsweredAndLogged") || strings.Contains(line, "secret") {
		t.Errorf("logged %s", line)
	}
}

func TestAPanicHalfwayCutsTheConnection(t *testing.T) {
	for _, cause := range []any{"x", http.ErrAbortHandler} {
		res, line := serve(t, logs.Options{}, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "12345")
			panic(cause)
		})
		if res != nil {
			if body, _ := io.ReadAll(res.Body); len(body) >= 10 {
				t.Errorf("the answer is whole: %q", body)
			}
		}
		if logged := strings.Contains(line, `"panic"`); logged != (cause == "x") {
			t.Errorf("%v: %s", cause, line)
		}
	}
}

func TestWhichRequestsGetALine(t *testing.T) {
	probe := func(string) bool { return true }
	for _, tt := range []struct {
		name   string
		o      logs.Options
		status int
		want   bool
	}{
		{"all of them", logs.Options{Kind: logs.All}, 200, true},
		{"a refusal is no error", logs.Options{Kind: logs.Errors}, 429, false},
		{"an error is one", logs.Options{Kind: logs.Errors}, 503, true},
		{"none", logs.Options{Kind: logs.None}, 503, false},
		{"a probe that is well", logs.Options{Kind: logs.All, Quiet: probe}, 200, false},
		{"a probe that fails", logs.Options{Kind: logs.All, Quiet: probe}, 503, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, line := serve(t, tt.o, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(tt.status) })
			if got := line != ""; got != tt.want {
				t.Errorf("logged %q", line)
			}
		})
	}
}

func TestHowMuchOfAnAddressIsLogged(t *testing.T) {
	for _, tt := range []struct{ how, from, want string }{
		{"none", "203.0.113.77", ""},
		{"short", "203.0.113.77", "203.0.113.0/24"},
		{"short", "::ffff:203.0.113.77", "203.0.113.0/24"},
		{"short", "2001:db8:1:2:3::4", "2001:db8:1::/48"},
		{"full", "2001:db8:1:2:3::4", "2001:db8:1:2:3::4"},
	} {
		how, err := logs.ParseAddress(tt.how)
		if got := how.Of(netip.MustParseAddr(tt.from)); err != nil || got != tt.want {
			t.Errorf("%s of %s: %q, %v; want %q", tt.how, tt.from, got, err, tt.want)
		}
	}
	if got := logs.AddressFull.Of(netip.Addr{}); got != "" {
		t.Errorf("no address is logged as %q", got)
	}
	if _, err := logs.ParseAddress("half"); err == nil {
		t.Error("half an address is a way")
	}
}

// BenchmarkRequests is what the id, the watcher and the line cost a request.
func BenchmarkRequests(b *testing.B) {
	for _, kind := range []string{logs.None, logs.All} {
		b.Run(kind, func(b *testing.B) {
			h := logs.Requests(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }), logs.Options{
				Log: slog.New(logs.Mask(slog.NewTextHandler(io.Discard, nil))), Kind: kind,
				Client:  func(*http.Request) netip.Addr { return netip.MustParseAddr("203.0.113.77") },
				Address: logs.AddressShort,
				Route:   func(*http.Request) string { return "/capsule.js" },
			})
			r := httptest.NewRequest("GET", "/capsule.js", nil)
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}

func TestHandlersKeepTheirDeadlines(t *testing.T) {
	serve(t, logs.Options{}, func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		for name, err := range map[string]error{
			"read":  c.SetReadDeadline(time.Now().Add(time.Minute)),
			"write": c.SetWriteDeadline(time.Now().Add(time.Minute)),
			"flush": c.Flush(),
		} {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
