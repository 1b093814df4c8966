package standin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"capsule/server/standin"

	"github.com/coder/websocket"
)

// chat is a server with a room that sam serves and a client in it.
func chat(t *testing.T) (s *standin.Server, base, rid string, c *client) {
	s, base = start(t, staffed(standin.V6))
	s.Agent("sam").Online(true)
	rid = visit(t, base, "tok")
	c = connect(t, base)
	c.subscribed(rid, "tok")
	return s, base, rid, c
}

func said(id, rid string) object {
	return object{"token": "tok", "rid": rid, "_id": id, "msg": "x"}
}

func TestACutBeforeHasNoEffectAndOneAfterHas(t *testing.T) {
	for _, tt := range []struct {
		name string
		cut  func(*standin.Server)
		want int
	}{
		{"before", func(s *standin.Server) { s.CutBefore(2) }, 0},
		{"after", func(s *standin.Server) { s.CutAfter(2) }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _, rid, c := chat(t)
			tt.cut(s)
			c.send(`{"msg":"ping","id":"first"}`)
			c.until(`"first"`)
			c.invoke("sendMessageLivechat", said("m1", rid))
			c.wait("the cut", func(_ []string, ended bool) bool { return ended })
			if c.count(`"m1"`) != 0 {
				t.Error("the message was answered or echoed")
			}
			n := 0
			for _, m := range s.Messages(rid) {
				if m.ID == "m1" {
					n++
				}
			}
			if n != tt.want {
				t.Errorf("stored %d times, want %d", n, tt.want)
			}
		})
	}
}

func TestARefusedCallIsNotDone(t *testing.T) {
	s, _, rid, c := chat(t)
	s.RefuseNext("sendMessageLivechat", standin.TooMany(6*time.Second))
	e, _ := c.call("sendMessageLivechat", said("m1", rid))["error"].(object)
	if e["error"] != "too-many-requests" || e["details"].(object)["timeToReset"] != 6000.0 {
		t.Errorf("refused = %v", e)
	}
	if got := c.call("sendMessageLivechat", said("m1", rid)); got["error"] != nil {
		t.Errorf("the next call = %v, want success", got)
	}
	s.RefuseNext("stream-room-messages", standin.Error{Code: "not-allowed"})
	if got := c.sub("stream-room-messages", rid, "tok"); got["msg"] != "nosub" {
		t.Errorf("refused sub = %v, want nosub", got)
	}
}

func TestFramesCanComeTwice(t *testing.T) {
	s, _, rid, c := chat(t)
	s.Duplicate(1)
	c.call("sendMessageLivechat", said("m1", rid))
	c.call("sendMessageLivechat", said("m2", rid))
	if a, b := c.count(`"changed"`, `"m1"`), c.count(`"changed"`, `"m2"`); a != 2 || b != 1 {
		t.Errorf("frames = %d and %d, want 2 and 1", a, b)
	}
}

func TestAnswersCanBeLate(t *testing.T) {
	s, base, _, c := chat(t)
	const late = 50 * time.Millisecond
	s.Delay(late)
	begun := time.Now()
	c.send(`{"msg":"ping","id":"a"}`)
	c.until(`"pong"`)
	if d := time.Since(begun); d < late {
		t.Errorf("the frame came after %v", d)
	}
	begun = time.Now()
	must(t, "GET", base+api+"config", nil)
	if d := time.Since(begun); d < late {
		t.Errorf("the answer came after %v", d)
	}
}

func TestAHandshakeCanBeRefused(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.RefuseUpgrades(1, http.StatusBadGateway)
	_, res, err := websocket.Dial(deadline(t), "ws"+strings.TrimPrefix(base, "http")+"/websocket", nil)
	if err == nil || res.StatusCode != http.StatusBadGateway {
		t.Errorf("first = %v %v, want 502", res, err)
	}
	connect(t, base)
	if got := s.Connections(); got != 1 {
		t.Errorf("connections = %d, want 1", got)
	}
}

func TestOneAnswerCanBePlanned(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.AnswerNext(api+"config", 502, "<html>")
	if status, d := rest(t, "GET", base+api+"config", nil); status != 502 || d["text"] != "<html>" {
		t.Errorf("planned = %d %v", status, d)
	}
	must(t, "GET", base+api+"config", nil)
}

func TestALineCanBeSlow(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.Trickle(7, time.Microsecond)
	must(t, "GET", base+"/api/info", nil)
	c := connect(t, base)
	c.send(`{"msg":"ping","id":"a"}`)
	c.until(`"pong"`)
}

func TestABlackHoleAnswersNothing(t *testing.T) {
	s, base := start(t, staffed(standin.V6))
	s.Mute(standin.Down)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { // ends with ctx
		body := strings.NewReader(`{"visitor":{"token":"tok"}}`)
		req, err := http.NewRequestWithContext(ctx, "POST", base+api+"visitor", body)
		if err != nil {
			ended <- err
			return
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
		}
		ended <- err
	}()
	if err := s.WaitFor(deadline(t), func(v *standin.View) bool { return v.Calls(api+"visitor") == 1 }); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v, want only its own end", err)
	}
	s.Mute(standin.Nothing)
	must(t, "GET", base+api+"visitor/tok", nil) // one way down, it had its effect
}

func TestASlowReaderIsDropped(t *testing.T) {
	s, base := start(t, staffed(standin.V3)) // which does not parse texts
	s.Agent("sam").Online(true)
	rid := visit(t, base, "tok")
	slow, _, err := websocket.Dial(deadline(t), "ws"+strings.TrimPrefix(base, "http")+"/websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.CloseNow()
	write := func(text string) {
		if err := slow.Write(deadline(t), websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"msg":"connect","version":"1","support":["1"]}`)
	write(`{"msg":"sub","id":"s","name":"stream-room-messages","params":["` + rid + `",{"useCollection":false,"args":[{"visitorToken":"tok"}]}]}`)
	if err := s.WaitFor(deadline(t), func(v *standin.View) bool { return v.Subscriptions("stream-room-messages", rid) == 1 }); err != nil {
		t.Fatal(err)
	}
	// Nobody reads there, so what it is sent piles up.
	long := strings.Repeat("abcdefgh ", 10000)
	for s.Connections() == 1 {
		if _, err := s.Agent("sam").Say(rid, long); err != nil {
			t.Fatal(err)
		}
	}
	_, r, err := slow.Reader(deadline(t))
	for err == nil {
		if _, err = io.Copy(io.Discard, r); err == nil {
			_, r, err = slow.Reader(deadline(t))
		}
	}
}

func TestACloseInOrderHasItsCode(t *testing.T) {
	s, _, _, c := chat(t)
	s.Hang()
	c.wait("the close", func(_ []string, ended bool) bool { return ended })
	if got := websocket.CloseStatus(c.err); got != websocket.StatusNormalClosure {
		t.Errorf("close status = %d, want 1000", got)
	}
}

func TestAWipedServerKnowsNobody(t *testing.T) {
	s, base, _, c := chat(t)
	s.Wipe()
	c.wait("the cut", func(_ []string, ended bool) bool { return ended })
	if n := len(s.Rooms()); n != 0 {
		t.Errorf("there are %d rooms", n)
	}
	if rid := visit(t, base, "tok"); len(s.Messages(rid)) > 3 {
		t.Errorf("a new room has %d messages", len(s.Messages(rid)))
	}
}
