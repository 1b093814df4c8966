package bridge_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"capsule/server/standin"
)

// chatting is a visitor in a conversation with sam, of a stand-in that has
// departments, custom fields and transcripts.
func chatting(t *testing.T, mode standin.Mode) (chat *standin.Server, p *tab, room string) {
	t.Helper()
	chat, p = live(t, standin.Options{
		Mode:   mode,
		Agents: []standin.Agent{{Username: "sam", Name: "Sam"}, {Username: "kim", Name: "Kim"}},
		Departments: []standin.Department{
			{Name: "Sales", Agents: []string{"sam"}, ShowOnRegistration: true}, {Name: "Help", Agents: []string{"kim"}, ShowOnRegistration: true}, {Name: "Empty"},
		},
		CustomFields: []standin.CustomField{{Key: "company", Label: "Company"}, {Key: "order", Label: "Order", Room: true}},
	})
	chat.Set(func(s *standin.Settings) { s.Transcript = true })
	chat.Agent("sam").Online(true)
	chat.Agent("kim").Online(true)
	p.begin("Ann", "ann@example.com")
	return chat, p, p.call(200, "POST", "/v1/room", `{}`).Room.ID
}

func (p *tab) upload(room, name, body string) *httptest.ResponseRecorder {
	return ask(p.bridge, "POST", "/v1/room/files?room="+room, body, "Content-Type", "application/octet-stream", "X-File-Name", name, "X-Visitor-Token", p.token)
}

func (p *tab) download(room, id, name string) *httptest.ResponseRecorder {
	return ask(p.bridge, "GET", "/v1/room/files?room="+room+"&id="+id+"&name="+escape(name), "", "X-Visitor-Token", p.token)
}

// received are the bodies of what a path was asked with.
func received(chat *standin.Server, path string) (out []string) {
	for _, r := range chat.Received() {
		if r.Conn == 0 && strings.HasPrefix(r.Path, "/api/v1/livechat/"+path) {
			out = append(out, r.Text)
		}
	}
	return out
}

func TestFilesThereAndBack(t *testing.T) {
	eachMode(t, func(t *testing.T, mode standin.Mode) {
		chat, p, room := chatting(t, mode)
		w := p.upload(room, "my%20%E5%9B%B3.png", picture)
		if w.Code != 200 || strings.Contains(w.Body.String(), p.token) || (w.Body.String() == "{}") != (mode == standin.V3) {
			t.Fatalf("answered %d %s", w.Code, w.Body)
		}
		// The message tells where the file is, on 3.x by way of the history.
		history := ask(p.bridge, "GET", "/v1/messages?room="+room, "", "X-Visitor-Token", p.token).Body.String()
		_, link, found := strings.Cut(history, `"title_link":"/file-upload/`)
		id, _, _ := strings.Cut(link, "/")
		if !found {
			t.Fatalf("the history is %s", history)
		}
		got := p.download(room, id, "my 図.png")
		if got.Code != 200 || got.Body.String() != picture || got.Header().Get("Content-Type") != "image/png" {
			t.Errorf("the file comes back as %d %v", got.Code, got.Header())
		}
		if got := p.download(room, "n0neN0neN0neN0ne1", "x.png"); got.Code != 404 {
			t.Errorf("a file there is not: %d", got.Code)
		}

		eve := p.another()
		eve.begin("Eve", "")
		if got := eve.download(room, id, "my 図.png"); got.Code != 404 {
			t.Errorf("another visitor is told %d", got.Code)
		}
		same(t, eve.upload(room, "x.png", picture).Body.String(), `{"error":"refused","reason":"invalid-room"}`)
		nobody := p.another()
		nobody.token = strings.Repeat("x", 43)
		same(t, nobody.download(room, id, "my 図.png").Body.String(), `{"error":"invalid-token"}`)
		same(t, nobody.upload(room, "x.png", picture).Body.String(), `{"error":"invalid-token"}`)

		chat.Set(func(s *standin.Settings) { s.MaxFileSize = 10 })
		same(t, p.upload(room, "x.png", picture).Body.String(), `{"error":"refused","reason":"too-large"}`)
		chat.Set(func(s *standin.Settings) { s.MaxFileSize = 1 << 20 })
		p.call(200, "POST", "/v1/room/close", `{"room":"`+room+`"}`)
		same(t, p.upload(room, "x.png", picture).Body.String(), `{"error":"refused","reason":"invalid-room"}`)
		if got := p.download(room, id, "my 図.png"); got.Code != 200 {
			t.Errorf("after the end the file is answered with %d", got.Code)
		}
	})
}

func TestFilesThatAreOff(t *testing.T) {
	eachMode(t, func(t *testing.T, mode standin.Mode) {
		chat, p := live(t, standin.Options{Mode: mode})
		chat.Set(func(s *standin.Settings) { s.FileUpload = false })
		chat.Agent("sam").Online(true)
		p.begin("Ann", "")
		room := p.call(200, "POST", "/v1/room", `{}`).Room.ID
		same(t, p.upload(room, "x.png", picture).Body.String(), `{"error":"refused","reason":"disabled"}`)
		if got := received(chat, "upload"); len(got) > 0 {
			t.Errorf("it was sent all the same")
		}
	})
}

func TestADepartmentIsChanged(t *testing.T) {
	eachMode(t, func(t *testing.T, mode standin.Mode) {
		chat, p, room := chatting(t, mode)
		to := func(department string) string { return fmt.Sprintf(`{"room":%q,"department":%q}`, room, department) }
		p.call(200, "POST", "/v1/room/department", to("Help"))
		if rooms := chat.Rooms(); len(rooms) != 1 || rooms[0].Agent != "kim" {
			t.Errorf("the rooms are %+v", rooms)
		}
		p.call(200, "POST", "/v1/room/department", to("Sales"))
		if a := p.call(409, "POST", "/v1/room/department", to("Nowhere")); a.Reason != "invalid-department" {
			t.Errorf("a department there is not: %+v", a)
		}
		eve := p.another()
		eve.begin("Eve", "")
		if a := eve.call(409, "POST", "/v1/room/department", to("Help")); a.Reason != "invalid-room" {
			t.Errorf("another's room: %+v", a)
		}
		if rooms := chat.Rooms(); rooms[0].Agent != "sam" {
			t.Errorf("the room is now %+v", rooms[0])
		}
		asked := len(received(chat, "visitor/department.transfer")) > 0
		if asked != (mode == standin.V8 || mode == standin.V9) {
			t.Errorf("the endpoint of 8 was asked: %v", asked)
		}
	})
}

func TestSurveyAndTranscript(t *testing.T) {
	eachMode(t, func(t *testing.T, mode standin.Mode) {
		chat, p, room := chatting(t, mode)
		survey := fmt.Sprintf(`{"room":%q,"answers":[{"key":"satisfaction","value":"5"},{"key":"agentResposiveness","value":"4"},{"key":"additionalFeedback","value":"great"}]}`, room)
		transcript := fmt.Sprintf(`{"room":%q,"email":"ann@example.com"}`, room)
		for range 3 {
			p.call(200, "POST", "/v1/room/survey", survey)
			p.call(200, "POST", "/v1/room/transcript", transcript)
		}
		if a, b := received(chat, "room.survey"), received(chat, "transcript"); len(a) != 1 || len(b) != 1 {
			t.Errorf("Rocket.Chat got %q and %q", a, b)
		}
		p.call(200, "POST", "/v1/room/close", `{"room":"`+room+`"}`)
		p.call(200, "POST", "/v1/room/survey", strings.Replace(survey, `"5"`, `"1"`, 1))

		eve := p.another()
		eve.begin("Eve", "eve@example.com")
		if a := eve.call(409, "POST", "/v1/room/transcript", fmt.Sprintf(`{"room":%q,"email":"eve@example.com"}`, room)); a.Reason != "invalid-room" {
			t.Errorf("another's transcript: %+v", a)
		}
		if a := eve.call(409, "POST", "/v1/room/survey", survey); a.Reason != "invalid-room" {
			t.Errorf("another's survey: %+v", a)
		}
		if a := eve.call(409, "POST", "/v1/room/transcript", transcript); a.Reason != "invalid-email" {
			t.Errorf("a transcript to another: %+v", a)
		}
	})
}

func TestFieldsPagesAndStatus(t *testing.T) {
	eachMode(t, func(t *testing.T, mode standin.Mode) {
		chat, p, room := chatting(t, mode)
		p.call(200, "POST", "/v1/visitor/fields", `{"fields":[{"key":"company","value":"ACME"},{"key":"order","value":"42"}]}`)
		if a := p.call(409, "POST", "/v1/visitor/fields", `{"fields":[{"key":"nope","value":"x"}]}`); a.Reason != "invalid-field" {
			t.Errorf("a field there is not: %+v", a)
		}
		p.call(200, "POST", "/v1/visitor/status", `{"status":"away"}`)
		p.call(200, "POST", "/v1/visitor/page", `{"url":"`+site+`/shop?x=y","title":"Shop","room":"`+room+`"}`)
		p.call(200, "POST", "/v1/visitor/page", `{"url":"`+site+`/shop","title":"Shop"}`)
		var pages []string
		for _, m := range chat.Messages(room) {
			if m.Kind == "livechat_navigation_history" {
				pages = append(pages, m.Text)
			}
		}
		if !slices.Equal(pages, []string{"Shop - " + site + "/shop"}) {
			t.Errorf("the agents read %q", pages)
		}
		eve := p.another()
		eve.begin("Eve", "")
		eve.call(409, "POST", "/v1/visitor/page", `{"url":"`+site+`/","room":"`+room+`"}`)
		nobody := p.another()
		nobody.token = strings.Repeat("x", 43)
		for path, body := range map[string]string{
			"/v1/visitor/fields": `{"fields":[{"key":"company","value":"ACME"}]}`, "/v1/visitor/status": `{"status":"away"}`, "/v1/visitor/page": `{"url":"` + site + `/"}`,
			"/v1/visitor/forget": `{}`, "/v1/room/department": `{"room":"` + room + `","department":"Help"}`, "/v1/room/transcript": `{"room":"` + room + `","email":"ann@example.com"}`,
		} {
			nobody.call(401, "POST", path, body)
		}
	})
}

func TestForgetMe(t *testing.T) {
	eachMode(t, func(t *testing.T, mode standin.Mode) {
		_, p, room := chatting(t, mode)
		if a := p.call(409, "POST", "/v1/visitor/forget", `{}`); a.Reason != "room-open" {
			t.Errorf("in the middle of a conversation: %+v", a)
		}
		p.call(200, "POST", "/v1/room/close", `{"room":"`+room+`"}`)
		p.call(200, "POST", "/v1/visitor/forget", `{}`)
		if a := p.call(200, "POST", "/v1/session", `{}`); a.Visitor.ID != "" {
			t.Errorf("the visitor is still %+v", a.Visitor)
		}
		if a := p.call(401, "POST", "/v1/visitor/forget", `{}`); a.Error != "invalid-token" {
			t.Errorf("forgotten twice: %+v", a)
		}
	})
}
