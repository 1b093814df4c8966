package model

import (
	"slices"
	"time"

	"capsule/wasm/internal/session"
)

// A socket is one connection, from dialing to its end at both ends, which
// need not be at the same time. Each direction keeps its order, as TCP
// does: a hole holds frames back, and what it still holds when the other
// end is gone is lost.
type socket struct {
	w     *world
	page  *page
	life  int // of the page that dialed
	epoch int

	open       bool // for the server
	heardOf    bool // by the client: it rose and has not fallen
	abandoned  bool // by the client
	upAt       time.Duration
	downAt     time.Duration
	heldUp     []leaving
	heldDown   []string
	greeted    bool
	subs       []subscription
	cutBefore  int // frames until it is cut instead of processing one; 0: not
	cutAfter   int // likewise, after processing but before the answers
	swallowing bool
	deaf       bool // for the client: something that was sent to it is lost
	late       bool // what it brings was held back for longer than anybody waits for an answer
}

// attemptLimit is how long an attempt to send over a socket may take.
const attemptLimit = 15 * time.Second

// leaving is a frame on its way up, and when it left.
type leaving struct {
	text string
	at   time.Duration
}

type subscription struct{ id, stream, event string }

func (w *world) dial(p *page, e session.Dial) {
	k := &socket{w: w, page: p, life: p.life, epoch: e.Epoch}
	p.sockets = append(p.sockets, k)
	n := &p.net
	switch {
	case w.now < n.noDial || w.now < n.offlineUntil || w.now < w.downUntil:
		w.after(n.rng.between(10*time.Millisecond, 3*time.Second), func() { k.fall("refused") })
		return
	case w.noSocket && w.srv.markFirst:
		w.after(n.rng.between(10*time.Millisecond, time.Second), func() { k.fall("blocked") })
		return
	case w.noSocket || w.now < n.hangDial || w.now < n.holeUp || w.now < n.holeDown:
		return // never answered
	}
	k.cutBefore, k.cutAfter = n.cutBefore, n.cutAfter
	n.cutBefore, n.cutAfter = 0, 0
	w.after(n.latency(w)*2, func() {
		if k.abandoned || k.life != p.life {
			return
		}
		k.open, k.heardOf = true, true
		w.srv.sockets = append(w.srv.sockets, k)
		p.deliver(session.LinkRose{Epoch: k.epoch})
	})
}

// fall tells the client that the socket is gone.
func (k *socket) fall(why string) {
	if k.life == k.page.life && !k.abandoned {
		k.page.gone(k)
		k.page.deliver(session.LinkFell{Epoch: k.epoch, Why: why})
	}
}

// cut ends the socket at the server; told says whether the client hears.
func (k *socket) cut(told bool) {
	k.close()
	k.deaf = len(k.heldDown) > 0
	k.heldUp, k.heldDown = nil, nil
	if told {
		k.w.after(k.page.net.latency(k.w), func() { k.fall("cut") })
	}
}

func (k *socket) close() {
	k.open = false
	k.w.srv.sockets = slices.DeleteFunc(k.w.srv.sockets, func(o *socket) bool { return o == k })
}

// hangup is the client's end. What is under way still arrives, unless a
// hole holds it.
func (k *socket) hangup() {
	k.abandoned, k.heldUp = true, nil
	k.w.at(max(k.upAt, k.page.net.holeUp, k.w.now+k.page.net.latency(k.w)), func() { k.close() })
}

// up carries a frame to the server.
func (k *socket) up(text string) {
	n := &k.page.net
	k.upAt = max(k.upAt, k.w.now+n.latency(k.w))
	f := leaving{text, k.w.now}
	k.w.at(k.upAt, func() { k.arriveUp(f) })
}

func (k *socket) arriveUp(f leaving) {
	if !k.open {
		return
	}
	if k.w.now < k.page.net.holeUp || len(k.heldUp) > 0 {
		if k.abandoned {
			return
		}
		k.heldUp = append(k.heldUp, f)
		if len(k.heldUp) == 1 {
			k.w.at(k.page.net.holeUp, k.flushUp)
		}
		return
	}
	k.receive(f)
}

func (k *socket) flushUp() {
	if k.w.now < k.page.net.holeUp {
		k.w.at(k.page.net.holeUp, k.flushUp)
		return
	}
	held := k.heldUp
	k.heldUp = nil
	for _, f := range held {
		if k.open {
			k.receive(f)
		}
	}
}

// down carries a frame to the client.
func (k *socket) down(text string) {
	if !k.open || k.swallowing {
		return
	}
	k.downAt = max(k.downAt, k.w.now+k.page.net.latency(k.w))
	k.w.at(k.downAt, func() { k.arriveDown(text) })
}

func (k *socket) arriveDown(text string) {
	if k.deaf || k.life != k.page.life || k.abandoned && !k.page.net.ghosts {
		return
	}
	if k.w.now < k.page.net.holeDown || len(k.heldDown) > 0 {
		if !k.abandoned {
			k.heldDown = append(k.heldDown, text)
			if len(k.heldDown) == 1 {
				k.w.at(k.page.net.holeDown, k.flushDown)
			}
		}
		return
	}
	k.page.deliver(session.FrameCame{Epoch: k.epoch, Text: text})
}

func (k *socket) flushDown() {
	if k.w.now < k.page.net.holeDown {
		k.w.at(k.page.net.holeDown, k.flushDown)
		return
	}
	held := k.heldDown
	k.heldDown = nil
	for _, text := range held {
		if k.life == k.page.life && !k.abandoned {
			k.page.deliver(session.FrameCame{Epoch: k.epoch, Text: text})
		}
	}
}
