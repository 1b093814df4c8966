package bridge_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"capsule/server/internal/bridge"
	"capsule/server/internal/limit"
)

// repeatable are the routes where asking twice is the same as asking once.
var repeatable = []struct{ name, path, body, another, upstream string }{
	{"offline", "/v1/offline", `{"email":"ann@example.com","text":"hello"}`, `{"email":"ann@example.com","text":"hello!"}`, "offline.message"},
	{"survey", "/v1/room/survey", `{"room":"` + room + `","answers":[{"key":"satisfaction","value":"5"}]}`, `{"room":"` + room + `","answers":[{"key":"satisfaction","value":"4"}]}`, "room.survey"},
	{"transcript", "/v1/room/transcript", `{"room":"` + room + `","email":"ann@example.com"}`, `{"room":"another","email":"ann@example.com"}`, "transcript"},
}

func TestTenClicksAreOneCall(t *testing.T) {
	for _, tt := range repeatable {
		synctest.Test(t, func(t *testing.T) {
			c := newChat()
			c.on("POST", "/api/v1/livechat/"+tt.upstream, func(w http.ResponseWriter, r *http.Request) {
				pass(time.Second) // of the bubble
				ok(`{"success":true}`)(w, r)
			})
			b := newBridge(t, c)
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() {
					if w := ask(b, "POST", tt.path, tt.body); w.Code != 200 || w.Body.String() != "{}" {
						t.Errorf("%s: answered %d %s", tt.name, w.Code, w.Body)
					}
				})
			}
			wg.Wait()
			calls := func(want int, why string) {
				t.Helper()
				if got := len(c.all(tt.upstream)); got != want {
					t.Errorf("%s, %s: Rocket.Chat was asked %d times, want %d", tt.name, why, got, want)
				}
			}
			click := func(body string, header ...string) int { return ask(b, "POST", tt.path, body, header...).Code }
			calls(1, "ten at once")
			pass(9 * time.Minute)
			click(tt.body)
			calls(1, "once more after nine minutes")
			click(tt.another)
			calls(2, "something else")
			pass(2 * time.Minute)
			click(tt.body)
			calls(3, "the same after eleven minutes")
		})
	}
}

func TestAFailureMayBeTriedAgain(t *testing.T) {
	for _, tt := range repeatable {
		for name, h := range map[string]http.HandlerFunc{
			"refused":     refused("invalid-room"),
			"nonsense":    text(502, "text/html", "x"),
			"too many":    text(429, "application/json", `{"success":false}`),
			"no such yet": text(404, "text/plain", "404 Not Found"),
		} {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				c := newChat()
				good := c.answers["POST /api/v1/livechat/"+tt.upstream]
				c.on("POST", "/api/v1/livechat/"+tt.upstream, h)
				b := newBridge(t, c, func(o *bridge.Options) { o.Logf = nil })
				if w := ask(b, "POST", tt.path, tt.body); w.Code == 200 {
					t.Errorf("answered %d", w.Code)
				}
				c.on("POST", "/api/v1/livechat/"+tt.upstream, good)
				if w := ask(b, "POST", tt.path, tt.body); w.Code != 200 {
					t.Errorf("the second time: %d %s", w.Code, w.Body)
				}
			})
		}
	}
}

func TestWhoHangsUpDoesNotEndIt(t *testing.T) {
	for _, tt := range repeatable {
		synctest.Test(t, func(t *testing.T) {
			c := newChat()
			c.on("POST", "/api/v1/livechat/"+tt.upstream, func(w http.ResponseWriter, r *http.Request) {
				pass(time.Second)
				if r.Context().Err() != nil {
					t.Errorf("%s: the call ended with its caller", tt.name)
				}
				ok(`{"success":true}`)(w, r)
			})
			b := newBridge(t, c)
			ctx, hangUp := withCancel(t)
			go serve(b, newRequest("POST", tt.path, tt.body).WithContext(ctx))
			synctest.Wait()
			hangUp()
			if w := ask(b, "POST", tt.path, tt.body); w.Code != 200 || len(c.all(tt.upstream)) != 1 {
				t.Errorf("%s: the page that came back is told %d, %d calls", tt.name, w.Code, len(c.all(tt.upstream)))
			}
		})
	}
}

func TestOneVisitorsRepeatIsNotAnothers(t *testing.T) {
	for _, tt := range repeatable[:2] { // a transcript goes to a known visitor only
		c := newChat()
		b := newBridge(t, c)
		ask(b, "POST", tt.path, tt.body)
		ask(b, "POST", tt.path, tt.body, "X-Visitor-Token", strings.Repeat("y", 43))
		if got := len(c.all(tt.upstream)); got != 2 {
			t.Errorf("%s: two visitors made %d calls", tt.name, got)
		}
	}
	c := newChat()
	b := newBridge(t, c)
	for _, from := range []string{"203.0.113.7:1", "203.0.113.8:1", "203.0.113.7:2"} {
		r := newRequest("POST", "/v1/offline", repeatable[0].body, "X-Visitor-Token", "-")
		r.RemoteAddr = from
		if w := serve(b, r); w.Code != 200 {
			t.Errorf("%s: answered %d", from, w.Code)
		}
	}
	if got := len(c.all("offline.message")); got != 2 {
		t.Errorf("two addresses without a token made %d calls", got)
	}
}

func TestOnlyMailsCountAsMails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		b := newBridge(t, c, func(o *bridge.Options) { o.Mails = limit.Rate{Every: 20 * time.Minute, Burst: 3} })
		codes := map[int]int{}
		for range 10 {
			codes[ask(b, "POST", "/v1/offline", `{"email":"ann@example.com","text":"hello"}`).Code]++
			codes[ask(b, "POST", "/v1/room/transcript", `{"room":"`+room+`","email":"Ann@Example.com"}`).Code]++
			codes[ask(b, "POST", "/v1/room/transcript", `{"room":"`+room+`","email":"eve@example.com"}`).Code]++
		}
		if codes[200] != 20 || codes[409] != 10 {
			t.Errorf("answers %v", codes)
		}
		if w := ask(b, "POST", "/v1/room/transcript", `{"room":"third","email":"ann@example.com"}`); w.Code != 200 {
			t.Errorf("the third mail: %d", w.Code)
		}
		if w := ask(b, "POST", "/v1/room/transcript", `{"room":"fourth","email":"ann@example.com"}`); w.Code != 429 {
			t.Errorf("the fourth mail: %d", w.Code)
		}
		if len(c.all("offline.message"))+len(c.all("transcript")) != 3 {
			t.Errorf("Rocket.Chat was asked %q", c.calls())
		}
	})
}
