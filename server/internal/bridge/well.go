package bridge

import (
	"context"
	"sync"
	"time"
)

// A well keeps one value from Rocket.Chat, so that many who ask cost one
// call. The zero well is empty. While a fetch runs everybody waits for it;
// when it fails the last value does for as long as fetch says it may. What is
// RateLimited is so for the address that asked, and nobody else's answer.
type well[T any] struct {
	mu     sync.Mutex
	value  T
	err    error
	drawn  time.Time // when value was fetched; zero: never
	until  time.Time // no fetch before
	flight chan struct{}
}

// An age says how long a value of a well may be used.
type age struct {
	fresh time.Duration // without asking again
	stale time.Duration // when asking again fails
	hold  time.Duration // how long not to ask again after a failure
}

// draw returns the value, fetching it when it is due. The fetch does not end
// with ctx, since others may wait for it, but with its own time-out.
func (w *well[T]) draw(ctx context.Context, a age, fetch func(context.Context) (T, error)) (T, error) {
	for {
		w.mu.Lock()
		if time.Now().Before(w.until) {
			defer w.mu.Unlock()
			return w.last(a)
		}
		own := w.flight == nil
		if own {
			w.flight = make(chan struct{})
			// Ends with fetch, which has a time-out of its own.
			go w.fill(context.WithoutCancel(ctx), a, fetch, w.flight)
		}
		flight := w.flight
		w.mu.Unlock()
		select {
		case <-flight:
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
		w.mu.Lock()
		value, err := w.last(a)
		w.mu.Unlock()
		if own || err == nil || asProblem(err).Code != RateLimited {
			return value, err
		}
	}
}

func (w *well[T]) fill(ctx context.Context, a age, fetch func(context.Context) (T, error), flight chan struct{}) {
	value, err := fetch(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if err == nil {
		w.value, w.drawn, w.until = value, now, now.Add(a.fresh)
	} else if p := asProblem(err); p.Code != RateLimited { // else the next may ask under his own address
		w.until = now.Add(max(a.hold, p.RetryAfter))
	}
	w.err = err
	w.flight = nil
	close(flight)
}

// last is the value if it may still be used, else why there is none.
func (w *well[T]) last(a age) (T, error) {
	if w.err == nil || !w.drawn.IsZero() && time.Since(w.drawn) < a.stale {
		return w.value, nil
	}
	var none T
	return none, w.err
}
