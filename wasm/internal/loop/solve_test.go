package loop_test

import (
	"testing"
	"time"

	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/session"
	"capsule/wasm/puzzle"
)

// TestAPuzzleIsSolvedBesideEverythingElse uses real time: work takes none in
// a bubble.
func TestAPuzzleIsSolvedBesideEverythingElse(t *testing.T) {
	const bits = 14
	solved := make(chan session.Solved, 1)
	rang := make(chan struct{}, 1)
	s := &script{answer: func(_ time.Time, ev session.Event) []session.Effect {
		switch ev := ev.(type) {
		case session.Started:
			id := session.AskID{Name: "visitor", N: 3}
			// The first cannot be solved before the test ends.
			return []session.Effect{session.Solve{Challenge: "never", Bits: 250}, session.Solve{Ask: id, Challenge: "text", Bits: bits}, session.Arm{Timer: "x", After: time.Millisecond}}
		case session.Rang:
			rang <- struct{}{}
		case session.Solved:
			solved <- ev
		}
		return nil
	}}
	l := &loop.Loop{Session: s}
	l.Post(session.Started{})
	stop := run(l)
	for range 2 {
		select {
		case <-rang:
		case ev := <-solved:
			if want := (session.AskID{Name: "visitor", N: 3}); ev.Ask != want || !puzzle.Solved(ev.Ticket, bits) {
				t.Errorf("the solution is %+v", ev)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("neither a timer nor a solution comes")
		}
	}
	stop() // and the first is given up
}
