package bridge_test

import (
	"net/http"
	"strings"
	"testing"

	"capsule/server/internal/bridge"
)

// listed are the sites of the matrix.
const listed = " https://example.com, https://shop.example.org:8443 ,https://*.example.net,https://*.port.example:444,http://localhost:*,https://Upper.Example,https://std.example:443,http://[::1]:3000"

// origins are what may stand in the header, and whether it is one of listed.
var origins = []struct {
	name, origin string
	want         bool
}{
	{"the site itself", "https://example.com", true},
	{"another scheme", "http://example.com", false},
	{"another port", "https://example.com:444", false},
	{"the default port, which no browser writes", "https://example.com:443", false},
	{"a host below an exact one", "https://www.example.com", false},
	{"the name as a prefix", "https://example.com.evil.example", false},
	{"the name as a suffix", "https://evilexample.com", false},
	{"a trailing dot", "https://example.com.", false},
	{"a path", "https://example.com/", false},
	{"a query", "https://example.com?", false},
	{"a user", "https://example.com@evil.example", false},
	{"a user before", "https://evil@example.com", false},
	{"upper case, which no browser writes", "https://EXAMPLE.com", false},
	{"a space before", " https://example.com", false},
	{"a space behind", "https://example.com ", false},
	{"two in one", "https://example.com https://evil.example", false},
	{"a list", "https://example.com,https://evil.example", false},
	{"null", "null", false},
	{"nothing", "", false},
	{"a star", "*", false},
	{"a file", "file://", false},
	{"an extension", "chrome-extension://abcdef", false},
	{"only a scheme", "https://", false},
	{"only a host", "example.com", false},
	{"its own port", "https://shop.example.org:8443", true},
	{"without its port", "https://shop.example.org", false},
	{"a longer port", "https://shop.example.org:84430", false},
	{"a host below", "https://a.example.net", true},
	{"two hosts below", "https://a.b.example.net", true},
	{"a punycode host below", "https://xn--bcher-kva.example.net", true},
	{"the domain itself is not below itself", "https://example.net", false},
	{"a host below with a port", "https://a.example.net:8443", false},
	{"a host below over http", "http://a.example.net", false},
	{"an empty label below", "https://.example.net", false},
	{"two dots", "https://a..example.net", false},
	{"the pattern itself", "https://*.example.net", false},
	{"a suffix without the dot", "https://evilexample.net", false},
	{"the domain as a host of another", "https://a.example.net.evil.example", false},
	{"a path that ends like it", "https://evil.example/.example.net", false},
	{"a user that ends like it", "https://evil.example@a.example.net", false},
	{"a query that ends like it", "https://evil.example?.example.net", false},
	{"a fragment that ends like it", "https://evil.example#.example.net", false},
	{"a port that ends like it", "https://evil.example:1.example.net", false},
	{"a backslash", "https://evil.example\\.example.net", false},
	{"a percent", "https://evil.example%2f.example.net", false},
	{"below, with its port", "https://a.port.example:444", true},
	{"below, without its port", "https://a.port.example", false},
	{"any port", "http://localhost:5173", true},
	{"any port needs one", "http://localhost", false},
	{"an empty port", "http://localhost:", false},
	{"no port number", "http://localhost:80a", false},
	{"a port and a host", "http://localhost:80.evil.example", false},
	{"a port and a user", "http://localhost:80@evil.example", false},
	{"a long port", "http://localhost:123456", false},
	{"as configured in upper case", "https://upper.example", true},
	{"as configured with the default port", "https://std.example", true},
	{"an IPv6 address", "http://[::1]:3000", true},
	{"another IPv6 address", "http://[::2]:3000", false},
	{"a letter that looks alike", "https://exаmple.com", false},
	{"a domain below in the front of another", "https://a.example.net.evil.example:443", false},
	{"a tab before", "\thttps://example.com", false},
	{"a null of another case", "NULL", false},
	{"a zone of an IPv6 address", "http://[::1%25lo]:3000", false},
	{"an IPv4 address in another form", "http://0x7f000001:3000", false},
	{"a websocket's scheme", "wss://example.com", false},
	{"a blob", "blob:https://example.com", false},
	{"a data URL", "data:text/html,x", false},
	{"very long", "https://" + strings.Repeat("a.", 4000) + "example.net", true},
}

func TestOrigins(t *testing.T) {
	allowed, err := bridge.ParseOrigins(listed)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range origins {
		t.Run(tt.name, func(t *testing.T) {
			if got := allowed.Allow(tt.origin); got != tt.want {
				t.Errorf("Allow(%q) = %v, want %v", tt.origin, got, tt.want)
			}
		})
	}
	if (bridge.Origins{}).Allow("https://example.com") {
		t.Error("the zero Origins allow something")
	}
}

// TestWhoMayEmbed is the same by what a page can tell: whether it is answered,
// may read the answer, and may send a token at all.
func TestWhoMayEmbed(t *testing.T) {
	for _, tt := range origins {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			t.Run(method+" "+tt.name, func(t *testing.T) {
				c := newChat()
				b := newBridge(t, c, func(o *bridge.Options) { o.Origins, _ = bridge.ParseOrigins(listed) })
				target := map[string]string{"GET": "/v1/config", "POST": "/v1/room", "OPTIONS": "/v1/room"}[method]
				w := serve(b, newRequest(method, target, `{}`, "Origin", tt.origin))
				code, may := http.StatusForbidden, ""
				if tt.want {
					code, may = map[string]int{"GET": 200, "POST": 200, "OPTIONS": 204}[method], tt.origin
				}
				h := w.Header()
				if w.Code != code || h.Get("Access-Control-Allow-Origin") != may {
					t.Errorf("answered %d, Access-Control-Allow-Origin %q; want %d, %q", w.Code, h.Get("Access-Control-Allow-Origin"), code, may)
				}
				if asked := len(c.calls()) > 0; asked != (tt.want && method != "OPTIONS") {
					t.Errorf("Rocket.Chat was asked %q", c.calls())
				}
				if got := h.Get("Access-Control-Allow-Headers") != ""; got != (tt.want && method == "OPTIONS") || h.Get("Access-Control-Allow-Credentials") != "" || h.Get("Vary") != "Origin" {
					t.Errorf("headers %v", h)
				}
			})
		}
	}
}

func TestParseOriginsRefuses(t *testing.T) {
	for _, in := range []string{
		"*", "example.com", "//example.com", "ftp://example.com", "https://", "https://*", "https://*.com", "https://*.", "https://a.*.example",
		"https://example.com/", "https://example.com/x", "https://example.com?x", "https://example.com#x", "https://u@example.com", "https://exämple.com",
		"https://example.com:x", "https://a.example:1:*", "https://*.example.com:*", "null", "https://.example.com", "https://a..b", "https://a b",
	} {
		if _, err := bridge.ParseOrigins(in); err == nil {
			t.Errorf("ParseOrigins(%q) is accepted", in)
		}
	}
}

func TestAdmission(t *testing.T) {
	for _, tt := range []struct {
		name, method, origin, host string
		allowed                    bool
		acao                       string
	}{
		{"a listed site", "POST", site, ownHost, true, site},
		{"a listed site reads", "GET", site, ownHost, true, site},
		{"our own page", "POST", "https://" + ownHost, ownHost, true, "https://" + ownHost},
		{"our own page on a port", "POST", "http://localhost:8080", "localhost:8080", true, "http://localhost:8080"},
		{"another port of our host", "POST", "http://localhost:8081", "localhost:8080", false, ""},
		{"another site", "POST", "https://evil.example", ownHost, false, ""},
		{"another site reads", "GET", "https://evil.example", ownHost, false, ""},
		{"a sandboxed page", "POST", "null", ownHost, false, ""},
		{"a sandboxed page reads", "GET", "null", ownHost, false, ""},
		{"who does not say reads", "GET", "-", ownHost, true, ""},
		{"who does not say may not act", "POST", "-", ownHost, false, ""},
		{"no host, no origin of our own", "POST", "https://", "", false, ""},
		{"a host with a path", "POST", "https://evil.example/", "evil.example/", false, ""},
		{"an empty origin", "GET", "", ownHost, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			path, body := "/v1/config", ""
			if tt.method == "POST" {
				path, body = "/v1/room", `{}`
			}
			r := newRequest(tt.method, path, body, "Origin", tt.origin)
			r.Host = tt.host
			w := serve(newBridge(t, c), r)
			if allowed := w.Code == 200; allowed != tt.allowed || !allowed && (w.Code != 403 || len(c.calls()) > 0) {
				t.Errorf("answered %d %s, asked %q", w.Code, w.Body, c.calls())
			}
			if got := w.Header().Get("Access-Control-Allow-Origin"); got != tt.acao {
				t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, tt.acao)
			}
			if !strings.Contains(w.Header().Get("Vary"), "Origin") || w.Header().Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

func TestPreflight(t *testing.T) {
	c := newChat()
	b := newBridge(t, c)
	w := serve(b, newRequest("OPTIONS", "/v1/messages", "", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type,x-visitor-token", "X-Visitor-Token", "-"))
	h := w.Header()
	if w.Code != 204 || h.Get("Access-Control-Allow-Origin") != site || h.Get("Access-Control-Allow-Methods") != "GET, POST" ||
		h.Get("Access-Control-Allow-Headers") != "Content-Type, X-Visitor-Token, X-File-Name, X-Capsule-Ticket" || h.Get("Access-Control-Max-Age") != "7200" || h.Get("Vary") != "Origin" {
		t.Errorf("answered %d, %v", w.Code, h)
	}
	w = serve(b, newRequest("OPTIONS", "/v1/messages", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST"))
	if w.Code != 403 || w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("Access-Control-Allow-Headers") != "" {
		t.Errorf("a foreign site is answered %d, %v", w.Code, w.Header())
	}
	if len(c.calls()) > 0 {
		t.Errorf("a preflight asked Rocket.Chat %q", c.calls())
	}
}

// What a preflight allows is ours to say; a browser then stops what asks for
// more.
func TestAPreflightGrantsWhatItGrants(t *testing.T) {
	b := newBridge(t, newChat())
	for _, tt := range []struct{ name, method, headers string }{
		{"another method", "PUT", "content-type"},
		{"a method that is none", "PO ST", ""},
		{"every header", "POST", "*"},
		{"credentials", "POST", "authorization,cookie"},
		{"the address of another", "POST", "x-forwarded-for,x-real-ip"},
		{"a method in a header", "POST", "x-http-method-override"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := serve(b, newRequest("OPTIONS", "/v1/messages", "", "Access-Control-Request-Method", tt.method,
				"Access-Control-Request-Headers", tt.headers, "Access-Control-Request-Private-Network", "true"))
			h := w.Header()
			if h.Get("Access-Control-Allow-Methods") != "GET, POST" || h.Get("Access-Control-Allow-Headers") != "Content-Type, X-Visitor-Token, X-File-Name, X-Capsule-Ticket" ||
				h.Get("Access-Control-Allow-Private-Network") != "" || w.Body.Len() > 0 {
				t.Errorf("answered %d, %v", w.Code, h)
			}
		})
	}
}
