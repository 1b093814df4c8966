package bridge

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"capsule/wasm/puzzle"
	"capsule/wasm/rocket"
)

// Origins are the sites whose pages may use the bridge. The zero value allows
// none but the bridge's own.
//
// This keeps other people's sites from showing your widget. It is no secret
// and no login: a program outside a browser can claim any origin.
type Origins struct {
	exact map[string]bool
	below []pattern
}

// A pattern stands for the hosts below a domain, or all ports of a host.
type pattern struct{ before, after string }

// ParseOrigins reads a comma-separated list of origins: "https://example.com",
// "https://*.example.com" for every host below (not itself), and
// "http://localhost:*" for every port.
func ParseOrigins(list string) (Origins, error) {
	o := Origins{exact: map[string]bool{}}
	for _, item := range strings.Split(list, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		if err := o.add(item); err != nil {
			return Origins{}, err
		}
	}
	return o, nil
}

func (o *Origins) add(item string) error {
	scheme, rest, ok := strings.Cut(strings.ToLower(item), "://")
	if !ok || scheme != "http" && scheme != "https" {
		return fmt.Errorf("%q is no origin: write https://example.com", item)
	}
	host, anyPort := strings.CutSuffix(rest, ":*")
	host, below := strings.CutPrefix(host, "*.")
	u, err := url.Parse(scheme + "://" + host)
	switch {
	case err != nil || u.Host != host || u.Hostname() == "" || u.User != nil || !plainHost(u.Hostname()):
		return fmt.Errorf("%q is no origin: only scheme, host and port, such as https://example.com:8443 (international names as xn--...)", item)
	case below && !strings.Contains(u.Hostname(), "."):
		return fmt.Errorf("%q would allow a whole top-level domain", item)
	case below && anyPort:
		return fmt.Errorf("%q: either every host below or every port", item)
	case anyPort && u.Port() != "":
		return fmt.Errorf("%q names two ports", item)
	}
	if scheme == "https" && u.Port() == "443" || scheme == "http" && u.Port() == "80" {
		host = strings.TrimSuffix(host, ":"+u.Port()) // browsers leave it out
	}
	switch {
	case below:
		o.below = append(o.below, pattern{scheme + "://", "." + host})
	case anyPort:
		o.below = append(o.below, pattern{scheme + "://" + host + ":", ""})
	default:
		o.exact[scheme+"://"+host] = true
	}
	return nil
}

// With is o and more together.
func (o Origins) With(more Origins) Origins {
	all := Origins{exact: map[string]bool{}, below: slices.Concat(o.below, more.below)}
	maps.Copy(all.exact, o.exact)
	maps.Copy(all.exact, more.exact)
	return all
}

// Allow reports whether origin, as a browser wrote it, is one of o.
func (o Origins) Allow(origin string) bool {
	if o.exact[origin] {
		return true
	}
	for _, p := range o.below {
		middle, ok := strings.CutPrefix(origin, p.before)
		if !ok {
			continue
		}
		if p.after == "" {
			if allDigits(middle) {
				return true
			}
			continue
		}
		middle, ok = strings.CutSuffix(middle, p.after)
		if ok && plainHost(middle) && !strings.Contains(middle, ":") {
			return true
		}
	}
	return false
}

// Exact reports whether origin is one of o by itself, and not by a pattern.
func (o Origins) Exact(origin string) bool { return o.exact[origin] }

// String is o as ParseOrigins reads it, in the order of the alphabet.
func (o Origins) String() string {
	list := slices.Collect(maps.Keys(o.exact))
	for _, p := range o.below {
		list = append(list, p.before+"*"+p.after)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// plainHost reports whether s consists of what a host name or address may
// consist of, with no empty label.
func plainHost(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == ':') {
			return false
		}
	}
	return true
}

func allDigits(s string) bool {
	if s == "" || len(s) > 5 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// welcome decides whether r may be answered at all, and lets the page that sent
// it read the answer. Without Origin only GET is answered: a browser always
// says where a POST comes from.
func (b *Bridge) welcome(w http.ResponseWriter, r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return r.Method == http.MethodGet
	}
	origin := origins[0]
	if len(origins) != 1 || !b.origins.Allow(origin) && !own(r, origin) {
		return false
	}
	h := w.Header()
	h["Access-Control-Allow-Origin"], h["Access-Control-Expose-Headers"] = []string{origin}, exposed
	return true
}

// own reports whether origin is the one r was sent to. Behind a proxy that
// ends TLS we see http where the browser sees https, so both will do.
func own(r *http.Request, origin string) bool {
	host := strings.ToLower(r.Host)
	if host == "" || strings.ContainsAny(host, "/@?#") {
		return false
	}
	return origin == "https://"+host || origin == "http://"+host
}

func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type, "+rocket.HeaderToken+", "+rocket.HeaderFile+", "+puzzle.Header)
	h.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}
