// Package loop runs a session: it hands it what happened, one event at a
// time, and carries out what it answers, in order.
//
// Everything that happens is posted to a mailbox that never blocks and has
// no bound, because most of it is posted from callbacks of the browser,
// where waiting would stop the page. Only the goroutine in Run touches the
// session, the links and the timers. The mailbox has the only lock of the
// widget.
package loop

import (
	"context"
	"sync"
	"time"

	"capsule/wasm/internal/session"
)

// A Session decides what to do next: a [session.Session], or a script in
// tests.
type Session interface {
	Step(now time.Time, ev session.Event) []session.Effect
	State() *session.State
}

// A Loop runs one session. Its fields must not change once Run has begun.
// Post may be called from anywhere; the callbacks are called on the
// goroutine in Run.
type Loop struct {
	Session   Session
	Transport Transport
	Store     Store
	Caller    Caller
	Changed   func(*session.State)             // after each batch of events; nil: nobody looks
	Tell      func(name, detail string)        // carries out session.Tell; nil: nobody listens
	Sound     func()                           // carries out session.Sound; nil: silence
	Logf      func(format string, args ...any) // from any goroutine; nil: silent

	mailbox mailbox
}

// Post hands ev to the session, after all that was posted before. It does
// not block. What is posted after Run has ended is dropped.
func (l *Loop) Post(ev session.Event) { l.mailbox.put(letter{event: ev}) }

// Run runs the session until ctx ends. Then it closes what is open, and
// returns when no goroutine and no timer of the loop is left; for a link
// on a dead network that may take as long as its Close does.
func (l *Loop) Run(ctx context.Context) {
	r := &run{
		Loop:   l,
		ctx:    ctx,
		links:  map[int]*link{},
		timers: map[session.Timer]*timer{},
	}
	defer r.end()
	wake := l.mailbox.open()
	for {
		if batch := l.mailbox.take(); len(batch) > 0 {
			for _, m := range batch {
				r.step(m)
			}
			if l.Changed != nil {
				l.Changed(l.Session.State())
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
	}
}

// A run is what the goroutine in Run owns. It lives as long as the call,
// and so may its context.
type run struct {
	*Loop
	ctx    context.Context
	links  map[int]*link
	timers map[session.Timer]*timer
	work   sync.WaitGroup // every goroutine the run has started
}

// step hands one letter to the session, unless the link or the timer it
// comes from has been given up since it was posted.
func (r *run) step(m letter) {
	switch {
	case m.link != nil && !r.heard(m):
		return
	case m.timer != nil && !r.rang(m.timer):
		return
	}
	if r.slept() {
		r.tell(session.Woke{}) // first, for it explains what else is heard now
	}
	r.tell(m.event)
}

func (r *run) tell(ev session.Event) {
	for _, effect := range r.Session.Step(time.Now(), ev) {
		r.do(effect)
	}
}

func (r *run) do(effect session.Effect) {
	switch e := effect.(type) {
	case session.Dial:
		r.dial(e)
	case session.Hangup:
		r.hangup(e.Epoch)
	case session.Send:
		r.send(e)
	case session.Ask:
		r.ask(e)
	case session.Solve:
		r.solve(e)
	case session.Save:
		r.save(e)
	case session.Arm:
		r.arm(e)
	case session.Disarm:
		r.disarm(e.Timer)
	case session.Tell:
		if r.Tell != nil {
			r.Tell(e.Name, e.Detail)
		}
	case session.Sound:
		if r.Sound != nil {
			r.Sound()
		}
	}
}

func (r *run) save(e session.Save) {
	if e.Value == "" {
		r.Store.Delete(e.Key)
		return
	}
	if err := r.Store.Set(e.Key, e.Value); err != nil {
		r.logf("%s is not kept: %v", e.Key, err)
		r.Post(session.SaveFailed{Key: e.Key})
	}
}

// end leaves nothing behind. The links close themselves, since their
// contexts are the run's.
func (r *run) end() {
	r.mailbox.shut()
	for t := range r.timers {
		r.disarm(t)
	}
	r.work.Wait()
}

// spawn runs f in a goroutine that Run waits for before it returns.
func (r *run) spawn(f func()) {
	r.work.Add(1)
	go func() {
		defer r.work.Done()
		f()
	}()
}

func (r *run) logf(format string, args ...any) {
	if r.Logf != nil {
		r.Logf(format, args...)
	}
}
