package loop

import (
	"time"

	"capsule/wasm/internal/session"
	"capsule/wasm/puzzle"
)

// A puzzle is solved in short pieces of work with rests between them, in
// which the page gets its turn: it would call a piece of 50 ms a long task.
const (
	pieceSums = 50 // sums between two looks at the clock
	pieceTime = 5 * time.Millisecond
	pieceRest = time.Millisecond
)

// solve starts a goroutine that ends when the solution is found, and posts
// it.
func (r *run) solve(e session.Solve) {
	r.spawn(func() {
		began := time.Now()
		rest := time.NewTimer(time.Hour)
		defer rest.Stop()
		var piece time.Time // a rest comes first: what led here may have taken long
		for first := uint64(0); ; first += pieceSums {
			if time.Since(piece) >= pieceTime {
				rest.Reset(pieceRest)
				select {
				case <-rest.C:
				case <-r.ctx.Done():
					return
				}
				piece = time.Now()
			}
			if ticket, found := puzzle.Search(e.Challenge, e.Bits, first, pieceSums); found {
				r.logf("solve %v: %d bits after %v", e.Ask, e.Bits, time.Since(began).Round(time.Millisecond))
				r.Post(session.Solved{Ask: e.Ask, Ticket: ticket})
				return
			}
		}
	})
}
