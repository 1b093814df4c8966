package wire

import (
	"errors"
	"strconv"
	"strings"
)

// ErrURL is returned for a URL that is not dialled, because a browser may
// refuse it by an exception.
var ErrURL = errors.New("wire: not a websocket URL")

// Check returns ErrURL unless url is ws:// or wss:// with a plain host, a
// port if any, and a path and query without odd characters. It is stricter
// than browsers are.
func Check(url string) error {
	rest, ok := strings.CutPrefix(url, "wss://")
	if !ok {
		rest, ok = strings.CutPrefix(url, "ws://")
	}
	if !ok {
		return ErrURL
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if !plainHost(host) || !plainPath(path) {
		return ErrURL
	}
	return nil
}

// plainHost accepts names, dotted IPv4 addresses and bracketed IPv6 ones.
func plainHost(s string) bool {
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		host, port = s[:i], s[i+1:]
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		return ok && plainIPv6(inner)
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if !plainLabel(label) {
			return false
		}
	}
	// A last label that begins with a digit makes a browser read the whole
	// as an IPv4 address, and refuse what is none.
	if last := labels[len(labels)-1]; last[0] >= '0' && last[0] <= '9' {
		return len(labels) == 4 && octets(labels)
	}
	return true
}

func plainLabel(s string) bool {
	if s == "" || len(s) > 63 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

func octets(labels []string) bool {
	for _, s := range labels {
		if n, err := strconv.ParseUint(s, 10, 8); err != nil || strconv.FormatUint(n, 10) != s {
			return false
		}
	}
	return true
}

func plainIPv6(s string) bool {
	left, right, short := strings.Cut(s, "::")
	n, ok := groups(left)
	m, ok2 := groups(right)
	if !ok || !ok2 {
		return false
	}
	if short {
		return n+m < 8
	}
	return n == 8
}

// groups counts the groups of up to four hexadecimal digits in s.
func groups(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	parts := strings.Split(s, ":")
	for _, part := range parts {
		if _, err := strconv.ParseUint(part, 16, 16); err != nil || len(part) > 4 {
			return 0, false
		}
	}
	return len(parts), true
}

// plainPath accepts printable ASCII; a fragment makes `new WebSocket`
// throw.
func plainPath(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c > '~' || c == '#' || c == '\\' {
			return false
		}
	}
	return true
}
