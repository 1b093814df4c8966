package bridge_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"capsule/server/internal/bridge"
)

// quick answers every call at once, so that what is measured is the bridge.
type quick struct{ h http.HandlerFunc }

func (q quick) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &recorder{header: http.Header{}}
	q.h(w, r)
	return w.response(r), nil
}

func BenchmarkRegistration(b *testing.B) {
	h := newBridge(b, quick{ok(`{"visitor":{"_id":"v1","username":"guest-3","name":"Ann","token":"` + token + `"},"success":true}`)}, func(o *bridge.Options) { o.Logf = nil })
	b.ReportAllocs()
	for b.Loop() {
		if w := ask(h, "POST", "/v1/visitor", `{"name":"Ann"}`); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

func BenchmarkConfig(b *testing.B) {
	h := newBridge(b, quick{ok(plainConfig)}, func(o *bridge.Options) { o.Logf = nil })
	b.ReportAllocs()
	for b.Loop() {
		if w := ask(h, "GET", "/v1/config", ``); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

func BenchmarkPreflight(b *testing.B) {
	h := newBridge(b, newChat())
	b.ReportAllocs()
	for b.Loop() {
		if w := ask(h, "OPTIONS", "/v1/messages", ``); w.Code != 204 {
			b.Fatal(w.Code)
		}
	}
}

func BenchmarkUpload(b *testing.B) {
	h := newBridge(b, quick{func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			ok(plainConfig)(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // from memory
		ok(storedUpload)(w, r)
	}}, func(o *bridge.Options) { o.Logf = nil })
	file := picture + strings.Repeat("x", 10<<20-len(picture))
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if w := send(h, "cat.png", file); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
