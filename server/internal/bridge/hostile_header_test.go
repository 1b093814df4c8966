package bridge_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
)

func hostileHeaders() (all []hostile) {
	line := `{"id":"` + id + `","room":"` + room + `","text":"x"}`
	for _, tt := range []struct {
		name   string
		header []string
	}{
		{"a form may not post", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"text may not post", []string{"Content-Type", "text/plain"}},
		{"JSON said to be text", []string{"Content-Type", "text/json"}},
		{"a multipart form", []string{"Content-Type", "multipart/form-data; boundary=x"}},
		{"no type", []string{"Content-Type", "-"}},
		{"an empty type", []string{"Content-Type", ""}},
		{"two types in one", []string{"Content-Type", "application/json, text/plain"}},
		{"a type with a strange charset", []string{"Content-Type", "application/json; charset=utf-7"}},
		{"a type of its own", []string{"Content-Type", "application/json+x"}},
		{"gzip", []string{"Content-Encoding", "gzip"}},
		{"identity, said aloud", []string{"Content-Encoding", "identity"}},
		{"no token", []string{"X-Visitor-Token", "-"}},
		{"an empty token", []string{"X-Visitor-Token", ""}},
		{"a short token", []string{"X-Visitor-Token", token[:31]}},
		{"a long token", []string{"X-Visitor-Token", strings.Repeat("x", 129)}},
		{"a token with a space", []string{"X-Visitor-Token", token + " x"}},
		{"an operator for a token", []string{"X-Visitor-Token", `{"$ne":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`}},
		{"a path for a token", []string{"X-Visitor-Token", "../../../../../../../../../../../../etc/passwd"}},
		{"a token list", []string{"X-Visitor-Token", token + "," + token}},
		{"a token that adds a parameter", []string{"X-Visitor-Token", token + "&rid=x"}},
		{"no origin", []string{"Origin", "-"}},
		{"a foreign origin", []string{"Origin", "https://evil.example"}},
	} {
		all = append(all, asking("line: "+tt.name, "POST", "/v1/messages", line, tt.header...))
	}
	// What is wrong with a token or an origin is wrong on every route.
	for _, rt := range routes {
		for _, tt := range []struct{ name, key, value string }{
			{"no token", "X-Visitor-Token", "-"},
			{"a short token", "X-Visitor-Token", token[:31]},
			{"an operator for a token", "X-Visitor-Token", `{"$ne":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`},
			{"a path for a token", "X-Visitor-Token", "../../../../../../../../../../../../etc/passwd"},
			{"a token that ends a line", "X-Visitor-Token", token + "\r\nX-Evil: 1"},
			{"a token with a NUL", "X-Visitor-Token", token + "\x00"},
			{"a token that adds a parameter", "X-Visitor-Token", token + "&rid=x"},
			{"the origin null", "Origin", "null"},
			{"a foreign origin", "Origin", "https://evil.example"},
			{"an origin that ends like ours", "Origin", "https://evil-www.example.com.evil.example"},
			{"an origin with a line end", "Origin", site + "\r\nX-Evil: 1"},
		} {
			if tt.key == "X-Visitor-Token" && (rt.name == "session" || rt.name == "config" || rt.name == "offline") {
				continue // do without
			}
			all = append(all, asking(rt.name+": "+tt.name, rt.method, rt.target, rt.body, append(append([]string{}, rt.header...), tt.key, tt.value)...))
		}
	}
	for _, p := range posts {
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/octet-stream", "application/json;charset=utf-16"} {
			if p.member != "name" && p.member != "id" && p.path != "/v1/room/survey" {
				all = append(all, asking(p.path+" "+p.member+" as "+kind, "POST", p.path, `{}`, "Content-Type", kind))
			}
		}
	}
	for name, header := range map[string]http.Header{
		"two tokens":    {"Origin": {site}, "Content-Type": {"application/json"}, "X-Visitor-Token": {token, token}},
		"two types":     {"Origin": {site}, "Content-Type": {"application/json", "text/plain"}, "X-Visitor-Token": {token}},
		"two origins":   {"Origin": {site, site}, "Content-Type": {"application/json"}, "X-Visitor-Token": {token}},
		"two encodings": {"Origin": {site}, "Content-Type": {"application/json"}, "Content-Encoding": {"gzip", "br"}, "X-Visitor-Token": {token}},
	} {
		all = append(all, hostile{name, func(b http.Handler) *httptest.ResponseRecorder {
			r := httptest.NewRequest("POST", "/v1/room", strings.NewReader(`{}`))
			r.Header = header
			return serve(b, r)
		}})
	}
	return all
}
