package bridge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"capsule/server/internal/bridge"
	"capsule/server/standin"
)

var modes = []standin.Mode{standin.V3, standin.V6, standin.V8, standin.V9}

// A tab is one page with the widget on it, talking to a bridge to a stand-in
// over real sockets.
type tab struct {
	t      *testing.T
	bridge http.Handler
	token  string
}

func live(t *testing.T, o standin.Options) (*standin.Server, *tab) {
	t.Helper()
	if o.Agents == nil {
		o.Agents = []standin.Agent{{Username: "sam", Name: "Sam"}}
	}
	chat := standin.New(o)
	server := httptest.NewServer(chat)
	t.Cleanup(server.Close)
	t.Cleanup(chat.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return chat, &tab{t: t, bridge: newBridge(t, nil, func(o *bridge.Options) { o.RocketChat, o.Public, o.Transport = base, base, nil })}
}

// another is a second page with the same bridge and nothing stored.
func (p *tab) another() *tab { return &tab{t: p.t, bridge: p.bridge} }

// call returns the answer to one request, which must have the status want.
func (p *tab) call(want int, method, target, body string) answered {
	p.t.Helper()
	header := "-"
	if p.token != "" {
		header = p.token
	}
	w := ask(p.bridge, method, target, body, "X-Visitor-Token", header)
	if w.Code != want {
		p.t.Fatalf("%s %s is answered %d %s, want %d", method, target, w.Code, w.Body, want)
	}
	if p.token != "" && strings.Contains(w.Body.String(), p.token) {
		p.t.Errorf("%s %s: the answer has the token in it", method, target)
	}
	var a answered
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		p.t.Fatalf("%s %s: %v", method, target, err)
	}
	return a
}

type answered struct {
	Error, Reason, Token string
	New                  bool
	Config               struct{ Enabled, Online bool }
	Server               struct{ Version, Socket string }
	Visitor              struct {
		ID                    string `json:"_id"`
		Username, Name, Email string
	}
	Room struct {
		ID   string `json:"_id"`
		Open bool
	}
	Agent    struct{ Username string }
	Message  said
	Messages []said
}

type said struct {
	ID   string                    `json:"_id"`
	Text string                    `json:"msg"`
	Type string                    `json:"t"`
	From struct{ Username string } `json:"u"`
}

// begin opens a session and registers.
func (p *tab) begin(name, email string) {
	p.t.Helper()
	p.token = p.call(200, "POST", "/v1/session", `{}`).Token
	if len(p.token) != 43 {
		p.t.Fatalf("the token is %q", p.token)
	}
	p.call(200, "POST", "/v1/visitor", fmt.Sprintf(`{"name":%q,"email":%q}`, name, email))
}

func eachMode(t *testing.T, f func(*testing.T, standin.Mode)) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) { f(t, mode) })
	}
}

func TestAWholeVisit(t *testing.T) {
	eachMode(t, func(t *testing.T, mode standin.Mode) {
		chat, p := live(t, standin.Options{Mode: mode})
		sam := chat.Agent("sam")

		if a := p.call(200, "GET", "/v1/config", ``); !a.Config.Enabled || a.Config.Online || !strings.HasPrefix(mode.String(), a.Server.Version) || !strings.HasSuffix(a.Server.Socket, "/websocket") {
			t.Errorf("config: %+v", a)
		}
		p.begin("Ann", "ann@example.com")
		if a := p.call(409, "POST", "/v1/room", `{}`); a.Reason != "no-agent-online" {
			t.Errorf("a room while nobody is there: %+v", a)
		}
		p.call(200, "POST", "/v1/offline", `{"name":"Ann","email":"ann@example.com","text":"Call me & <b>soon</b>"}`)
		sam.Online(true)
		first := p.call(200, "POST", "/v1/room", `{}`)
		if again := p.call(200, "POST", "/v1/room", `{}`); !first.New || again.New || again.Room.ID != first.Room.ID || !again.Room.Open {
			t.Errorf("rooms: %+v, then %+v", first, again)
		}
		room := first.Room.ID
		line := func(id, text string) string { return fmt.Sprintf(`{"id":%q,"room":%q,"text":%q}`, id, room, text) }
		sent := p.call(200, "POST", "/v1/messages", line("m1m1m1m1m1m1m1m1m", "hello"))
		again := p.call(200, "POST", "/v1/messages", line("m1m1m1m1m1m1m1m1m", "hello"))
		if sent.Message.Text != "hello" || again.Message != sent.Message {
			t.Errorf("sent %+v, again %+v", sent.Message, again.Message)
		}
		reply, err := sam.Say(room, "Hi Ann")
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, m := range p.call(200, "GET", "/v1/messages?limit=50&room="+room, ``).Messages {
			if m.Type == "" {
				texts = append(texts, m.From.Username+": "+m.Text)
			}
		}
		if len(texts) != 2 || texts[0] != "sam: Hi Ann" || !strings.HasSuffix(texts[1], ": hello") {
			t.Errorf("the history is %q", texts)
		}
		if m := p.call(200, "GET", "/v1/messages/"+reply+"?room="+room, ``).Message; m.Text != "Hi Ann" {
			t.Errorf("the look-up finds %+v", m)
		}
		p.call(404, "GET", "/v1/messages/m9m9m9m9m9m9m9m9m?room="+room, ``)

		// The page is loaded anew.
		a := p.call(200, "POST", "/v1/session", `{}`)
		if a.Token != "" || a.Visitor.Name != "Ann" || a.Visitor.Email != "ann@example.com" || a.Room.ID != room || !a.Room.Open || a.Agent.Username != "sam" {
			t.Errorf("the session is %+v", a)
		}
		p.call(200, "POST", "/v1/room/close", `{"room":"`+room+`"}`)
		if a := p.call(409, "POST", "/v1/messages", line("m2m2m2m2m2m2m2m2m", "still there?")); a.Reason != "room-closed" {
			t.Errorf("a line after the end: %+v", a)
		}
		if a := p.call(409, "POST", "/v1/room/close", `{"room":"`+room+`"}`); a.Reason != "room-closed" {
			t.Errorf("closing twice: %+v", a)
		}
		if a := p.call(200, "POST", "/v1/session", `{}`); a.Room.ID != "" || a.Visitor.Name != "Ann" {
			t.Errorf("the session after the end is %+v", a)
		}
		if next := p.call(200, "POST", "/v1/room", `{}`); !next.New || next.Room.ID == room {
			t.Errorf("the next room: %+v", next)
		}
	})
}

func TestOneVisitorCannotReachAnother(t *testing.T) {
	eachMode(t, func(t *testing.T, mode standin.Mode) {
		chat, ann := live(t, standin.Options{Mode: mode})
		chat.Agent("sam").Online(true)
		ann.begin("Ann", "ann@example.com")
		room := ann.call(200, "POST", "/v1/room", `{}`).Room.ID
		ann.call(200, "POST", "/v1/messages", fmt.Sprintf(`{"id":"m1m1m1m1m1m1m1m1m","room":%q,"text":"my secret"}`, room))

		eve := ann.another()
		eve.begin("Eve", "ann@example.com") // the address of the other one
		own := eve.call(200, "POST", "/v1/room", `{}`).Room.ID
		if own == room {
			t.Fatal("Eve sits in Ann's room")
		}
		if a := eve.call(409, "GET", "/v1/messages?room="+room, ``); a.Reason != "invalid-room" {
			t.Errorf("the history of another: %+v", a)
		}
		eve.call(409, "POST", "/v1/messages", fmt.Sprintf(`{"id":"m2m2m2m2m2m2m2m2m","room":%q,"text":"x"}`, room))
		eve.call(409, "POST", "/v1/room/close", `{"room":"`+room+`"}`)
		eve.call(409, "GET", "/v1/messages/m1m1m1m1m1m1m1m1m?room="+room, ``)
		eve.call(404, "GET", "/v1/messages/m1m1m1m1m1m1m1m1m?room="+own, ``)
		// To take the id of another's message is no way to read it.
		if a := eve.call(409, "POST", "/v1/messages", fmt.Sprintf(`{"id":"m1m1m1m1m1m1m1m1m","room":%q,"text":"x"}`, own)); a.Message.Text != "" {
			t.Errorf("a line with a taken id: %+v", a)
		}
		// And Ann has noticed nothing.
		if a := ann.call(200, "POST", "/v1/session", `{}`); a.Visitor.Name != "Ann" || a.Room.ID != room {
			t.Errorf("Ann's session is now %+v", a)
		}

		nobody := ann.another()
		nobody.token = strings.Repeat("x", 43)
		nobody.call(401, "POST", "/v1/room", `{}`)
		nobody.call(401, "GET", "/v1/messages?room="+room, ``)
		nobody.call(401, "POST", "/v1/messages", fmt.Sprintf(`{"id":"m3m3m3m3m3m3m3m3m","room":%q,"text":"x"}`, room))
		if a := nobody.call(200, "POST", "/v1/session", `{}`); a.Visitor.ID != "" || a.Room.ID != "" {
			t.Errorf("nobody's session is %+v", a)
		}
	})
}

func TestTabsAtOnceShareARoom(t *testing.T) {
	eachMode(t, func(t *testing.T, mode standin.Mode) {
		chat, p := live(t, standin.Options{Mode: mode})
		chat.Agent("sam").Online(true)
		p.begin("Ann", "")
		var wg sync.WaitGroup
		var mu sync.Mutex
		rooms := map[string]int{}
		for range 8 {
			wg.Go(func() {
				w := ask(p.bridge, "POST", "/v1/room", `{}`, "X-Visitor-Token", p.token)
				var a answered
				_ = json.Unmarshal(w.Body.Bytes(), &a)
				mu.Lock()
				defer mu.Unlock()
				rooms[a.Room.ID]++
			})
		}
		wg.Wait()
		if len(rooms) != 1 || len(chat.Rooms()) != 1 {
			t.Errorf("the tabs got %v, the server has %d rooms", rooms, len(chat.Rooms()))
		}
	})
}

func TestRocketChatsLimitsAreTold(t *testing.T) {
	_, p := live(t, standin.Options{RESTLimits: true})
	p.token = p.call(200, "POST", "/v1/session", `{}`).Token
	for range 5 {
		p.call(200, "POST", "/v1/visitor", `{"name":"Ann"}`)
	}
	w := ask(p.bridge, "POST", "/v1/visitor", `{"name":"Ann"}`, "X-Visitor-Token", p.token)
	if w.Code != 429 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `"retryAfter":`) {
		t.Errorf("the sixth registration in a minute: %d %v %s", w.Code, w.Header(), w.Body)
	}
	r := newRequest("POST", "/v1/visitor", `{"name":"Bob"}`, "X-Visitor-Token", strings.Repeat("b", 43))
	r.RemoteAddr = "203.0.113.99:1"
	if w := serve(p.bridge, r); w.Code != 200 {
		t.Errorf("a visitor at another address pays for it: %d %s", w.Code, w.Body)
	}
}

func TestRocketChatComesAndGoes(t *testing.T) {
	chat, p := live(t, standin.Options{})
	chat.Agent("sam").Online(true)
	p.begin("Ann", "")
	room := p.call(200, "POST", "/v1/room", `{}`).Room.ID
	chat.AnswerNext("/api/v1/livechat/messages.history/"+room, 502, "<h1>Bad Gateway</h1>")
	if a := p.call(502, "GET", "/v1/messages?room="+room, ``); a.Error != "upstream" {
		t.Errorf("a bad gateway: %+v", a)
	}
	p.call(200, "GET", "/v1/messages?room="+room, ``)
	p.call(200, "POST", "/v1/room/close", `{"room":"`+room+`"}`)
	chat.Agent("sam").Online(false)
	p.call(409, "POST", "/v1/room", `{}`)
}
