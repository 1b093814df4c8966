package bridge_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"capsule/server/internal/bridge"
)

// bodies are what may not get past the decoder, whatever the route: each has
// %s where the name of a member of that route goes.
var bodies = []struct{ name, body string }{
	{"nothing", ``},
	{"white space", " \n\t"},
	{"null", `null`},
	{"a string", `"%s"`},
	{"a number", `1`},
	{"a list", `["%s"]`},
	{"a list of objects", `[{"%s":"x"}]`},
	{"operator $ne", `{"%s":{"$ne":1}}`},
	{"operator $ne null", `{"%s":{"$ne":null}}`},
	{"operator $gt", `{"%s":{"$gt":""}}`},
	{"operator $regex", `{"%s":{"$regex":".*"}}`},
	{"operator $where", `{"%s":{"$where":"sleep(1000)"}}`},
	{"operator $in", `{"%s":{"$in":["a","b"]}}`},
	{"operator $exists", `{"%s":{"$exists":true}}`},
	{"operator as member", `{"$where":"1"}`},
	{"operator beside", `{"%s":"x","$or":[]}`},
	{"a list for a string", `{"%s":["x"]}`},
	{"an empty list", `{"%s":[]}`},
	{"an object for a string", `{"%s":{}}`},
	{"a number for a string", `{"%s":1}`},
	{"a huge number", `{"%s":1e999}`},
	{"true for a string", `{"%s":true}`},
	{"null for a string", `{"%s":null}`},
	{"a member twice", `{"%s":"x","%s":"y"}`},
	{"a member twice, once escaped", `{"%s":"x","\u%s":"y"}`},
	{"an unknown member", `{"%s":"x","extra":"y"}`},
	{"another case", `{"ROOM":"x"}`},
	{"a path as name", `{"%s.x":"y"}`},
	{"brackets in the name", `{"%s[$ne]":"y"}`},
	{"an empty name", `{"":"y"}`},
	{"__proto__", `{"__proto__":{"%s":"x"}}`},
	{"__proto__ as string", `{"__proto__":"x"}`},
	{"constructor", `{"constructor":{"prototype":{"%s":"x"}}}`},
	{"the token in the body", `{"token":"` + token + `"}`},
	{"the visitor of the other side", `{"visitor":{"token":"x"}}`},
	{"a foreign id", `{"_id":"x"}`},
	{"a username", `{"username":"admin"}`},
	{"connection data", `{"connectionData":{"ip":"1.1.1.1"}}`},
	{"attachments", `{"attachments":[{"image_url":"https://evil.example/x.png"}]}`},
	{"a trailing comma", `{"%s":"x",}`},
	{"two objects", `{"%s":"x"}{"%s":"x"}`},
	{"noise behind", `{"%s":"x"} x`},
	{"not closed", `{"%s":"x"`},
	{"not opened", `"%s":"x"}`},
	{"single quotes", `{'%s':'x'}`},
	{"no quotes", `{%s:"x"}`},
	{"a comment", `{/**/"%s":"x"}`},
	{"NaN", `{"%s":NaN}`},
	{"a broken escape", `{"%s":"\x41"}`},
	{"a raw control character", "{\"%s\":\"a\x01b\"}"},
	{"not UTF-8", "{\"%s\":\"\xff\xfe\"}"},
	{"UTF-16", "\xff\xfe{\x00}\x00"},
	{"a byte order mark", "\xef\xbb\xbf{}"},
	{"a form", `%s=x`},
	{"a form with brackets", `%s[$ne]=x`},
	{"XML", `<%s>x</%s>`},
	{"HTML", `<script>alert(1)</script>`},
	{"deep lists", strings.Repeat("[", 10_000)},
	{"deep objects", strings.Repeat(`{"%s":`, 5_000)},
	{"deep and closed", `{"%s":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`},
	{"too large", `{"%s":"` + strings.Repeat("x", 70_000) + `"}`},
	{"too large in space", strings.Repeat(" ", 70_000) + `{}`},
}

// posts are the routes that take a body, with the name of one member.
var posts = []struct{ path, member string }{
	{"/v1/session", "department"}, {"/v1/visitor", "name"}, {"/v1/visitor", "email"}, {"/v1/room", "room"},
	{"/v1/room/close", "room"}, {"/v1/messages", "id"}, {"/v1/messages", "text"}, {"/v1/offline", "email"}, {"/v1/offline", "text"},
}

// refusedHere fails the test unless w is one of our refusals and Rocket.Chat
// was not asked anything.
func refusedHere(t *testing.T, c *chat, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code < 400 || w.Code > 499 || !strings.HasPrefix(w.Body.String(), `{"error":"`) {
		t.Errorf("answered %d %.100s", w.Code, w.Body)
	}
	if asked := c.calls(); len(asked) > 0 {
		t.Errorf("Rocket.Chat was asked %q", asked)
	}
}

func TestHostileBodiesReachNobody(t *testing.T) {
	for _, p := range posts {
		for _, tt := range bodies {
			t.Run(p.path+" "+p.member+" "+tt.name, func(t *testing.T) {
				c := newChat()
				escaped := fmt.Sprintf("%04x%s", p.member[0], p.member[1:])
				body := strings.ReplaceAll(tt.body, `\u%s`, `\u`+escaped)
				body = strings.ReplaceAll(body, "%s", p.member)
				refusedHere(t, c, ask(newBridge(t, c), "POST", p.path, body))
			})
		}
	}
}

var badIDs = []string{
	"", " ", "a b", "a/b", "../x", "a.b", "$ne", "{}", "[object Object]", "a\x00", "a\n", "é", "a%20b", "a?b", "a#b", "a;b", "a:b",
	"<x>", "'", `"`, "\\", "a@b", strings.Repeat("x", 129), "\u202eabc", "a,b", "*", "a+b", "~", "(x)",
}

func TestHostileIDsReachNobody(t *testing.T) {
	for _, bad := range badIDs {
		quoted := strings.Trim(quote(bad), `"`)
		for name, send := range map[string]func(http.Handler) *httptest.ResponseRecorder{
			"room to close": func(b http.Handler) *httptest.ResponseRecorder {
				return ask(b, "POST", "/v1/room/close", `{"room":"`+quoted+`"}`)
			},
			"room of a line": func(b http.Handler) *httptest.ResponseRecorder {
				return ask(b, "POST", "/v1/messages", `{"id":"`+id+`","room":"`+quoted+`","text":"x"}`)
			},
			"id of a line": func(b http.Handler) *httptest.ResponseRecorder {
				return ask(b, "POST", "/v1/messages", `{"id":"`+quoted+`","room":"`+room+`","text":"x"}`)
			},
			"room of a history": func(b http.Handler) *httptest.ResponseRecorder {
				return ask(b, "GET", "/v1/messages?room="+escape(bad), "")
			},
			"room of a look-up": func(b http.Handler) *httptest.ResponseRecorder {
				return ask(b, "GET", "/v1/messages/"+id+"?room="+escape(bad), "")
			},
			"id of a look-up": func(b http.Handler) *httptest.ResponseRecorder {
				return ask(b, "GET", "/v1/messages/"+escape(bad)+"?room="+room, "")
			},
		} {
			if name == "id of a look-up" && bad == "" {
				continue // the same as no id: another route
			}
			t.Run(fmt.Sprintf("%s %.20q", name, bad), func(t *testing.T) {
				c := newChat()
				refusedHere(t, c, send(newBridge(t, c)))
			})
		}
	}
}

func TestHostileQueriesReachNobody(t *testing.T) {
	good := "room=" + room
	for _, q := range []string{
		"", "room", "room=", "room[$ne]=" + room, "room[]=" + room, "room=" + room + "&room=" + room, "Room=" + room, "rid=" + room,
		good + "&token=" + token, good + "&token[$ne]=x", good + "&offset=5", good + "&sort={}", good + "&query={}", good + "&fields={}",
		good + "&limit=0", good + "&limit=-1", good + "&limit=101", good + "&limit=1e3", good + "&limit=x", good + "&limit[$gt]=1", good + "&limit=20&limit=20",
		good + "&before=yesterday", good + "&before=1", good + "&before=2026-01-31", good + "&before=2026-13-31T00:00:00Z", good + "&before[$lt]=x",
		good + "&before=9999999-01-31T00:00:00Z", good + "&searchText=.*", good + "&ls=x", good + "&_=1", good + ";limit=5", good + "&%zz=1", good + "&%ff=1", good + "&limit=%00",
		"room=" + room + "%00", "room=" + room + "%0d%0aX:y", "room=" + room + "/../../users.list", "room=.." + room, good + "&$where=1", good + "&__proto__=x",
	} {
		t.Run(q, func(t *testing.T) {
			c := newChat()
			refusedHere(t, c, ask(newBridge(t, c), "GET", "/v1/messages?"+q, ""))
		})
	}
	for _, q := range []string{"token=" + token, "department=x&department=y", "department[$ne]=x", "businessUnit=x", "department=%ff", "x"} {
		t.Run("config "+q, func(t *testing.T) {
			c := newChat()
			refusedHere(t, c, ask(newBridge(t, c), "GET", "/v1/config?"+q, ""))
		})
	}
	t.Run("a query on a POST", func(t *testing.T) {
		c := newChat()
		refusedHere(t, c, ask(newBridge(t, c), "POST", "/v1/room?rid="+room, `{}`))
	})
}

func TestHostilePathsReachNobody(t *testing.T) {
	for _, path := range []string{
		"/v1/", "/v1//config", "/v1/config/", "/v1/config/x.css", "/v1/config;x", "/v1/./config", "/v1/../v1/config", "/v1/%63onfig", "/v1/Config",
		"/v1/config%00", "/v1/config%2f..", "/v1/room/close/", "/v1/messages/", "/v1/messages/../config", "/v1/messages/..%2fconfig", "/v1/messages/%2e%2e",
		"/v1/messages/..;/users.list", "/v1/messages/" + id + "/x", "/v1/messages//" + id, "/v1/messages/" + id + "%2fx", "/v1/messages/@evil.example",
		"/v1/messages/http:%2f%2fevil.example", "/v1/messages/\\evil", "/v1/api/v1/users.list", "/v1/livechat/config", "/v1/visitors.info", "/v1/sms-incoming",
	} {
		t.Run(path, func(t *testing.T) {
			c := newChat()
			refusedHere(t, c, ask(newBridge(t, c), "GET", path, ""))
		})
	}
	for _, method := range []string{"PUT", "DELETE", "PATCH", "HEAD", "TRACE", "CONNECT", "POST", "post", "BREW"} {
		t.Run(method+" /v1/config", func(t *testing.T) {
			c := newChat()
			refusedHere(t, c, ask(newBridge(t, c), method, "/v1/config", ""))
		})
	}
	t.Run("GET /v1/room", func(t *testing.T) {
		c := newChat()
		refusedHere(t, c, ask(newBridge(t, c), "GET", "/v1/room", ""))
	})
}

func TestHostileHeadersReachNobody(t *testing.T) {
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
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			refusedHere(t, c, ask(newBridge(t, c), "POST", "/v1/messages", line, tt.header...))
		})
	}
	t.Run("two tokens", func(t *testing.T) {
		c := newChat()
		r := httptest.NewRequest("POST", "/v1/room", strings.NewReader(`{}`))
		r.Header = http.Header{"Origin": {site}, "Content-Type": {"application/json"}, "X-Visitor-Token": {token, token}}
		w := httptest.NewRecorder()
		newBridge(t, c).ServeHTTP(w, r)
		refusedHere(t, c, w)
	})
	t.Run("two types", func(t *testing.T) {
		c := newChat()
		r := httptest.NewRequest("POST", "/v1/room", strings.NewReader(`{}`))
		r.Header = http.Header{"Origin": {site}, "Content-Type": {"application/json", "text/plain"}, "X-Visitor-Token": {token}}
		w := httptest.NewRecorder()
		newBridge(t, c).ServeHTTP(w, r)
		refusedHere(t, c, w)
	})
}

func TestHostileTextsReachNobody(t *testing.T) {
	for _, tt := range []struct{ name, path, body string }{
		{"an empty line", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":""}`},
		{"a blank line", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":" \n\t"}`},
		{"a line without text", "/v1/messages", `{"id":"` + id + `","room":"` + room + `"}`},
		{"a line with NUL", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":"a\u0000b"}`},
		{"20,001 characters", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":"` + strings.Repeat("é", 20_001) + `"}`},
		{"a name that starts a header", "/v1/visitor", `{"name":"Ann\r\nBcc: all@example.com"}`},
		{"a name of 101 characters", "/v1/visitor", `{"name":"` + strings.Repeat("é", 101) + `"}`},
		{"an address that starts a header", "/v1/visitor", `{"email":"a@b.example\nBcc: all@example.com"}`},
		{"two addresses", "/v1/visitor", `{"email":"a@b.example,c@d.example"}`},
		{"an address with a name", "/v1/visitor", `{"email":"Ann <a@b.example>"}`},
		{"no address", "/v1/visitor", `{"email":"ann"}`},
		{"an address without host", "/v1/visitor", `{"email":"ann@"}`},
		{"a long address", "/v1/visitor", `{"email":"` + strings.Repeat("a", 250) + `@b.example"}`},
		{"an offline message without address", "/v1/offline", `{"name":"Ann","text":"hi"}`},
		{"an offline message without text", "/v1/offline", `{"email":"a@b.example","text":" "}`},
		{"an offline message that starts a header", "/v1/offline", `{"email":"a@b.example","name":"x\nBcc: all@example.com","text":"hi"}`},
		{"an offline message that is too long", "/v1/offline", `{"email":"a@b.example","text":"` + strings.Repeat("é", 5001) + `"}`},
		{"a long phone number", "/v1/visitor", `{"phone":"` + strings.Repeat("1", 41) + `"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			refusedHere(t, c, ask(newBridge(t, c), "POST", tt.path, tt.body))
		})
	}
	t.Run("20,000 characters are welcome", func(t *testing.T) {
		c := newChat()
		w := ask(newBridge(t, c), "POST", "/v1/messages", `{"id":"`+id+`","room":"`+room+`","text":"`+strings.Repeat("é", 20_000)+`"}`)
		if w.Code != 200 {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
	t.Run("an unknown department is refused by us", func(t *testing.T) {
		c := newChat()
		w := ask(newBridge(t, c), "POST", "/v1/visitor", `{"name":"Ann","department":"../x"}`)
		if got := c.calls(); w.Code != 409 || len(got) != 1 || got[0] != "GET config" {
			t.Errorf("answered %d %s, asked %q", w.Code, w.Body, got)
		}
	})
}

// Only a handful of fields may ever reach Rocket.Chat, whatever came.
func FuzzRequests(f *testing.F) {
	for _, tt := range bodies {
		f.Add(uint8(0), strings.ReplaceAll(tt.body, "%s", "department"), token)
	}
	for i := range posts {
		f.Add(uint8(i), `{"id":"`+id+`","room":"`+room+`","text":"x"}`, token)
		f.Add(uint8(i), `{"room":"`+room+`"}`, "")
		f.Add(uint8(i), `{"name":"Ann","email":"a@b.example"}`, token)
	}
	allowed := map[string]string{"config": "token department", "visitor": "", "room": "token", "room.close": "", "message": "", "offline.message": ""}
	f.Fuzz(func(t *testing.T, which uint8, body, tok string) {
		c := newChat()
		b := newBridge(t, c, func(o *bridge.Options) { o.Logf = nil })
		w := ask(b, "POST", posts[int(which)%len(posts)].path, body, "X-Visitor-Token", tok)
		if w.Code == 200 && !strings.HasPrefix(w.Body.String(), "{") || w.Code != 200 && !strings.HasPrefix(w.Body.String(), `{"error":"`) {
			t.Errorf("answered %d %q", w.Code, w.Body)
		}
		for _, a := range c.asked {
			if a.path == "/api/info" {
				continue
			}
			path := strings.TrimPrefix(a.path, "/api/v1/livechat/")
			keys, known := allowed[path]
			if strings.HasPrefix(path, "message/") { // a look-up
				keys, known = "token rid", true
			}
			if !known {
				t.Fatalf("asked for %q", a.path)
			}
			for key, values := range a.query {
				if !strings.Contains(keys, key) || len(values) != 1 {
					t.Errorf("%s with %s=%q", path, key, values)
				}
			}
			if a.body != "" && !flat(a.body) {
				t.Errorf("%s with body %s", path, a.body)
			}
		}
	})
}
