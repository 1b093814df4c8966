package doctor

import (
	"net/url"
	"testing"
)

func parse(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestWhatAPolicyAllows(t *testing.T) {
	const page = "https://www.example.com/about"
	for _, tt := range []struct {
		name, policy, url string
		want              bool
	}{
		{"no directive for it", "img-src 'none'", "https://a.example", true},
		{"the default counts", "default-src 'none'", "https://a.example", false},
		{"its own goes before the default", "default-src 'none'; connect-src https://a.example", "https://a.example", true},
		{"the first of two counts", "connect-src 'none'; connect-src *", "https://a.example", false},
		{"case does not matter", "CONNECT-SRC HTTPS://A.Example", "https://a.example", true},
		{"nothing", "connect-src", "https://a.example", false},
		{"none", "connect-src 'none'", "https://a.example", false},
		{"self is the page's host", "connect-src 'self'", "https://www.example.com", true},
		{"self covers its sockets", "connect-src 'self'", "wss://www.example.com", true},
		{"self is no other host", "connect-src 'self'", "https://example.com", false},
		{"self is no other port", "connect-src 'self'", "https://www.example.com:8443", false},
		{"self is not what is insecure", "connect-src 'self'", "ws://www.example.com", false},
		{"a star", "connect-src *", "wss://a.example", true},
		{"a scheme", "connect-src wss:", "wss://a.example", true},
		{"a scheme for another", "connect-src https:", "wss://a.example", false},
		{"an insecure scheme covers the secure one", "connect-src ws:", "wss://a.example", true},
		{"a host without a scheme has the page's", "connect-src a.example", "https://a.example", true},
		{"a host without a scheme has no socket", "connect-src a.example", "wss://a.example", false},
		{"https for a socket", "connect-src https://a.example", "wss://a.example", false},
		{"a longer host", "connect-src https://a.example", "https://a.example.com", false},
		{"below a host", "connect-src https://*.example.com", "https://a.b.example.com", true},
		{"below a host is not the host", "connect-src https://*.example.com", "https://example.com", false},
		{"a port", "connect-src https://a.example:8443", "https://a.example:8443", true},
		{"another port", "connect-src https://a.example", "https://a.example:8443", false},
		{"any port", "connect-src https://a.example:*", "https://a.example:8443", true},
		{"the standard port, said", "connect-src https://a.example:443", "https://a.example", true},
		{"with a path", "connect-src https://a.example/v1/", "https://a.example", true},
		{"an IPv6 address", "connect-src http://[::1]:8080", "http://[::1]:8080", true},
		{"a nonce is for scripts", "connect-src 'nonce-abc'", "https://a.example", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := parsePolicy(tt.policy).allows(parse(t, page), parse(t, tt.url), "connect-src"); got != tt.want {
				t.Errorf("%s allows %s: %v", tt.policy, tt.url, got)
			}
		})
	}
}

func TestWhatAPolicySaysOfScripts(t *testing.T) {
	for _, tt := range []struct {
		name, policy string
		load, wasm   bool
	}{
		{"no policy for scripts", "img-src 'none'", true, true},
		{"the host alone", "script-src https://a.example", true, false},
		{"all that is needed", "script-src https://a.example 'wasm-unsafe-eval'", true, true},
		{"eval is enough for wasm", "script-src 'unsafe-eval'", false, true},
		{"elements by themselves", "script-src 'wasm-unsafe-eval'; script-src-elem https://a.example", true, true},
		{"elements do not speak for wasm", "script-src 'none'; script-src-elem https://a.example 'wasm-unsafe-eval'", true, false},
		{"a nonce is taken to be on the tag", "script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval'", true, true},
		{"the default", "default-src 'self'", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, page, u := parsePolicy(tt.policy), parse(t, "https://www.example.com"), parse(t, "https://a.example")
			if load, wasm := p.scripts(page, u), p.wasm(); load != tt.load || wasm != tt.wasm {
				t.Errorf("%s: load %v, wasm %v", tt.policy, load, wasm)
			}
		})
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add("script-src 'self' https://*.a.example:* ; connect-src [::1]:1")
	f.Add("default-src :://// *: [")
	f.Fuzz(func(t *testing.T, text string) {
		p := parsePolicy(text)
		page, u := parse(t, "https://www.example.com"), parse(t, "wss://a.example")
		p.scripts(page, u)
		p.wasm()
		p.allows(page, u, "connect-src")
	})
}
