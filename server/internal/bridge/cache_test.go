package bridge_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"capsule/server/internal/bridge"
)

func TestConfigurationIsAskedForRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		down := atomic.Bool{}
		c.on("GET", "/api/v1/livechat/config", func(w http.ResponseWriter, r *http.Request) {
			pass(time.Second) // of the bubble
			if down.Load() {
				text(502, "text/html", "x")(w, r)
				return
			}
			ok(plainConfig)(w, r)
		})
		b := newBridge(t, c, func(o *bridge.Options) { o.Logf = nil })
		many := func(want int) {
			t.Helper()
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() {
					if w := ask(b, "GET", "/v1/config", ""); w.Code != want {
						t.Errorf("answered %d, want %d", w.Code, want)
					}
				})
			}
			wg.Wait()
		}
		asked := func(want int) {
			t.Helper()
			if got := len(c.all("config")); got != want {
				t.Errorf("Rocket.Chat was asked %d times, want %d", got, want)
			}
		}
		many(200)
		asked(1)
		pass(4 * time.Second)
		many(200)
		asked(1)
		pass(2 * time.Second)
		many(200)
		asked(2)
		down.Store(true)
		for range 80 { // close to ten minutes
			pass(5500 * time.Millisecond)
			many(200)
		}
		pass(3 * time.Minute)
		many(502)
		down.Store(false)
		many(502) // it is not asked again at once
		pass(6 * time.Second)
		many(200)
	})
}

// busyFor is a configuration that the address of from(0) has asked for too
// often, a second after it asks.
func busyFor(c *chat) {
	c.on("GET", "/api/v1/livechat/config", func(w http.ResponseWriter, r *http.Request) {
		pass(time.Second) // of the bubble
		if r.Header.Get("X-Real-Ip") == "198.51.0.1" {
			text(429, "application/json", `{"success":false,"error":"wait 60 seconds"}`)(w, r)
			return
		}
		ok(plainConfig)(w, r)
	})
}

func TestWhoAskedTooOftenIsRefusedAlone(t *testing.T) {
	ask := func(b http.Handler, n int) int { return serve(b, from(n, newRequest("GET", "/v1/config", ""))).Code }
	t.Run("the next caller is answered", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newChat()
			busyFor(c)
			b := newBridge(t, c)
			for n, want := range []int{429, 200, 200} {
				if got := ask(b, n); got != want {
					t.Errorf("address %d is answered %d, want %d", n, got, want)
				}
			}
			if got := len(c.all("config")); got != 2 {
				t.Errorf("Rocket.Chat was asked %d times", got)
			}
		})
	})
	t.Run("so are those who waited for the same call", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newChat()
			busyFor(c)
			b := newBridge(t, c)
			refused := make(chan int, 1)
			go func() { refused <- ask(b, 0) }()
			synctest.Wait()
			var wg sync.WaitGroup
			for n := range 50 {
				wg.Go(func() {
					if got := ask(b, n+1); got != 200 {
						t.Errorf("address %d is answered %d", n+1, got)
					}
				})
			}
			wg.Wait()
			if got, calls := <-refused, len(c.all("config")); got != 429 || calls != 2 {
				t.Errorf("who asked too often is answered %d, Rocket.Chat was asked %d times", got, calls)
			}
		})
	})
	t.Run("nor does he keep a value from being fetched anew", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newChat()
			busyFor(c)
			b := newBridge(t, c)
			for i, n := range []int{1, 0, 1} { // the second gets what the first was told
				if got, calls := ask(b, n), len(c.all("config")); got != 200 || calls != i+1 {
					t.Errorf("request %d is answered %d, Rocket.Chat was asked %d times", i, got, calls)
				}
				pass(6 * time.Second)
			}
		})
	})
}

func TestOneCallerHangingUpDoesNotFailTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		c.on("GET", "/api/v1/livechat/config", func(w http.ResponseWriter, r *http.Request) {
			pass(time.Second)
			if r.Context().Err() != nil {
				t.Error("the call ended with the first caller")
			}
			ok(plainConfig)(w, r)
		})
		b := newBridge(t, c)
		ctx, hangUp := withCancel(t)
		go serve(b, newRequest("GET", "/v1/config", "").WithContext(ctx))
		synctest.Wait()
		done := make(chan int)
		go func() { done <- ask(b, "GET", "/v1/config", "").Code }()
		synctest.Wait()
		hangUp()
		if code := <-done; code != 200 {
			t.Errorf("the second caller was told %d", code)
		}
	})
}

func TestAVersionNobodyTellsIsNoTrouble(t *testing.T) {
	for _, tt := range []struct {
		name string
		info http.HandlerFunc
		want string
	}{
		{"three numbers", ok(`{"version":"3.4.0","success":true}`), "3.4"},
		{"two numbers", ok(`{"version":"8.8","success":true}`), "8.8"},
		{"one number", ok(`{"version":"8"}`), "8.0"},
		{"a candidate", ok(`{"version":"8.8.0-rc.1"}`), "8.8"},
		{"a branch", ok(`{"version":"6.14-develop"}`), "6.14"},
		{"in an object", ok(`{"info":{"version":"0.74.3"},"success":true}`), "0.74"},
		{"none", ok(`{"success":true}`), ""},
		{"nonsense", ok(`{"version":"<script>"}`), ""},
		{"a number", ok(`{"version":8}`), ""},
		{"a negative one", ok(`{"version":"-1.2"}`), ""},
		{"a web page", text(200, "text/html", "x"), ""},
		{"an error", text(500, "application/json", `{}`), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			c.on("GET", "/api/info", tt.info)
			w := ask(newBridge(t, c), "GET", "/v1/config", "")
			var got struct{ Server struct{ Version string } }
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || got.Server.Version != tt.want {
				t.Errorf("answered %d %s, want version %q", w.Code, w.Body, tt.want)
			}
		})
	}
}
