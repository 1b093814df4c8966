package loop

import (
	"context"
	"time"

	"capsule/wasm/internal/session"
)

// AskLimit is how long a REST call may take.
const AskLimit = 15 * time.Second

// ask starts a goroutine that ends with the call, and posts its end.
func (r *run) ask(e session.Ask) {
	r.spawn(func() {
		ctx, cancel := context.WithTimeout(r.ctx, AskLimit)
		defer cancel()
		began := time.Now()
		status, body, err := r.Caller.Call(ctx, e.Method, e.Path, e.Token, e.Ticket, e.Body)
		answer := session.Answered{Ask: e.ID, Status: status, Body: body}
		if err != nil {
			answer = session.Answered{Ask: e.ID, Why: err.Error()}
		}
		r.logf("ask %v: %d %s after %v", e.ID, answer.Status, answer.Why, time.Since(began).Round(time.Millisecond))
		r.Post(answer)
	})
}
