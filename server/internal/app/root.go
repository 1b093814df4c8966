package app

import (
	"io"
	"net/http"
	"net/netip"
	"path"
	"strings"

	"capsule/server/internal/logs"
)

// handler is everything the server answers on its main address.
func (a *App) handler(s settings, site http.Handler) http.Handler {
	inner := strict(a.root(site))
	if a.wrap != nil {
		inner = a.wrap(inner)
	}
	o := logs.Options{
		Log: a.Log, Kind: s.logRequests, Client: s.proxies.Client, Address: s.logAddress,
		Route: a.route,
		Quiet: func(route string) bool { return route == "/healthz" || route == "/readyz" },
	}
	// Nobody is asked who has nothing to say: this is in the way of every request.
	if len(s.proxies) > 0 {
		o.Trusted = func(r *http.Request) bool {
			peer, err := netip.ParseAddrPort(r.RemoteAddr)
			return err == nil && s.proxies.Trust(peer.Addr())
		}
	}
	if a.metrics != nil {
		o.Done = a.metrics.Request
	}
	return a.metrics.InFlight(logs.Requests(inner, o))
}

// root sends each request where it belongs. It is not a ServeMux, which would
// answer odd paths with redirects that repeat them.
func (a *App) root(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/v1/"):
			a.bridge.ServeHTTP(w, r)
		case r.URL.Path == "/healthz":
			probe(w, http.StatusOK, `{"ok":true}`)
		case r.URL.Path == "/readyz":
			a.ready(w, r)
		default:
			site.ServeHTTP(w, r)
		}
	})
}

// route is where root sends r, out of a small fixed set.
func (a *App) route(r *http.Request) string {
	switch p := r.URL.Path; {
	case strings.HasPrefix(p, "/v1/"):
		return a.bridge.Route(r)
	case p == "/healthz", p == "/readyz", p == "/capsule.js", p == "/":
		return p
	case path.Ext(p) == ".wasm":
		return "/*.wasm"
	}
	return "/*"
}

// ready says whether this server should be sent visitors: not while it stops,
// and not while Rocket.Chat cannot be reached. /healthz asks about this server
// alone: to be restarted for somebody else's trouble would help nobody.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if a.draining.Load() {
		probe(w, http.StatusServiceUnavailable, `{"ready":false,"reason":"draining"}`)
		return
	}
	if code := a.bridge.Reach(r.Context()); code != "" {
		probe(w, http.StatusServiceUnavailable, `{"ready":false,"reason":"`+string(code)+`"}`)
		return
	}
	probe(w, http.StatusOK, `{"ready":true}`)
}

func probe(w http.ResponseWriter, status int, body string) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body+"\n")
}
