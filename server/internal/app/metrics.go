package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// MetricsURL is where /metrics and /debug/pprof/ are; "" without -metrics.
func (a *App) MetricsURL() string { return a.metricsURL }

// serveMetrics listens on s.metrics, which is not where visitors come.
func (a *App) serveMetrics(ctx context.Context, s settings) error {
	if s.metrics == "" {
		return nil
	}
	l, err := listen(s.metrics)
	if err != nil {
		return flagError("metrics", err)
	}
	a.metricsURL = address(l)
	h := a.metrics.Handler()
	if !s.metricsPublic {
		h = localOnly(h)
	}
	srv := a.newServer(ctx, h)
	srv.ReadTimeout, srv.WriteTimeout = 0, 5*time.Minute // a profile takes the time it is asked for
	a.start(srv, l)
	a.Logf("metrics and profiles on %s", l.Addr())
	return nil
}

// localOnly answers only requests that name this machine: a page elsewhere
// whose name was pointed at 127.0.0.1 sends its own.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			http.Error(w, "only for this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// loopback reports whether host, with or without a port, is this machine's
// own and no other.
func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

func checkMetrics(addr string, public bool) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return fmt.Errorf("%q is no address like 127.0.0.1:9090", addr)
	}
	if !public && !loopback(addr) {
		return errors.New("others could read it there; use 127.0.0.1, or add -metrics-public if that is meant")
	}
	return nil
}
