//go:build delivery

package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"capsule/server/standin"
	"capsule/wasm/rocket"
)

// TestManyLinesAtOnce is row 17: the widget keeps to what Rocket.Chat allows,
// and waits when it is told to.
func TestManyLinesAtOnce(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t, func(o *standin.Options) { o.DDPLimits, o.RESTLimits = true, true }))
	lines := 8
	if long {
		lines = 30
	}
	var texts []string
	for i := range lines {
		texts = append(texts, fmt.Sprint("line ", i))
	}
	k.chat.RefuseNext(rocket.MethodSend, standin.TooMany(3*time.Second))
	k.write(texts...)
	k.p.within(patience, "the wait told of", k.p.offered(say("trouble.busy")))
	k.settled()
	k.p.forgets(say("trouble.busy"))
	if n := k.calls("/api/v1/livechat/message"); n != 0 {
		t.Errorf("%d lines were sent over REST for no reason", n)
	}
}

// TestNonsenseFromTheServer is row 18: what Rocket.Chat, or something before
// it, answers to the calls a conversation begins with.
func TestNonsenseFromTheServer(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		status     int
	}{
		{"a gateway's page", "<html><body><h1>502 Bad Gateway</h1></body></html>", 502},
		{"a sign-in page", "<!doctype html><title>Welcome to our hotel</title>", 200},
		{"half an answer", `{"success":true,"visitor":{"_id":"x`, 200},
		{"nothing", "", 204},
		{"somewhere else", "", 302},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := build(t)
			p := w.visit()
			for _, path := range []string{"/api/v1/livechat/visitor", "/api/v1/livechat/room", "/api/v1/livechat/messages.history"} {
				w.chat.AnswerNext(path, tt.status, tt.body)
			}
			p.allow(`^network: .*Failed to load resource`)
			room := w.start(p, "hello")
			w.say(room, "good day")
			p.reads("good day")
			if seen := p.text(); strings.Contains(seen, "Gateway") || strings.Contains(seen, "hotel") {
				t.Errorf("the answer itself is shown: %q", seen)
			}
			if rooms := w.chat.Rooms(); len(rooms) != 1 {
				t.Errorf("there are %d rooms", len(rooms))
			}
		})
	}
}

// TestAServerThatForgot is row 22: nobody knows the visitor's token any more,
// in the middle of a conversation.
func TestAServerThatForgot(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	k.chat.Wipe()
	k.p.eval(`renewed()`)
	k.wrote = nil // gone with all the rest
	k.nudge()
	k.p.within(patience, "the loss told of", k.p.offered(say("expired")))
	k.write("anybody there?")
	k.settled()
}

// TestTheMethodIsGone is row 23: a Rocket.Chat that cannot be sent to over
// its websocket. After one attempt everything goes over REST.
func TestTheMethodIsGone(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t, func(o *standin.Options) { o.Mode = standin.V9 }))
	k.write("one", "two", "three")
	k.say("all there?")
	k.settled()
	if n := k.calls(rocket.MethodSend); n != 1 {
		t.Errorf("the method was tried %d times", n)
	}
}

// TestTheBridgeIsDown is row 24: who talks already goes on.
func TestTheBridgeIsDown(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	if err := k.app.Close(); err != nil {
		t.Fatal(err)
	}
	k.write("do you hear me?", "and this?")
	k.say("loud and clear")
	k.settled()
	if seen := k.p.text(); strings.Contains(seen, say("trouble.bridge")) {
		t.Errorf("trouble is told of that is none: %q", seen)
	}
}

// TestNoSocketCanBeHad is row 25: messages are fetched, at a measured pace.
func TestNoSocketCanBeHad(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	k.chat.RefuseUpgrades(1e6, 403)
	k.chat.DropAll()
	k.p.within(patience, "the loss shown", k.p.offered(say("lost")))
	k.say("first by asking")
	k.p.within(patience, "what was said", k.p.offered("first by asking"))
	calls, began := k.calls("/api/v1/livechat/messages.history/"+k.room), time.Now()
	rounds := 1
	if long {
		rounds = 10
	}
	for i := range rounds {
		text := fmt.Sprint("said ", i)
		k.say(text)
		if took := k.p.within(patience, text, k.p.offered(text)); took > 9*time.Second {
			t.Errorf("%q is shown after %v", text, took)
		}
		k.write(fmt.Sprint("written ", i))
	}
	made, minutes := k.calls("/api/v1/livechat/messages.history/"+k.room)-calls, time.Since(began).Minutes()
	if float64(made) > 10*minutes+2 {
		t.Errorf("history was read %d times in %.1f minutes", made, minutes)
	}
	k.settled()
	// And when a socket can be had again, it is.
	k.chat.RefuseUpgrades(0, 0)
	k.nudge()
	k.until("the subscription", subscribed(k.room))
	k.say("and back")
	k.settled()
}

// TestNothingCanBeReached is row 26, and 24 for whoever comes new: there is
// another way out soon after the click.
func TestNothingCanBeReached(t *testing.T) {
	for _, tt := range []struct {
		name string
		down func(*world)
	}{
		{"Capsule's server is down", func(w *world) { _ = w.app.Close() }},
		{"Rocket.Chat is down", func(w *world) {
			for range 20 {
				w.chat.AnswerNext("/api/v1/livechat/config", 502, "<html>502</html>")
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := build(t)
			elsewhere(t, w, func(h http.Handler) http.Handler { return h })
			p := w.visit()
			p.allow(`^(network|javascript|other): .*Failed to load resource`)
			tt.down(w)
			p.rest()
			p.click("button", say("launcher.open"))
			began := time.Now()
			link := p.find("link", "help@shop.example")
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("the way out is there after %v", took)
			}
			if got := p.call(link, `function () { return this.href }`); got != "mailto:help@shop.example" {
				t.Errorf("it leads to %s", got)
			}
			p.reads(say("contact"))
			p.reads(say("trouble.title"))
		})
	}
}

// TestNobodyIsThereAndNoFormEither has a visitor find another way.
func TestNobodyIsThereAndNoFormEither(t *testing.T) {
	w := build(t, func(o *standin.Options) {
		set := standin.DefaultSettings()
		set.OfflineForm = false
		o.Settings = &set
	})
	w.tag = `data-contact="https://shop.example/help"`
	w.sam.Online(false)
	p := w.visit()
	p.click("button", say("launcher.open"))
	p.find("link", "shop.example/help")
}
