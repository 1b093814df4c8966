package bridge_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"

	"capsule/server/internal/bridge"
)

// A gate holds calls to Rocket.Chat until it is opened.
type gate struct {
	open chan struct{}
	h    http.HandlerFunc
}

func (g gate) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-g.open:
		return quick{g.h}.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// unread is a body that nobody is to read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}
func (u unread) Close() error { return nil }

func TestAFloodIsRefusedUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		visitor := func(n int) string { return fmt.Sprintf("flood-visitor-token-%024d", n) }
		g := gate{make(chan struct{}), func(w http.ResponseWriter, r *http.Request) {
			ok(`{"visitor":{"_id":"v1","username":"guest-3","name":"Ann","token":"`+visitor(0)+`"},"success":true}`)(w, r)
		}}
		var mu sync.Mutex
		var log []string
		b := newBridge(t, g, func(o *bridge.Options) {
			o.Logf = func(format string, args ...any) {
				mu.Lock()
				defer mu.Unlock()
				log = append(log, fmt.Sprintf(format, args...))
			}
		})
		var under sync.WaitGroup
		for n := range 64 + 128 {
			under.Go(func() { ask(b, "POST", "/v1/visitor", `{"name":"Ann"}`, "X-Visitor-Token", visitor(n)) })
		}
		synctest.Wait()
		if calls, waiting := b.Load(); calls != 64 || waiting != 128 {
			t.Fatalf("%d calls are under way and %d wait", calls, waiting)
		}
		for range 3 {
			r := newRequest("POST", "/v1/visitor", `{"name":"Ann"}`, "X-Visitor-Token", visitor(999))
			r.Body = unread{t}
			w := httptest.NewRecorder()
			b.ServeHTTP(w, r)
			if w.Code != 503 || w.Header().Get("Retry-After") != "2" || w.Body.String() != `{"error":"unavailable","retryAfter":2}` {
				t.Errorf("refused with %d, %v, %s", w.Code, w.Header(), w.Body)
			}
		}
		if len(log) != 1 {
			t.Errorf("the log has a line per refusal: %q", log)
		}
		if code := b.Reach(t.Context()); code != "" {
			t.Errorf("Rocket.Chat cannot be reached: %s", code)
		}
		close(g.open)
		under.Wait()
		if w := ask(b, "POST", "/v1/visitor", `{"name":"Ann"}`, "X-Visitor-Token", visitor(0)); w.Code != 200 {
			t.Errorf("after the flood: %d %s", w.Code, w.Body)
		}
	})
}
