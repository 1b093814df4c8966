package doctor

import (
	"net/url"
	"slices"
	"strings"
)

// A policy is a Content-Security-Policy (CSP level 3): what each directive
// allows, by lower-case name.
type policy map[string][]string

func parsePolicy(text string) policy {
	p := policy{}
	for _, part := range strings.Split(text, ";") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		name := strings.ToLower(words[0])
		if _, again := p[name]; !again { // the first one counts
			p[name] = words[1:]
		}
	}
	return p
}

// sources is what holds for the first of the directives that p has, or of
// default-src; limited is false when there is none.
func (p policy) sources(directives ...string) (list []string, limited bool) {
	for _, d := range append(directives, "default-src") {
		if list, ok := p[d]; ok {
			return list, true
		}
	}
	return nil, false
}

// allows reports whether a page may load or connect to u under that directive.
func (p policy) allows(page, u *url.URL, directive string) bool {
	list, limited := p.sources(directive)
	return !limited || slices.ContainsFunc(list, func(s string) bool { return covers(s, page, u) })
}

// scripts is allows for a script tag in the page's HTML. With 'strict-dynamic'
// hosts do not count, but a nonce or a hash on the tag does, which we take to
// be there.
func (p policy) scripts(page, u *url.URL) bool {
	list, limited := p.sources("script-src-elem", "script-src")
	if !limited {
		return true
	}
	return slices.ContainsFunc(list, func(s string) bool {
		s = strings.ToLower(s)
		return strings.HasPrefix(s, "'nonce-") || strings.HasPrefix(s, "'sha") || s == "'strict-dynamic'" || covers(s, page, u)
	})
}

// wasm reports whether WebAssembly may be compiled.
func (p policy) wasm() bool {
	list, limited := p.sources("script-src")
	return !limited || slices.ContainsFunc(list, func(s string) bool {
		return strings.EqualFold(s, "'wasm-unsafe-eval'") || strings.EqualFold(s, "'unsafe-eval'")
	})
}

// covers reports whether a source expression matches u (CSP 6.7.2.8): scheme,
// host and port. Paths are left out of it, since ours are not known.
func covers(source string, page, u *url.URL) bool {
	source = strings.ToLower(source)
	switch {
	case source == "'self'":
		return sameHost(page, u) && own(page.Scheme, u.Scheme)
	case source == "*":
		// Any network scheme: http and ws with their secure kin.
		return slices.Contains([]string{"http", "https", "ws", "wss"}, u.Scheme)
	case strings.HasPrefix(source, "'"):
		return false
	case strings.HasSuffix(source, ":") && !strings.Contains(source, "/"):
		return upgrades(strings.TrimSuffix(source, ":"), u.Scheme)
	}
	scheme, rest, named := strings.Cut(source, "://")
	if !named {
		scheme, rest = page.Scheme, source
	}
	if !upgrades(scheme, u.Scheme) {
		return false
	}
	rest, _, _ = strings.Cut(rest, "/")
	host, port := rest, ""
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		host, port = rest[:i], rest[i+1:]
	}
	name := strings.ToLower(u.Hostname())
	if tail, any := strings.CutPrefix(host, "*"); any {
		if tail != "" && !strings.HasSuffix(name, tail) {
			return false
		}
	} else if strings.Trim(host, "[]") != name {
		return false
	}
	switch port {
	case "*":
		return true
	case "":
		return portOf(u) == standard(u.Scheme) || named && portOf(u) == standard(scheme)
	}
	return port == portOf(u) || port == "80" && portOf(u) == "443"
}

// upgrades reports whether an expression with scheme allowed covers scheme
// wanted (CSP 6.7.2.9): the same one or a secure one for an insecure one. That
// of a page does not cover that of a socket.
func upgrades(allowed, wanted string) bool {
	switch allowed {
	case "http":
		return wanted == "http" || wanted == "https"
	case "ws":
		return slices.Contains([]string{"ws", "wss", "http", "https"}, wanted)
	case "wss":
		return wanted == "wss" || wanted == "https"
	}
	return allowed == wanted
}

// own is upgrades for 'self', which covers sockets as well.
func own(page, wanted string) bool {
	return wanted == "https" || wanted == "wss" || page == "http" && (wanted == "http" || wanted == "ws")
}

func sameHost(a, b *url.URL) bool {
	if !strings.EqualFold(a.Hostname(), b.Hostname()) {
		return false
	}
	return portOf(a) == portOf(b) || portOf(a) == standard(a.Scheme) && portOf(b) == standard(b.Scheme)
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return standard(u.Scheme)
}

func standard(scheme string) string {
	if scheme == "https" || scheme == "wss" {
		return "443"
	}
	return "80"
}
