package model

import (
	"strconv"
	"time"

	"capsule/wasm/internal/session"
)

// A page is one load of the widget in a tab: a session, the timers and
// sockets it has, and what the browser does to it.
type page struct {
	w       *world
	who     *person
	name    string
	index   int           // among the tabs of its person
	hears   time.Duration // when the last news of storage comes
	session *session.Session
	life    int // how often it was loaded; what belongs to an earlier load is void
	timers  map[session.Timer]uint64
	armed   uint64
	sockets []*socket // neither fallen nor abandoned
	net     net
	rng     chance

	dead     bool          // it crashed, and is not loaded again yet
	thawed   time.Duration // when it last came alive again
	loaded   time.Duration
	frozen   bool // nothing runs; what happens waits
	hidden   bool
	hiddenAt time.Duration
	shownAt  time.Duration // after it was hidden
	asleep   bool
	inbox    []letter // that came while nothing ran
	crashIn  int      // effects until the page dies; 0: not
	lastID   string
	skew     time.Duration // of the clock on the wall
	view     view
	dials    []time.Duration // of the last minute
	asks     []time.Duration
	refusals []time.Duration // of sends, for a limit
	limited  time.Duration   // when a call was last turned away for a limit
}

// A letter is an event for a page, and of a timer which of its settings it
// is: one that was set anew meanwhile is not heard, as in the loop.
type letter struct {
	event session.Event
	ring  uint64
}

// net is the network of one page, and what is wrong with it until when.
type net struct {
	rng          chance
	holeUp       time.Duration
	holeDown     time.Duration
	slowUntil    time.Duration
	slowBy       time.Duration
	noDial       time.Duration
	hangDial     time.Duration
	offlineUntil time.Duration
	restUntil    time.Duration
	restKind     trouble
	restShare    int
	cutBefore    int // of the next socket
	cutAfter     int
	ghosts       bool // frames of abandoned sockets are handed over all the same
}

func (n *net) latency(w *world) time.Duration {
	d := n.rng.between(5*time.Millisecond, 120*time.Millisecond)
	if w.now < n.slowUntil {
		d += n.rng.upTo(n.slowBy)
	}
	return d
}

// load makes a new session of what is stored.
func (p *page) load() {
	p.life++
	p.w.check.loading(p)
	p.timers = map[session.Timer]uint64{}
	for _, k := range p.sockets {
		k.hangup()
	}
	p.sockets, p.inbox = nil, nil
	p.dead, p.frozen, p.asleep, p.crashIn = false, false, false, 0
	rng := p.rng.split()
	p.loaded = p.w.now
	saved := p.who.store.load()
	if saved["token"] == "" && saved["room"] != "" {
		p.who.stranger = true // storage lost the token that the room belongs to
	}
	weak := p.w.weak
	if weak.saved != nil {
		weak.saved(saved)
	}
	tab := ""
	if len(p.who.pages) > 1 && !p.who.store.blocked {
		tab = p.name + "-" + strconv.Itoa(p.life)
	}
	p.session = session.New(session.Config{
		Tab:  tab,
		Name: "Ann",
		NewID: func() string {
			p.who.ids++
			p.lastID = p.who.name + "m" + strconv.Itoa(p.who.ids)
			return p.lastID
		},
		Jitter: func(d time.Duration) time.Duration { return rng.upTo(d) },
	}, saved)
	p.view = view{}
	p.w.note("%s: loads", p.name)
	p.deliver(session.Started{})
	if p.hidden {
		p.deliver(session.Hidden{})
	}
	p.deliver(session.Opened{})
}

// gone takes a socket out that fell.
func (p *page) gone(k *socket) {
	for i, o := range p.sockets {
		if o == k {
			p.sockets = append(p.sockets[:i], p.sockets[i+1:]...)
			return
		}
	}
}

// deliver hands an event to the session, or keeps it while nothing runs.
func (p *page) deliver(ev session.Event) { p.receive(letter{event: ev}) }

func (p *page) receive(l letter) {
	if p.dead || p.w.check.failed() {
		return
	}
	if p.frozen {
		p.inbox = append(p.inbox, l)
		return
	}
	if ring, ok := l.event.(session.Rang); ok {
		if p.timers[ring.Timer] != l.ring {
			return
		}
		delete(p.timers, ring.Timer)
	}
	p.step(l.event)
}

// thaw lets things go on. What was shown while nothing could run deceived
// nobody, so what counts as heard begins anew, but for a probe's time.
func (p *page) thaw() {
	p.frozen, p.thawed = false, p.w.now
	p.view.heard = max(p.view.heard, p.w.now-detect+4*time.Second)
	inbox := p.inbox
	p.inbox = nil
	life := p.life
	if len(p.who.pages) > 1 {
		p.deliver(session.Recalled{Saved: p.who.store.load()})
	}
	for _, l := range inbox {
		if p.life == life {
			p.receive(l)
		}
	}
}

// now is the page's clock.
func (p *page) now() time.Time { return p.w.start.Add(p.w.now + p.skew) }

func (p *page) step(ev session.Event) {
	w := p.w
	came := ev
	if w.weak.event != nil {
		if ev = w.weak.event(p, ev); ev == nil {
			return
		}
	}
	w.check.before(p)
	if w.events++; w.events > 200_000 {
		w.check.fail("I7", "more than 200,000 events")
	}
	w.trace(p, ev)
	life := p.life
	effects := p.session.Step(p.now(), ev)
	if w.weak.order != nil {
		effects = w.weak.order(effects)
	}
	for _, e := range effects {
		if p.crashIn > 0 {
			if p.crashIn--; p.crashIn == 0 {
				w.fault("crash between effects")
				w.note("fault: %s dies before %s", p.name, brief(e))
				p.who.crashed(p, ev)
				return
			}
		}
		w.traceEffect(p, e)
		p.do(e)
		if p.life != life {
			return
		}
	}
	if f, ok := came.(session.FrameCame); ok && f.Epoch == p.session.State().Epoch {
		p.view.heard = w.now
	}
	if _, ok := ev.(session.LinkRose); ok {
		p.view.heard = w.now
	}
	w.check.after(p, ev)
}

func (p *page) do(e session.Effect) {
	w := p.w
	if w.weak.effect != nil {
		e = w.weak.effect(p, e)
	}
	switch e := e.(type) {
	case session.Dial:
		w.check.rate(p, &p.dials, "dials", 30)
		w.dial(p, e)
	case session.Hangup:
		for _, k := range p.sockets {
			if k.epoch == e.Epoch {
				p.gone(k)
				k.hangup()
				break
			}
		}
	case session.Send:
		for _, k := range p.sockets {
			if k.epoch == e.Epoch && k.heardOf {
				k.up(e.Text)
			}
		}
	case session.Ask:
		w.check.rate(p, &p.asks, "asks", 90)
		w.ask(p, e)
	case session.Save:
		old := p.who.store.kept[e.Key]
		if p.who.store.save(e.Key, e.Value) {
			if old != e.Value {
				p.who.heard(p, e)
			}
		} else {
			life := p.life
			w.after(0, func() {
				if p.life == life {
					p.deliver(session.SaveFailed{Key: e.Key})
				}
			})
		}
	case session.Arm:
		p.arm(e)
	case session.Disarm:
		delete(p.timers, e.Timer)
	case session.Sound:
		w.check.sounds(p)
	}
	w.check.sockets(p)
}

// arm sets a timer. Hidden pages get theirs late: by up to a second, and
// after five minutes by up to a minute.
func (p *page) arm(e session.Arm) {
	w := p.w
	p.armed++
	n, life := p.armed, p.life
	p.timers[e.Timer] = n
	if len(p.timers) > 30 {
		w.check.fail("I7", "%s has %d timers", p.name, len(p.timers))
	}
	at := w.now + max(e.After, 0)
	if p.hidden {
		if at-p.hiddenAt > 5*time.Minute {
			at += p.rng.upTo(time.Minute)
		} else {
			at += p.rng.upTo(time.Second)
		}
	}
	w.at(at, func() {
		if p.life == life && p.timers[e.Timer] == n {
			p.receive(letter{session.Rang{Timer: e.Timer}, n})
		}
	})
}
