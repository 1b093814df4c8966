package bridge

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"
)

// repeats make an act that is asked for again happen once: a button pressed
// ten times, or a page that never saw the answer, is one mail. What counts as
// the same is the same visitor asking for the same act with the same content,
// and not a key of the caller's own: a caller could forget a key or use it for
// something else, while who repeats an act honestly repeats its content.
//
// Only acts that succeeded are remembered. After a failure the visitor may try
// again, even where Rocket.Chat did not answer and may have acted: a message
// too many is better than one lost.
//
// The zero value remembers nothing yet. It keeps digests, no content.
type repeats struct {
	mu    sync.Mutex
	acts  map[[32]byte]*list.Element
	order list.List // of *act, oldest first
}

type act struct {
	key  [32]byte
	done chan struct{} // closed when it is over
	err  error
	at   time.Time // when it began
}

const repeatsMax = 10_000

// sameness is the digest of parts, whatever they contain.
func sameness(parts ...string) [32]byte {
	h := sha256.New()
	for _, p := range parts {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		_, _ = h.Write([]byte(p))
	}
	return [32]byte(h.Sum(nil))
}

// once does f, unless the same has been done within the last ten minutes, or
// is being done, in which case it waits for that. It returns what f returned.
// When the caller hangs up f goes on all the same, since others may wait.
func (r *repeats) once(ctx context.Context, key [32]byte, f func(context.Context) error) error {
	a, mine := r.enter(key)
	if mine {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), total)
		defer cancel()
		defer func() { r.leave(a) }() // also when f panics, or all who wait would wait for ever
		a.err = context.Canceled
		a.err = f(ctx)
		return a.err
	}
	select {
	case <-a.done:
		return a.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter returns the act of that key, and whether the caller is to do it.
func (r *repeats) enter(key [32]byte) (a *act, mine bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	for e := r.order.Front(); e != nil && (now.Sub(e.Value.(*act).at) >= rememberFor || len(r.acts) >= repeatsMax); e = r.order.Front() {
		r.drop(e)
	}
	if e := r.acts[key]; e != nil {
		return e.Value.(*act), false
	}
	if r.acts == nil {
		r.acts = map[[32]byte]*list.Element{}
	}
	a = &act{key: key, done: make(chan struct{}), at: now}
	r.acts[key] = r.order.PushBack(a)
	return a, true
}

func (r *repeats) leave(a *act) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.acts[a.key]; a.err != nil && e != nil && e.Value == a {
		r.drop(e)
	}
	close(a.done)
}

func (r *repeats) drop(e *list.Element) {
	delete(r.acts, e.Value.(*act).key)
	r.order.Remove(e)
}
