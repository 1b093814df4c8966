package model

import (
	"slices"
	"sort"

	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
)

// end looks at everything once it has been calm for long.
func (c *checker) end() {
	srv := c.w.srv
	for _, s := range c.submits {
		m := srv.stored[s.id]
		switch {
		case srv.lost[s.id] || s.discarded || !s.durable && s.excused(s.page):
		case m == nil && s.latest() != outbox.NotSent && !s.isSent():
			c.fail("I1", "at the end %s is %v, the server does not have it", s.id, s.latest())
		case m != nil && !s.reachable(m):
		case m != nil && s.latest() == outbox.NotSent && !s.isSent():
			c.fail("I4", "at the end %s is said to be not sent, the server has it in %s since %v (said at %v)", s.id, m.rid, m.arrived, s.given)
		case m != nil && !s.isSent():
			c.fail("I1", "at the end %s is %v, the server has it", s.id, s.latest())
		}
	}
	if n := srv.guests; n > len(c.w.people) && !c.forgetful && !srv.forgot {
		c.fail("I6", "%d visitors for %d people", n, len(c.w.people))
	}
	for _, r := range srv.inOrder() {
		if r.lines == 0 && !r.endedEmpty && !r.wanted && !r.gone && !c.givenBack[r.id] && !c.forgetful {
			c.fail("I6", "room %s has no line of its visitor (open: %v)", r.id, r.open)
		}
	}
	for _, v := range c.w.people {
		for _, p := range v.pages {
			c.whole(p)
		}
	}
}

// unheardOf reports whether r was opened for lines that came so late that
// they had been said to be not sent.
func (c *checker) unheardOf(r *room) bool {
	for _, m := range r.messages {
		if s := c.byID[m.id]; s != nil && (s.isSent() || s.latest() != outbox.NotSent) {
			return false
		}
	}
	return r.wanted
}

// whole checks that a page shows what the server has of its room.
func (c *checker) whole(p *page) {
	st := p.session.State()
	if p.dead || p.frozen || p.asleep || st.Room.ID == "" {
		return
	}
	r := c.w.srv.rooms[st.Room.ID]
	if r == nil || r.gone {
		if !st.Over && r == nil { // nobody asks about a conversation that is over
			c.fail("I5", "%s shows room %s, which is gone", p.name, st.Room.ID)
		}
		return
	}
	if r.open == st.Over {
		c.fail("I4", "%s: the room is open: %v, shown as over: %v", p.name, r.open, st.Over)
	}
	// A line that comes late over a socket may open another room beside one
	// that is open: then either is the conversation.
	if now := c.w.srv.openRoomOf(r.owner); !r.open && now != nil && now != r && !c.unheardOf(now) && !c.apart(p.who) {
		c.fail("I5", "%s shows room %s, the conversation is in %s", p.name, r.id, now.id)
	}
	if r.open && c.w.noSocket && !st.Polling {
		c.fail("I4", "%s has no socket and does not poll", p.name)
	}
	if r.open && !c.w.noSocket && (st.Link != session.LinkUp || !st.Synced || !st.Lost.IsZero()) {
		c.fail("I4", "%s is calm, but link %v, synced %v, lost %v", p.name, st.Link, st.Synced, !st.Lost.IsZero())
	}
	has := append([]*message(nil), r.messages...)
	sort.SliceStable(has, func(i, j int) bool {
		return has[i].ts < has[j].ts || has[i].ts == has[j].ts && has[i].id < has[j].id
	})
	i := 0
	if shown := st.Timeline.Messages(); len(has)+r.deleted > 50 && len(shown) > 0 {
		// Of a long conversation the beginning need not be loaded, and of
		// the millisecond in which it begins a part may be.
		from := shown[0].At.UnixMilli()
		has = slices.DeleteFunc(has, func(m *message) bool { return m.ts < from || m.ts == from && !st.Timeline.Has(m.id) })
	}
	for _, l := range st.Lines() {
		if l.Delivery != outbox.Sent {
			continue
		}
		switch {
		case i == len(has):
			c.fail("I5", "%s shows %s, which the server does not have", p.name, l.ID)
			return
		case has[i].id != l.ID:
			c.fail("I5", "%s shows %s where the server has %s (%s)", p.name, l.ID, has[i].id, has[i].kind)
			return
		case has[i].text != l.Text || has[i].kind != l.Type:
			c.fail("I5", "%s shows %q as %q", p.name, has[i].text, l.Text)
			return
		}
		i++
	}
	if i < len(has) {
		c.fail("I5", "%s does not show %s (%s%s)", p.name, has[i].id, has[i].kind, has[i].text)
	}
}
