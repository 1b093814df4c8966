package session

import (
	"slices"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// A page may prove who its visitor is. The bridge trades the proof for the
// token of that user, which is the same on all his devices, and for a card
// with what the site calls him. From then on this is his conversation: the
// one that was here before is left.
//
// What the visitor wrote before he said who he is goes along, since it is
// his. What belongs to another user who was signed in here does not: his
// conversation, his unsent lines, his draft and his name are taken off this
// page and out of its storage.

// prove shows a proof to the bridge, once.
func (t *turn) prove(proof string) {
	if proof == t.proof || proof == t.proven {
		return
	}
	t.proof = proof
	t.forget(askSession)
	t.askSession()
}

// vouched takes the bridge's answer to a proof.
func (t *turn) vouched(body ejson.Value) {
	token := rocket.Token(body.Get("token").Str())
	if !token.Valid() {
		return
	}
	t.proven, t.card = t.proof, body.Get("card").Str()
	if token != t.token {
		t.save(keyToken, string(token)) // first, for what other tabs make of the rest
		t.leave()
		t.token = token
	}
	st := &t.state
	st.Signed = true
	who := body.Get("identity")
	st.Visitor.Name, st.Visitor.Email = who.Get("name").Str(), who.Get("email").Str()
	t.saveVisitor()
}

// disowned goes on without a proof that the bridge did not take.
func (t *turn) disowned() {
	t.proof = ""
	t.do(Tell{TellError, detail("code", "identity")})
	t.askSession()
}

// signedOut forgets the user who was signed in here.
func (t *turn) signedOut() {
	t.proven = ""
	if t.proof != "" {
		t.proof = ""
		t.forget(askSession)
		t.state.Asking = false
	}
	if t.state.Signed {
		t.save(keyToken, "")
		t.leave()
		t.token, t.state.Ready = "", false
	}
	if t.state.Open && !t.state.Ready {
		t.askSession()
	}
}

// leftElsewhere follows another tab that has left a user's conversation, and
// has saved what there is to save about it.
func (t *turn) leftElsewhere() {
	before := len(t.effects)
	t.leave()
	kept := t.effects[:before]
	for _, e := range t.effects[before:] {
		if _, is := e.(Save); !is {
			kept = append(kept, e)
		}
	}
	t.effects = kept
}

// leave takes the conversation at hand off this page.
func (t *turn) leave() {
	st := &t.state
	for _, name := range []string{askVisitor, askRoom, askHistory, askSend, askLookup, askClose, askWord} {
		t.forget(name)
	}
	if !st.Signed {
		t.loseConversation("")
		return
	}
	for _, it := range slices.Clone(st.Outbox.Items()) {
		t.settled(it.ID)
		st.Outbox.Remove(it.ID)
		t.save(it.Key(), "")
	}
	t.giveLease()
	t.stopTyping()
	t.setDraft("")
	t.dropRoom()
	t.card, t.renewals, t.said, t.placed = "", nil, Identified{}, ""
	st.Visitor, st.Registered, st.Introduced, st.Signed = rocket.Visitor{}, false, false, false
	st.Word, st.FormError, st.Expired = WordWriting, FormFine, false
	t.saveVisitor()
}
