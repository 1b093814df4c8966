package session

import (
	"sort"
	"strings"
	"time"

	"capsule/wasm/internal/outbox"
)

// keepPause is how long after a refusal storage is tried once more: it may
// have room again.
const keepPause = 10 * time.Second

// unkept is what storage refused.
type unkept struct {
	keys  map[string]int // with the try that was refused last
	tries int
}

// has reports whether storage has not taken the latest value of key, as far
// as is known.
func (u *unkept) has(key string) bool {
	_, is := u.keys[key]
	return is
}

// saveFailed minds what a later page needs: what tabs tell each other is
// told anew all the time.
func (t *turn) saveFailed(key string) {
	if key == keyLease || key == keyTab || key == keyRung {
		return
	}
	if t.unkept.keys == nil {
		t.unkept.keys = map[string]int{}
	}
	t.unkept.keys[key] = t.unkept.tries
	if t.again["keep"] == nil {
		t.arm("keep", keepPause, (*turn).keepAgain)
	}
}

// keepAgain saves what was refused in its present state. What was not
// refused since the last try has been taken.
func (t *turn) keepAgain() {
	u := &t.unkept
	var keys []string
	for key, refused := range u.keys {
		if refused < u.tries {
			delete(u.keys, key)
		} else {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return
	}
	u.tries++
	sort.Strings(keys) // a map has no order
	for _, key := range keys {
		t.saveAgain(key)
	}
	t.arm("keep", keepPause, (*turn).keepAgain)
}

func (t *turn) saveAgain(key string) {
	st := &t.state
	switch id, line := strings.CutPrefix(key, outbox.KeyPrefix); {
	case line:
		if it, waits := st.Outbox.Get(id); waits {
			t.save(key, it.Encode())
		}
	case key == keyToken:
		t.save(key, string(t.token))
	case key == keyRoom:
		t.save(key, st.Room.ID)
	case key == keyVisitor:
		t.saveVisitor()
	case key == keyDraft:
		t.saveDraft()
	case key == keySeen && !t.seen.IsZero():
		t.saveSeen(t.seen)
	}
}

// remember says whether anything unsent would be lost with the page.
func (t *turn) remember() {
	t.state.Memory = false
	for key := range t.unkept.keys {
		id, line := strings.CutPrefix(key, outbox.KeyPrefix)
		if _, waits := t.state.Outbox.Get(id); line && waits {
			t.state.Memory = true
		}
	}
}
