//go:build delivery

package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"capsule/wasm/rocket"
)

// TestASocketCutAtEveryFrame is rows 1 and 2: whichever frame of a burst is
// the last one, and whether it had its effect or not, each line arrives once.
func TestASocketCutAtEveryFrame(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	rounds := 4
	if long {
		rounds = 24
	}
	for n := 1; n <= rounds; n++ {
		for name, cut := range map[string]func(int){"before": k.chat.CutBefore, "after": k.chat.CutAfter} {
			before := k.chat.Connections()
			cut(n)
			k.write(fmt.Sprint(name, " ", n, " first"), fmt.Sprint(name, " ", n, " second"))
			k.p.within(patience, "the cut", func() (bool, string) {
				return k.chat.Connections() < before || len(k.p.asked("/websocket")) > 1, "one connection"
			})
			k.say(fmt.Sprint("said after ", name, " ", n))
			k.nudge()
			k.settled()
		}
	}
}

// TestALineTheServerHasIsNotSentAgain is row 2 at its exact point.
func TestALineTheServerHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	rounds := 3
	if long {
		rounds = 200
	}
	for i := range rounds {
		text := fmt.Sprint("line ", i)
		posted, called := k.calls(rocket.MethodSend), k.calls("/api/v1/livechat/message")
		k.chat.CutAfter(2) // the end of typing, then the line
		k.write(text)
		k.until(text, func(v *view) bool { return has(v.Messages(k.room), text) })
		k.nudge()
		k.settled()
		if n := k.calls(rocket.MethodSend) + k.calls("/api/v1/livechat/message") - posted - called; n != 1 {
			t.Errorf("%s was sent %d times", text, n)
		}
	}
}

func (k *talk) calls(name string) (n int) {
	k.chat.View(func(v *view) { n = v.Calls(name) })
	return n
}

// TestTheServerRestarts is row 7, with nobody in a hurry: what was written
// and said while it was down is complete within a minute.
func TestTheServerRestarts(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	k.chat.RefuseUpgrades(1, 503)
	k.chat.Restart()
	k.say("said while it was down")
	k.write("written while it was down", "and more")
	k.p.within(patience, "the loss shown", k.p.offered(say("lost")))
	began := time.Now()
	k.settled()
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	k.write("after it")
	k.settled()
}

// TestARoomClosedWhileALineIsOnItsWay is row 20: the text is kept, and goes
// into a new conversation when the visitor says so; there is none without.
func TestARoomClosedWhileALineIsOnItsWay(t *testing.T) {
	for name, fault := range map[string]func(*talk){
		"it was cut before": func(k *talk) { k.chat.CutBefore(1) },
		"it never left":     func(k *talk) { k.chat.DropAll() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := talkIn(t, build(t))
			fault(k)
			k.focus()
			k.write("too late")
			if err := k.sam.Close(k.room, "done"); err != nil {
				t.Fatal(err)
			}
			k.nudge()
			k.p.within(patience, "the end", k.p.offered(say("ended.title")))
			k.p.within(patience, "the line given back", func() (bool, string) {
				rows := k.p.rows()
				last := rows[len(rows)-1]
				return last.Text == "too late" && last.Mark == "bad", fmt.Sprint(rows)
			})
			k.p.reads(say("why.closed"))
			if n := len(k.chat.Rooms()); n != 1 {
				t.Errorf("there are %d rooms before anybody wanted another", n)
			}
			k.p.eval(`renewed()`)
			k.p.click("button", say("retry.new"))
			k.settledWith(2)
		})
	}
}
