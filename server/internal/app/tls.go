package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"capsule/server/internal/limit"
)

// A security is how the server speaks TLS; nil: it does not.
type security struct {
	config *tls.Config
	// knows reports whether host is one we have a certificate for, so that
	// the redirect of port 80 leads nowhere else.
	knows func(host string) bool
	// challenges answers those of ACME and hands on the rest; nil: none come.
	challenges func(http.Handler) http.Handler
}

// security reads the certificate there is, or prepares to get one. It asks
// nobody for anything yet.
func (s settings) security(logf func(string, ...any)) (*security, error) {
	switch {
	case s.cert != "":
		p := &pair{cert: s.cert, key: s.key, logf: logf}
		if err := p.load(); err != nil {
			return nil, flagError("cert", err)
		}
		return &security{config: modern(&tls.Config{GetCertificate: p.get}), knows: p.knows}, nil // #nosec G402 -- modern sets MinVersion
	case len(s.domains) > 0:
		m := &autocert.Manager{
			Prompt:     autocert.AcceptTOS,
			Cache:      autocert.DirCache(s.acmeCache),
			HostPolicy: autocert.HostWhitelist(s.domains...),
			Client:     &acme.Client{DirectoryURL: s.acme, UserAgent: "capsule"},
		}
		return &security{
			config:     modern(m.TLSConfig()), // with h2 and acme-tls/1
			knows:      func(host string) bool { return slices.Contains(s.domains, host) },
			challenges: m.HTTPHandler,
		}, nil
	}
	return nil, nil
}

// modern is c without what browsers gave up in 2020. Which ciphers and curves
// come first is Go's to know, which is kept up to date.
func modern(c *tls.Config) *tls.Config {
	c.MinVersion = tls.VersionTLS12
	if len(c.NextProtos) == 0 {
		c.NextProtos = []string{"h2", "http/1.1"}
	}
	return c
}

// strict tells browsers to come by https only, for a year. What came by http
// came from a proxy, which decides that itself.
func strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// redirect is what port 80 says.
func (s *security) redirect(port string) http.Handler {
	h := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := strings.ToLower(r.Host)
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if !s.knows(host) || r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "come by https", http.StatusNotFound)
			return
		}
		if port != "443" {
			host = net.JoinHostPort(host, port)
		}
		to := "https://" + host + "/" + strings.TrimLeft(r.URL.EscapedPath(), "/")
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusPermanentRedirect)
	}))
	if s.challenges != nil {
		return s.challenges(h)
	}
	return h
}

// A pair is a certificate and its key in two files, read again when they have
// changed: who renews them need not restart the server.
type pair struct {
	cert, key string
	logf      func(string, ...any)

	mu     sync.Mutex
	value  *tls.Certificate
	seen   [2]mark
	looked time.Time
}

type mark struct {
	modified time.Time
	size     int64
}

const lookAgain = time.Second

func (p *pair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.looked) >= lookAgain {
		p.looked = time.Now()
		if seen, err := p.look(); err != nil || seen != p.seen {
			if err := p.load(); err != nil {
				// Half written, most likely: the old one does meanwhile.
				p.logf("tls: keeping the certificate there is: %v", err)
			} else {
				p.logf("tls: now using the new certificate in %s", p.cert)
			}
		}
	}
	return p.value, nil
}

func (p *pair) knows(host string) bool {
	c, err := p.get(nil)
	return err == nil && c.Leaf.VerifyHostname(host) == nil
}

func (p *pair) look() (seen [2]mark, err error) {
	for i, name := range []string{p.cert, p.key} {
		info, err := os.Stat(name)
		if err != nil {
			return seen, err
		}
		seen[i] = mark{info.ModTime(), info.Size()}
	}
	return seen, nil
}

func (p *pair) load() error {
	seen, err := p.look()
	if err != nil {
		return err
	}
	c, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "tls: "))
	}
	if time.Now().After(c.Leaf.NotAfter) {
		p.logf("tls: the certificate in %s is over since %s", p.cert, c.Leaf.NotAfter.Format(time.DateOnly))
	}
	p.value, p.seen = &c, seen
	return nil
}

// parseDomains reads a comma-separated list of host names.
func parseDomains(list string) ([]string, error) {
	var out []string
	for _, item := range strings.Split(list, ",") {
		item = strings.ToLower(strings.TrimSpace(item))
		if item == "" {
			continue
		}
		if !strings.Contains(item, ".") || strings.ContainsAny(item, "/:*@ ?#") || net.ParseIP(item) != nil ||
			strings.HasPrefix(item, ".") || strings.HasSuffix(item, ".") {
			return nil, fmt.Errorf("%q is no host name like chat.example.com", item)
		}
		out = append(out, item)
	}
	return out, nil
}

// cacheFolder is where certificates are kept unless told otherwise: what
// systemd gives a service for that, else the user's own.
func cacheFolder(getenv func(string) string) (string, error) {
	if folder := getenv("CACHE_DIRECTORY"); folder != "" {
		return filepath.Join(folder, "acme"), nil
	}
	if folder := getenv("XDG_CACHE_HOME"); folder != "" {
		return filepath.Join(folder, "capsule", "acme"), nil
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".cache", "capsule", "acme"), nil
	}
	return "", errors.New("say where to keep certificates: -acme-cache FOLDER")
}

// serveRedirect listens on s.redirect.
func (a *App) serveRedirect(ctx context.Context, s settings, sec *security, main net.Listener) error {
	if s.redirect == "" {
		return nil
	}
	l, err := listen(s.redirect)
	if err != nil {
		return flagError("redirect", err)
	}
	_, port, _ := net.SplitHostPort(main.Addr().String())
	a.redirectURL = address(l)
	a.serve(ctx, limit.Listener(l, connectionsEach, s.proxies), sec.redirect(port), nil)
	return nil
}
