package session

import (
	"time"

	"capsule/wasm/ejson"
)

// The bridge may ask for a little work before it does something costly. It
// poses the puzzle with the session, when it expects a registration, or in
// the refusal of a call. The call counts as under way until its ticket is
// there and it has been answered; nobody but the visitor's patience notices.
const (
	puzzleAge = 4 * time.Minute // the bridge takes the solution of one up to 5 min old
	maxBits   = 24              // a page is not put to more work, whoever asks
	maxRounds = 3               // solutions in a row that the bridge did not take
)

// A puzzle is a challenge of the bridge, and when it came.
type puzzle struct {
	challenge string
	bits      int
	at        time.Time
}

// posed reads the puzzle that an answer holds; without one the result is
// the zero puzzle.
func (t *turn) posed(body ejson.Value) puzzle {
	v := body.Get("ticket")
	p := puzzle{v.Get("challenge").Str(), int(v.Get("bits").Int()), t.now}
	if p.challenge == "" || len(p.challenge) > 200 || p.bits < 0 || p.bits > maxBits {
		return puzzle{}
	}
	return p
}

// spare takes the puzzle that came with the session, if it is still good.
func (t *turn) spare() puzzle {
	p := t.puzzle
	t.puzzle = puzzle{}
	if p.challenge == "" || t.now.Sub(p.at) > puzzleAge {
		return puzzle{}
	}
	return p
}

// begin performs a call whose place in asks is taken: after some work when
// there is a puzzle to solve first.
func (t *turn) begin(a Ask, p puzzle) {
	if p.challenge == "" {
		t.do(a)
		return
	}
	a.rounds++
	t.asks[a.ID.Name] = a
	t.do(Solve{a.ID, p.challenge, p.bits})
}

// ticketAsked solves the puzzle in the refusal of a call under way, and
// reports whether there is one and it is worth the work.
func (t *turn) ticketAsked(a Ask, r reply) bool {
	p := t.posed(r.body)
	if p.challenge == "" || a.rounds >= maxRounds {
		return false
	}
	t.begin(a, p)
	return true
}

// solved repeats the call with the ticket it was refused for.
func (t *turn) solved(ev Solved) {
	a := t.asks[ev.Ask.Name]
	if ev.Ask.N == 0 || a.ID.N != ev.Ask.N {
		return
	}
	t.asked++
	a.ID.N, a.Ticket = t.asked, ev.Ticket
	t.asks[a.ID.Name] = a
	t.do(a)
}
