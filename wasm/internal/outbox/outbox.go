// Package outbox keeps the lines that the server does not have for
// certain: written but not yet sent, on their way, or refused. It does no
// input or output; the session saves what Encode gives.
package outbox

import (
	"strings"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/internal/mutant"
)

// Delivery is how far a line has come. It only rises: queued, sending,
// perhaps unknown, sent; or not sent, from where the visitor may queue it
// again.
type Delivery int

// The states of a line.
const (
	Queued  Delivery = iota // waits its turn
	Sending                 // an attempt is under way
	Unknown                 // an attempt ended without answer: look it up before another
	Sent                    // the server has it
	NotSent                 // it was refused, or nothing is left to try
)

func (d Delivery) String() string {
	return [...]string{"queued", "sending", "unknown", "sent", "notsent"}[d]
}

// Why says why a line was not sent; the view has a sentence for each.
type Why string

// The reasons for NotSent.
const (
	WhyNone    Why = ""
	WhyClosed  Why = "closed"   // the conversation had ended
	WhyTooLong Why = "too-long" // longer than Rocket.Chat allows
	WhyBlocked Why = "blocked"  // this visitor may not write
	WhyNoAgent Why = "no-agent" // nobody is there
	WhyRefused Why = "refused"  // another refusal
	WhyOld     Why = "old"      // it did not arrive, and is more than a day old
)

// An Item is one line of the outbox.
type Item struct {
	ID       string // the _id the message has or will have
	Room     string // "" until there is one
	Text     string
	At       time.Time // when it was written
	N        int       // its place in the order written
	Attempts int       // how often it has left this widget, for all we know
	Delivery Delivery
	Why      Why
}

// KeyPrefix begins the storage key of every item: one key an item, so
// that two tabs never overwrite each other's lines.
const KeyPrefix = "outbox/"

// Key is the item's storage key.
func (it Item) Key() string { return KeyPrefix + it.ID }

// Encode writes the item for storage. An attempt under way is written as
// unknown: whoever reads it again cannot know how it ended.
func (it Item) Encode() string {
	d := it.Delivery
	if d == Sending {
		d = Unknown
	}
	return ejson.Object(
		ejson.F("room", ejson.String(it.Room)), ejson.F("text", ejson.String(it.Text)), ejson.F("at", ejson.Int(it.At.UnixMilli())),
		ejson.F("n", ejson.Int(int64(it.N))), ejson.F("attempts", ejson.Int(int64(it.Attempts))),
		ejson.F("state", ejson.String(d.String())), ejson.F("why", ejson.String(string(it.Why))),
	).String()
}

// Decode reads what Encode wrote under key. What cannot be read is not ok
// and best left alone: a later version may have written it.
func Decode(key, value string) (Item, bool) {
	id, ok := strings.CutPrefix(key, KeyPrefix)
	v, err := ejson.Parse(value)
	if !ok || id == "" || err != nil || v.Get("text").Kind() != ejson.KindString {
		return Item{}, false
	}
	it := Item{
		ID: id, Room: v.Get("room").Str(), Text: v.Get("text").Str(), At: time.UnixMilli(v.Get("at").Int()).UTC(),
		N: int(v.Get("n").Int()), Attempts: int(v.Get("attempts").Int()), Why: Why(v.Get("why").Str()),
	}
	for _, d := range []Delivery{Queued, Unknown, NotSent} {
		if d.String() == v.Get("state").Str() {
			it.Delivery = d
			return it, true
		}
	}
	return Item{}, false
}

// A Box holds the items in the order written. The zero Box is empty.
type Box struct{ items []Item }

// Items returns the items in order. They must not be written to, and are
// valid until the next change of the box.
func (b *Box) Items() []Item { return b.items }

// Len returns the number of items.
func (b *Box) Len() int { return len(b.items) }

// Put adds an item, or replaces the one of the same ID.
func (b *Box) Put(it Item) {
	for i := range b.items {
		if b.items[i].ID == it.ID {
			b.items[i] = it
			return
		}
	}
	at := len(b.items)
	for at > 0 && b.items[at-1].N > it.N {
		at--
	}
	b.items = append(b.items, Item{})
	copy(b.items[at+1:], b.items[at:])
	b.items[at] = it
}

// Get returns the item of id.
func (b *Box) Get(id string) (Item, bool) {
	for _, it := range b.items {
		if it.ID == id {
			return it, true
		}
	}
	return Item{}, false
}

// Remove takes the item of id out, and reports whether it was there.
func (b *Box) Remove(id string) bool {
	for i := range b.items {
		if b.items[i].ID == id {
			b.items = append(b.items[:i], b.items[i+1:]...)
			return true
		}
	}
	return false
}

// NextN is the place of the next item to be written.
func (b *Box) NextN() int {
	if len(b.items) == 0 {
		return 1
	}
	return b.items[len(b.items)-1].N + 1
}

// Head returns the item whose turn it is: the first that is not NotSent.
// While it is under way the others wait, which keeps them in order.
func (b *Box) Head() (Item, bool) {
	for i := range b.items {
		if mutant.Is(mutant.LastFirst) {
			i = len(b.items) - 1 - i
		}
		if b.items[i].Delivery != NotSent {
			return b.items[i], true
		}
	}
	return Item{}, false
}
