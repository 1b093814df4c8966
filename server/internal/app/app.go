// Package app is Capsule's server as one thing that can be started and
// stopped: the command line around it is package main, and tests start the
// same App on port 0.
package app

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"capsule/server/internal/bridge"
	"capsule/server/internal/bundle"
	"capsule/server/internal/limit"
	"capsule/server/internal/metrics"
	"capsule/server/internal/send"
	"capsule/server/standin"
)

// An App is one server. Set the exported fields, ParseFlags, Run, and Close.
type App struct {
	Files  fs.FS                            // the built widget, unless -assets names a folder; nil: none built in
	Stdout io.Writer                        // gets the demo's URL; nil: nowhere
	Logf   func(format string, args ...any) // nil: silent
	Log    *slog.Logger                     // gets a line per request; nil: none

	settings    settings
	url         string
	metricsURL  string
	redirectURL string
	bridge      *bridge.Bridge
	metrics     *metrics.Metrics // nil: nobody asked for them
	draining    atomic.Bool
	wrap        func(http.Handler) http.Handler // before all handlers, in tests
	demo        *standin.Server
	servers     []*http.Server
	after       []func()
	running     sync.WaitGroup
	failed      chan error
}

// How long a server waits for whom. Read and write allow a slow telephone;
// what they refuse is a connection that is only there to be held open. When
// readTimeout is over, net/http also gives up a request that is still being
// worked on, so it is longer than the bridge ever takes.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
	connectionsEach   = 100              // of one address
	shutdownTimeout   = 10 * time.Second // the time of Drain included
)

// URL is where a browser on this machine finds the running server, without a
// slash at the end.
func (a *App) URL() string { return a.url }

// Failed tells when the server stopped by itself after Run had started it.
func (a *App) Failed() <-chan error { return a.failed }

// Run starts the server and returns as soon as it accepts connections. An
// error means that nothing was left running.
func (a *App) Run(ctx context.Context) (err error) {
	if a.Logf == nil {
		a.Logf = func(string, ...any) {}
	}
	a.draining.Store(false)
	a.failed = make(chan error, 4)
	defer func() {
		if err != nil {
			_ = a.Close() // err says more
		}
	}()
	s := a.settings
	if s.demo {
		if err := a.startDemo(ctx, &s); err != nil {
			return err
		}
	}
	site, err := a.site(s)
	if err != nil {
		return err
	}
	sec, err := s.security(a.Logf)
	if err != nil {
		return err
	}
	l, err := listen(s.addr)
	if err != nil {
		return flagError("addr", err)
	}
	a.url = address(l)
	if sec != nil {
		a.url = "https" + strings.TrimPrefix(a.url, "http")
		if err := a.serveRedirect(ctx, s, sec, l); err != nil {
			_ = l.Close()
			return err
		}
	}
	if s.metrics != "" {
		a.metrics = metrics.New(site.Version())
	}
	a.bridge = a.newBridge(s)
	a.metrics.Load(a.bridge.Load)
	a.serve(ctx, send.Listener(limit.Listener(l, connectionsEach, s.proxies)), a.handler(s, site), sec)
	if err := a.serveMetrics(ctx, s); err != nil {
		return err
	}
	if site.Version() == "" {
		a.Logf("nothing to serve yet: run ./build.sh")
	}
	if !s.demo {
		a.Logf("serving build %q on %s for Rocket.Chat at %s", site.Version(), l.Addr(), s.rocketChat)
	} else if a.Stdout != nil {
		// The only URL a demo prints, so that nobody opens another one.
		fmt.Fprintf(a.Stdout, "%s/\n", a.url)
	}
	return nil
}

// Drain says on /readyz that this server is about to stop, and goes on serving
// for the time of -drain, so that a load balancer has stopped sending before
// Close stops accepting.
func (a *App) Drain() {
	a.draining.Store(true)
	for _, s := range a.servers {
		s.SetKeepAlivesEnabled(false) // who comes again finds another instance
	}
	if a.settings.drain > 0 {
		<-time.After(a.settings.drain)
	}
}

// Close stops accepting, lets requests that are under way finish, and returns
// when everything Run started has ended.
func (a *App) Close() error {
	a.draining.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout-a.settings.drain)
	defer cancel()
	errs := make([]error, len(a.servers))
	var closing sync.WaitGroup
	for i, s := range a.servers {
		closing.Go(func() {
			if err := s.Shutdown(ctx); err != nil {
				errs[i] = errors.Join(err, s.Close())
			}
		})
	}
	closing.Wait()
	for _, stop := range a.after {
		stop()
	}
	a.running.Wait()
	a.servers, a.after = nil, nil
	return errors.Join(errs...)
}

func (a *App) newBridge(s settings) *bridge.Bridge {
	o := bridge.Options{
		RocketChat: s.rocketChat,
		Public:     s.public,
		Origins:    s.origins.With(s.profiles.origins()),
		Proxies:    s.proxies,
		Limits:     bridge.DefaultLimits(s.rate),
		Tickets:    s.guard.tickets,
		Identity:   s.guard.identity,
		Logf:       a.Logf,
	}
	if len(s.profiles) > 0 {
		o.Profile = s.profiles.find
	}
	if a.metrics != nil {
		o.Observe = a.metrics.Bridge
	}
	return bridge.New(o)
}

func (a *App) site(s settings) (*bundle.Site, error) {
	files := a.Files
	if s.assets != "" {
		if info, err := os.Stat(s.assets); err != nil {
			return nil, flagError("assets", err)
		} else if !info.IsDir() {
			return nil, flagError("assets", fmt.Errorf("%s is not a folder", s.assets))
		}
		files = os.DirFS(s.assets)
	}
	if files == nil {
		files = embed.FS{}
	}
	site, err := bundle.New(files, bundle.Options{Watch: s.assets != "", Sealed: s.assets == "", NoPages: s.assets == "" && !s.demo, Connect: connect(s.public), Logf: a.Logf})
	if err != nil && s.assets != "" {
		return nil, flagError("assets", err)
	}
	return site, err
}

// connect is what Capsule's own pages may talk to.
func connect(public *url.URL) []string {
	if public.Scheme == "http" {
		return []string{"http://" + public.Host, "ws://" + public.Host}
	}
	return []string{"https://" + public.Host, "wss://" + public.Host}
}

func (a *App) serve(ctx context.Context, l net.Listener, h http.Handler, sec *security) {
	s := a.newServer(ctx, h)
	s.ConnContext = send.Context
	if sec != nil {
		s.TLSConfig = sec.config
	}
	a.start(s, l)
}

func (a *App) start(s *http.Server, l net.Listener) {
	a.servers = append(a.servers, s)
	// Ends with Close.
	a.running.Go(func() {
		var err error
		if s.TLSConfig != nil {
			err = s.ServeTLS(l, "", "")
		} else {
			err = s.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	})
}

func (a *App) newServer(ctx context.Context, h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// A signal ends ctx but not the requests under way.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:    log.New(&lines{logf: a.Logf, address: a.settings.logAddress}, "", 0),
	}
}

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	var op *net.OpError
	if errors.As(err, &op) {
		err = fmt.Errorf("cannot listen on %s: %w", addr, op.Err)
	}
	return l, err
}

// address is l's URL for a browser on this machine.
func address(l net.Listener) string {
	a := l.Addr().(*net.TCPAddr)
	host := a.IP.String()
	if a.IP.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(a.Port))
}
