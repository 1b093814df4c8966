package session

import (
	"strings"

	"capsule/wasm/ejson"
	"capsule/wasm/internal/outbox"
)

// leftWord sends the form that is shown while nobody is there.
func (t *turn) leftWord(ev LeftWord) {
	st := &t.state
	text := strings.TrimSpace(ev.Text)
	if text == "" || t.asking(askWord) {
		return
	}
	st.Visitor.Name, st.Visitor.Email = strings.TrimSpace(ev.Name), strings.TrimSpace(ev.Email)
	t.saveVisitor()
	st.Word, st.FormError, st.Trouble = WordSending, FormFine, Trouble{}
	body := []ejson.Member{
		ejson.F("name", ejson.String(st.Visitor.Name)), ejson.F("email", ejson.String(st.Visitor.Email)), ejson.F("text", ejson.String(text)),
	}
	if ev.Department != "" {
		body = append(body, ejson.F("department", ejson.String(ev.Department)))
	}
	t.setDraft(ev.Text) // until it is sent, in the place that survives a reload
	t.ask(askWord, "POST", "/v1/offline", body...)
}

// gotWord ends the attempt. It is not repeated by itself: the mail it makes
// cannot be looked up, and twice is worse than asking.
func (t *turn) gotWord(r reply) {
	st := &t.state
	switch {
	case r.outcome == done:
		st.Word = WordSent
		t.setDraft("")
		for _, it := range append([]outbox.Item(nil), st.Outbox.Items()...) {
			if it.Why == outbox.WhyNoAgent {
				t.discarded(it.ID) // its text was part of what was sent
			}
		}
	case r.outcome == refused && r.reason == "invalid-email":
		st.Word, st.FormError = WordWriting, FormBadEmail
	default:
		st.Word, st.Trouble = WordFailed, t.trouble(r)
	}
}

// WordText is what the offline form begins with: the lines that found
// nobody, else what stands in the composer.
func (st *State) WordText() string {
	var lines []string
	for _, it := range st.Outbox.Items() {
		if it.Why == outbox.WhyNoAgent {
			lines = append(lines, it.Text)
		}
	}
	if len(lines) == 0 {
		return st.Draft.Text
	}
	return strings.Join(lines, "\n")
}
