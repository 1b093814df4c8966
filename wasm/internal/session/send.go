package session

import (
	"slices"
	"strings"
	"time"

	"capsule/wasm/ddp"
	"capsule/wasm/ejson"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/rocket"
)

// The limits of sending.
const (
	attemptLimit = 15 * time.Second // then nobody knows what became of it
	transit      = 3 * time.Second  // in which a line may still be on its way, whatever became of its link
	maxAge       = 24 * time.Hour   // of a line that was tried once and is not there
	maxAttempts  = 6                // that all ended with the line not there
	pace         = time.Second      // between two lines in the long run
	burst        = 5                // lines that may go at once
)

// sends is what the session remembers of sending beyond the outbox.
type sends struct {
	method    string    // id of the DDP call under way, "" when none is
	began     time.Time // when it left
	item      string    // the line that is under way, by whatever route
	asked     time.Time // when it was last looked up
	missing   string    // the line that was looked up last, and is not there
	bySocket  string    // the line that last went over the socket
	left      time.Time // when it did
	inherited int       // up to this place lines are of an earlier page, and history was not read yet
	noMethod  bool      // this Rocket.Chat cannot be sent to over DDP
	hold      time.Time // nothing may be sent before
	free      time.Time // the token bucket: when it will be full again
}

// composed takes a text the visitor sent. It is saved before anything else
// happens to it, and the composer is emptied by the same step.
func (t *turn) composed(text string) {
	st := &t.state
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	t.stopTyping()
	if st.Over {
		t.renew()
	}
	it := outbox.Item{ID: t.cfg.NewID(), Room: st.Room.ID, Text: text, At: t.now, N: st.Outbox.NextN()}
	t.keep(it)
	t.setDraft("")
	t.dialByHand()
	t.pump()
}

// keep puts a line into the outbox and saves it.
func (t *turn) keep(it outbox.Item) {
	t.state.Outbox.Put(it)
	t.save(it.Key(), it.Encode())
}

// delivered takes the evidence that the server has a message, and reports
// whether a line waited for it.
func (t *turn) delivered(id string) bool {
	it, ok := t.state.Outbox.Get(id)
	if !ok {
		return false
	}
	t.state.Outbox.Remove(id)
	t.save(it.Key(), "")
	t.settled(id)
	return true
}

// settled ends an attempt whose outcome is known.
func (t *turn) settled(id string) {
	if t.sends.item != id {
		return
	}
	t.sends.item, t.sends.method = "", ""
	t.disarm("attempt")
	t.forget(askSend)
	t.forget(askLookup)
}

func (t *turn) retried(id string) {
	it, ok := t.state.Outbox.Get(id)
	if !ok || it.Delivery != outbox.NotSent {
		return
	}
	if t.state.Over {
		t.renew()
	}
	old := it.Key()
	t.state.Outbox.Remove(id)
	it.Delivery, it.Why, it.Room, it.N = outbox.Queued, outbox.WhyNone, t.state.Room.ID, t.state.Outbox.NextN()
	t.state.Trouble = Trouble{}
	if old != it.Key() {
		t.save(old, "")
	}
	t.keep(it)
	t.pump()
}

func (t *turn) discarded(id string) {
	it, ok := t.state.Outbox.Get(id)
	if ok && it.Delivery == outbox.NotSent {
		t.state.Outbox.Remove(id)
		t.save(it.Key(), "")
	}
}

// pump does the next thing that is still missing for the first line of the
// outbox to be sent. It is called whenever something has changed, and does
// nothing while that next thing is under way.
func (t *turn) pump() {
	st := &t.state
	head, ok := st.Outbox.Head()
	switch {
	case !ok || t.sends.item != "" && t.sends.item != head.ID:
		return
	case !t.owns():
		return
	case !st.Ready, t.proof != "":
		if !t.waiting(askSession) {
			t.askSession()
		}
	case t.token == "":
		st.Ready = false
		t.askSession()
	case !st.Introduced || st.Trouble.Kind == TroubleBlocked:
	case !st.Registered:
		if !t.waiting(askVisitor) {
			t.askVisitor()
			t.dialSoon() // meanwhile
		}
	case head.Delivery == outbox.Sending: // even if its room has been closed since
	case head.Delivery == outbox.Unknown && head.Room == "":
		t.place(head)
	case head.Delivery == outbox.Unknown:
		t.lookUp(head)
	case head.Room != "" && (head.Room != st.Room.ID || st.Over):
		if (head.Attempts > 0 || head.N <= t.sends.inherited) && t.sends.missing != head.ID {
			t.unknown(head) // it may have come since, into a room of its own, or have left unsaved
			return
		}
		t.refuse(head, outbox.WhyClosed)
		t.pump()
	case head.Room == "" && st.Over: // another tab has begun anew
		t.renew()
	case head.Room == "" && st.Room.ID != "":
		head.Room = st.Room.ID
		t.keep(head)
		t.pump()
	case st.Room.ID == "" && st.Department != t.placed && st.Department != "":
		if !t.waiting(askVisitor) {
			t.askVisitor() // a room has no department but that of its visitor
		}
	case st.Room.ID == "":
		if !t.waiting(askRoom) {
			t.askRoom()
			t.dialSoon()
		}
	case head.Delivery == outbox.Queued:
		t.attempt(head)
	}
}

// attempt sends a line once: over the socket if it never left before and
// the room is known to be open, else over REST, which refuses where the
// socket would open another room (protocol 2.6).
func (t *turn) attempt(it outbox.Item) {
	if t.waiting(askSend) || t.again["pace"] != nil {
		return
	}
	first := it.Attempts == 0
	overSocket := first && !t.sends.noMethod && !t.state.Polling
	if overSocket && !t.link.listens {
		t.dialSoon()
		return
	}
	if first && it.N <= t.sends.inherited {
		return // until history was read: it may have left, and storage not have taken that
	}
	if wait := t.paceWait(); wait > 0 {
		t.arm("pace", wait, (*turn).pump)
		return
	}
	it.Delivery, it.Attempts = outbox.Sending, it.Attempts+1
	t.keep(it)
	t.sends.item, t.sends.began, t.sends.missing = it.ID, t.now, ""
	t.arm("attempt", attemptLimit, (*turn).attemptLost)
	if overSocket {
		t.sends.method, t.sends.bySocket, t.sends.left = t.nextID(), it.ID, t.now
		t.write(ddp.Frame{Kind: ddp.Method, ID: t.sends.method, Name: rocket.MethodSend,
			Params: rocket.SendParams(it.ID, it.Room, it.Text, t.token)})
		return
	}
	t.ask(askSend, "POST", "/v1/messages",
		ejson.F("id", ejson.String(it.ID)), ejson.F("room", ejson.String(it.Room)), ejson.F("text", ejson.String(it.Text)))
}

// paceWait takes a line's share of what a server allows, or says how long
// it has to wait for it.
func (t *turn) paceWait() time.Duration {
	if wait := t.sends.hold.Sub(t.now); wait > 0 {
		return wait
	}
	if t.sends.free.Before(t.now) {
		t.sends.free = t.now
	}
	if wait := t.sends.free.Add(pace).Sub(t.now) - burst*pace; wait > 0 {
		return wait
	}
	t.sends.free = t.sends.free.Add(pace)
	return 0
}

// attemptLost ends an attempt without an answer.
func (t *turn) attemptLost() {
	id := t.sends.item
	it, ok := t.state.Outbox.Get(id)
	if !ok || it.Delivery != outbox.Sending {
		return
	}
	t.doubted(it)
	if wait := t.sends.began.Add(transit).Sub(t.now); wait > 0 {
		t.arm(retry(askLookup), wait, (*turn).pump)
	}
	t.pump()
}

// doubted ends an attempt that nobody knows the outcome of.
func (t *turn) doubted(it outbox.Item) {
	t.settled(it.ID)
	it.Delivery = outbox.Unknown
	t.keep(it)
}

func (t *turn) unknown(it outbox.Item) {
	t.doubted(it)
	t.pump()
}

// refuse gives a line back to the visitor.
func (t *turn) refuse(it outbox.Item, why outbox.Why) {
	t.settled(it.ID)
	it.Delivery, it.Why = outbox.NotSent, why
	t.keep(it)
}

// refuseWaiting gives all lines back that wait for a conversation which
// cannot be begun.
func (t *turn) refuseWaiting(why outbox.Why) {
	for _, it := range slices.Clone(t.state.Outbox.Items()) {
		if it.Delivery == outbox.Queued {
			t.refuse(it, why)
		}
	}
	if t.state.Link != LinkDown && !t.linkWanted() {
		t.drop(putAway)
	}
}

// whyOf translates a reason of Rocket.Chat or of the bridge.
func whyOf(reason string) outbox.Why {
	switch reason {
	case "room-closed", "invalid-room", "cannot-access-room":
		return outbox.WhyClosed
	case "too-long", "message-length-exceeds-character-limit":
		return outbox.WhyTooLong
	case "blocked":
		return outbox.WhyBlocked
	case "no-agent-online", "disabled", "error-omnichannel-is-disabled":
		return outbox.WhyNoAgent
	}
	return outbox.WhyRefused
}
