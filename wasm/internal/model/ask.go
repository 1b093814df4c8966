package model

import (
	"strconv"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/internal/session"
)

// askLimit is how long the loop waits for an answer.
const askLimit = 15 * time.Second

// trouble is a kind of fault of the way to the bridge.
type trouble int

const (
	noTrouble   trouble = iota
	lostRequest         // it never arrives
	lostAnswer          // it is done, but the answer does not come back
	tooBusy             // 429
	broken              // 502
	html                // 200 and a page
	slow                // it takes up to twenty seconds, and is done even when nobody waits any more
	unreachable         // refused at once
	troubles
)

func (t trouble) String() string {
	return [...]string{"none", "lost request", "lost answer", "429", "502", "html", "slow", "down"}[t]
}

// ask carries a call to the bridge and its answer back.
func (w *world) ask(p *page, e session.Ask) {
	n := &p.net
	life, now := p.life, w.now
	answer := func(at time.Duration, status int, body, why string) {
		if at > now+askLimit {
			at, status, body, why = now+askLimit, 0, "", "timeout"
		}
		w.at(at, func() {
			if p.life == life {
				p.deliver(session.Answered{Ask: e.ID, Status: status, Body: body, Why: why})
			}
		})
	}
	kind := noTrouble
	if now < n.restUntil && n.rng.percent(n.restShare) {
		kind = n.restKind
	}
	if now < w.restDown {
		kind = unreachable
	}
	if now < n.offlineUntil {
		kind = unreachable
	}
	if kind == noTrouble && (now < n.holeUp || now < n.holeDown && n.rng.percent(50)) {
		kind = lostRequest
	} else if kind == noTrouble && now < n.holeDown {
		kind = lostAnswer
	}
	if kind == noTrouble && now < w.downUntil {
		kind = broken // Rocket.Chat is away, the bridge is not
	}
	if kind != noTrouble {
		w.fault("rest " + kind.String())
	}
	trip := n.latency(w) + 5*time.Millisecond
	switch kind {
	case lostRequest:
		answer(now+askLimit, 0, "", "timeout")
		return
	case unreachable:
		answer(now+trip, 0, "", "refused")
		return
	case tooBusy:
		w.after(trip, func() { w.turnedAway(e) })
		answer(now+trip, 429, `{"error":"rate-limited","retryAfter":`+strconv.Itoa(1+n.rng.below(20))+`}`, "")
		return
	case broken:
		if n.rng.percent(50) && now >= w.downUntil {
			w.after(trip, func() {
				w.check.sentAt = now
				w.bridge(p, e) // it is done all the same
			})
		}
		answer(now+trip, 502+n.rng.below(2), `{"error":"upstream"}`, "")
		return
	case html:
		answer(now+trip, 200, "<!doctype html><title>Sign in</title>", "")
		return
	}
	back := n.latency(w)
	if kind == slow && n.rng.percent(50) {
		trip = n.rng.upTo(20 * time.Second)
	} else if kind == slow {
		back = n.rng.upTo(16 * time.Second)
	}
	w.after(trip, func() {
		w.check.sentAt = now
		status, body := w.bridge(p, e)
		if status == 429 {
			p.limited = w.now
		}
		if kind == lostAnswer {
			answer(now+askLimit, 0, "", "timeout")
			return
		}
		answer(w.now+back, status, body, "")
	})
}

// turnedAway notes that a call was answered 429, if it was to send a line.
func (w *world) turnedAway(e session.Ask) {
	if e.Method == "POST" && e.Path == "/v1/messages" {
		in, _ := ejson.Parse(e.Body)
		w.check.turnedAway(in.Get("id").Str())
	}
}
