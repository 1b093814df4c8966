package loop

import (
	"time"

	"capsule/wasm/internal/session"
)

// A timer that is overdue by so much tells that time has passed unnoticed:
// the machine slept, or the page stood still. Timers of hidden pages come up
// to a minute late as it is.
const (
	overdue       = 5 * time.Second
	overdueHidden = 90 * time.Second
)

// A timer is one Arm. What it posts counts as long as it is the timer of
// its name.
type timer struct {
	name session.Timer
	due  time.Time // by the wall, whose clock goes on in a sleep
	stop func() bool
}

func (r *run) arm(e session.Arm) {
	r.disarm(e.Timer)
	t := &timer{name: e.Timer, due: wall().Add(e.After)}
	r.timers[e.Timer] = t
	t.stop = time.AfterFunc(e.After, func() {
		r.mailbox.put(letter{event: session.Rang{Timer: t.name}, timer: t})
	}).Stop
}

func (r *run) disarm(name session.Timer) {
	if t := r.timers[name]; t != nil {
		delete(r.timers, name)
		t.stop()
	}
}

// rang reports whether t is still armed, and takes it down.
func (r *run) rang(t *timer) bool {
	if r.timers[t.name] != t {
		return false
	}
	delete(r.timers, t.name)
	return true
}

// slept reports, once for each time, whether time has passed unnoticed.
func (r *run) slept() bool {
	most := overdue
	if !r.Session.State().Visible {
		most = overdueHidden
	}
	now, slept := wall(), false
	for _, t := range r.timers {
		if now.Sub(t.due) > most {
			t.due, slept = now, true
		}
	}
	return slept
}

// wall is the time without the monotonic clock, which stands still while
// some machines sleep.
func wall() time.Time { return time.Now().Round(0) }
