package logs

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"
)

// An ID names a request. The mask leaves it as it is.
type ID string

// known is a text of ours: the mask leaves it as it is.
type known string

// HeaderID names a request: to us from a reverse proxy, and in the answer. It
// is in its canonical form.
const HeaderID = "X-Request-Id"

// Which requests get a line.
const (
	All    = "all"
	Errors = "errors" // status 500 and more
	None   = "none"
)

// Options say how requests are logged. The zero value logs nothing but
// panics, and those only if there is a Log.
type Options struct {
	Log  *slog.Logger // nil: silent
	Kind string       // All, Errors or None
	// Client is the address a request came from; invalid if unknown. It is
	// logged as Address says.
	Client  func(*http.Request) netip.Addr
	Address Address
	// Trusted reports whether the other end of the socket may name requests.
	Trusted func(*http.Request) bool
	// Route is the request's route, out of a small fixed set: never the path
	// itself, which a caller may have chosen.
	Route func(*http.Request) string
	// Done, if set, is told of every request that was answered, with the
	// Route and the status.
	Done func(route string, status int, took time.Duration)
	// Quiet reports whether a route gets a line only when it fails, as probes
	// that come every few seconds do.
	Quiet func(route string) bool
}

// Requests gives each request its id, answers 500 when next panics, and logs
// a line. Neither a body, a query, a path nor a header of the request is ever
// part of it.
func Requests(next http.Handler, o Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		var id ID
		if o.Trusted != nil && o.Trusted(r) {
			id = wellFormed(r.Header.Values(HeaderID))
		}
		if id == "" {
			id = ID(rand.Text())
		}
		w.Header()[HeaderID] = []string{string(id)}
		seen := &watcher{ResponseWriter: w}
		abort := o.run(next, seen, r, id)
		took := time.Since(began)
		if seen.status == 0 {
			seen.status = http.StatusOK
		}
		if o.Done != nil {
			o.Done(o.Route(r), seen.status, took)
		}
		o.line(r, id, seen, took)
		if abort {
			panic(http.ErrAbortHandler)
		}
	})
}

// run serves r. It reports whether the connection has to be cut, since what
// was begun cannot be finished.
func (o Options) run(next http.Handler, w *watcher, r *http.Request, id ID) (abort bool) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if cause == http.ErrAbortHandler {
			abort = true
			return
		}
		if o.Log != nil {
			o.Log.Error("panic", "id", id, "route", o.Route(r), "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		}
		if abort = w.status != 0; abort {
			return
		}
		h := w.Header()
		for _, name := range []string{"Content-Encoding", "Content-Length", "ETag", "Last-Modified"} {
			h.Del(name)
		}
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(`{"error":"internal"}` + "\n"))
	}()
	next.ServeHTTP(w, r)
	return false
}

func (o Options) line(r *http.Request, id ID, w *watcher, took time.Duration) {
	level := slog.LevelInfo
	if w.status >= 500 {
		level = slog.LevelWarn
	}
	if o.Log == nil || o.Kind != All && (o.Kind != Errors || level == slog.LevelInfo) {
		return
	}
	route := o.Route(r)
	if level == slog.LevelInfo && o.Quiet != nil && o.Quiet(route) {
		return
	}
	attrs := []slog.Attr{
		slog.Any("id", id), slog.Any("route", known(route)), slog.Int("status", w.status),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.Int64("bytes", w.bytes),
	}
	if o.Client != nil {
		if from := o.Address.Of(o.Client(r)); from != "" {
			attrs = append(attrs, slog.Any("from", known(from)))
		}
	}
	o.Log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// wellFormed is the id a proxy gave, if it is one id that can do no harm in a
// log: 8 to 64 letters, digits, dots, dashes and underscores.
func wellFormed(values []string) ID {
	if len(values) != 1 || len(values[0]) < 8 || len(values[0]) > 64 {
		return ""
	}
	for i := 0; i < len(values[0]); i++ {
		c := values[0][i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_') {
			return ""
		}
	}
	return ID(values[0])
}

// A watcher sees the status and the size of an answer go by.
type watcher struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *watcher) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watcher) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController find the real one. http.MaxBytesReader
// does not look for it: who uses that has to.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }
