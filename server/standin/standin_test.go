package standin_test

import (
	"strings"
	"testing"
	"time"

	"capsule/server/standin"
)

var modes = map[string]standin.Mode{"3.4": standin.V3, "6.14": standin.V6, "8.4": standin.V8, "9.0": standin.V9}

func TestAConversationInEveryMode(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			s, base := start(t, staffed(mode))
			sam := s.Agent("sam")
			sam.Online(true)
			rid := visit(t, base, "tok")
			c := connect(t, base)
			c.subscribed(rid, "tok")

			sent := c.call("sendMessageLivechat", object{"token": "tok", "rid": rid, "_id": "m1", "msg": "hello"})
			if mode == standin.V9 {
				if sent["error"].(object)["error"] != 404.0 {
					t.Fatalf("sendMessageLivechat = %v, want 404", sent)
				}
				must(t, "POST", base+api+"message", object{"token": "tok", "rid": rid, "_id": "m1", "msg": "hello"})
			} else if sent["result"].(object)["rid"] != rid {
				t.Fatalf("sendMessageLivechat = %v, want rid %s", sent, rid)
			}
			c.until(`"stream-room-messages"`, `"m1"`)

			if err := sam.Typing(rid, true); err != nil {
				t.Fatal(err)
			}
			if mode == standin.V3 {
				c.until("/typing", "true")
			} else {
				c.until("/user-activity", `["user-typing"]`)
			}
			if _, err := sam.Say(rid, "hi Ann"); err != nil {
				t.Fatal(err)
			}
			c.until(`"stream-room-messages"`, "hi Ann", `"sam"`)
			if err := sam.Close(rid, "done"); err != nil {
				t.Fatal(err)
			}
			c.until("livechat-close")
			if got := c.sub("stream-room-messages", rid, "tok"); got["msg"] != "nosub" && mode != standin.V3 {
				t.Errorf("sub of a closed room = %v, want nosub", got)
			}
			history := must(t, "GET", base+api+"messages.history/"+rid+"?token=tok", nil)["messages"].([]any)
			if got := history[len(history)-1].(object); mode != standin.V3 && got["t"] != "livechat-started" {
				t.Errorf("oldest message = %v, want livechat-started", got)
			}
		})
	}
}

func TestTheBotServesWhileNobodySitsAtTheDesk(t *testing.T) {
	set := standin.DefaultSettings()
	set.Routing = standin.ManualSelection
	o := staffed(standin.V6)
	o.Settings = &set
	s, base := start(t, o)
	s.StartBot(standin.Bot{Take: -1, Think: -1, Type: -1})
	rid := visit(t, base, "tok")
	c := connect(t, base)
	c.subscribed(rid, "tok")
	ask := func(id, text, want string) {
		t.Helper()
		must(t, "POST", base+api+"message", object{"token": "tok", "rid": rid, "_id": id, "msg": text})
		if err := s.WaitFor(deadline(t), func(v *standin.View) bool {
			for _, m := range v.Messages(rid) {
				if m.Username == "capsule-bot" && strings.Contains(m.Text, want) {
					return true
				}
			}
			return false
		}); err != nil {
			t.Fatalf("no %q: %v in %+v", want, err, s.Messages(rid))
		}
	}
	ask("m1", "what does it cost?", "$10")
	ask("m2", "blue sky", "You said: blue sky")
	c.until("/user-activity", "user-typing")
	must(t, "POST", base+api+"message", object{"token": "tok", "rid": rid, "_id": "m3", "msg": "bye"})
	c.until("livechat-close")

	desk := connect(t, base)
	if got := desk.call("login", object{"user": object{"username": "sam"}, "password": "secret"}); got["error"] != nil {
		t.Fatalf("login = %v", got)
	}
	waiting := visit(t, base, "tok2")
	list := desk.call("livechat:getInquiries")["result"].([]any)
	if len(list) != 1 || list[0].(object)["rid"] != waiting {
		t.Fatalf("queue = %v, want room %s", list, waiting)
	}
	desk.call("livechat:takeInquiry", list[0].(object)["_id"])
	if got := s.Rooms()[1].Agent; got != "sam" {
		t.Errorf("room is served by %q, want sam", got)
	}
}

func TestClosingSendsABotHomeFromItsChats(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.StartBot(standin.Bot{Take: -1, Think: -1, Type: -1})
	for _, token := range []string{"tok1", "tok2", "tok3"} {
		visit(t, base, token)
	}
	if err := s.WaitFor(deadline(t), func(v *standin.View) bool {
		for _, r := range v.Rooms() {
			if r.Agent == "" {
				return false
			}
		}
		return true
	}); err != nil {
		t.Fatalf("rooms %+v: %v", s.Rooms(), err)
	}
	closed := make(chan struct{})
	go func() { s.Close(); close(closed) }()
	select {
	case <-closed:
	case <-deadline(t).Done():
		t.Fatal("the bot does not let the server close")
	}
}

func TestTheChatsOfAnAgentWhoLeftGoToTheBot(t *testing.T) {
	set := standin.DefaultSettings()
	set.Routing, set.AgentLeave = standin.ManualSelection, time.Millisecond
	o := staffed(standin.V6)
	o.Settings = &set
	s, base := start(t, o)
	s.StartBot(standin.Bot{Take: -1, Think: -1, Type: -1})
	d, _ := desk(t, base, "sam")
	rid := visit(t, base, "tok")
	list := d.call("livechat:getInquiries")["result"].([]any)
	d.call("livechat:takeInquiry", list[0].(object)["_id"])
	d.call("logout")
	if err := s.WaitFor(deadline(t), func(v *standin.View) bool { return v.Rooms()[0].Agent == "capsule-bot" }); err != nil {
		t.Fatalf("room %s is served by %q: %v", rid, s.Rooms()[0].Agent, err)
	}
}
