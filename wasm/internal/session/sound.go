package session

import (
	"time"

	"capsule/wasm/ejson"
)

// A message that nobody has in front of him makes a sound, once in all the
// tabs of a visitor. A tab that knows of others says that it will, and does so
// when they had time to object: one where the message is seen meanwhile, or
// of those that say so in the same moment the one of the smaller name.
const (
	keyRung   = "rung"
	rungHeard = 300 * time.Millisecond // half of it is too short for five tabs of a busy machine
	rungPause = time.Second            // between two sounds
)

// ring makes the sound for a message of a time.
func (t *turn) ring(at time.Time) {
	if t.cfg.Quiet || !at.After(t.rung) {
		return
	}
	t.rung = at
	if !t.company {
		t.sound()
		return
	}
	t.save(keyRung, ejson.Object(ejson.F("tab", ejson.String(t.cfg.Tab)), ejson.F("at", ejson.Int(at.UnixMilli()))).String())
	if t.again["sound"] == nil {
		t.arm("sound", rungHeard, (*turn).sound)
	}
}

func (t *turn) sound() {
	if t.rung.After(t.seen) && t.now.Sub(t.sounded) >= rungPause {
		t.sounded = t.now
		t.do(Sound{})
	}
}

// rungElsewhere takes the word of another tab that it makes the sound.
func (t *turn) rungElsewhere(value string) {
	v, err := ejson.Parse(value)
	at := v.Get("at").Time()
	if err != nil || t.again["sound"] != nil && v.Get("tab").Str() > t.cfg.Tab {
		return
	}
	if t.again["sound"] != nil || at.After(t.rung) {
		t.sounded = t.now // by the other one, as good as
	}
	t.disarm("sound")
	if at.After(t.rung) {
		t.rung = at
	}
}

// seenElsewhere takes over what the visitor has seen in another tab.
func (t *turn) seenElsewhere(value string) {
	v, _ := ejson.Parse(value)
	at := v.Time()
	if !at.After(t.seen) {
		return
	}
	t.seen = at
	if m, ok := t.state.Timeline.Newest(); ok && !m.At.After(at) && t.state.Unread != 0 {
		t.state.Unread = 0
		t.tellUnread()
	}
}
