package session

import (
	"time"

	"capsule/wasm/ddp"
	"capsule/wasm/internal/mutant"
	"capsule/wasm/internal/outbox"
)

// result takes the answer to a DDP call. Of those we make, only the one
// that sends a line has an answer that matters.
func (t *turn) result(f ddp.Frame) {
	if f.ID == "" || f.ID != t.sends.method {
		return
	}
	it, ok := t.state.Outbox.Get(t.sends.item)
	if !ok {
		return
	}
	if f.Err == nil {
		// 3.4 answers a repeat with nothing, some versions with a body
		// that has no id: both say less than they seem to.
		if f.Value.Get("_id").Str() == it.ID {
			t.stored(it, f.Value)
		} else {
			t.unknown(it)
		}
		return
	}
	t.sendRefused(it, f.Err)
}

// sendRefused sorts the errors of the method. Whatever is not certain to
// be a refusal leaves the line unknown.
func (t *turn) sendRefused(it outbox.Item, err *ddp.Error) {
	switch err.Code {
	case ddp.CodeNotFound:
		t.sends.noMethod = true
		t.notTaken(it, 0)
	case ddp.CodeTooMany:
		t.notTaken(it, err.Wait())
	case "invalid-token":
		t.notTaken(it, 0)
		t.renewIdentity()
	case ddp.CodeMatch:
		t.refuse(it, outbox.WhyRefused)
	case "message-length-exceeds-character-limit":
		t.refuse(it, outbox.WhyTooLong)
	case "cannot-access-room", "no-agent-online", "error-omnichannel-is-disabled":
		t.refuse(it, outbox.WhyClosed)
		t.forget(askSession)
		t.askSession()
	default:
		t.unknown(it)
		return
	}
	t.pump()
}

// notTaken puts a line back that the server has certainly not taken; wait
// is how long it wants to be left alone.
func (t *turn) notTaken(it outbox.Item, wait time.Duration) {
	t.settled(it.ID)
	it.Delivery = outbox.Queued
	it.Attempts--
	t.keep(it)
	if wait > 0 && !mutant.Is(mutant.NoCountdown) {
		wait += t.cfg.Jitter(time.Second)
		t.sends.hold = t.now.Add(wait)
		t.state.Trouble = Trouble{TroubleBusy, t.sends.hold}
		t.arm("pace", wait, (*turn).pump)
	}
}

// gotSent takes the answer to a line sent over REST.
func (t *turn) gotSent(r reply) {
	it, ok := t.state.Outbox.Get(t.sends.item)
	if !ok {
		return
	}
	switch {
	case r.outcome == done:
		t.stored(it, r.body.Get("message"))
		return
	case r.outcome == busy:
		t.notTaken(it, r.wait)
	case r.outcome == badToken:
		t.notTaken(it, 0)
		t.renewIdentity()
	case r.outcome == refused && (r.reason == "room-closed" || r.reason == "invalid-room"):
		if it.Attempts > 1 {
			t.doubted(it) // an attempt before may have come since
		} else {
			t.refuse(it, outbox.WhyClosed)
		}
		if it.Room == t.state.Room.ID {
			t.closed()
		}
	case r.outcome == refused && whyOf(r.reason) != outbox.WhyRefused:
		t.refuse(it, whyOf(r.reason))
	case r.outcome == wrong, r.outcome == forbidden:
		t.refuse(it, outbox.WhyRefused)
	default: // also "refused" for reasons unknown: a repeat is refused too
		t.doubted(it)
		t.retryAsk(askLookup, reply{}, (*turn).pump) // not at once: it may still be on its way
		return
	}
	t.pump()
}
