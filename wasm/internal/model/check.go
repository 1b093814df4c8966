package model

import (
	"fmt"
	"time"

	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
)

// A checker compares what was submitted, what the server has and what is
// shown. It stops the run at the first violation.
type checker struct {
	w         *world
	violation string
	submits   []*submit
	byID      map[string]*submit
	byText    map[string]*submit
	orders    int
	forgetful bool                     // storage failed: a visitor may have lost his token, with a room under way
	absent    map[string]time.Duration // when a look-up last said that an id is not there
	refused   map[string]bool          // ids that were refused for good
	ids       map[string]bool          // of one view
}

// A submit is a text whose sender saw the composer emptied.
type submit struct {
	text, id  string
	who       *person
	page      *page
	life      int
	order     int                // among those of its sender; anew when tried again
	durable   bool               // storage had it
	shown     [2]outbox.Delivery // in each tab
	sent      [2]bool            // was shown as sent there
	last      int                // the tab that showed it last
	discarded bool
	given     time.Duration // when it was last shown as not sent
	tried     time.Duration // when it was last shown as under way

	triedFirst, triedBefore time.Duration
}

// A view is what the checker remembers of what a page last showed.
type view struct {
	heard     time.Duration // when a frame last came
	sum       uint64
	room      string
	synced    bool
	confirmed []string // ids, in order
}

func newChecker(w *world) *checker {
	return &checker{w: w, byID: map[string]*submit{}, byText: map[string]*submit{}, absent: map[string]time.Duration{}, refused: map[string]bool{}, ids: map[string]bool{}}
}

func (c *checker) failed() bool { return c.violation != "" }

func (c *checker) fail(inv, format string, args ...any) {
	if c.violation == "" {
		c.violation = inv + ": " + fmt.Sprintf(format, args...)
		c.w.note("VIOLATION %s", c.violation)
	}
}

// What the checker is told.

func (c *checker) submitted(p *page, text, id string, durable bool) {
	s := c.byText[text]
	if s == nil {
		c.orders++
		s = &submit{text: text, who: p.who, order: c.orders}
		c.byText[text] = s
		c.submits = append(c.submits, s)
	}
	s.id, s.page, s.life, s.durable = id, p, p.life, durable
	c.byID[id] = s
	p.view.sum = 0
	c.look(p)
}

func (c *checker) retried(id string) {
	if s := c.byID[id]; s != nil {
		c.orders++
		s.order = c.orders
	}
}

func (c *checker) discarded(id string) {
	if s := c.byID[id]; s != nil {
		s.discarded = true
	}
}

// loading excuses what storage has no more because the server has it; its
// page may have died before it could say so.
func (c *checker) loading(p *page) {
	for _, s := range c.submits {
		if s.who == p.who && p.who.store.kept["outbox/"+s.id] == "" && c.w.srv.stored[s.id] != nil {
			s.sent[p.index] = true
		}
	}
}

// cleared excuses what storage lost.

func (c *checker) cleared(v *person) {
	c.forgetful = true
	for _, s := range c.submits {
		if s.who == v {
			s.durable = false
		}
	}
}

// excused reports whether s may be missing from what p shows.
func (s *submit) excused(p *page) bool {
	return s.who != p.who || s.discarded || s.sent[p.index] || len(p.who.pages) > 1 && s.page != p || !s.durable && (s.page != p || s.life != p.life)
}

// apart reports whether the tabs of v may know nothing of each other any
// more: they agree by way of a storage that has failed.
func (c *checker) apart(v *person) bool { return c.forgetful && len(v.pages) > 1 }

// left reports whether another tab has brought s to the server, and this one
// still has to read it, or shows another conversation.
func (c *checker) left(p *page, s *submit) bool {
	m := c.w.srv.stored[s.id]
	st := p.session.State()
	return m != nil && len(p.who.pages) > 1 && (m.rid != st.Room.ID || !st.Synced)
}

func (s *submit) isSent() bool { return s.sent[0] || s.sent[1] }

// latest is what was last shown of s.
func (s *submit) latest() outbox.Delivery { return s.shown[s.last] }

// reachable reports whether the sender of s still has the token under which
// the server has it; storage may have been cleared.
func (s *submit) reachable(m *message) bool {
	return s.who.store.blocked || s.who.store.kept["token"] == m.token
}

// arrived is called when the server stores a line.
func (c *checker) arrived(m *message) {
	if n := c.w.srv.texts[m.text]; n > 1 {
		c.fail("I2", "%q is stored %d times", m.text, n)
	}
	s := c.byID[m.id]
	if s == nil {
		return // its page died in this step, or is still in it
	}
	if c.apart(s.who) {
		return
	}
	for _, o := range c.submits {
		if o.who == s.who && o.order < s.order && !o.discarded && !o.isSent() && o.durable && o.latest() != outbox.NotSent &&
			c.w.srv.stored[o.id] == nil && !c.w.srv.lost[o.id] {
			c.fail("I3", "%s reaches the server before %s, which is %v", s.id, o.id, o.latest())
		}
	}
}

// repeated is called when an id reaches the server that it has.
func (c *checker) repeated(id string) {
	s := c.byID[id]
	if s != nil && c.apart(s.who) {
		return // the id keeps the line single
	}
	if s != nil && c.absent[id] <= s.triedFirst && !c.w.srv.lost[id] && s.reachable(c.w.srv.stored[id]) {
		c.fail("I4", "%s is sent again without a look-up", id)
	}
}

// turnedAway is called when a line is answered 429: that attempt is as if it
// had not been.
func (c *checker) turnedAway(id string) {
	if s := c.byID[id]; s != nil {
		s.tried = s.triedBefore
	}
}

// listed is called when the newest page of a room is read: what is not in
// the room is known to be absent.
func (c *checker) listed(g *guest, r *room) {
	for _, s := range c.submits {
		if m := c.w.srv.stored[s.id]; m == nil || m.rid != r.id && m.token != g.token {
			c.absent[s.id] = c.w.now
		}
	}
}

// roomOf is the room that has a text, "" when none has.
func (c *checker) roomOf(text string) string {
	if c.w.srv.texts[text] == 0 {
		return ""
	}
	for _, m := range c.w.srv.stored {
		if m.text == text && m.token != "" {
			return m.rid
		}
	}
	return ""
}

// How long a dead link may be shown as one that works.
const (
	detect       = 15*time.Second + 300*time.Millisecond
	detectHidden = 140 * time.Second // timers come up to a minute late
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
	st := p.session.State()
	if st.Synced && !p.view.synced {
		c.complete(p, st)
	}
	p.view.synced = st.Synced
}

// complete checks, when a page says that it has caught up, that it shows
// what the server had before it could have begun to.
func (c *checker) complete(p *page, st *session.State) {
	r := c.w.srv.rooms[st.Room.ID]
	shown := st.Timeline.Messages()
	if r == nil || r.gone || p.thawed > 0 && c.w.now-p.thawed < 20*time.Second {
		return // what a page reads that comes alive was answered before it stood still
	}
	for _, m := range r.messages {
		tooOld := len(shown) >= 50 && m.ts <= shown[0].At.UnixMilli()
		if c.w.now-m.arrived > 20*time.Second && !tooOld && !st.Timeline.Has(m.id) {
			c.fail("I5", "%s says it has caught up, but does not show %s", p.name, m.id)
		}
	}
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
	lines := st.Lines()
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
		if !c.ids[s.id] && !s.excused(p) && !c.left(p, s) && !c.apart(p.who) {
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
		c.told(s, was, 20*time.Second)
	case l.Delivery < was && was == outbox.Unknown && c.absent[s.id] < s.tried && len(p.who.pages) == 1:
		c.fail("I8", "%s was unknown and is %v without a look-up", s.id, l.Delivery)
	}
}

// told checks the sentence "not sent" in the moment it is said. What
// reaches the server in the time that a call may take cannot be known.
func (c *checker) told(s *submit, was outbox.Delivery, grace time.Duration) {
	if (was == outbox.Sending || was == outbox.Unknown) && c.absent[s.id] < s.tried && len(s.who.pages) == 1 && !c.refused[s.id] && !s.who.stranger {
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

func (c *checker) sockets(p *page) {
	if len(p.sockets) > 1 {
		c.fail("I7", "%s has %d sockets", p.name, len(p.sockets))
	}
}

// fresh checks, while nothing is wrong, that what an agent said twenty
// seconds ago is shown.
func (c *checker) fresh(p *page, r *room, m *message) {
	st := p.session.State()
	if c.w.noSocket && len(p.who.pages) > 1 || c.apart(p.who) {
		return // two tabs that poll share what one may ask
	}
	if p.dead || p.frozen || p.asleep || p.hidden || c.failed() || st.Room.ID != r.id || r.gone || c.w.srv.lost[m.id] {
		return
	}
	if !st.Timeline.Has(m.id) {
		c.fail("I5", "%s does not show %s after 20 s", p.name, m.id)
	}
}
