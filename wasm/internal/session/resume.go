package session

import (
	"sort"
	"strings"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/rocket"
)

// The keys of what is saved, beside one outbox.KeyPrefix key for each
// unsent line. History is not among them: the server has it, and on a
// shared machine it is private.
const (
	keyToken   = "token"
	keyVisitor = "visitor"
	keyRoom    = "room"
	keySeen    = "seen"
	keyDraft   = "draft"
)

// resume takes over what the last visit saved. Everything may be missing,
// old, or written by something else.
func (s *Session) resume(saved Saved) {
	st := &s.state
	if token := rocket.Token(saved[keyToken]); token.Valid() {
		s.token = token
	}
	if v, err := ejson.Parse(saved[keyVisitor]); err == nil {
		st.Visitor = rocket.VisitorFrom(v)
		if st.Department == "" {
			st.Department = st.Visitor.Department // chosen in the form
		}
		st.Introduced, st.Signed = v.Get("introduced").Bool(), v.Get("signed").Bool()
	}
	if st.Visitor.Name == "" {
		st.Visitor.Name = s.cfg.Name
	}
	if st.Visitor.Email == "" {
		st.Visitor.Email = s.cfg.Email
	}
	if room := saved[keyRoom]; s.token != "" && rocket.ValidID(room) {
		st.Room = rocket.Room{ID: room, Open: true}
	}
	if v, err := ejson.Parse(saved[keySeen]); err == nil {
		s.seen = v.Time()
	}
	s.lease = leaseFrom(saved[keyLease])
	st.Draft.Text = saved[keyDraft]
	if st.Draft.Text != "" {
		st.Draft.Version = 1
	}
	s.resumeOutbox(saved)
}

func (s *Session) resumeOutbox(saved Saved) {
	var keys []string
	for key := range saved {
		if strings.HasPrefix(key, outbox.KeyPrefix) {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys) // a map has no order, and lines may share a number
	for _, key := range keys {
		if it, ok := outbox.Decode(key, saved[key]); ok {
			s.state.Outbox.Put(it)
		}
	}
	s.sends.inherited = s.state.Outbox.NextN() - 1
}

func (t *turn) saveVisitor() {
	v := t.state.Visitor.Value().With("introduced", ejson.Bool(t.state.Introduced))
	if t.state.Signed {
		v = v.With("signed", ejson.Bool(true))
	}
	t.save(keyVisitor, v.String())
}

func (t *turn) saveSeen(at time.Time) {
	t.seen = at
	t.save(keySeen, ejson.Int(at.UnixMilli()).String())
}
