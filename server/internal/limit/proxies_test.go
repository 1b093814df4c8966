package limit_test

import (
	"net/http"
	"testing"

	"capsule/server/internal/limit"
)

func TestClient(t *testing.T) {
	const trusted = "10.0.0.0/8, 192.168.1.1, fd00::/8"
	for _, tt := range []struct {
		name, trust, peer string
		forwarded         []string
		want              string
	}{
		{"nobody is trusted by default", "", "203.0.113.7:5000", []string{"1.1.1.1"}, "203.0.113.7"},
		{"an untrusted peer cannot speak for others", trusted, "203.0.113.7:5000", []string{"1.1.1.1"}, "203.0.113.7"},
		{"a trusted proxy names the caller", trusted, "10.0.0.1:80", []string{"203.0.113.7"}, "203.0.113.7"},
		{"what the caller wrote himself is not read", trusted, "10.0.0.1:80", []string{"1.1.1.1, 203.0.113.7"}, "203.0.113.7"},
		{"two trusted proxies in a row", trusted, "10.0.0.1:80", []string{"1.1.1.1, 203.0.113.7, 10.9.9.9"}, "203.0.113.7"},
		{"an untrusted proxy in between is the caller", trusted, "10.0.0.1:80", []string{"203.0.113.7, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		{"several headers are one list", trusted, "10.0.0.1:80", []string{"1.1.1.1", "203.0.113.7"}, "203.0.113.7"},
		{"a lone address is a network of one", trusted, "192.168.1.1:80", []string{"203.0.113.7"}, "203.0.113.7"},
		{"its neighbour is not", trusted, "192.168.1.2:80", []string{"203.0.113.7"}, "192.168.1.2"},
		{"no header", trusted, "10.0.0.1:80", nil, "10.0.0.1"},
		{"an empty header", trusted, "10.0.0.1:80", []string{""}, "10.0.0.1"},
		{"only commas", trusted, "10.0.0.1:80", []string{",,,"}, "10.0.0.1"},
		{"nonsense on the right stops the reading", trusted, "10.0.0.1:80", []string{"203.0.113.7, unknown"}, "10.0.0.1"},
		{"nonsense on the left is not reached", trusted, "10.0.0.1:80", []string{"<script>, 203.0.113.7"}, "203.0.113.7"},
		{"nonsense behind a trusted one", trusted, "10.0.0.1:80", []string{"_hidden, 10.9.9.9"}, "10.9.9.9"},
		{"all are trusted: the farthest", trusted, "10.0.0.1:80", []string{"10.1.1.1, 10.2.2.2"}, "10.1.1.1"},
		{"an IPv4 entry with a port", trusted, "10.0.0.1:80", []string{"203.0.113.7:1234"}, "203.0.113.7"},
		{"an IPv6 entry", trusted, "10.0.0.1:80", []string{"2001:db8::7"}, "2001:db8::7"},
		{"an IPv6 entry in brackets", trusted, "10.0.0.1:80", []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"an IPv6 entry with a port", trusted, "10.0.0.1:80", []string{"[2001:db8::7]:443"}, "2001:db8::7"},
		{"an IPv6 proxy", trusted, "[fd00::1]:80", []string{"203.0.113.7"}, "203.0.113.7"},
		{"an IPv4 proxy seen through IPv6", trusted, "[::ffff:10.0.0.1]:80", []string{"203.0.113.7"}, "203.0.113.7"},
		{"a zone is dropped", trusted, "[fe80::1%eth0]:80", nil, "fe80::1"},
		{"no address at all", trusted, "pipe", []string{"203.0.113.7"}, "invalid IP"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ps, err := limit.ParseProxies(tt.trust)
			if err != nil {
				t.Fatal(err)
			}
			r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
			if got := ps.Client(r).String(); got != tt.want {
				t.Errorf("Client = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestParseProxiesRefusesNames(t *testing.T) {
	for _, in := range []string{"localhost", "10.0.0.0/33", "10.0.0.1:80", "*"} {
		if ps, err := limit.ParseProxies(in); err == nil {
			t.Errorf("ParseProxies(%q) = %v, want an error", in, ps)
		}
	}
}
