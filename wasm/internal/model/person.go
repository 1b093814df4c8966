package model

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
)

// A person is one visitor: what his browser keeps, and the tabs he has.
type person struct {
	w     *world
	name  string
	store store
	pages []*page
	ids   int // of messages
	wrote int
	rng   chance
	tries map[string]int

	at       *page         // where he did something last
	when     time.Duration // and when
	stranger bool          // his token was refused once, or lost
	rang     *page         // the tab that made a sound last
	rangAt   time.Duration // and when
}

// A store is a browser's storage for our site.
type store struct {
	kept    map[string]string
	refused map[string]time.Duration // keys whose latest value was, and when
	blocked bool                     // nothing can be kept, nothing is found
	full    time.Duration            // until when nothing more can be kept
	w       *world
}

func (s *store) load() session.Saved {
	if s.blocked {
		return nil
	}
	return maps.Clone(s.kept)
}

func (s *store) save(key, value string) bool {
	switch {
	case s.blocked:
		s.w.check.forgetful = true
		return value == ""
	case value == "":
		delete(s.kept, key)
		delete(s.refused, key)
	case s.w.now < s.full:
		s.w.check.forgetful = true
		s.refused[key] = s.w.now
		return false
	default:
		delete(s.refused, key)
		s.kept[key] = value
	}
	return true
}

// lags reports whether the latest state of a line was refused.
func (s *store) lags(id string) bool {
	_, is := s.refused[outbox.KeyPrefix+id]
	return is
}

// broken reports whether what is saved now would be lost with the page.
func (s *store) broken() bool { return s.blocked || s.w.now < s.full }

// heard tells the other tabs what one has saved.
func (v *person) heard(from *page, e session.Save) {
	for _, p := range v.pages {
		if p == from || p.session == nil {
			continue
		}
		life := p.life
		p.hears = max(p.hears, v.w.now+v.rng.between(time.Millisecond, 15*time.Millisecond))
		v.w.at(p.hears, func() {
			if p.life == life && !p.frozen { // a frozen page never hears of it
				p.deliver(session.Stored{Key: e.Key, Value: e.Value, Kept: v.store.kept[e.Key]})
			}
		})
	}
}

// submit writes a line and sends it.
func (v *person) submit(p *page) {
	v.wrote++
	v.write(p, v.name+"-"+strconv.Itoa(v.wrote))
}

// turnsTo reports whether a person can do something in a tab: nobody is at
// two within a second.
func (v *person) turnsTo(p *page) bool {
	if v.at != nil && v.at != p && v.w.now-v.when < time.Second {
		return false
	}
	v.at, v.when = p, v.w.now
	return true
}

func (v *person) write(p *page, text string) {
	if p.dead || p.frozen || p.asleep || !v.turnsTo(p) {
		return
	}
	st := p.session.State()
	life := p.life
	p.lastID = ""
	broken := v.store.broken()
	if st.Ready && !st.Introduced {
		p.deliver(session.Introduced{Name: "Ann", Text: text})
	} else {
		p.deliver(session.Composed{Text: text})
	}
	if p.life == life && p.lastID != "" {
		v.w.check.submitted(p, text, p.lastID, !broken)
	}
}

// crashed is the end of a page in the middle of ev. Whoever does not see
// what he wrote afterwards writes it again.
func (v *person) crashed(p *page, ev session.Event) {
	text := ""
	switch ev := ev.(type) {
	case session.Composed:
		text = ev.Text
	case session.Introduced:
		text = ev.Text
	}
	broken := v.store.broken()
	v.w.check.orders++
	order := v.w.check.orders
	p.life++ // nothing of it runs any more
	for _, k := range p.sockets {
		k.hangup()
	}
	p.sockets = nil
	p.dead, p.frozen, p.asleep, p.inbox, p.crashIn = true, false, false, nil, 0
	v.w.after(v.rng.between(time.Second, 10*time.Second), func() {
		if p.dead {
			p.load()
		}
		if text != "" && !broken {
			v.w.after(30*time.Second, func() { v.rewrite(p, text, order, 10) })
		}
	})
}

func (v *person) rewrite(p *page, text string, order, patience int) {
	st := p.session.State()
	for _, l := range st.Lines() {
		if l.Text == text {
			v.w.check.submitted(p, text, l.ID, true)
			v.w.check.byID[l.ID].order = max(order, v.w.check.moved[l.ID])
			return
		}
	}
	if v.furtherUp(st, text) {
		return
	}
	if st.Room.ID == "" && st.Ready || st.Synced || st.Over {
		if st.Room.ID == v.w.check.roomOf(text) || v.w.check.roomOf(text) == "" {
			v.write(p, text)
		}
		return
	}
	if patience > 0 {
		v.w.after(30*time.Second, func() { v.rewrite(p, text, order, patience-1) })
	}
}

// furtherUp reports whether a text is in the conversation, before what is
// loaded of it.
func (v *person) furtherUp(st *session.State, text string) bool {
	r, shown := v.w.srv.rooms[st.Room.ID], st.Timeline.Messages()
	return r != nil && len(shown) > 0 && slices.ContainsFunc(r.messages, func(m *message) bool {
		return m.text == text && m.ts <= shown[0].At.UnixMilli()
	})
}

// putAside minimizes the panel, and where there are several tabs that of each
// and for long: then an answer makes a sound.
func (v *person) putAside(long time.Duration) {
	if len(v.pages) == 1 {
		long = 5 * time.Second
	}
	for _, p := range v.pages {
		if p.session != nil {
			p.deliver(session.Minimized{})
			v.w.after(long, func() { p.deliver(session.Opened{}) })
		}
	}
}

// mind looks after lines that were not sent.
func (v *person) mind(p *page) {
	if p.dead || p.frozen || p.asleep || !v.turnsTo(p) {
		return
	}
	for _, it := range append([]outbox.Item(nil), p.session.State().Outbox.Items()...) {
		if it.Delivery != outbox.NotSent {
			continue
		}
		switch pick := v.rng.below(10); {
		case pick < 5 && v.tries[it.ID] < 2:
			v.tries[it.ID]++
			v.w.check.retried(it.ID)
			p.deliver(session.Retried{ID: it.ID})
		case pick == 9:
			v.w.check.discarded(it.ID)
			p.deliver(session.Discarded{ID: it.ID})
		}
	}
}
