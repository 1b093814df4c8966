package standin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"capsule/server/standin"
)

// The rules R1 to R15 are those of protocol 8, as corrected by protocol 00.

func TestR1ASecondRoomIsTheSame(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	again := must(t, "GET", base+api+"room?token=tok", nil)
	if got := again["room"].(object)["_id"]; got != rid || again["newRoom"] != false {
		t.Errorf("second room = %v newRoom %v, want %s false", got, again["newRoom"], rid)
	}
	must(t, "POST", base+api+"room.close", object{"token": "tok", "rid": rid})
	if status, d := rest(t, "GET", base+api+"room?token=tok&rid="+rid, nil); status != 400 || d["error"] != "invalid-room" {
		t.Errorf("room by the id of a closed one = %d %v, want invalid-room", status, d)
	}
}

func TestR2AClosedRoomTakesNoMessage(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	must(t, "POST", base+api+"room.close", object{"token": "tok", "rid": rid})
	if status, d := rest(t, "POST", base+api+"message", object{"token": "tok", "rid": rid, "msg": "x"}); status != 400 || d["error"] != "room-closed" {
		t.Errorf("REST = %d %v, want room-closed", status, d)
	}
	c := connect(t, base)
	got := c.call("sendMessageLivechat", object{"token": "tok", "rid": rid, "_id": "m1", "msg": "x"})["result"].(object)
	if got["rid"] == rid || got["newRoom"] != true {
		t.Errorf("DDP = rid %v newRoom %v, want another room", got["rid"], got["newRoom"])
	}
}

func TestR3ARepeatedIDIsAnError(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	m := object{"token": "tok", "rid": rid, "_id": "m1", "msg": "once"}
	must(t, "POST", base+api+"message", m)
	if status, d := rest(t, "POST", base+api+"message", m); status != 400 || d["error"] != "Cannot convert undefined or null to object" {
		t.Errorf("REST = %d %v", status, d)
	}
	c := connect(t, base)
	if got := c.call("sendMessageLivechat", m)["error"]; got == nil || got.(object)["error"] != 500.0 {
		t.Errorf("DDP = %v, want 500", got)
	}
	n := 0
	for _, m := range s.Messages(rid) {
		if m.ID == "m1" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("stored %d times, want once", n)
	}
}

func TestR4WhoMaySubscribe(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	c := connect(t, base)
	for _, tt := range []struct{ name, params, want string }{
		{"the visitor", `["` + rid + `",{"useCollection":false,"args":[{"visitorToken":"tok"}]}]`, `"ready"`},
		{"a wrong token", `["` + rid + `",{"useCollection":false,"args":[{"visitorToken":"x"}]}]`, `"not-allowed"`},
		{"nothing given", `["` + rid + `"]`, `"not-allowed"`},
		{"the short form", `["` + rid + `",{"visitorToken":"tok"}]`, `"not-allowed"`},
	} {
		c.send(`{"msg":"sub","id":"` + tt.name + `","name":"stream-room-messages","params":` + tt.params + `}`)
		c.until(`"`+tt.name+`"`, tt.want)
	}
	must(t, "POST", base+api+"room.close", object{"token": "tok", "rid": rid})
	c.until("livechat-close")
	if got := c.sub("stream-room-messages", rid, "tok"); got["msg"] != "nosub" {
		t.Errorf("sub of a closed room = %v, want nosub", got)
	}
}

func TestR5AssignmentTellsInOrder(t *testing.T) {
	o := staffed(standin.V6)
	set := standin.DefaultSettings()
	set.Routing = standin.ManualSelection
	o.Settings = &set
	s, base := start(t, o)
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	if got := kindsOf(s.Messages(rid)); got != "livechat-started" {
		t.Errorf("in the queue = %s, want livechat-started alone", got)
	}
	c := connect(t, base)
	c.subscribed(rid, "tok")
	if err := s.Agent("sam").Take(rid); err != nil {
		t.Fatal(err)
	}
	c.until("agentData")
	if got, want := kindsOf(s.Messages(rid)), "livechat-started command uj"; got != want {
		t.Errorf("taken = %s, want %s", got, want)
	}
}

func kindsOf(list []standin.Message) string {
	var kinds []string
	for _, m := range list {
		kinds = append(kinds, m.Kind)
	}
	return strings.Join(kinds, " ")
}

func TestR6ClosingTellsAndPromptsForATranscript(t *testing.T) {
	for _, transcript := range []bool{false, true} {
		t.Run(fmt.Sprintf("transcript %v", transcript), func(t *testing.T) {
			s, base := start(t, staffed(standin.V6))
			s.Set(func(s *standin.Settings) { s.Transcript = transcript })
			s.Agent("sam").Online(true)
			rid := visit(t, base, "tok")
			if err := s.Agent("sam").Close(rid, "done"); err != nil {
				t.Fatal(err)
			}
			want := "livechat-started command uj livechat-close"
			if transcript {
				want += " command"
			}
			if got := kindsOf(s.Messages(rid)); got != want {
				t.Errorf("messages = %s, want %s", got, want)
			}
			if s.Rooms()[0].Open {
				t.Error("the room is still open")
			}
		})
	}
}

func TestR7EveryMessageGoesToEverySubscriber(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	a, b := connect(t, base), connect(t, base)
	a.subscribed(rid, "tok")
	b.subscribed(rid, "tok")
	if got := b.sub("stream-room-messages", rid, "tok"); got["msg"] != "ready" {
		t.Fatal(got)
	}
	a.call("sendMessageLivechat", object{"token": "tok", "rid": rid, "_id": "m1", "msg": "x"})
	a.call("stream-notify-room", rid+"/user-activity", "guest-1", []string{"user-typing"}, object{"token": "tok"})
	b.until("/user-activity", "user-typing")
	if got := a.count(`"stream-room-messages"`, `"m1"`); got != 1 {
		t.Errorf("the sender got %d echoes, want 1", got)
	}
	if got := b.count(`"stream-room-messages"`, `"m1"`); got != 2 {
		t.Errorf("two subscriptions got %d frames, want 2", got)
	}
	if got := a.count(`"/user-activity"`); got != 0 {
		t.Errorf("the sender got %d typing notices of its own, want 0", got)
	}
}

func TestR8ALinkGetsALaterUpdate(t *testing.T) {
	o := staffed(standin.V6)
	o.Preview = time.Millisecond
	s, base := start(t, o)
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	c := connect(t, base)
	c.subscribed(rid, "tok")
	c.call("sendMessageLivechat", object{"token": "tok", "rid": rid, "_id": "m1", "msg": "see https://go.dev/doc"})
	c.until(`"m1"`, `"ogTitle":"go.dev"`)
	if got := c.count(`"stream-room-messages"`, `"m1"`); got != 2 {
		t.Errorf("frames of the message = %d, want 2", got)
	}
}

func TestR9TheOrderOfFrames(t *testing.T) {
	order := func(o standin.Order, seed uint64) string {
		opt := staffed(standin.V6)
		opt.Order, opt.Seed = o, seed
		s, base := start(t, opt)
		s.Agent("sam").Online(true)
		rid := visit(t, base, "tok")
		c := connect(t, base)
		c.subscribed(rid, "tok")
		c.invoke("sendMessageLivechat", object{"token": "tok", "rid": rid, "_id": "m1", "msg": "x"})
		c.until(`"result"`)
		c.until(`"updated"`)
		c.until(`"stream-room-messages"`)
		c.mu.Lock()
		defer c.mu.Unlock()
		var kinds []string
		for _, f := range c.frames[len(c.frames)-3:] {
			kinds = append(kinds, decode(t, f)["msg"].(string))
		}
		return strings.Join(kinds, " ")
	}
	if got, want := order(standin.Watched, 0), "changed updated result"; got != want {
		t.Errorf("watched = %s, want %s", got, want)
	}
	if got, want := order(standin.Unwatched, 0), "updated result changed"; got != want {
		t.Errorf("unwatched = %s, want %s", got, want)
	}
	seen := map[string]bool{}
	for seed := range uint64(20) {
		seen[order(standin.Shuffled, seed)] = true
	}
	if len(seen) < 4 {
		t.Errorf("shuffled orders = %v, want more", seen)
	}
	_, base := start(t, staffed(standin.V3))
	dial(t, base).until(`{"server_id":"0"}`)
}

func TestR10Limits(t *testing.T) {
	now := time.Now()
	o := staffed(standin.V8)
	o.RESTLimits, o.DDPLimits = true, true
	o.Now = func() time.Time { return now }
	s, base := start(t, o)
	body := object{"visitor": object{"token": "tok"}}
	for range 5 {
		must(t, "POST", base+api+"visitor", body)
	}
	status, d := rest(t, "POST", base+api+"visitor", body)
	want := "Error, too many requests. Please slow down. You must wait 60 seconds before trying this endpoint again. [error-too-many-requests]"
	if status != http.StatusTooManyRequests || d["error"] != want {
		t.Errorf("sixth registration = %d %v, want 429", status, d)
	}
	c := connect(t, base)
	for range 10 {
		c.call("livechat:setUpConnection", object{"token": "tok"})
	}
	e, _ := c.call("livechat:setUpConnection", object{"token": "tok"})["error"].(object)
	if e["error"] != "too-many-requests" || e["details"].(object)["timeToReset"] != 10000.0 {
		t.Errorf("eleventh call = %v, want too-many-requests", e)
	}
	s.Limit(false, false)
	must(t, "POST", base+api+"visitor", body)
	if got := c.call("livechat:setUpConnection", object{"token": "tok"}); got["error"] != nil {
		t.Errorf("without limits = %v", got)
	}
}
