package session

import (
	"slices"
	"strings"
	"time"

	"capsule/wasm/ddp"
	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// The times of typing notices (protocol 2.5).
const (
	typingRepeat = 4500 * time.Millisecond // between two notices of ours
	typingStop   = 5 * time.Second         // after the last key
	typingFade   = 15 * time.Second        // of an agent's notice whose end was lost
	draftPause   = 500 * time.Millisecond  // before a draft is saved
)

// typed takes the composer's text, which is the visitor's: it is saved and
// announced, never changed.
func (t *turn) typed(text string) {
	t.state.Draft.Text = text
	t.arm("draft", draftPause, (*turn).saveDraft)
	if strings.TrimSpace(text) == "" {
		t.stopTyping()
		return
	}
	if !t.link.listens || t.state.Visitor.Username == "" {
		return
	}
	if t.now.Sub(t.saidTypes) >= typingRepeat {
		t.saidTypes = t.now
		t.sayTyping(true)
	}
	t.arm("typing", typingStop, (*turn).stopTyping)
}

func (t *turn) saveDraft() { t.save(keyDraft, t.state.Draft.Text) }

// setDraft puts a text of ours into the composer.
func (t *turn) setDraft(text string) {
	d := &t.state.Draft
	if d.Text == text {
		return
	}
	d.Text = text
	d.Version++
	t.disarm("draft")
	t.saveDraft()
}

func (t *turn) stopTyping() {
	t.disarm("typing")
	if !t.saidTypes.IsZero() {
		t.saidTypes = time.Time{}
		t.sayTyping(false)
	}
}

func (t *turn) sayTyping(typing bool) {
	st := &t.state
	if st.Link != LinkUp || !t.link.listens || st.Over {
		return
	}
	t.write(ddp.Frame{Kind: ddp.Method, ID: t.nextID(), Name: rocket.StreamNotify,
		Params: rocket.TypingParams(st.Room.ID, st.Visitor.Username, typing, strings.HasPrefix(st.Server.Version, "3."), t.token)})
}

// activity reads [name, activities, ...]: an empty list means stopped.
func (t *turn) activity(args []ejson.Value) {
	typing := false
	if len(args) > 1 {
		for _, a := range args[1].Items() {
			typing = typing || a.Str() == rocket.ActivityTyping
		}
	}
	t.othersType(args[0].Str(), typing)
}

func (t *turn) othersType(name string, typing bool) {
	st := &t.state
	at := slices.Index(st.Typing, name)
	timer := Timer("fade/" + name)
	switch {
	case name == "" || name == st.Visitor.Username || st.Over:
	case typing:
		if at < 0 && len(st.Typing) < 5 {
			st.Typing = append(st.Typing, name)
		}
		t.arm(timer, typingFade, func(t *turn) { t.othersType(name, false) })
	case at >= 0:
		st.Typing = slices.Delete(slices.Clone(st.Typing), at, at+1)
		t.disarm(timer)
	}
}
