package bridge_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"capsule/server/internal/bridge"
	"capsule/server/internal/limit"
)

func TestLimitsPerAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		b := newBridge(t, c, func(o *bridge.Options) {
			o.Requests = limit.Rate{Every: time.Second, Burst: 200}
			o.Starts = limit.Rate{Every: 12 * time.Second, Burst: 10}
			o.Mails = limit.Rate{Every: 20 * time.Minute, Burst: 3}
			o.Proxies, _ = limit.ParseProxies("10.0.0.1")
		})
		codes := map[int]int{}
		for range 50 {
			codes[ask(b, "POST", "/v1/visitor", `{"name":"Ann"}`).Code]++
		}
		if codes[200] != 10 || codes[429] != 40 || len(c.calls()) != 10 {
			t.Errorf("50 registrations at once: %v, %d calls", codes, len(c.calls()))
		}
		w := ask(b, "POST", "/v1/visitor", `{"name":"Ann"}`)
		if w.Header().Get("Retry-After") != "12" {
			t.Errorf("headers %v", w.Header())
		}
		same(t, w.Body.String(), `{"error":"rate-limited","retryAfter":12}`)

		r := newRequest("POST", "/v1/visitor", `{"name":"Ann"}`, "X-Forwarded-For", "198.51.100.1, 203.0.113.99")
		r.RemoteAddr = "10.0.0.1:80"
		if w := serve(b, r); w.Code != 200 {
			t.Errorf("another visitor behind a proxy: %d", w.Code)
		}
		if got := c.all("visitor"); got[len(got)-1].header.Get("X-Real-Ip") != "203.0.113.99" {
			t.Errorf("Rocket.Chat was told %v", got[len(got)-1].header)
		}

		c.on("GET", "/api/v1/livechat/messages.history/"+room, refused("invalid-token"))
		codes = map[int]int{}
		for i := range 10 {
			codes[ask(b, "POST", "/v1/offline", fmt.Sprintf(`{"email":"ann@example.com","text":"hello %d"}`, i)).Code]++
		}
		if codes[200] != 3 || codes[429] != 7 {
			t.Errorf("10 mails at once: %v", codes)
		}
		pass(time.Hour)
		codes = map[int]int{}
		before := len(c.calls())
		for range 100 {
			codes[ask(b, "GET", "/v1/messages?room="+room, "").Code]++
		}
		if codes[401] != 60 || codes[429] != 40 || len(c.calls())-before != 60 {
			t.Errorf("100 guesses of a token: %v, %d calls", codes, len(c.calls())-before)
		}
	})
}
