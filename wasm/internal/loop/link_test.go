package loop_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/session"
)

func TestALinkRisesCarriesAndFalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		s := &script{answer: on(map[string][]session.Effect{
			"Opened{}":    {session.Dial{Epoch: 1, URL: "ws://a"}, session.Send{Epoch: 1, Text: "too early"}},
			"LinkRose{1}": {session.Send{Epoch: 1, Text: "connect"}, session.Send{Epoch: 7, Text: "nobody's"}},
		})}
		l := &loop.Loop{Session: s, Transport: n}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		p := n.link(0)
		for i := range 5 {
			p.in <- strconv.Itoa(i)
		}
		p.cut(errors.New("gone away"))
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "LinkRose{1}",
			"FrameCame{1 0}", "FrameCame{1 1}", "FrameCame{1 2}", "FrameCame{1 3}", "FrameCame{1 4}",
			"LinkFell{1 gone away}")
		if want := []string{"connect"}; !slices.Equal(p.sent, want) || p.url != "ws://a" {
			t.Errorf("%s was sent %q, want %q", p.url, p.sent, want)
		}
		stop()
	})
}

func TestADialThatFailsIsAFall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: on(map[string][]session.Effect{"Opened{}": {session.Dial{Epoch: 3, URL: "ws://a"}}})}
		l := &loop.Loop{Session: s, Transport: &network{refuse: errors.New("refused")}}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "LinkFell{3 refused}")
		stop()
	})
}

func TestAHungUpLinkIsNotHeardAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		s := &script{answer: on(map[string][]session.Effect{
			"Opened{}":    {session.Dial{Epoch: 1, URL: "ws://a"}},
			"Minimized{}": {session.Hangup{Epoch: 1}, session.Dial{Epoch: 2, URL: "ws://b"}, session.Hangup{Epoch: 9}},
		})}
		l := &loop.Loop{Session: s, Transport: n}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		p := n.link(0)
		p.hang = make(chan struct{}) // a dead network: Close takes a minute
		l.Post(session.Minimized{})
		synctest.Wait()
		p.in <- "late"
		synctest.Wait()
		if !p.wasClosed() {
			t.Error("the old link was not closed")
		}
		q := n.link(1)
		q.in <- "new"
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "LinkRose{1}", "Minimized{}", "LinkRose{2}", "FrameCame{2 new}")
		close(p.hang)
		stop()
		if !q.wasClosed() {
			t.Error("the end of the loop did not close the link")
		}
	})
}

func TestHangupDuringDialAbandonsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{slow: make(chan struct{})}
		s := &script{answer: on(map[string][]session.Effect{
			"Opened{}":    {session.Dial{Epoch: 1, URL: "ws://a"}},
			"Minimized{}": {session.Hangup{Epoch: 1}},
		})}
		l := &loop.Loop{Session: s, Transport: n}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		l.Post(session.Minimized{})
		synctest.Wait()
		close(n.slow)
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "Minimized{}")
		stop()
	})
}

// The link opens while the session is busy deciding to hang up: nobody
// ever hears of it, and it must not stay open.
func TestHangupBeforeTheRiseIsReadClosesTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{slow: make(chan struct{})}
		busy := make(chan struct{})
		s := &script{answer: func(_ time.Time, ev session.Event) []session.Effect {
			switch ev.(type) {
			case session.Opened:
				return []session.Effect{session.Dial{Epoch: 1, URL: "ws://a"}}
			case session.Minimized:
				<-busy
				return []session.Effect{session.Hangup{Epoch: 1}}
			}
			return nil
		}}
		l := &loop.Loop{Session: s, Transport: n}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		l.Post(session.Minimized{})
		synctest.Wait()
		close(n.slow)
		synctest.Wait() // LinkRose is in the mailbox
		close(busy)
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "Minimized{}")
		if !n.link(0).wasClosed() {
			t.Error("the link stays open")
		}
		stop()
	})
}
