// Package timeline orders the messages of one conversation as the server
// has them. Result, echo and history bring the same message in any order
// and any number: the newest state of each is kept, under its id. It does
// no input or output.
package timeline

import (
	"sort"
	"time"

	"capsule/wasm/internal/mutant"
	"capsule/wasm/rocket"
)

// A Timeline is the messages of a conversation by time, then by id. The
// zero Timeline is empty.
type Timeline struct {
	messages []rocket.Message
}

// Messages returns the messages, oldest first. They must not be written
// to, and are valid until the next change.
func (t *Timeline) Messages() []rocket.Message { return t.messages }

// Len returns the number of messages.
func (t *Timeline) Len() int { return len(t.messages) }

// Newest returns the last message.
func (t *Timeline) Newest() (rocket.Message, bool) {
	if len(t.messages) == 0 {
		return rocket.Message{}, false
	}
	return t.messages[len(t.messages)-1], true
}

// Has reports whether the message of id is there.
func (t *Timeline) Has(id string) bool { return t.index(id) >= 0 }

func (t *Timeline) index(id string) int {
	for i := len(t.messages) - 1; i >= 0; i-- {
		if t.messages[i].ID == id {
			return i
		}
	}
	return -1
}

func before(a, b rocket.Message) bool {
	if !a.At.Equal(b.At) {
		return a.At.Before(b.At)
	}
	return a.ID < b.ID
}

// Put adds m, or takes it as a new state of the message of the same id;
// an older state changes nothing. It reports whether m is new here.
func (t *Timeline) Put(m rocket.Message) (added bool) {
	if i := t.index(m.ID); i >= 0 && !mutant.Is(mutant.EveryCopy) {
		if m.Newer(t.messages[i]) || mutant.Is(mutant.AnyState) {
			m.At = t.messages[i].At // its place is settled
			t.messages[i] = m
		}
		return false
	}
	at := sort.Search(len(t.messages), func(i int) bool { return before(m, t.messages[i]) })
	t.messages = append(t.messages, rocket.Message{})
	copy(t.messages[at+1:], t.messages[at:])
	t.messages[at] = m
	return true
}

// Remove takes the message of id out, and reports whether it was there.
func (t *Timeline) Remove(id string) bool {
	i := t.index(id)
	if i < 0 {
		return false
	}
	t.messages = append(t.messages[:i], t.messages[i+1:]...)
	return true
}

// Merge adds one page of history, newest message first: the newest of the
// room, or with until those before it; last says that nothing is older.
// What is known of the time that the page covers, but is not on it, has
// been deleted meanwhile and goes. It returns the messages that were not
// there, oldest first.
//
// The page may be older than what was heard while it was on its way: heard
// says of a message that it came (true) or that it was deleted (false).
func (t *Timeline) Merge(page []rocket.Message, until time.Time, last bool, heard map[string]bool) (added []rocket.Message) {
	if len(page) == 0 && !last {
		return nil
	}
	listed := make(map[string]bool, len(page))
	var oldest time.Time // of the page; zero when it covers all before
	for _, m := range page {
		listed[m.ID] = true
		if !last && (oldest.IsZero() || m.At.Before(oldest)) {
			oldest = m.At
		}
	}
	kept := t.messages[:0]
	for _, m := range t.messages {
		// Of the time of the oldest message the page may list only a part.
		covered := m.At.After(oldest) && (until.IsZero() || m.At.Before(until))
		came := heard[m.ID] && !mutant.Is(mutant.HeardForgotten)
		if !covered || listed[m.ID] || came || mutant.Is(mutant.DeletedStays) {
			kept = append(kept, m)
		}
	}
	clear(t.messages[len(kept):])
	t.messages = kept
	for i := len(page) - 1; i >= 0; i-- {
		if there, told := heard[page[i].ID]; told && !there {
			continue
		}
		if t.Put(page[i]) {
			added = append(added, page[i])
		}
	}
	return added
}
