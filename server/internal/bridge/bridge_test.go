package bridge_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"capsule/server/internal/bridge"
)

const (
	ownHost = "capsule.test"
	site    = "https://www.example.com"
	token   = "vK3yPq0aZ9xW7bT5nM2cR8dF4gH6jL1sQeUiOoAaBbC"
	room    = "TPpiogND74NE8MQ4y"
	id      = "m1m1m1m1m1m1m1m1m"
)

// A chat is a Rocket.Chat that answers what a test tells it to and remembers
// what it was asked.
type chat struct {
	mu      sync.Mutex
	asked   []asked
	answers map[string]http.HandlerFunc // by method and path
}

type asked struct {
	method, path string
	query        url.Values
	header       http.Header
	host, body   string
}

func (c *chat) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	c.mu.Lock()
	c.asked = append(c.asked, asked{r.Method, r.URL.Path, r.URL.Query(), r.Header, r.Host, string(body)})
	h := c.answers[r.Method+" "+r.URL.Path]
	c.mu.Unlock()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	if h == nil {
		h = text(200, "text/html", "<!DOCTYPE html><title>Rocket.Chat</title>")
	}
	h(w, r)
	res := w.Result()
	res.Request = r
	return res, nil
}

func (c *chat) on(method, path string, h http.HandlerFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers[method+" "+path] = h
}

// calls are the paths asked for so far, but for the version.
func (c *chat) calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, a := range c.asked {
		if a.path != "/api/info" {
			out = append(out, a.method+" "+strings.TrimPrefix(a.path, "/api/v1/livechat/"))
		}
	}
	return out
}

func (c *chat) all(path string) []asked {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []asked
	for _, a := range c.asked {
		if a.path == "/api/v1/livechat/"+path || a.path == path {
			out = append(out, a)
		}
	}
	return out
}

func text(status int, mime, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mime)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func ok(body string) http.HandlerFunc { return text(200, "application/json", body) }

func refused(code string) http.HandlerFunc {
	return text(400, "application/json", `{"success":false,"error":"Some words [`+code+`]","errorType":"`+code+`"}`)
}

const (
	plainConfig = `{"config":{"enabled":true,"online":true,"settings":{"registrationForm":true,"transcript":true},"theme":{"color":"#C1272D"},
		"departments":[{"_id":"dSales","name":"Sales","showOnRegistration":true},{"_id":"dHelp","name":"Help","showOnRegistration":true}]},"success":true}`
	knownConfig = `{"config":{"enabled":true,"online":true,"settings":{"transcript":true},"guest":{"_id":"v1","username":"guest-3","name":"Ann","token":"` + token + `","visitorEmails":[{"address":"ann@example.com"}]},
		"room":{"_id":"` + room + `","open":true,"departmentId":"dSales","servedBy":{"_id":"u1","username":"sam"}},
		"agent":{"_id":"u1","username":"sam","name":"Sam","status":"online","emails":[{"address":"sam@secret.example"}]}},"success":true}`
	storedMessage = `{"_id":"` + id + `","rid":"` + room + `","msg":"hello","token":"` + token + `","u":{"_id":"v1","username":"guest-3"},"ts":"2026-01-31T10:00:00.000Z","_updatedAt":"2026-01-31T10:00:00.020Z"}`
)

// newChat is a Rocket.Chat 6.14 with one visitor who has one open room.
func newChat() *chat {
	c := &chat{answers: map[string]http.HandlerFunc{}}
	c.on("GET", "/api/info", ok(`{"version":"6.14","success":true}`))
	c.on("GET", "/api/v1/livechat/config", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("token") == token {
			ok(knownConfig)(w, r)
			return
		}
		ok(plainConfig)(w, r)
	})
	c.on("POST", "/api/v1/livechat/visitor", ok(`{"visitor":{"_id":"v1","username":"guest-3","name":"Ann","token":"`+token+`"},"success":true}`))
	c.on("GET", "/api/v1/livechat/room", ok(`{"room":{"_id":"`+room+`","open":true,"v":{"token":"`+token+`"}},"newRoom":true,"success":true}`))
	c.on("POST", "/api/v1/livechat/room.close", ok(`{"rid":"`+room+`","comment":"Closed by visitor","success":true}`))
	c.on("GET", "/api/v1/livechat/messages.history/"+room, ok(`{"messages":[`+storedMessage+`],"success":true}`))
	c.on("GET", "/api/v1/livechat/message/"+id, ok(`{"message":`+storedMessage+`,"success":true}`))
	c.on("POST", "/api/v1/livechat/offline.message", ok(`{"message":"Thank you","success":true}`))
	c.on("POST", "/api/v1/livechat/message", ok(`{"message":`+storedMessage+`,"success":true}`))
	c.on("POST", "/api/v1/livechat/upload/"+room, ok(storedUpload))
	c.on("GET", "/file-upload/"+fileID+"/cat.png", attachment("image/png", picture))
	c.on("POST", "/api/v1/livechat/room.survey", ok(`{"rid":"`+room+`","data":{"satisfaction":"5"},"success":true}`))
	c.on("POST", "/api/v1/livechat/transcript", ok(`{"message":"Omnichannel transcript sent","success":true}`))
	c.on("POST", "/api/v1/livechat/room.transfer", ok(`{"room":{"_id":"`+room+`","v":{"token":"`+token+`"}},"success":true}`))
	c.on("POST", "/api/v1/livechat/custom.fields", ok(`{"fields":[{"Key":"company","value":"ACME","overwrite":true}],"success":true}`))
	c.on("POST", "/api/v1/livechat/page.visited", ok(`{"page":{"msg":"x","navigation":{"page":{},"token":"`+token+`"}},"success":true}`))
	c.on("POST", "/api/v1/livechat/visitor.status", ok(`{"token":"`+token+`","status":"away","success":true}`))
	c.on("DELETE", "/api/v1/livechat/visitor/"+token, ok(`{"visitor":{"_id":"v1","ts":"2026-01-31T10:00:00.000Z"},"success":true}`))
	return c
}

func newBridge(t testing.TB, c http.RoundTripper, change ...func(*bridge.Options)) *bridge.Bridge {
	t.Helper()
	origins, err := bridge.ParseOrigins(site)
	if err != nil {
		t.Fatal(err)
	}
	o := bridge.Options{
		RocketChat: &url.URL{Scheme: "https", Host: "chat.internal", Path: "/"},
		Public:     &url.URL{Scheme: "https", Host: "chat.example", Path: "/team/"},
		Origins:    origins,
		Transport:  c,
		Logf:       t.Logf,
	}
	for _, f := range change {
		f(&o)
	}
	return bridge.New(o)
}

// newRequest is one the widget on site would make. Headers come in pairs; a
// value of "-" takes a header away.
func newRequest(method, target, body string, header ...string) *http.Request {
	var in io.Reader
	if method == http.MethodPost {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, in)
	r.Host = ownHost
	r.RemoteAddr = "203.0.113.7:5000"
	r.Header.Set("Origin", site)
	r.Header.Set("X-Visitor-Token", token)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Del(header[i])
		if header[i+1] != "-" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	return r
}

func serve(b http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

// ask sends what newRequest makes.
func ask(b http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	return serve(b, newRequest(method, target, body, header...))
}

// same compares JSON by meaning.
func same(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("the answer is not JSON: %q", got)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("the test is wrong: %v in %s", err, want)
	}
	gs, _ := json.Marshal(g)
	ws, _ := json.Marshal(w)
	if string(gs) != string(ws) {
		t.Errorf("got  %s\nwant %s", gs, ws)
	}
}

const (
	told      = `{"version":"6.14","socket":"wss://chat.example/team/websocket","base":"https://chat.example/team"}`
	outConfig = `{"enabled":true,"online":true,"settings":{"registrationForm":true,"nameFieldRegistrationForm":true,"emailFieldRegistrationForm":true,"displayOfflineForm":true,"visitorsCanCloseChat":true,"fileUpload":true,"transcript":true,"allowSwitchingDepartments":true},
		"theme":{"color":"#C1272D"},"messages":{},"departments":[{"_id":"dSales","name":"Sales","showOnRegistration":true,"showOnOfflineForm":false},{"_id":"dHelp","name":"Help","showOnRegistration":true,"showOnOfflineForm":false}]}`
	outMessage = `{"_id":"` + id + `","rid":"` + room + `","msg":"hello","u":{"_id":"v1","username":"guest-3"},"ts":"2026-01-31T10:00:00.000Z","_updatedAt":"2026-01-31T10:00:00.020Z"}`
)

func TestEachRoute(t *testing.T) {
	for _, tt := range []struct {
		name, method, target, body string
		header                     []string
		want                       string
		calls                      []string
	}{
		{"config", "GET", "/v1/config", "", nil, `{"config":` + outConfig + `,"server":` + told + `}`, []string{"GET config"}},
		{"config of a department by id", "GET", "/v1/config?department=dSales", "", nil, `{"config":` + outConfig + `,"server":` + told + `}`, []string{"GET config", "GET config"}},
		{"a department that does not exist counts as none", "GET", "/v1/config?department=Nope", "", nil, `{"config":` + outConfig + `,"server":` + told + `}`, []string{"GET config"}},
		{"session of a known visitor", "POST", "/v1/session", `{}`, nil, `{"config":{"enabled":true,"online":true,
			"settings":{"registrationForm":true,"nameFieldRegistrationForm":true,"emailFieldRegistrationForm":true,"displayOfflineForm":true,"visitorsCanCloseChat":true,"fileUpload":true,"transcript":true,"allowSwitchingDepartments":true},
			"theme":{},"messages":{},"departments":[]},"server":` + told + `,
			"visitor":{"_id":"v1","username":"guest-3","name":"Ann","email":"ann@example.com"},
			"room":{"_id":"` + room + `","open":true,"departmentId":"dSales","servedBy":{"_id":"u1","username":"sam"}},
			"agent":{"_id":"u1","username":"sam","name":"Sam","status":"online"}}`, []string{"GET config"}},
		{"session of a token nobody knows yet", "POST", "/v1/session", `{}`, []string{"X-Visitor-Token", strings.Repeat("x", 43)},
			`{"config":` + outConfig + `,"server":` + told + `}`, []string{"GET config"}},
		{"registration without contact data", "POST", "/v1/visitor", `{"name":"Ann"}`, nil, `{"visitor":{"_id":"v1","username":"guest-3","name":"Ann"}}`, []string{"POST visitor"}},
		{"a room", "POST", "/v1/room", `{}`, nil, `{"room":{"_id":"` + room + `","open":true},"new":true}`, []string{"GET room"}},
		{"closing it", "POST", "/v1/room/close", `{"room":"` + room + `"}`, nil, `{}`, []string{"POST room.close"}},
		{"history", "GET", "/v1/messages?room=" + room, "", nil, `{"messages":[` + outMessage + `]}`, []string{"GET messages.history/" + room}},
		{"a look-up", "GET", "/v1/messages/" + id + "?room=" + room, "", nil, `{"message":` + outMessage + `}`, []string{"GET message/" + id}},
		{"a line", "POST", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":"hello"}`, nil, `{"message":` + outMessage + `}`, []string{"POST message"}},
		{"a word while nobody is there", "POST", "/v1/offline", `{"email":"ann@example.com","text":"<b>hello</b>"}`, nil, `{}`, []string{"POST offline.message"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			w := ask(newBridge(t, c), tt.method, tt.target, tt.body, tt.header...)
			if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, headers %v", w.Code, w.Header())
			}
			same(t, w.Body.String(), tt.want)
			if got := c.calls(); !slices.Equal(got, tt.calls) {
				t.Errorf("Rocket.Chat was asked %q, want %q", got, tt.calls)
			}
			if strings.Contains(w.Body.String(), token) {
				t.Error("the answer has the token in it")
			}
		})
	}
}

func TestSessionMintsATokenThatNobodyIsToldOf(t *testing.T) {
	c := newChat()
	b := newBridge(t, c)
	seen := map[string]bool{}
	for _, header := range []string{"-", "short", "has spaces " + token, "../../" + token, strings.Repeat("x", 129)} {
		w := ask(b, "POST", "/v1/session", `{"department":"dSales"}`, "X-Visitor-Token", header)
		var got struct{ Token string }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
			t.Fatalf("%q: %d %s", header, w.Code, w.Body)
		}
		if len(got.Token) != 43 || seen[got.Token] {
			t.Errorf("%q: the token is %q", header, got.Token)
		}
		seen[got.Token] = true
	}
	for _, a := range c.asked {
		for _, value := range a.query {
			if seen[value[0]] {
				t.Error("Rocket.Chat was told a token of somebody who has not registered")
			}
		}
	}
	if got := c.calls(); len(got) != 2 {
		t.Errorf("five page views cost %q", got)
	}
}

func TestWhatRocketChatLearnsOfTheCaller(t *testing.T) {
	c := newChat()
	b := newBridge(t, c)
	ask(b, "POST", "/v1/room", `{}`, "User-Agent", "Browser/1\x00\x7f\u00e9 x", "Accept-Language", "de, en;q=0.5", "X-Real-IP", "1.1.1.1",
		"X-Forwarded-For", "1.1.1.1", "Cookie", "session=secret", "Authorization", "Bearer secret", "X-Auth-Token", "secret", "Referer", "https://secret.example/?q", "Via", "1.1 x")
	got := c.all("room")
	if len(got) != 1 {
		t.Fatalf("asked %v", c.calls())
	}
	a := got[0]
	want := http.Header{
		"Accept": {"application/json"}, "Cookie": {"rc_is_widget=t; rc_room_type=l"}, "User-Agent": {"Browser/1 x"},
		"Accept-Language": {"de, en;q=0.5"}, "X-Real-Ip": {"203.0.113.7"}, "X-Forwarded-For": {"203.0.113.7"},
	}
	if len(a.header) != len(want) {
		t.Errorf("headers are %v", a.header)
	}
	for key, value := range want {
		if !slices.Equal(a.header[key], value) {
			t.Errorf("%s is %q, want %q", key, a.header[key], value)
		}
	}
	if a.host != "chat.internal" || len(a.query) != 1 || a.query.Get("token") != token {
		t.Errorf("host %q, query %v", a.host, a.query)
	}
}
