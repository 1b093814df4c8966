//go:build delivery

package e2e_test

import (
	"fmt"
	"testing"
	"time"
)

// How soon a dead connection is noticed, and what was said meanwhile shown
// (reliability 4.1), with a second's grace for a busy machine.
const (
	noticed = 16 * time.Second
	caught  = 21 * time.Second
	back    = 6 * time.Second // likewise after the browser has said that the network is back
)

// TestABlackHole is rows 4 and 5: the connection is dead without a close, in
// both directions or in one.
func TestABlackHole(t *testing.T) {
	for _, tt := range []struct {
		name     string
		up, down bool
	}{
		{"both ways", true, true},
		{"what the server says vanishes", false, true},
		{"what we say vanishes", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, way := lay(t)
			k := talkIn(t, buildVia(t, way))
			dials := len(l.dialed())
			l.hole(tt.up, tt.down)
			began := time.Now()
			k.say("into the hole")
			k.write("out of the hole", "and more")
			k.p.within(2*caught, "what was said", k.p.offered("into the hole"))
			if took := time.Since(began); took > caught {
				t.Errorf("what was said is shown after %v", took)
			} else {
				t.Logf("what was said is shown %v after the hole began", took.Round(100*time.Millisecond))
			}
			k.settled()
			k.p.within(patience, "another connection", func() (bool, string) { return len(l.dialed()) > dials, "none" })
			// While the server is heard it is the one to notice that it hears nothing.
			if took := l.dialed()[dials].Sub(began); took > noticed+time.Second && tt.down {
				t.Errorf("another connection is made after %v", took)
			}
			k.write("after it")
			k.settled()
		})
	}
}

// TestTheLinkIsBack measures how soon all is well again once it can be.
func TestTheLinkIsBack(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	for i := range 3 {
		k.chat.RefuseUpgrades(1e6, 503)
		k.chat.DropAll()
		k.p.within(patience, "the loss shown", k.p.offered(say("lost")))
		text := fmt.Sprint("said meanwhile ", i)
		k.say(text)
		k.write(fmt.Sprint("written meanwhile ", i))
		k.chat.RefuseUpgrades(0, 0)
		k.nudge()
		took := k.p.within(patience, text, k.p.offered(text))
		t.Logf("what was said is shown %v after the link is back", took.Round(100*time.Millisecond))
		if took > back {
			t.Errorf("what was said is shown after %v", took)
		}
		k.settled()
	}
}

// TestAServerThatTakesNoCall is row 6: connections are taken and then left
// alone, for which browsers have more than two minutes of patience.
func TestAServerThatTakesNoCall(t *testing.T) {
	t.Parallel()
	l, way := lay(t)
	k := talkIn(t, buildVia(t, way))
	dials := len(l.dialed())
	l.stall(true)
	l.cut()
	k.write("written while nobody answers")
	k.nudge()
	k.p.within(patience, "a second attempt", func() (bool, string) { return len(l.dialed()) > dials+1, "one" })
	// Ten seconds' patience, then two to twenty before the next one.
	if made := l.dialed(); made[dials+1].Sub(made[dials]) > 32*time.Second {
		t.Errorf("the second attempt came %v after the first", made[dials+1].Sub(made[dials]))
	}
	l.stall(false)
	k.say("at last")
	k.settled()
}
