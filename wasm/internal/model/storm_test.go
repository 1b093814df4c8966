package model

import (
	"slices"
	"testing"
	"time"

	"capsule/wasm/internal/session"
)

// TestReconnectStorm lets ten thousand widgets lose the server at once. It
// stays away for a while, and then takes five hundred connections a second.
// The busiest second may see 1,300 attempts, wherever it is, and everybody
// has to come back.
func TestReconnectStorm(t *testing.T) {
	n := 10_000
	if testing.Short() || raced {
		n = 1000
	}
	for _, outage := range []time.Duration{500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
		30 * time.Second, time.Minute, 5 * time.Minute} {
		s := newStorm(n, outage)
		s.run(30*time.Minute, func() bool { return len(s.back) == n })
		slices.Sort(s.back)
		peak := 0
		for _, n := range s.dials {
			peak = max(peak, n)
		}
		if len(s.back) < n {
			t.Errorf("outage of %v: %d of %d are back", outage, len(s.back), n)
			continue
		}
		p99 := s.back[n*99/100]
		t.Logf("outage %5v: peak %4d attempts/s, %.1f attempts each, back after p50 %5.1fs, p99 %5.1fs, last %5.1fs", outage, peak,
			float64(s.attempts)/float64(n), s.back[n/2].Seconds(), p99.Seconds(), s.back[n-1].Seconds())
		if peak > 1300*n/10_000 {
			t.Errorf("outage of %v: %d attempts in one second", outage, peak)
		}
		if p99 > time.Minute {
			t.Errorf("outage of %v: one in a hundred is back only after %v", outage, p99)
		}
	}
}

// A storm is a server and the widgets that lost it.
type storm struct {
	clock
	until    time.Duration // it is away
	admitted int           // in the second that began at
	second   time.Duration
	dials    map[time.Duration]int // by second
	attempts int
	back     []time.Duration // how long after the outage each was
}

const stormToken = "tokentokentokentokentokentokentoken12345"

func newStorm(n int, outage time.Duration) *storm {
	s := &storm{until: outage, dials: map[time.Duration]int{}}
	rng := chance(uint64(outage))
	for range n {
		rng := rng.split()
		w := &widget{storm: s, rng: rng, armed: map[session.Timer]int{}}
		w.session = session.New(session.Config{Jitter: func(d time.Duration) time.Duration { return w.rng.upTo(d) }},
			session.Saved{"token": stormToken, "room": "r1", "visitor": `{"introduced":true}`})
		w.settle()
		s.at(w.rng.upTo(100*time.Millisecond), func() { w.step(session.LinkFell{Epoch: 1}) })
	}
	return s
}

// admit says whether the server takes one more connection now.
func (s *storm) admit() bool {
	if s.now < s.until {
		return false
	}
	if second := s.now.Truncate(time.Second); second != s.second {
		s.second, s.admitted = second, 0
	}
	s.admitted++
	return s.admitted <= 500
}

// A widget is a session whose only troubles are those of its link.
type widget struct {
	*storm
	session *session.Session
	rng     chance
	armed   map[session.Timer]int
	timers  int
	calm    bool // before the storm
}

// settle brings the session to where a conversation goes on.
func (w *widget) settle() {
	w.calm = true
	w.step(session.Started{})
	w.step(session.Answered{Ask: session.AskID{Name: "session", N: 1}, Status: 200, Body: `{"config":{"enabled":true},` +
		`"server":{"socket":"wss://chat.example/websocket"},"visitor":{"_id":"v1","username":"guest"},"room":{"_id":"r1","open":true}}`})
	w.rise(1)
	w.calm = false
}

func (w *widget) rise(epoch int) {
	w.step(session.LinkRose{Epoch: epoch})
	w.step(session.FrameCame{Epoch: epoch, Text: `{"msg":"connected"}`})
}

func (w *widget) step(ev session.Event) {
	for _, e := range w.session.Step(time.UnixMilli(epoch0).Add(w.now), ev) {
		switch e := e.(type) {
		case session.Dial:
			w.dial(e.Epoch)
		case session.Send:
			w.reply(e)
		case session.Ask:
			if e.ID.Name == "history" {
				w.after(50*time.Millisecond, func() {
					w.step(session.Answered{Ask: e.ID, Status: 200, Body: `{"messages":[]}`})
				})
			}
		case session.Arm:
			w.arm(e)
		case session.Disarm:
			delete(w.armed, e.Timer)
		}
	}
}

func (w *widget) dial(epoch int) {
	if w.calm {
		return
	}
	w.attempts++
	w.dials[w.now.Truncate(time.Second)]++
	w.after(w.rng.between(5*time.Millisecond, 100*time.Millisecond), func() {
		if !w.admit() {
			w.step(session.LinkFell{Epoch: epoch})
			return
		}
		w.back = append(w.back, w.now-w.until)
		w.rise(epoch)
	})
}

// reply makes a subscription ready.
func (w *widget) reply(e session.Send) {
	const sub = `{"msg":"sub","id":"`
	if len(e.Text) > len(sub) && e.Text[:len(sub)] == sub {
		id := e.Text[len(sub):]
		id = id[:slices.Index([]byte(id), '"')]
		w.after(0, func() { w.step(session.FrameCame{Epoch: e.Epoch, Text: `{"msg":"ready","subs":["` + id + `"]}`}) })
	}
}

// arm keeps those timers that have to do with coming back.
func (w *widget) arm(e session.Arm) {
	if e.Timer != "redial" && e.Timer != "connect" {
		return
	}
	w.timers++
	n := w.timers
	w.armed[e.Timer] = n
	w.after(e.After, func() {
		if w.armed[e.Timer] == n {
			delete(w.armed, e.Timer)
			w.step(session.Rang{Timer: e.Timer})
		}
	})
}
