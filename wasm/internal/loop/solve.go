package loop

import (
	"time"

	"capsule/wasm/internal/session"
	"capsule/wasm/puzzle"
)

// A puzzle is solved in short pieces of work with rests between them, in
// which the page gets its turn: it would call a piece of 50 ms a long task.
const (
	pieceSums = 200 // sums between two looks at the clock: 2 ms on a slow telephone
	pieceTime = 8 * time.Millisecond
	pieceRest = time.Millisecond
)

// solve starts a goroutine that ends when the solution is found, and posts
// it.
func (r *run) solve(e session.Solve) {
	r.spawn(func() {
		began := time.Now()
		rest := time.NewTimer(time.Hour)
		defer rest.Stop()
		for piece, first := began, uint64(0); ; first += pieceSums {
			if ticket, found := puzzle.Search(e.Challenge, e.Bits, first, pieceSums); found {
				r.logf("solve %v: %d bits after %v", e.Ask, e.Bits, time.Since(began).Round(time.Millisecond))
				r.Post(session.Solved{Ask: e.Ask, Ticket: ticket})
				return
			}
			if r.ctx.Err() != nil {
				return
			}
			if time.Since(piece) < pieceTime {
				continue
			}
			rest.Reset(pieceRest)
			select {
			case <-rest.C:
			case <-r.ctx.Done():
				return
			}
			piece = time.Now()
		}
	})
}
