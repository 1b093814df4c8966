package bridge_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"capsule/server/internal/bridge"
)

// secrets are what a run with marks uses instead of what tests use otherwise.
// Each has the mark in it, the phone number as digits of its own.
const (
	mark      = "mArK"
	markPhone = "4917055501299"
	markToken = "tOkEnmArKtOkEnmArKtOkEnmArKtOkEnmArKtOkEnm0"
)

var (
	toMarks = strings.NewReplacer(token, markToken, room, "rOoMmArKrOoMmArK1", id, "iDmArKiDmArKiDmA1", fileID, "fIlEmArKfIlEmArK1",
		"ann@example.com", "mAiLmArK@example.com", "Ann", "nAmEmArK", "hello", "tExTmArK", "ACME", "vAlUemArK", "company", "kEymArK", "cat.png", "cAtmArK.png",
		"/shop", "/pAgEmArK", "Shop", "tItLemArK", "guest-3", "uSeRmArK", "sEcReT", "aNsWeRmArK")
	fromMarks = strings.NewReplacer(markToken, token, "rOoMmArKrOoMmArK1", room, "iDmArKiDmArKiDmA1", id, "fIlEmArKfIlEmArK1", fileID, "cAtmArK.png", "cat.png")
)

// marked is a Rocket.Chat for a run with marks.
type marked struct{ *chat }

func (m marked) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Path, r.URL.RawQuery = fromMarks.Replace(r.URL.Path), fromMarks.Replace(r.URL.RawQuery)
	res, err := m.chat.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, _ := io.ReadAll(res.Body) // from memory
	res.Body = io.NopCloser(strings.NewReader(toMarks.Replace(string(body))))
	res.Header.Del("Content-Length")
	res.ContentLength = -1
	res.Header.Set("X-Secret", mark)
	return res, nil
}

// No token, address, number, name, text or identifier is ever logged, whatever
// route it comes by and whatever goes wrong there.
func TestMarkedSecretsAreInNoLog(t *testing.T) {
	var mu sync.Mutex
	var log strings.Builder
	logf := func(o *bridge.Options) {
		o.Logf = func(f string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(&log, f+"\n", args...)
		}
	}
	header := func(more []string) (out []string) {
		out = []string{"X-Visitor-Token", markToken, "User-Agent", mark, "Accept-Language", mark, "Referer", site + "/" + mark, "Cookie", mark, "X-Forwarded-For", mark}
		for _, h := range more {
			out = append(out, toMarks.Replace(h))
		}
		return out
	}
	var runs int
	run := func(chat http.RoundTripper, method, target, body string, more []string) *httptest.ResponseRecorder {
		runs++
		return ask(newBridge(t, chat, logf), method, toMarks.Replace(target), toMarks.Replace(body), header(more)...)
	}
	all := append(routes[:len(routes):len(routes)], routes[2])
	all[len(all)-1].body = `{"name":"Ann","email":"ann@example.com","phone":"+` + markPhone + `","department":"dSales"}`
	for _, rt := range all {
		method, path, _ := strings.Cut(rt.upstream, " ")
		if w := run(marked{newChat()}, rt.method, rt.target, rt.body, rt.header); w.Code != 200 {
			t.Errorf("%s with marks is answered %d %s", rt.name, w.Code, w.Body)
		}
		for _, tt := range answers {
			c := newChat()
			c.on(method, path, text(tt.status, tt.mime, strings.Replace(tt.body, `"error":"`, `"error":"`+mark+markPhone+" ", 1)))
			run(marked{c}, rt.method, rt.target, rt.body, rt.header)
			c.on(method, path, text(tt.status, tt.mime, tt.body))
			run(marked{c}, rt.method, rt.target, rt.body, rt.header)
			// And when all of Rocket.Chat answers so.
			run(marked{&chat{answers: map[string]http.HandlerFunc{method + " " + path: text(tt.status, tt.mime, tt.body)}}}, rt.method, rt.target, rt.body, rt.header)
		}
		for _, code := range []string{markToken, markPhone, "ann@example.com", "Ann"} {
			c := newChat()
			c.on(method, path, text(400, "application/json", `{"success":false,"error":"`+code+`"}`))
			run(marked{c}, rt.method, rt.target, rt.body, rt.header)
		}
		for _, err := range []error{
			errors.New("broken pipe"), io.ErrUnexpectedEOF,
			&url.Error{Op: "Get", URL: "https://chat.internal/?token=" + markToken, Err: errors.New("reset")},
			&url.Error{Op: "Get", URL: "https://chat.internal/?token=" + markToken, Err: &url.Error{Op: "Get", URL: "https://x/" + mark, Err: io.EOF}},
		} {
			run(failing{err}, rt.method, rt.target, rt.body, rt.header)
		}
	}
	for _, tt := range hostiles() {
		runs++
		tt.ask(hostileMarks{newBridge(t, marked{newChat()}, logf)})
	}
	if log.Len() == 0 {
		t.Error("nothing was logged at all")
	}
	for _, secret := range []string{mark, markPhone, token, room, id, "ann@", "evil", "203.0.113", "://", "?"} {
		if at := strings.Index(log.String(), secret); at >= 0 {
			t.Errorf("the log has %q: ...%.160s", secret, log.String()[max(0, at-80):])
		}
	}
	t.Logf("%d requests, %d lines of log", runs, strings.Count(log.String(), "\n"))
}

// hostileMarks puts the marked token into a hostile request that has a good
// one.
type hostileMarks struct{ next http.Handler }

func (h hostileMarks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Visitor-Token") == token {
		r.Header.Set("X-Visitor-Token", markToken)
	}
	h.next.ServeHTTP(w, r)
}
