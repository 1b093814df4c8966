package bridge_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// A hostile is a request that must be refused without a word to Rocket.Chat.
type hostile struct {
	name string
	ask  func(http.Handler) *httptest.ResponseRecorder
}

// hostiles are all there are.
func hostiles() []hostile {
	return slices.Concat(hostileBodies(), hostileIDs(), hostileQueries(), hostilePaths(), hostileHeaders(), hostileTexts(), hostileFiles())
}

func TestHostileRequestsReachNobody(t *testing.T) {
	for _, tt := range hostiles() {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			refusedHere(t, c, tt.ask(newBridge(t, c)))
		})
	}
}

func TestThereAreManyHostileRequests(t *testing.T) {
	seen := map[string]bool{}
	for _, tt := range hostiles() {
		if seen[tt.name] {
			t.Errorf("%q is there twice", tt.name)
		}
		seen[tt.name] = true
	}
	if len(seen) < 400 {
		t.Errorf("there are %d, want at least 400", len(seen))
	}
	t.Logf("%d hostile requests", len(seen))
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

// asking makes the hostile that newRequest with these makes.
func asking(name, method, target, body string, header ...string) hostile {
	return hostile{name, func(b http.Handler) *httptest.ResponseRecorder { return ask(b, method, target, body, header...) }}
}

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
	{"one byte too large", strings.Repeat(" ", 64<<10-1) + `{}`},
	{"a pair for a string", `{"%s":{"key":"x","value":"y"}}`},
	{"an operator in a pair", `{"%s":[{"key":"x","value":{"$ne":1}}]}`},
	{"an operator for a key", `{"%s":[{"key":{"$gt":""},"value":"x"}]}`},
	{"a number in a pair", `{"%s":[{"key":"x","value":1}]}`},
	{"half a pair", `{"%s":[{"key":"x"}]}`},
	{"an empty pair", `{"%s":[{}]}`},
	{"a pair with a third", `{"%s":[{"key":"x","value":"y","overwrite":"z"}]}`},
	{"a pair with a key twice", `{"%s":[{"key":"x","key":"y","value":"z"}]}`},
	{"a pair with a value twice, once escaped", `{"%s":[{"key":"x","value":"y","valu\u0065":"z"}]}`},
	{"a list in a list", `{"%s":[[{"key":"x","value":"y"}]]}`},
	{"a list of strings", `{"%s":["key","value"]}`},
	{"a list with a comma too many", `{"%s":[{"key":"x","value":"y"},]}`},
	{"a list not closed", `{"%s":[{"key":"x","value":"y"}`},
	{"a list twice", `{"%s":[{"key":"company","value":"y"}],"%s":[]}`},
	{"more pairs than 50", `{"%s":[` + strings.Repeat(`{"key":"x","value":"y"},`, 50) + `{"key":"x","value":"y"}]}`},
}

// posts are the routes that take a JSON body, with the name of one member.
var posts = []struct{ path, member string }{
	{"/v1/session", "department"}, {"/v1/visitor", "name"}, {"/v1/visitor", "email"}, {"/v1/room", "room"},
	{"/v1/room/close", "room"}, {"/v1/messages", "id"}, {"/v1/messages", "text"}, {"/v1/offline", "email"}, {"/v1/offline", "text"},
	{"/v1/visitor/fields", "fields"}, {"/v1/visitor/page", "url"}, {"/v1/visitor/page", "title"}, {"/v1/visitor/status", "status"},
	{"/v1/visitor/forget", "token"}, {"/v1/room/department", "department"}, {"/v1/room/survey", "answers"}, {"/v1/room/survey", "room"},
	{"/v1/room/transcript", "email"},
}

func hostileBodies() (all []hostile) {
	for _, p := range posts {
		for _, tt := range bodies {
			escaped := fmt.Sprintf("%04x%s", p.member[0], p.member[1:])
			body := strings.ReplaceAll(tt.body, `\u%s`, `\u`+escaped)
			body = strings.ReplaceAll(body, "%s", p.member)
			all = append(all, asking(p.path+" "+p.member+": "+tt.name, "POST", p.path, body))
		}
	}
	return all
}
