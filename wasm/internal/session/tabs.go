package session

import (
	"slices"
	"strings"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/rocket"
)

// Several tabs of one visitor share what is saved. Each has its own socket
// and shows the same conversation; but lines are sent, and visitors and
// rooms made, by the one that holds the lease. Whoever needs it and sees no
// other's takes it, renews it while there is something to do, and gives it
// back. The tab that dies with it is succeeded when it runs out. Should two
// take it in the same moment, the smaller name wins: who knows of others gives
// them time to say so, before he acts on it.
//
// Were two to send the same line nevertheless, it has one id: the server
// takes the first.
const (
	keyLease   = "owner"
	keyTab     = "tab"           // who came last, or answered, so that others hear of it
	leaseTime  = 4 * time.Second // with all that comes after it, another tab goes on within six
	leaseRenew = 2 * time.Second
	leaseHeard = 100 * time.Millisecond // in which others hear who has taken it
)

// answering begins what is saved under keyTab by a tab that was there before.
const answering = "+"

// A lease says which tab sends, and how long.
type lease struct {
	tab   string
	until time.Time
}

func leaseFrom(text string) lease {
	v, err := ejson.Parse(text)
	if err != nil {
		return lease{}
	}
	return lease{v.Get("tab").Str(), time.UnixMilli(v.Get("until").Int())}
}

func (l lease) text() string {
	return ejson.Object(ejson.F("tab", ejson.String(l.tab)), ejson.F("until", ejson.Int(l.until.UnixMilli()))).String()
}

// owns takes the lease, if it can be had. If not, the session pumps again
// when it can.
func (t *turn) owns() bool {
	l := &t.lease
	switch left := l.until.Sub(t.now); {
	case t.cfg.Tab == "":
		return true
	case t.leads():
		return !t.claims
	case t.again["lease"] != nil && l.tab != t.cfg.Tab:
	case l.tab != "" && l.tab != t.cfg.Tab && left > 0:
		// A clock that was set back must not make a lease last for hours.
		t.arm("lease", min(left, leaseTime)+t.cfg.Jitter(time.Second/2), (*turn).lapsed)
	case t.company:
		t.claim()
	default:
		t.renewLease()
		return true
	}
	return false
}

// lapsed means that whoever was to send has not said so for too long.
func (t *turn) lapsed() {
	t.lease = lease{}
	t.pump()
}

// claim takes the lease, and counts on it only when others have heard so.
func (t *turn) claim() {
	t.renewLease()
	if !t.leads() {
		return
	}
	t.claims = true
	t.arm("lease", leaseHeard, func(t *turn) {
		t.claims = false
		t.renewLease()
		t.pump()
	})
}

// renewLease keeps the lease while lines wait.
func (t *turn) renewLease() {
	if _, waiting := t.state.Outbox.Head(); !waiting || t.link.asleep {
		t.giveLease()
		return
	}
	t.lease = lease{t.cfg.Tab, t.now.Add(leaseTime)}
	t.save(keyLease, t.lease.text())
	t.arm("lease", leaseRenew, (*turn).renewLease)
}

// giveLease lets another tab go on at once.
func (t *turn) giveLease() {
	if t.cfg.Tab == "" || t.lease.tab != t.cfg.Tab {
		return
	}
	t.lease, t.claims = lease{}, false
	t.disarm("lease")
	t.save(keyLease, "")
}

// recalled takes all that is saved, after a time in which a tab could not
// hear what others saved.
func (t *turn) recalled(saved Saved) {
	tab, token := strings.TrimPrefix(saved[keyTab], answering), saved[keyToken]
	spoke := tab != "" && tab != t.cfg.Tab // since this tab did
	if spoke || token != "" && token != string(t.token) {
		t.heardOf(spoke && tab == saved[keyTab])
	}
	for _, it := range slices.Clone(t.state.Outbox.Items()) {
		if _, ok := saved[it.Key()]; !ok && !t.unkept.has(it.Key()) {
			if room := saved[keyRoom]; it.Room == "" && rocket.ValidID(room) {
				it.Room = room
			}
			t.gone(it)
		}
	}
	if saved[keyToken] == "" && saved[keyVisitor] != "" { // and not that nothing can be saved here
		t.adopt(keyToken, "") // first, while it is known that who left was signed in
	}
	keys := make([]string, 0, len(saved))
	for key := range saved {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		t.adopt(key, saved[key])
	}
	if saved[keyLease] == "" {
		t.leaseTaken(lease{})
	}
	t.pump()
}

// savedElsewhere takes over what another tab saved. A line that it wrote it
// is about to send as well.
func (t *turn) savedElsewhere(ev Stored) {
	t.heardOf(ev.Key == keyTab && !strings.HasPrefix(ev.Value, answering))
	switch ev.Key {
	case keyLease, keyRung: // what tabs agree upon, in the order they say it
		t.adopt(ev.Key, ev.Value)
	default: // or two that saved at the same time would each take over the other's
		t.adopt(ev.Key, ev.Kept)
	}
	if strings.HasPrefix(ev.Key, outbox.KeyPrefix) && !t.leads() {
		if t.again["lease"] == nil {
			t.arm("lease", time.Second+t.cfg.Jitter(time.Second/2), (*turn).lapsed)
		}
		return
	}
	t.pump()
}

// heardOf means that there is another tab, which hears of this one if it asks
// or is news.
func (t *turn) heardOf(asks bool) {
	if t.cfg.Tab != "" && (asks || !t.company) {
		t.save(keyTab, answering+t.cfg.Tab)
	}
	t.company = true
}

// announce tells other tabs that there is this one, and asks for theirs.
func (t *turn) announce() {
	if t.cfg.Tab != "" {
		t.save(keyTab, t.cfg.Tab)
	}
}

// leads reports whether this tab has the lease.
func (t *turn) leads() bool {
	return t.cfg.Tab != "" && t.lease.tab == t.cfg.Tab && t.lease.until.After(t.now)
}

func (t *turn) adopt(key, value string) {
	st := &t.state
	switch {
	case key == keyLease:
		t.leaseTaken(leaseFrom(value))
	case key == keyRung:
		t.rungElsewhere(value)
	case key == keySeen:
		t.seenElsewhere(value)
	case key == keyToken:
		if token := rocket.Token(value); token.Valid() && token != t.token {
			// The other one has registered, or did so anew: we are who he is.
			if st.Signed {
				t.leftElsewhere()
			}
			t.token = token
			t.forget(askSession)
			t.askSession()
		}
		if value == "" && st.Signed {
			t.leftElsewhere()
			t.token, st.Ready = "", false
			if st.Open {
				t.askSession()
			}
		}
	case key == keyRoom:
		if rocket.ValidID(value) && value != st.Room.ID && t.token != "" {
			t.adoptRoom(rocket.Room{ID: value, Open: true})
			t.askSession() // it has an agent already, perhaps
		}
	case key == keyVisitor:
		if v, err := ejson.Parse(value); err == nil {
			st.Visitor = rocket.VisitorFrom(v)
			st.Introduced = st.Introduced || v.Get("introduced").Bool()
			st.Signed = v.Get("signed").Bool()
			st.Registered = st.Registered || st.Visitor.ID != ""
		}
	case strings.HasPrefix(key, outbox.KeyPrefix):
		t.lineStored(key, value)
	}
}

func (t *turn) leaseTaken(l lease) {
	if t.leads() && l.tab == t.cfg.Tab {
		return // our own word, which others have still to hear
	}
	if t.leads() && (l.tab == "" || l.tab > t.cfg.Tab) {
		t.save(keyLease, t.lease.text()) // say it again: the smaller name wins
		return
	}
	t.lease, t.claims = l, false
	t.disarm("lease")
}

// lineStored takes over what another tab did with a line: wrote it, went on
// with it, or was done with it.
func (t *turn) lineStored(key, value string) {
	st := &t.state
	it, ok := outbox.Decode(key, value)
	if !ok {
		if have, ok := st.Outbox.Get(strings.TrimPrefix(key, outbox.KeyPrefix)); ok && value == "" {
			t.gone(have)
		}
		return
	}
	have, known := st.Outbox.Get(it.ID)
	busy := known && (t.sends.item == it.ID || t.leads() && have.Attempts > it.Attempts)
	if st.Timeline.Has(it.ID) || busy {
		return // we know better
	}
	if known && have.N != it.N {
		st.Outbox.Remove(it.ID)
	}
	st.Outbox.Put(it)
}

// gone is for a line that another tab is done with: it was discarded, or
// the server has it, which then history shows.
func (t *turn) gone(it outbox.Item) {
	st := &t.state
	t.settled(it.ID)
	if it.Room == "" {
		it.Room = st.Room.ID
	}
	if it.Delivery == outbox.NotSent || st.Timeline.Has(it.ID) {
		st.Outbox.Remove(it.ID)
		if !st.Timeline.Has(it.ID) && st.Room.ID != "" {
			st.Synced = false // it may have been tried again and arrived: then history shows it
			t.askHistory()
		}
		return
	}
	it.Delivery, it.Attempts = outbox.Unknown, max(it.Attempts, 1)
	st.Outbox.Put(it)
	if t.done == nil {
		t.done = map[string]bool{}
	}
	t.done[it.ID] = true
	if it.Room == "" { // the one it went to has not been told
		t.forget(askSession)
		t.askSession()
		return
	}
	if !t.asking(askHistory) {
		t.askHistory()
	}
}
