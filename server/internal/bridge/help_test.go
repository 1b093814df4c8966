package bridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"
)

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func escape(s string) string { return url.PathEscape(s) }

// flat reports whether body is an object of strings, or one such object
// called visitor.
func flat(body string) bool {
	var outer map[string]any
	if json.Unmarshal([]byte(body), &outer) != nil {
		return false
	}
	if v, ok := outer["visitor"].(map[string]any); ok && len(outer) == 1 {
		outer = v
	}
	for _, v := range outer {
		if _, ok := v.(string); !ok {
			return false
		}
	}
	return true
}

func withCancel(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}

// pass lets time go by in a bubble.
func pass(d time.Duration) { <-time.After(d) }

// A recorder is the little of a ResponseWriter that a benchmark needs.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }

func (w *recorder) response(r *http.Request) *http.Response {
	return &http.Response{StatusCode: w.status, Status: "200 OK", Header: w.header, Body: io.NopCloser(&w.body), Request: r}
}
