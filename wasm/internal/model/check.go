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
	sentAt    time.Duration            // when what the server reads now left its page
	moved     map[string]int           // the order of ids since they were tried again
	givenBack map[string]bool          // rooms for which a line was written that could not be sent
	ids       map[string]bool          // of one view
	lines     []session.Line           // likewise
}

// A submit is a text whose sender saw the composer emptied.
type submit struct {
	text, id  string
	who       *person
	page      *page
	life      int
	order     int                      // among those of its sender; anew when tried again
	durable   bool                     // storage had it
	shown     [maxTabs]outbox.Delivery // in each tab
	sent      [maxTabs]bool            // was shown as sent there
	last      int                      // the tab that showed it last
	discarded bool
	given     time.Duration // when it was last shown as not sent
	again     time.Duration // when it was last tried again by its sender
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
	return &checker{w: w, byID: map[string]*submit{}, byText: map[string]*submit{}, absent: map[string]time.Duration{}, refused: map[string]bool{}, moved: map[string]int{}, givenBack: map[string]bool{}, ids: map[string]bool{}}
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
	c.orders++
	c.moved[id] = c.orders
	if s := c.byID[id]; s != nil {
		s.order, s.again = c.orders, c.w.now
	}
}

func (c *checker) discarded(id string) {
	if s := c.byID[id]; s != nil {
		s.discarded = true
	}
}

// loading excuses what storage has no more because the server has it; its
// page may have died before it could say so. And a new page knows of a line
// what storage says: the word of the tab that saved last, not of the one that
// knew most, and the state before the one that storage refused.
func (c *checker) loading(p *page) {
	store := &p.who.store
	for _, s := range c.submits {
		has := c.w.srv.stored[s.id] != nil || c.w.srv.lost[s.id]
		saved := store.kept[outbox.KeyPrefix+s.id]
		switch {
		case s.who != p.who || !has:
		case saved == "":
			s.sent[p.index] = true
		case len(p.who.pages) > 1:
			s.sent[p.index] = false
		}
		if s.who == p.who && store.lags(s.id) {
			if item, ok := outbox.Decode(outbox.KeyPrefix+s.id, saved); ok && item.Delivery == outbox.NotSent {
				s.shown[p.index] = outbox.NotSent
			}
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
// still has to read it, or shows another conversation, or the server has lost
// it since.
func (c *checker) left(p *page, s *submit) bool {
	m := c.w.srv.stored[s.id]
	st := p.session.State()
	switch {
	case len(p.who.pages) == 1:
		return false
	case m == nil:
		return c.w.srv.lost[s.id] && s.isSent()
	}
	return m.rid != st.Room.ID || !st.Synced
}

// behind reports whether the server has s in a conversation that p left behind
// with the visitor it was, whose token was replaced.
func (c *checker) behind(p *page, s *submit) bool {
	m, now := c.w.srv.stored[s.id], p.session.State().Visitor.ID
	return m != nil && now != "" && c.w.srv.rooms[m.rid].owner.id != now
}

func (s *submit) isSent() bool { return s.sent != [maxTabs]bool{} }

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
	if c.sentAt < s.again {
		// An attempt from before it was tried again had another place, and the
		// room that was opened to try again in stays empty.
		for _, r := range c.w.srv.rooms {
			if r.lines == 0 && r.owner == c.w.srv.rooms[m.rid].owner {
				c.givenBack[r.id] = true
			}
		}
		return
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
	if s != nil && (c.apart(s.who) || c.sentAt <= s.triedFirst) {
		return // the id keeps the line single, also when the first attempt comes last
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
