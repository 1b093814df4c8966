package standin_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"capsule/server/standin"

	"github.com/coder/websocket"
)

func TestR11HistoryPagesBackwards(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	for i := range 5 {
		must(t, "POST", base+api+"message", object{"token": "tok", "rid": rid, "_id": fmt.Sprint("m", i), "msg": "x"})
	}
	must(t, "POST", base+api+"page.visited", object{"token": "tok", "rid": rid,
		"pageInfo": object{"change": "url", "title": "T", "location": object{"href": "http://x.y/"}}})
	must(t, "POST", base+api+"room.close", object{"token": "tok", "rid": rid})
	page := func(query string) (ids []string, last string) {
		for _, m := range must(t, "GET", base+api+"messages.history/"+rid+"?token=tok&"+query, nil)["messages"].([]any) {
			ids = append(ids, m.(object)["_id"].(string))
			last = m.(object)["ts"].(string)
			if m.(object)["t"] == "livechat_navigation_history" {
				t.Error("a page visit is in the history")
			}
		}
		return ids, last
	}
	first, last := page("limit=3")
	if first[1] != "m4" || first[2] != "m3" {
		t.Errorf("newest page = %v, want the close, m4, m3", first)
	}
	if second, _ := page("limit=2&end=" + last); second[0] != "m2" || second[1] != "m1" {
		t.Errorf("older page = %v, want m2, m1", second)
	}
	s.Set(func(s *standin.Settings) { s.HiddenSystem = []string{"livechat-close"} })
	if hidden, _ := page("limit=1"); hidden[0] != "m4" {
		t.Errorf("with the close hidden = %v, want m4", hidden)
	}
}

func TestR12WhoAVisitorIs(t *testing.T) {
	_, base := start(t, staffed(standin.V6))
	register := func(v object) object {
		t.Helper()
		return must(t, "POST", base+api+"visitor", object{"visitor": v})["visitor"].(object)
	}
	first := register(object{"token": "t1", "email": "ann@x.y", "phone": "+491"})
	if got := register(object{"token": "t1", "name": "Ann"}); got["_id"] != first["_id"] {
		t.Errorf("by token = %v, want the same", got)
	}
	if got := register(object{"token": "t2", "phone": "+491"}); got["_id"] != first["_id"] || got["token"] != "t1" {
		t.Errorf("by phone = %v, want the same with its own token", got)
	}
	if got := register(object{"token": "t3", "email": "ann@x.y"}); got["_id"] != first["_id"] || got["token"] != "t3" {
		t.Errorf("by e-mail = %v, want the same with the new token", got)
	}
	if status, d := rest(t, "GET", base+api+"visitor/t1", nil); status != 400 || d["errorType"] != "invalid-token" {
		t.Errorf("the replaced token = %d %v, want invalid-token", status, d)
	}
	if got := register(object{"token": "t4"}); got["_id"] == first["_id"] {
		t.Error("a stranger is not made anew")
	}
}

func TestR13WhatAVersionHas(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			s, base := start(t, staffed(mode))
			s.Agent("sam").Online(true)
			s.Agent("kim").Online(true)
			rid := visit(t, base, "tok")
			body := object{"token": "tok", "rid": rid, "department": "d2"}
			oldStatus, old := rest(t, "POST", base+api+"room.transfer", body)
			newStatus, _ := rest(t, "POST", base+api+"visitor/department.transfer", body)
			has := mode == standin.V8 || mode == standin.V9
			if (old["success"] == true) == has || (newStatus == http.StatusOK) != has && mode != standin.V3 && mode != standin.V6 {
				t.Errorf("room.transfer = %d, department.transfer = %d", oldStatus, newStatus)
			}
			if got := s.Rooms()[0].Agent; got != "kim" {
				t.Errorf("served by %s after the transfer, want kim", got)
			}
			if status, d := rest(t, "GET", base+"/api/v1/nope", nil); has && (status != 404 || d["text"] != "404 Not Found") {
				t.Errorf("unknown route = %d %v", status, d)
			}
		})
	}
}

func TestR14HeadersOfAnAnswer(t *testing.T) {
	o := staffed(standin.V6)
	o.RESTLimits = true
	_, base := start(t, o)
	res, err := http.Get(base + api + "config")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for k, want := range map[string]string{"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store",
		"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "9"} {
		if got := res.Header.Get(k); got != want {
			t.Errorf("%s = %q, want %q", k, got, want)
		}
	}
	if status, _ := rest(t, "OPTIONS", base+api+"visitor", nil); status != http.StatusMethodNotAllowed {
		t.Errorf("preflight = %d, want 405", status)
	}
}

func TestR15TheNetworkFails(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	c := connect(t, base)
	c.subscribed(rid, "tok")
	s.DropAll()
	c.wait("the cut", func(_ []string, ended bool) bool { return ended })
	if got := websocket.CloseStatus(c.err); got != -1 {
		t.Errorf("close status = %d, want none", got)
	}

	c = connect(t, base)
	s.Mute(standin.Both)
	c.send(`{"msg":"ping","id":"lost"}`)
	if err := s.WaitFor(deadline(t), func(v *standin.View) bool {
		log := v.Received()
		return log[len(log)-1].Lost
	}); err != nil {
		t.Fatal(err)
	}
	s.Mute(standin.Nothing)
	c.send(`{"msg":"ping","id":"heard"}`)
	c.until(`"heard"`)
	// The order of frames is kept, so an answer would have been here.
	if c.count(`"lost"`) > 0 {
		t.Error("the black hole answered")
	}

	s.Restart()
	c.wait("the restart", func(_ []string, ended bool) bool { return ended })
	c = connect(t, base)
	c.subscribed(rid, "tok")
}

func TestTheServerPingsAndGivesUp(t *testing.T) {
	o := staffed(standin.V6)
	o.Heartbeat, o.HeartbeatTimeout = 20*time.Millisecond, 20*time.Millisecond
	_, base := start(t, o)
	c := connect(t, base)
	c.until(`{"msg":"ping"}`)
	c.wait("the close", func(_ []string, ended bool) bool { return ended })
	if got := websocket.CloseStatus(c.err); got != websocket.StatusNormalClosure {
		t.Errorf("close status = %d, want 1000", got)
	}
}

func TestAWrongFieldIsNeverAnsweredBy3(t *testing.T) {
	s, base := start(t, staffed(standin.V3))
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	p := &replayer{t: t, base: base, token: "tok", rid: rid}
	answered := make(chan error, 1)
	go func() { answered <- p.form("other", "a.txt", "x") }()
	if err := s.WaitFor(deadline(t), func(v *standin.View) bool { return v.Calls(api+"upload/"+rid) == 1 }); err != nil {
		t.Fatal(err)
	}
	s.Close() // ends the waiting
	if err := <-answered; err == nil {
		t.Error("there was an answer")
	}
}
