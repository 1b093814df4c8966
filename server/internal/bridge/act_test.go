package bridge_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What exactly Rocket.Chat is sent by the routes that only say yes or no.
func TestWhatRocketChatIsTold(t *testing.T) {
	for _, tt := range []struct {
		name, method, target, body string
		path, want                 string
		calls                      []string
	}{
		{"custom fields", "POST", "/v1/visitor/fields", `{"fields":[{"key":"company","value":"ACME & <Co>"},{"key":"order-2","value":""}]}`,
			"custom.fields", `{"token":"` + token + `","customFields":[{"key":"company","value":"ACME & <Co>","overwrite":true},{"key":"order-2","value":"","overwrite":true}]}`,
			[]string{"POST custom.fields"}},
		{"a page without a conversation", "POST", "/v1/visitor/page", `{"url":"` + site + `/shop/a%2Fb?email=ann@example.com&token=x#secret","title":" Shop "}`,
			"page.visited", `{"token":"` + token + `","pageInfo":{"change":"url","title":"Shop","location":{"href":"` + site + `/shop/a%2Fb"}}}`,
			[]string{"GET config", "GET config", "POST page.visited"}},
		{"a page during one", "POST", "/v1/visitor/page", `{"url":"` + site + `","room":"` + room + `"}`,
			"page.visited", `{"token":"` + token + `","pageInfo":{"change":"url","title":"","location":{"href":"` + site + `"}},"rid":"` + room + `"}`,
			[]string{"GET config", "GET config", "POST page.visited"}},
		{"a status", "POST", "/v1/visitor/status", `{"status":"away"}`, "visitor.status", `{"token":"` + token + `","status":"away"}`, []string{"POST visitor.status"}},
		{"forgetting", "POST", "/v1/visitor/forget", `{}`, "visitor/" + token, ``, []string{"DELETE visitor/" + token}},
		{"a department by name", "POST", "/v1/room/department", `{"room":"` + room + `","department":"help"}`,
			"room.transfer", `{"rid":"` + room + `","token":"` + token + `","department":"dHelp"}`, []string{"GET config", "POST room.transfer"}},
		{"a survey", "POST", "/v1/room/survey", `{"answers":[{"value":"5","key":"agentResposiveness"},{"key":"additionalFeedback","value":"All\ngood <3"}],"room":"` + room + `"}`,
			"room.survey", `{"rid":"` + room + `","token":"` + token + `","data":[{"name":"agentResposiveness","value":"5"},{"name":"additionalFeedback","value":"All\ngood <3"}]}`, []string{"POST room.survey"}},
		{"a transcript", "POST", "/v1/room/transcript", `{"room":"` + room + `","email":" ANN@example.com "}`,
			"transcript", `{"token":"` + token + `","rid":"` + room + `","email":"ann@example.com"}`, []string{"GET config", "GET config", "POST transcript"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			w := ask(newBridge(t, c), tt.method, tt.target, tt.body)
			if w.Code != 200 || w.Body.String() != "{}" {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
			if got := c.calls(); !slices.Equal(got, tt.calls) {
				t.Errorf("Rocket.Chat was asked %q, want %q", got, tt.calls)
			}
			a := c.all(tt.path)
			if len(a) != 1 || len(a[0].query) > 0 {
				t.Fatalf("asked %+v", a)
			}
			if tt.want == "" {
				if a[0].body != "" || a[0].header.Get("Content-Type") != "" {
					t.Errorf("sent %q", a[0].body)
				}
				return
			}
			same(t, a[0].body, tt.want)
		})
	}
}

func TestWhatTheAdministratorDoesNotWantIsRefused(t *testing.T) {
	config := func(settings string) http.HandlerFunc {
		return ok(strings.Replace(plainConfig, `"transcript":true`, settings, 1))
	}
	for _, tt := range []struct{ name, settings, path, body, want string }{
		{"transcripts", `"transcript":false`, "/v1/room/transcript", `{"room":"` + room + `","email":"ann@example.com"}`, `{"error":"refused","reason":"disabled"}`},
		{"transcripts that nobody spoke of", `"x":1`, "/v1/room/transcript", `{"room":"` + room + `","email":"ann@example.com"}`, `{"error":"refused","reason":"disabled"}`},
		{"another department", `"allowSwitchingDepartments":false`, "/v1/room/department", `{"room":"` + room + `","department":"dHelp"}`, `{"error":"refused","reason":"disabled"}`},
		{"a department there is not", `"x":1`, "/v1/room/department", `{"room":"` + room + `","department":"dOther"}`, `{"error":"refused","reason":"invalid-department"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			c.on("GET", "/api/v1/livechat/config", config(tt.settings))
			w := ask(newBridge(t, c), "POST", tt.path, tt.body)
			if got := c.calls(); w.Code != 409 || !slices.Equal(got, []string{"GET config"}) {
				t.Errorf("answered %d, asked %q", w.Code, got)
			}
			same(t, w.Body.String(), tt.want)
		})
	}
}

func TestATranscriptGoesToTheVisitorAlone(t *testing.T) {
	for _, tt := range []struct{ name, registered, email, want string }{
		{"another address", knownConfig, "eve@example.com", `{"error":"refused","reason":"invalid-email"}`},
		{"an address that begins alike", knownConfig, "ann@example.com.evil.example", `{"error":"refused","reason":"invalid-email"}`},
		{"a visitor without one", strings.Replace(knownConfig, "visitorEmails", "x", 1), "ann@example.com", `{"error":"refused","reason":"invalid-email"}`},
		{"nobody", plainConfig, "ann@example.com", `{"error":"invalid-token"}`},
		{"a visitor with another token", strings.ReplaceAll(knownConfig, token, strings.Repeat("y", 43)), "ann@example.com", `{"error":"invalid-token"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			c.on("GET", "/api/v1/livechat/config", ok(tt.registered))
			w := ask(newBridge(t, c), "POST", "/v1/room/transcript", `{"room":"`+room+`","email":"`+tt.email+`"}`)
			if len(c.all("transcript")) > 0 {
				t.Errorf("Rocket.Chat was asked %q", c.calls())
			}
			same(t, w.Body.String(), tt.want)
		})
	}
}

// A Rocket.Chat has one of two endpoints, and may be another one tomorrow.
func TestADepartmentIsChangedByTheEndpointThereIs(t *testing.T) {
	body := `{"room":"` + room + `","department":"dHelp"}`
	yes := ok(`{"success":true}`)
	page := text(200, "text/html", "<!DOCTYPE html>")
	for _, tt := range []struct {
		name, version string
		newer, older  http.HandlerFunc
		first, second []string // what is asked the first and the second time
	}{
		{"3.4", "3.4.0", page, yes, []string{"room.transfer"}, []string{"room.transfer"}},
		{"8.4", "8.4", yes, text(404, "text/plain", "404 Not Found"), []string{"visitor/department.transfer"}, []string{"visitor/department.transfer"}},
		{"a version nobody tells, and it is new", "", yes, page, []string{"visitor/department.transfer"}, []string{"visitor/department.transfer"}},
		{"a version nobody tells, and it is old", "", page, yes, []string{"visitor/department.transfer", "room.transfer"}, []string{"room.transfer"}},
		{"7.9 that has the new one only", "7.9", yes, text(405, "application/json", `{"status":"error","message":"API endpoint does not exist"}`), []string{"room.transfer", "visitor/department.transfer"}, []string{"visitor/department.transfer"}},
		{"a refusal is an answer", "8.4", refused("error-invalid-department"), page, []string{"visitor/department.transfer"}, []string{"visitor/department.transfer"}},
		{"a proxy's page is none", "8.4", text(502, "text/html", "x"), yes, []string{"visitor/department.transfer"}, []string{"visitor/department.transfer"}},
		{"neither", "8.4", page, page, []string{"visitor/department.transfer", "room.transfer"}, []string{"visitor/department.transfer", "room.transfer"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			c.on("GET", "/api/info", ok(`{"version":"`+tt.version+`","success":true}`))
			c.on("POST", "/api/v1/livechat/visitor/department.transfer", tt.newer)
			c.on("POST", "/api/v1/livechat/room.transfer", tt.older)
			b := newBridge(t, c)
			for i, want := range [][]string{tt.first, tt.second} {
				before := len(c.calls())
				ask(b, "POST", "/v1/room/department", body)
				var got []string
				for _, call := range c.calls()[before:] {
					if path, is := strings.CutPrefix(call, "POST "); is {
						got = append(got, path)
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("time %d: asked %q, want %q", i+1, got, want)
				}
			}
			// Overnight Rocket.Chat is upgraded or taken back.
			c.on("POST", "/api/v1/livechat/visitor/department.transfer", page)
			c.on("POST", "/api/v1/livechat/room.transfer", yes)
			if w := ask(b, "POST", "/v1/room/department", body); w.Code != 200 {
				t.Errorf("the day after: %d %s", w.Code, w.Body)
			}
		})
	}
}

// Rocket.Chat does not look whose token and room a page visit is told with.
func TestAPageIsToldOnlyOfOnesOwn(t *testing.T) {
	visit := func(room string) string { return `{"url":"` + site + `/","room":"` + room + `"}` }
	other := strings.Repeat("y", 43)
	c := newChat()
	b := newBridge(t, c)
	same(t, ask(b, "POST", "/v1/visitor/page", visit("another")).Body.String(), `{"error":"refused","reason":"invalid-room"}`)
	same(t, ask(b, "POST", "/v1/visitor/page", visit(room), "X-Visitor-Token", other).Body.String(), `{"error":"invalid-token"}`)
	same(t, ask(b, "POST", "/v1/visitor/page", `{"url":"`+site+`/"}`, "X-Visitor-Token", other).Body.String(), `{"error":"invalid-token"}`)
	if got := c.all("page.visited"); len(got) > 0 {
		t.Fatalf("Rocket.Chat was told %+v", got)
	}
	for _, first := range []struct{ path, body string }{{"/v1/session", `{}`}, {"/v1/room", `{}`}, {"/v1/visitor/page", visit(room)}} {
		synctest.Test(t, func(t *testing.T) {
			c := newChat()
			b := newBridge(t, c)
			ask(b, "GET", "/v1/config", "")
			ask(b, "POST", first.path, first.body)
			before := len(c.calls())
			if w := ask(b, "POST", "/v1/visitor/page", visit(room)); w.Code != 200 || len(c.calls()) != before+1 {
				t.Errorf("after %s: answered %d, asked %q", first.path, w.Code, c.calls()[before:])
			}
			pass(11 * time.Minute)
			before = len(c.calls())
			if w := ask(b, "POST", "/v1/visitor/page", visit(room)); w.Code != 200 || !slices.Contains(c.calls()[before:], "GET config") {
				t.Errorf("eleven minutes after %s: answered %d, asked %q", first.path, w.Code, c.calls()[before:])
			}
		})
	}
}

func TestTheForgottenAreForgotten(t *testing.T) {
	c := newChat()
	b := newBridge(t, c)
	ask(b, "POST", "/v1/session", `{}`) // makes the token known
	if w := ask(b, "POST", "/v1/visitor/forget", `{}`); w.Code != 200 {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	// Known no more: not even for a page of the room he had.
	before := len(c.all("config"))
	ask(b, "POST", "/v1/visitor/page", `{"url":"`+site+`/","room":"`+room+`"}`)
	if got := len(c.all("config")) - before; got != 2 {
		t.Errorf("the page was told after %d questions", got)
	}
	ask(b, "POST", "/v1/visitor/forget", `{}`)
	// And contact data come in a second call again.
	before = len(c.all("visitor"))
	ask(b, "POST", "/v1/visitor", `{"name":"Ann","email":"ann@example.com"}`)
	if got := len(c.all("visitor")) - before; got != 2 {
		t.Errorf("registered with %d calls", got)
	}
	c.on("DELETE", "/api/v1/livechat/visitor/"+token, refused("visitor-has-open-rooms"))
	same(t, ask(b, "POST", "/v1/visitor/forget", `{}`).Body.String(), `{"error":"refused","reason":"room-open"}`)
}

func TestARoomOfSomebodyElseIsThrownAway(t *testing.T) {
	c := newChat()
	c.on("GET", "/api/v1/livechat/room", ok(`{"room":{"_id":"`+room+`","open":true,"v":{"token":"`+strings.Repeat("y", 43)+`"}},"newRoom":true,"success":true}`))
	if w := ask(newBridge(t, c), "POST", "/v1/room", `{}`); w.Code != 502 || strings.Contains(w.Body.String(), room) {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	c.on("POST", "/api/v1/livechat/message", ok(`{"message":`+strings.ReplaceAll(storedMessage, token, strings.Repeat("y", 43))+`,"success":true}`))
	c.on("GET", "/api/v1/livechat/message/"+id, refused("invalid-message"))
	if w := ask(newBridge(t, c), "POST", "/v1/messages", `{"id":"`+id+`","room":"`+room+`","text":"hello"}`); w.Code != 502 {
		t.Errorf("a message of somebody else: answered %d %s", w.Code, w.Body)
	}
}

// Whatever is asked, Rocket.Chat learns whom it is for, and nothing else of
// what came with the request.
func TestEveryCallSaysWhomItIsFor(t *testing.T) {
	for _, rt := range routes {
		t.Run(rt.name, func(t *testing.T) {
			c := newChat()
			ask(newBridge(t, c), rt.method, rt.target, rt.body, append([]string{"User-Agent", "Browser/1", "Accept-Language", "de", "X-Real-IP", "1.1.1.1", "X-Forwarded-For", "1.1.1.1",
				"Cookie", "session=secret", "Authorization", "Bearer secret", "X-Auth-Token", "secret", "X-User-Id", "secret", "Referer", "https://secret.example/?q", "Range", "bytes=0-1"}, rt.header...)...)
			if len(c.asked) == 0 {
				t.Fatal("nothing was asked")
			}
			for _, a := range c.asked {
				want := map[string]string{"Cookie": "rc_is_widget=t; rc_room_type=l", "User-Agent": "Browser/1", "Accept-Language": "de", "X-Real-Ip": "203.0.113.7", "X-Forwarded-For": "203.0.113.7"}
				for key, value := range want {
					if !slices.Equal(a.header[key], []string{value}) {
						t.Errorf("%s %s: %s is %q, want %q", a.method, a.path, key, a.header[key], value)
					}
				}
				for key := range a.header {
					if want[key] == "" && !slices.Contains([]string{"Accept", "Accept-Encoding", "Content-Type", "X-Visitor-Token"}, key) {
						t.Errorf("%s %s: with %s", a.method, a.path, key)
					}
				}
				if a.host != "chat.internal" || (a.header.Get("X-Visitor-Token") != "") != strings.Contains(a.path, "/upload/") {
					t.Errorf("%s %s: host %q, headers %v", a.method, a.path, a.host, a.header)
				}
			}
		})
	}
}
