package standin_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"capsule/server/standin"
)

// desk logs an agent in as a desk does.
func desk(t *testing.T, base, username string) (*client, string) {
	t.Helper()
	c := connect(t, base)
	sum := sha256.Sum256([]byte("secret"))
	got := c.call("login", object{"user": object{"username": username},
		"password": object{"digest": hex.EncodeToString(sum[:]), "algorithm": "sha-256"}})
	login, ok := got["result"].(object)
	if !ok {
		t.Fatalf("login = %v", got)
	}
	return c, login["id"].(string)
}

// watch subscribes to an agent's own streams and to the queue.
func watch(c *client, uid string) {
	for _, s := range [][2]string{{"stream-notify-user", uid + "/rooms-changed"}, {"stream-notify-user", uid + "/subscriptions-changed"},
		{"stream-livechat-inquiry-queue-observer", "public"}} {
		if got := c.sub(s[0], s[1], ""); got["msg"] != "ready" {
			c.t.Fatalf("sub %v = %v, want ready", s, got)
		}
	}
}

func TestADeskServesAChat(t *testing.T) {
	set := standin.DefaultSettings()
	set.Routing = standin.ManualSelection
	o := staffed(standin.V6)
	o.Settings = &set
	s, base := start(t, o)
	d, uid := desk(t, base, "sam")
	watch(d, uid)

	rid := visit(t, base, "tok")
	v := connect(t, base)
	v.subscribed(rid, "tok")
	added := decode(t, d.until("inquiry-queue-observer", `"type":"added"`, rid))
	inquiry := added["fields"].(object)["args"].([]any)[0].(object)["_id"]

	if got := d.sub("stream-room-messages", rid, ""); got["msg"] != "ready" {
		t.Fatalf("a waiting room = %v, want ready for a preview", got)
	}
	must(t, "POST", base+api+"message", said("m1", rid))
	d.until(`"stream-room-messages"`, `"m1"`)
	d.call("livechat:takeInquiry", inquiry)
	d.until("inquiry-queue-observer", `"type":"removed"`)
	d.until("/rooms-changed", `"inserted"`, rid)
	v.until("agentData", `"sam"`)

	if rooms := d.call("rooms/get")["result"].([]any); len(rooms) != 1 || rooms[0].(object)["_id"] != rid {
		t.Errorf("rooms/get = %v, want the room", rooms)
	}
	history := d.call("loadHistory", rid, nil, 50, nil)["result"].(object)["messages"].([]any)
	if len(history) != 4 {
		t.Errorf("history has %d messages, want 4", len(history))
	}
	d.call("stream-notify-room", rid+"/user-activity", "sam", []string{"user-typing"}, object{})
	v.until("/user-activity", `"sam"`, "user-typing")
	d.call("sendMessage", object{"_id": "a1", "rid": rid, "msg": "hello from the desk"})
	v.until("hello from the desk", `"Sam Agent"`)
	d.until(`"stream-room-messages"`, `"a1"`)

	if got := d.sub("stream-notify-room", rid+"/user-activity", ""); got["msg"] != "ready" {
		t.Errorf("typing of the visitor = %v, want ready", got)
	}
	v.call("stream-notify-room", rid+"/user-activity", "guest-1", []string{"user-typing"}, object{"token": "tok"})
	d.until("/user-activity", `"guest-1"`)

	if _, kim := desk(t, base, "kim"); true {
		d.call("livechat:transfer", object{"roomId": rid, "userId": kim, "comment": "yours"})
	}
	d.until("/rooms-changed", `"removed"`)
	if got := s.Rooms()[0].Agent; got != "kim" {
		t.Errorf("served by %s, want kim", got)
	}
	if got := d.call("sendMessage", object{"_id": "a2", "rid": rid, "msg": "no longer mine"}); got["error"] == nil {
		t.Error("an agent may write into another's room")
	}
}

func TestADeskClosesAChat(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	d, _ := desk(t, base, "sam")
	rid := visit(t, base, "tok") // Auto_Selection: it is sam's at once
	v := connect(t, base)
	v.subscribed(rid, "tok")
	d.call("livechat:closeRoom", rid, "bye", object{})
	v.until("livechat-close", `"bye"`)
	if s.Rooms()[0].Open {
		t.Error("the room is open")
	}
	if d.call("livechat:changeLivechatStatus"); onlineNow(t, base) {
		t.Error("online though the only agent takes no chats")
	}
}

func onlineNow(t *testing.T, base string) bool {
	return must(t, "GET", base+api+"config", nil)["config"].(object)["online"].(bool)
}

func TestWhoMayLogIn(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.StartBot(standin.Bot{})
	c := connect(t, base)
	for _, tt := range []struct {
		name string
		in   object
	}{
		{"a wrong password", object{"user": object{"username": "sam"}, "password": "guess"}},
		{"nobody", object{"user": object{"username": "eve"}, "password": "secret"}},
		{"a bot", object{"user": object{"username": "capsule-bot"}, "password": ""}},
	} {
		if got := c.call("login", tt.in); got["error"] == nil {
			t.Errorf("%s may log in: %v", tt.name, got)
		}
	}
	if got := c.call("rooms/get")["error"]; got == nil {
		t.Error("rooms/get works without a login")
	}
	token := c.call("login", object{"user": object{"email": "sam@example.com"}, "password": "secret"})["result"].(object)["token"]
	again := connect(t, base)
	if got := again.call("login", object{"resume": token}); got["error"] != nil {
		t.Errorf("resume = %v", got)
	}
}

func TestAgentsDoNotSeeTheTokenInTheirRooms(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	d, uid := desk(t, base, "sam")
	watch(d, uid)
	visit(t, base, "tok-secret")
	frame := d.until("/rooms-changed")
	b, err := json.Marshal(d.call("rooms/get"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(frame, "tok-secret") || strings.Contains(string(b), "tok-secret") {
		t.Errorf("the visitor's token is in %s or %s", frame, b)
	}
	_ = s
}
