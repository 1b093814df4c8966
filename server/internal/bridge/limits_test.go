package bridge_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"capsule/server/internal/bridge"
	"capsule/server/internal/limit"
)

func limited(o *bridge.Options) { o.Limits = bridge.DefaultLimits(5) }

// tokenOf is the token of visitor n.
func tokenOf(n int) string { return fmt.Sprintf("visitor-%035d", n) }

// from is a request of another address than everybody else's.
func from(n int, r *http.Request) *http.Request {
	r.RemoteAddr = fmt.Sprintf("198.51.%d.%d:1", n/250, n%250+1)
	return r
}

// flood sends what make makes, so many times a second for so long, and counts
// the answers by status. A 429 must say when to come back.
func flood(t *testing.T, b http.Handler, perSecond int, length time.Duration, make func(n int) *http.Request) map[int]int {
	t.Helper()
	codes := map[int]int{}
	for n := range perSecond * int(length/time.Second) {
		w := serve(b, make(n))
		codes[w.Code]++
		if w.Code == 429 && w.Header().Get("Retry-After") == "" {
			t.Fatalf("request %d is refused without Retry-After: %v", n, w.Header())
		}
		pass(time.Second / time.Duration(perSecond))
	}
	return codes
}

func TestOneVisitorCannotSendAHundredLinesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		b := newBridge(t, c, limited)
		// From many addresses, so that only the token can be what is counted.
		codes := flood(t, b, 100, time.Minute, func(n int) *http.Request {
			return from(n, newRequest("POST", "/v1/messages", `{"id":"`+id+`","room":"`+room+`","text":"hello"}`))
		})
		if got := len(c.all("message")); got > 65 || got < 60 || codes[200] != got {
			t.Errorf("%d of 6000 lines were forwarded, answers %v; want 60 to 65", got, codes)
		}
		before := len(c.all("message"))
		w := serve(b, from(1, newRequest("POST", "/v1/messages", `{"id":"`+id+`","room":"`+room+`","text":"hello"}`, "X-Visitor-Token", tokenOf(1))))
		if len(c.all("message")) == before { // what the stub answers is not for him
			t.Errorf("another visitor is answered %d, and nothing was forwarded", w.Code)
		}
	})
}

func TestRegistrationsAreLimitedPerAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		b := newBridge(t, c, limited)
		codes := flood(t, b, 1000, 10*time.Second, func(n int) *http.Request {
			return newRequest("POST", "/v1/visitor", `{"name":"Ann"}`, "X-Visitor-Token", tokenOf(n))
		})
		if got := len(c.all("visitor")); got > 10 || codes[429] != 10_000-10 {
			t.Errorf("%d of 10,000 registrations reached Rocket.Chat, answers %v; want 10", got, codes)
		}
		// A flood that was refused has used up nothing of what is there for all.
		if w := serve(b, from(1, newRequest("POST", "/v1/visitor", `{}`, "X-Visitor-Token", token))); w.Code != 200 {
			t.Errorf("another address is answered %d", w.Code)
		}
	})
}

func TestRegistrationsAreLimitedPerSiteAndAltogether(t *testing.T) {
	const other = "https://other.example.com"
	for _, tt := range []struct {
		name            string
		site, all       limit.Rate
		want, wantOther int
	}{
		{"per site", limit.Rate{Every: time.Hour, Burst: 20}, limit.Rate{}, 20, 20},
		{"altogether", limit.Rate{}, limit.Rate{Every: time.Hour, Burst: 30}, 30, 0},
		{"both", limit.Rate{Every: time.Hour, Burst: 20}, limit.Rate{Every: time.Hour, Burst: 30}, 20, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBridge(t, newChat(), func(o *bridge.Options) {
					o.Origins, _ = bridge.ParseOrigins(site + "," + other)
					o.SiteStarts, o.AllStarts = tt.site, tt.all
				})
				register := func(origin string) int {
					return flood(t, b, 100, time.Second, func(n int) *http.Request {
						return from(n, newRequest("POST", "/v1/visitor", `{}`, "Origin", origin))
					})[200]
				}
				if got, gotOther := register(site), register(other); got != tt.want || gotOther != tt.wantOther {
					t.Errorf("%d and %d of 100 registrations each, want %d and %d", got, gotOther, tt.want, tt.wantOther)
				}
			})
		})
	}
}

func TestThereIsACeilingForEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBridge(t, newChat(), func(o *bridge.Options) { o.Everything = limit.Rate{Every: time.Second, Burst: 50} })
		codes := flood(t, b, 100, time.Second, func(n int) *http.Request { return from(n, newRequest("GET", "/v1/config", "")) })
		if codes[200] != 50 || codes[429] != 50 {
			t.Errorf("100 requests of 100 addresses: %v", codes)
		}
	})
}

func TestPageViewsCreateNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		b := newBridge(t, c, limited)
		codes := flood(t, b, 100, 100*time.Second, func(n int) *http.Request {
			if n%2 == 0 {
				return from(n, newRequest("GET", "/v1/config", "", "X-Visitor-Token", "-"))
			}
			return from(n, newRequest("POST", "/v1/session", `{}`, "X-Visitor-Token", "-"))
		})
		if codes[200] != 10_000 {
			t.Errorf("answers %v", codes)
		}
		if v, r := len(c.all("visitor")), len(c.all("room")); v+r > 0 {
			t.Errorf("10,000 page views made %d visitors and %d rooms", v, r)
		}
		if got := len(c.all("config")); got > 25 {
			t.Errorf("they cost Rocket.Chat %d calls, want one in five seconds", got)
		}
	})
}

func TestUnknownTokensCannotBeToldApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		c.on("GET", "/api/v1/livechat/messages.history/"+room, refused("invalid-token"))
		b := newBridge(t, c, limited)
		seen := map[string]int{}
		for n := range 1000 {
			w := serve(b, from(n, newRequest("GET", "/v1/messages?room="+room, "", "X-Visitor-Token", tokenOf(n))))
			seen[fmt.Sprint(w.Code, w.Header(), w.Body)]++
		}
		if len(seen) != 1 {
			t.Errorf("1000 unknown tokens get %d different answers: %v", len(seen), seen)
		}
	})
}
