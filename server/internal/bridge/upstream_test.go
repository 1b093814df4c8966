package bridge_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"capsule/server/internal/bridge"
)

// routes are all that ask Rocket.Chat, each with the call it makes, or with
// the last of them.
var routes = []struct {
	name, method, target, body, upstream string
	header                               []string
}{
	{"session", "POST", "/v1/session", `{}`, "GET /api/v1/livechat/config", nil},
	{"config", "GET", "/v1/config", ``, "GET /api/v1/livechat/config", nil},
	{"visitor", "POST", "/v1/visitor", `{"name":"Ann"}`, "POST /api/v1/livechat/visitor", nil},
	{"fields", "POST", "/v1/visitor/fields", `{"fields":[{"key":"company","value":"ACME"}]}`, "POST /api/v1/livechat/custom.fields", nil},
	{"page", "POST", "/v1/visitor/page", `{"url":"` + site + `/shop","title":"Shop","room":"` + room + `"}`, "POST /api/v1/livechat/page.visited", nil},
	{"status", "POST", "/v1/visitor/status", `{"status":"away"}`, "POST /api/v1/livechat/visitor.status", nil},
	{"forget", "POST", "/v1/visitor/forget", `{}`, "DELETE /api/v1/livechat/visitor/" + token, nil},
	{"room", "POST", "/v1/room", `{}`, "GET /api/v1/livechat/room", nil},
	{"close", "POST", "/v1/room/close", `{"room":"` + room + `"}`, "POST /api/v1/livechat/room.close", nil},
	{"move", "POST", "/v1/room/department", `{"room":"` + room + `","department":"dHelp"}`, "POST /api/v1/livechat/room.transfer", nil},
	{"survey", "POST", "/v1/room/survey", `{"room":"` + room + `","answers":[{"key":"satisfaction","value":"5"},{"key":"additionalFeedback","value":"hello"}]}`,
		"POST /api/v1/livechat/room.survey", nil},
	{"transcript", "POST", "/v1/room/transcript", `{"room":"` + room + `","email":"ann@example.com"}`, "POST /api/v1/livechat/transcript", nil},
	{"upload", "POST", "/v1/room/files?room=" + room, picture, "POST /api/v1/livechat/upload/" + room, fileHeader},
	{"file", "GET", fileTarget, ``, "GET /file-upload/" + fileID + "/cat.png", nil},
	{"history", "GET", "/v1/messages?room=" + room, ``, "GET /api/v1/livechat/messages.history/" + room, nil},
	{"look-up", "GET", "/v1/messages/" + id + "?room=" + room, ``, "GET /api/v1/livechat/message/" + id, nil},
	{"offline", "POST", "/v1/offline", `{"email":"ann@example.com","text":"hello"}`, "POST /api/v1/livechat/offline.message", nil},
	{"send", "POST", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":"hello"}`, "POST /api/v1/livechat/message", nil},
}

func TestEveryAnswerOfRocketChatIsOneOfOurs(t *testing.T) {
	for _, rt := range routes {
		for _, tt := range answers {
			if rt.name == "file" || slices.Contains(strings.Fields(tt.ownAnswerFor), rt.name) {
				continue
			}
			if rt.name == "look-up" && tt.wantCode == 502 && tt.status == 200 && strings.HasPrefix(tt.name, "success") {
				continue // told as not found
			}
			t.Run(rt.name+" "+tt.name, func(t *testing.T) {
				c := newChat()
				method, path, _ := strings.Cut(rt.upstream, " ")
				elsewhere := 0
				c.on("GET", "/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere++ })
				c.on(method, path, func(w http.ResponseWriter, r *http.Request) {
					if tt.header != "" {
						ms := time.Now().UnixMilli()
						var add int64
						_, _ = fmt.Sscan(tt.header, &add)
						w.Header().Set("X-Ratelimit-Reset", fmt.Sprint(ms+add))
					}
					w.Header().Set("Location", "https://chat.internal/elsewhere")
					w.Header().Set("Set-Cookie", "sEcReT=1")
					w.Header().Set("X-Custom", "sEcReT")
					text(tt.status, tt.mime, tt.body)(w, r)
				})
				w := ask(newBridge(t, c), rt.method, rt.target, rt.body, rt.header...)
				if w.Code != tt.wantCode {
					t.Errorf("status %d, want %d", w.Code, tt.wantCode)
				}
				same(t, w.Body.String(), tt.want)
				if strings.Contains(fmt.Sprint(w.Header(), w.Body), "sEcReT") {
					t.Errorf("something of Rocket.Chat's answer came through: %v %s", w.Header(), w.Body)
				}
				if tt.wantCode == 429 && w.Header().Get("Retry-After") == "" {
					t.Error("Retry-After is missing")
				}
				if elsewhere > 0 {
					t.Error("a redirect was followed")
				}
			})
		}
	}
}

// A secret is what Rocket.Chat's answers are full of and visitors may not see.
func TestNothingBeyondTheContractComesThrough(t *testing.T) {
	n := 0
	mark := func() string { n++; return fmt.Sprintf("sEcReT%d", n) }
	stuffing := func() string {
		var b strings.Builder
		for _, key := range []string{"token", "ip", "host", "userAgent", "livechatData", "contactManager", "visitorEmails_", "emails", "phone_", "customFields",
			"services", "roles", "lastChat", "activity", "metrics", "responseBy", "tags", "v", "closer", "comment", "details", "stack", "file", "fileUpload", "md", "urls", "requestData", "navigation", "slaData", "_hidden"} {
			fmt.Fprintf(&b, `"%s":{"token":"%s","x":["%s"]},`, key, mark(), mark())
		}
		return b.String()
	}
	c := newChat()
	c.on("GET", "/api/v1/livechat/config", ok(`{`+stuffing()+`"config":{`+stuffing()+`"enabled":true,"settings":{`+stuffing()+`"transcript":true},"theme":{`+stuffing()+`"b":1},"messages":{`+stuffing()+`"c":1},
		"departments":[{`+stuffing()+`"_id":"dHelp","name":"Help"}],"guest":{"_id":"v1","username":"guest-3","email":"ann@example.com",`+strings.Replace(stuffing(), `"token"`, `"token_"`, 1)+`"name":"Ann"},
		"room":{`+stuffing()+`"_id":"`+room+`","open":true,"servedBy":{`+stuffing()+`"_id":"u1","username":"sam"}},"agent":{`+stuffing()+`"_id":"u1","username":"sam"}},"success":true}`))
	c.on("POST", "/api/v1/livechat/visitor", ok(`{"visitor":{`+strings.Replace(stuffing(), `"token"`, `"token_"`, 1)+`"_id":"v1","username":"guest-3","token":"`+token+`"},"success":true}`))
	c.on("GET", "/api/v1/livechat/room", ok(`{"room":{`+strings.Replace(stuffing(), `"v":`, `"v_":`, 1)+`"_id":"`+room+`","open":true},"success":true}`))
	message := func(t, msg string) string {
		return `{"_id":"` + id + `","rid":"` + room + `","t":"` + t + `","msg":"` + msg + `",` + stuffing() + `"transferData":{` + stuffing() + `"scope":"agent","comment":"` + mark() + `"},"u":{` + stuffing() + `"_id":"u1","username":"sam"},"ts":"2026-01-31T10:00:00.000Z"}`
	}
	var all []string
	for _, kind := range []string{"", "uj", "livechat_transfer_history"} {
		all = append(all, message(kind, "seen"))
	}
	for _, kind := range []string{"livechat-close", "livechat_transcript_history", "livechat_navigation_history", "omnichannel_placed_chat_on_hold", "omnichannel_priority_change_history", "new-in-12.0"} {
		all = append(all, message(kind, mark()))
	}
	c.on("GET", "/api/v1/livechat/messages.history/"+room, ok(`{"messages":[`+strings.Join(all, ",")+`],"success":true}`))
	c.on("GET", "/api/v1/livechat/message/"+id, ok(`{"message":`+message("", "seen")+`,"success":true}`))
	c.on("POST", "/api/v1/livechat/message", ok(`{"message":`+message("", "seen")+`,`+stuffing()+`"success":true}`))
	c.on("POST", "/api/v1/livechat/upload/"+room, ok(strings.Replace(message("", "seen"), "{", `{`+stuffing()+`"success":true,`, 1)))
	c.on("GET", "/file-upload/"+fileID+"/cat.png", func(w http.ResponseWriter, r *http.Request) {
		for _, key := range []string{"Set-Cookie", "X-Instance-Id", "Content-Security-Policy", "Last-Modified", "ETag", "Server", "Link", "Refresh", "X-Accel-Redirect", "Access-Control-Allow-Credentials"} {
			w.Header().Set(key, mark())
		}
		w.Header().Set("Content-Type", `image/png; x="`+mark()+`"`)
		w.Header().Set("Content-Disposition", `attachment; filename="`+mark()+`"`)
		_, _ = io.WriteString(w, picture)
	})
	for _, a := range []string{"POST room.survey", "POST transcript", "POST room.transfer", "POST custom.fields", "POST page.visited", "POST visitor.status", "DELETE visitor/" + token, "POST room.close", "POST offline.message"} {
		method, path, _ := strings.Cut(a, " ")
		c.on(method, "/api/v1/livechat/"+path, ok(`{`+stuffing()+`"rid":"`+mark()+`","message":"`+mark()+`","data":{"satisfaction":"`+mark()+`"},"success":true}`))
	}
	b := newBridge(t, c)
	for _, rt := range routes {
		w := ask(b, rt.method, rt.target, rt.body, rt.header...)
		if w.Code != 200 {
			t.Errorf("%s: answered %d %s", rt.name, w.Code, w.Body)
		}
		all := fmt.Sprint(w.Header(), w.Body)
		if at := strings.Index(all, "sEcReT"); at >= 0 {
			t.Errorf("%s: ...%s", rt.name, all[max(0, at-60):])
		}
	}
}

func TestUnreachable(t *testing.T) {
	reset := &url.Error{Op: "Get", URL: "https://chat.internal/?token=" + token, Err: errors.New("connection reset by peer")}
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"refused", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", errors.New("connection refused"))}, 503},
		{"reset", reset, 503},
		{"no such host", &net.DNSError{Err: "no such host", Name: "chat.internal"}, 503},
		{"cut", io.ErrUnexpectedEOF, 503},
		{"a time-out of the dialer", &net.DNSError{IsTimeout: true, Err: "i/o timeout"}, 504},
		{"out of time", context.DeadlineExceeded, 504},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			b := newBridge(t, failing{tt.err}, func(o *bridge.Options) {
				o.Logf = func(f string, args ...any) { fmt.Fprintf(&log, f+"\n", args...) }
			})
			w := ask(b, "POST", "/v1/room/close", `{"room":"`+room+`"}`)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d", w.Code, tt.want)
			}
			same(t, w.Body.String(), `{"error":"unavailable"}`)
			if strings.Contains(log.String(), token) || strings.Contains(log.String(), "https://") || log.Len() == 0 {
				t.Errorf("the log says %q", log.String())
			}
		})
	}
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// A body that never ends, or never comes.
type silence struct{ ctx context.Context }

func (s silence) Read([]byte) (int, error) { <-s.ctx.Done(); return 0, s.ctx.Err() }
func (s silence) Close() error             { return nil }

type slow struct{}

func (slow) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{"Content-Type": {"application/json"}}, Body: silence{r.Context()}, Request: r}, nil
}

// Nor does a call that goes on without who asked first: synctest waits for it.
func TestNobodyWaitsLongerThanThirteenSeconds(t *testing.T) {
	for _, rt := range routes {
		if rt.name == "file" {
			continue // see TestAFileIsNotWaitedForForEver
		}
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			w := ask(newBridge(t, slow{}), rt.method, rt.target, rt.body, rt.header...)
			if took := time.Since(start); took > 13*time.Second || w.Code != 504 {
				t.Errorf("%s: answered %d after %v", rt.name, w.Code, took)
			}
		})
	}
}

func TestCallsInFlightAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		release := make(chan struct{})
		c := newChat()
		c.on("POST", "/api/v1/livechat/room.close", func(w http.ResponseWriter, r *http.Request) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			<-release
			now.Add(-1)
			ok(`{"success":true}`)(w, r)
		})
		b := newBridge(t, c, func(o *bridge.Options) { o.Logf = nil })
		codes := make(chan int, 1000)
		for range 300 {
			go func() { codes <- ask(b, "POST", "/v1/room/close", `{"room":"`+room+`"}`).Code }()
		}
		synctest.Wait()
		if most.Load() != 64 || len(codes) != 300-64-128 {
			t.Errorf("%d calls at once, %d turned away at once", most.Load(), len(codes))
		}
		for range 300 - 64 - 128 {
			if code := <-codes; code != 503 {
				t.Errorf("who was turned away was told %d", code)
			}
		}
		close(release)
		for range 64 + 128 {
			if code := <-codes; code != 200 {
				t.Errorf("who waited was told %d", code)
			}
		}
	})
}

// The real transport against a real socket: sizes, encodings and redirects.
func TestOverARealSocket(t *testing.T) {
	var target *httptest.Server
	reached := atomic.Int32{}
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer other.Close()
	target = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/prefix/api/v1/livechat/messages.history/Redirect":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/prefix/api/v1/livechat/messages.history/Large":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"messages":["`+strings.Repeat("x", 5<<20)+`"],"success":true}`)
		case "/prefix/api/v1/livechat/messages.history/Bomb":
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 64 {
				_, _ = z.Write(make([]byte, 1<<20))
			}
			_ = z.Close()
		case "/prefix/api/v1/livechat/messages.history/Cut":
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"messages":[`)
			panic(http.ErrAbortHandler)
		case "/prefix/api/v1/livechat/messages.history/Good":
			ok(`{"messages":[],"success":true}`)(w, r)
		}
	}))
	defer target.Close()
	base, _ := url.Parse(target.URL + "/prefix/")
	b := newBridge(t, nil, func(o *bridge.Options) { o.RocketChat, o.Transport = base, nil })
	for name, want := range map[string]int{"Good": 200, "Redirect": 502, "Large": 502, "Bomb": 502, "Cut": 503} {
		if w := ask(b, "GET", "/v1/messages?room="+name, ""); w.Code != want {
			t.Errorf("%s: answered %d %s, want %d", name, w.Code, w.Body, want)
		}
	}
	if reached.Load() > 0 {
		t.Error("a redirect was followed")
	}
}
