package model

// What the checker makes of the stream of views.

import (
	"strings"
	"time"

	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
)

// before looks at what was shown until now.
func (c *checker) before(p *page) {
	if p.frozen || p.dead {
		return
	}
	limit := detect
	if p.hidden {
		limit = detectHidden
	}
	if p.shownAt > 0 && c.w.now-p.shownAt < limit+time.Second {
		limit += time.Second // what was armed while it was hidden comes late
	}
	st := p.session.State()
	if st.Link == session.LinkUp && st.Lost.IsZero() && c.w.now-p.view.heard > limit {
		c.fail("I4", "%s is shown as online, %v after the last frame", p.name, c.w.now-p.view.heard)
	}
}

// after looks at what is shown now.
func (c *checker) after(p *page, ev session.Event) {
	switch ev.(type) {
	case session.Shown, session.Woke:
		p.view.heard = max(p.view.heard, c.w.now-detect+4*time.Second)
	case session.Composed, session.Introduced:
		return // looked at when it is known what was submitted
	}
	c.look(p)
	c.kept(p)
	st := p.session.State()
	if st.Synced && !p.view.synced {
		c.complete(p, st)
	}
	p.view.synced = st.Synced
}

// kept checks that what storage refused is kept once it has room again.
// Timers may come a minute late.
func (c *checker) kept(p *page) {
	if len(p.who.pages) > 1 {
		return // what one tab could not save the other may have changed since
	}
	s := &p.who.store
	for key, since := range s.refused {
		needed := key == "token" || key == "room" || strings.HasPrefix(key, outbox.KeyPrefix)
		if needed && since >= p.loaded && // the page that is there knows of it
			c.w.now-max(since, s.full, p.thawed) > 90*time.Second {
			c.fail("I1", "storage has room, but %s is not kept by %s", key, p.name)
		}
	}
}

// complete checks, when a page says that it has caught up, that it shows
// what the server had before it could have begun to. A line of the visitor's
// is shown as well while nobody knows yet that it has arrived.
func (c *checker) complete(p *page, st *session.State) {
	r := c.w.srv.rooms[st.Room.ID]
	if r == nil || r.gone || p.thawed > 0 && c.w.now-p.thawed < 20*time.Second {
		return // what a page reads that comes alive was answered before it stood still
	}
	for _, m := range r.messages {
		_, waits := st.Outbox.Get(m.id)
		if c.w.now-m.arrived > 20*time.Second && !m.precedes(r, st) && !waits && !st.Timeline.Has(m.id) {
			c.fail("I5", "%s says it has caught up, but does not show %s", p.name, m.id)
		}
	}
}

// precedes reports whether m comes before all that is shown of r, a long
// conversation: a first reading shows its newest page, the visitor asks for
// what was before.
func (m *message) precedes(r *room, st *session.State) bool {
	shown := st.Timeline.Messages()
	return len(r.messages)+r.deleted >= 50 && len(shown) > 0 && m.ts <= shown[0].At.UnixMilli()
}

// sum changes whenever what is shown changes.
func sum(st *session.State) uint64 {
	h := uint64(len(st.Room.ID)) + 14695981039346656037
	mix := func(n uint64) { h = (h ^ n) * 1099511628211 }
	for i := 0; i < len(st.Room.ID); i++ {
		mix(uint64(st.Room.ID[i]))
	}
	messages := st.Timeline.Messages()
	for i := range messages {
		m := &messages[i]
		mix(uint64(m.Updated.UnixNano()) + uint64(len(m.ID))<<32 + uint64(m.ID[len(m.ID)-1]))
	}
	mix(1)
	for _, it := range st.Outbox.Items() {
		mix(uint64(it.Delivery) + uint64(it.N)<<8 + uint64(len(it.ID))<<32 + uint64(it.ID[len(it.ID)-1])<<40)
	}
	return h
}

func (c *checker) look(p *page) {
	st := p.session.State()
	now := sum(st)
	if now == p.view.sum {
		return
	}
	p.view.sum = now
	c.lines = st.AppendLines(c.lines[:0])
	lines := c.lines
	c.order(p, st, lines)
	clear(c.ids)
	for i := range lines {
		l := &lines[i]
		if c.ids[l.ID] {
			c.fail("I2", "%s shows %s twice", p.name, l.ID)
		}
		c.ids[l.ID] = true
		c.truth(p, l)
	}
	for _, s := range c.submits {
		switch {
		case c.ids[s.id] || s.excused(p) || c.left(p, s) || c.apart(p.who):
		case c.behind(p, s):
			s.sent[p.index] = true // which is what its going says
		default:
			c.fail("I1", "%s does not show %s (%q)", p.name, s.id, s.text)
		}
	}
	c.steady(p, st, lines)
}

// order checks that what is confirmed is in the server's order, and what is
// not follows it.
func (c *checker) order(p *page, st *session.State, lines []session.Line) {
	for i := 1; i < len(lines); i++ {
		a, b := &lines[i-1], &lines[i]
		switch {
		case b.Delivery != outbox.Sent:
		case a.Delivery != outbox.Sent:
			c.fail("I3", "%s shows %s, which is confirmed, after %s, which is %v", p.name, b.ID, a.ID, a.Delivery)
		case b.At.Before(a.At) || b.At.Equal(a.At) && b.ID < a.ID:
			c.fail("I3", "%s shows %s before %s", p.name, a.ID, b.ID)
		}
	}
}

// truth checks one line: that it says what is so, and has not gone back.
func (c *checker) truth(p *page, l *session.Line) {
	srv := c.w.srv
	if l.Delivery == outbox.Sent && srv.stored[l.ID] == nil && !srv.lost[l.ID] {
		c.fail("I4", "%s shows %s as sent, the server does not have it", p.name, l.ID)
	}
	if l.Room != "" && l.Delivery == outbox.Sent && l.Room != p.session.State().Room.ID {
		c.fail("I5", "%s shows %s of room %s in room %s", p.name, l.ID, l.Room, p.session.State().Room.ID)
	}
	s := c.byID[l.ID]
	if s == nil || s.who != p.who {
		return
	}
	was := s.shown[p.index]
	s.shown[p.index], s.last = l.Delivery, p.index
	if l.Delivery == outbox.Sending && was != outbox.Sending {
		defer func() {
			s.triedBefore, s.tried = s.tried, c.w.now
			if s.triedFirst == 0 {
				s.triedFirst = c.w.now
			}
		}()
	}
	if l.Text != s.text {
		c.fail("I1", "%s shows %q as %q", p.name, s.text, l.Text)
	}
	switch {
	case l.Delivery == outbox.Sent:
		s.sent[p.index] = true
	case s.sent[p.index] && !srv.lost[s.id] && !c.apart(p.who):
		c.fail("I8", "%s was sent and is %v", s.id, l.Delivery)
	case l.Delivery == outbox.NotSent && was != outbox.NotSent:
		s.given = c.w.now
		c.givenBack[l.Room] = true
		c.told(s, was, 20*time.Second)
	case l.Delivery < was && was == outbox.Unknown && c.absent[s.id] < s.tried && len(p.who.pages) == 1 && !p.who.store.lags(s.id):
		c.fail("I8", "%s was unknown and is %v without a look-up", s.id, l.Delivery)
	}
}

// told checks the sentence "not sent" in the moment it is said. What
// reaches the server in the time that a call may take cannot be known.
func (c *checker) told(s *submit, was outbox.Delivery, grace time.Duration) {
	if (was == outbox.Sending || was == outbox.Unknown) && c.absent[s.id] < s.tried && len(s.who.pages) == 1 && !c.refused[s.id] && !s.who.stranger && !s.who.store.lags(s.id) {
		c.fail("I4", "%s was %v and is said to be not sent, nobody said so", s.id, was)
	}
	m := c.w.srv.stored[s.id]
	if m != nil && !c.w.srv.lost[s.id] && s.reachable(m) && c.w.now-m.arrived > grace {
		c.fail("I4", "%s is said to be not sent (it was %v), the server has it in %s", s.id, was, m.rid)
	}
}

// steady checks that nothing confirmed vanishes or changes places.
func (c *checker) steady(p *page, st *session.State, lines []session.Line) {
	v := &p.view
	if v.room == st.Room.ID {
		i := 0
		for _, id := range v.confirmed {
			if !c.ids[id] {
				if c.w.srv.stored[id] != nil && !c.w.srv.lost[id] {
					c.fail("I5", "%s shows %s no more", p.name, id)
				}
				continue
			}
			for i < len(lines) && lines[i].ID != id {
				i++
			}
			if i == len(lines) {
				c.fail("I3", "%s shows %s in another place", p.name, id)
				break
			}
		}
	}
	v.room = st.Room.ID
	v.confirmed = v.confirmed[:0]
	for i := range lines {
		if lines[i].Delivery == outbox.Sent {
			v.confirmed = append(v.confirmed, lines[i].ID)
		}
	}
}

// rate checks that something happens no more than max times a minute.
func (c *checker) rate(p *page, times *[]time.Duration, what string, max int) {
	recent := *times
	for len(recent) > 0 && c.w.now-recent[0] > time.Minute {
		recent = recent[1:]
	}
	*times = append(recent, c.w.now)
	if len(*times) > max {
		c.fail("I7", "%s makes %d %s in a minute", p.name, len(*times), what)
	}
}

// sounds checks that of the tabs of a person one makes the sound for a
// message.
func (c *checker) sounds(p *page) {
	v := p.who
	if v.rang != nil && v.rang != p && c.w.now-v.rangAt < 500*time.Millisecond && !c.apart(v) {
		c.fail("I7", "%s makes a sound %v after %s", p.name, c.w.now-v.rangAt, v.rang.name)
	}
	v.rang, v.rangAt = p, c.w.now
}

func (c *checker) sockets(p *page) {
	if len(p.sockets) > 1 {
		c.fail("I7", "%s has %d sockets", p.name, len(p.sockets))
	}
}

// heldBack reports whether p was told to wait, because what its tabs ask
// counts together, or because it polls and what it asked for the
// conversation before r counts in the same minute.
func (c *checker) heldBack(p *page, r *room) bool {
	if p.limited == 0 || c.w.now-p.limited >= time.Minute {
		return false
	}
	age := p.limited - r.messages[0].arrived
	return len(p.who.pages) > 1 || c.w.noSocket && age > 0 && age < time.Minute
}

// fresh checks, while nothing is wrong, that what an agent said twenty
// seconds ago is shown.
func (c *checker) fresh(p *page, r *room, m *message) {
	st := p.session.State()
	if c.w.noSocket && len(p.who.pages) > 1 || c.apart(p.who) {
		return // two tabs that poll share what one may ask
	}
	if c.heldBack(p, r) {
		return
	}
	if p.dead || p.frozen || p.asleep || p.hidden || c.failed() || st.Room.ID != r.id || r.gone || c.w.srv.lost[m.id] {
		return
	}
	if !st.Timeline.Has(m.id) && !m.precedes(r, st) {
		c.fail("I5", "%s does not show %s after 20 s", p.name, m.id)
	}
}
