package session

import (
	"capsule/wasm/ejson"
	"capsule/wasm/internal/mutant"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/rocket"
)

// lookUp asks whether the server has a line. Until it says so nothing is
// sent again: a repeat is answered with an error either way (protocol 00.1).
func (t *turn) lookUp(it outbox.Item) {
	if mutant.Is(mutant.OldUnchecked) && t.now.Sub(it.At) > maxAge {
		t.refuse(it, outbox.WhyOld)
		t.pump()
		return
	}
	if t.waiting(askLookup) || t.asking(askLookup) {
		return
	}
	t.sends.item, t.sends.asked = it.ID, t.now
	t.ask(askLookup, "GET", "/v1/messages/"+escape(it.ID)+"?room="+escape(it.Room))
}

// place finds out to which room a line went that another tab has sent, when
// storage has not taken it. Without one it cannot be looked up, by anyone.
func (t *turn) place(it outbox.Item) {
	switch room := t.state.Room.ID; {
	case room != "":
		it.Room = room
		t.keep(it)
		t.pump()
	case !t.asking(askSession) && !t.waiting(askSession):
		t.refuse(it, outbox.WhyOld)
		t.pump()
	}
}

func (t *turn) gotLookup(r reply) {
	it, ok := t.state.Outbox.Get(t.sends.item)
	if !ok {
		t.sends.item = ""
		t.pump()
		return
	}
	switch {
	case r.outcome == done:
		t.stored(it, r.body.Get("message"))
	case r.outcome == missing && t.now.Sub(t.sends.asked) > attemptLimit:
		t.lookUp(it) // the page slept over the answer: the line may have come since
	case r.outcome == missing:
		t.absent(it)
	case r.outcome == badToken:
		t.settled(it.ID)
		t.renewIdentity()
	case r.outcome == refused && t.done[it.ID] && it.Room != t.state.Room.ID:
		// Another tab has taken it along to another room.
		t.settled(it.ID)
		t.state.Outbox.Remove(it.ID)
		t.pump()
	case r.outcome == refused: // the room is not ours any more
		t.absent(it)
	default:
		t.sends.item = ""
		t.retryAsk(askLookup, r, (*turn).pump)
	}
}

// stored takes the message by which the server says that it has a line. A
// yes without it says less than it seems to.
func (t *turn) stored(it outbox.Item, message ejson.Value) {
	m, err := rocket.MessageFrom(message)
	if err != nil || m.ID != it.ID {
		t.doubted(it)
		t.retryAsk(askLookup, reply{}, (*turn).pump)
		return
	}
	t.delivered(it.ID)
	if st := &t.state; st.Visitor.ID == "" || st.mine(m) {
		t.follow(m)
		t.take(m, true)
	} // else it was sent with a token that is lost, to a room that went with it
	t.state.Trouble = Trouble{}
	t.pump()
}

// follow changes over to another room if the message went there: Rocket.Chat
// opens a new one when the old was closed in the same moment. A line that the
// network held back may have gone there while another was opened.
func (t *turn) follow(m rocket.Message) {
	if m.Room != t.state.Room.ID {
		t.adoptRoom(rocket.Room{ID: m.Room, Open: true})
	}
}

// absent takes the server's word that it does not have a line.
func (t *turn) absent(it outbox.Item) {
	wait := t.sends.left.Add(attemptLimit).Sub(t.now)
	if wait > 0 && t.state.Over && t.sends.bySocket == it.ID {
		// The network may still have it, and Rocket.Chat opens another room for
		// what comes to a closed one: there it would be.
		t.sends.item = ""
		t.arm(retry(askLookup), wait, (*turn).pump)
		return
	}
	t.settled(it.ID)
	t.sends.missing = it.ID
	switch {
	case it.Attempts >= maxAttempts:
		t.refuse(it, outbox.WhyRefused)
	case t.now.Sub(it.At) > maxAge:
		t.refuse(it, outbox.WhyOld)
	default:
		it.Delivery = outbox.Queued
		t.keep(it)
	}
	t.pump()
}
