package bridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"
)

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func escape(s string) string { return url.PathEscape(s) }

// built reports whether body is one that the bridge would build: objects with
// members we know, of strings and the one true.
func built(body string) bool {
	var v any
	return json.Unmarshal([]byte(body), &v) == nil && known(v, "")
}

func known(v any, at string) bool {
	switch v := v.(type) {
	case string:
		return true
	case bool:
		return v && at == "overwrite"
	case []any:
		return (at == "data" || at == "customFields") && !slices.ContainsFunc(v, func(x any) bool { return !known(x, "") })
	case map[string]any:
		for key, x := range v {
			_, inside := x.(map[string]any)
			if !slices.Contains(members, key) || inside != (key == "visitor" || key == "pageInfo" || key == "location") || !known(x, key) {
				return false
			}
		}
		return true
	}
	return false
}

// members are all that Rocket.Chat is ever sent.
var members = []string{"visitor", "token", "name", "email", "phone", "department", "rid", "msg", "_id", "message", "host", "data", "value", "customFields", "key", "overwrite",
	"pageInfo", "change", "title", "location", "href", "status"}

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
