package session

import (
	"strconv"

	"capsule/wasm/rocket"
)

// noticed takes a message of somebody else that is new here.
func (t *turn) noticed(m rocket.Message) {
	if !m.At.After(t.seen) {
		return
	}
	t.do(Tell{TellMessage, detail("id", m.ID)})
	if t.state.Open && t.state.Visible {
		return
	}
	t.ring(m.At)
	t.state.Unread++
	t.tellUnread()
}

// saw means that the newest message is in front of the visitor.
func (t *turn) saw() {
	st := &t.state
	if !st.Open || !st.Visible {
		return
	}
	if m, ok := st.Timeline.Newest(); ok && m.At.After(t.seen) {
		t.saveSeen(m.At)
	}
	if st.Unread != 0 {
		st.Unread = 0
		t.tellUnread()
	}
}

func (t *turn) tellUnread() {
	t.do(Tell{TellUnread, `{"count":` + strconv.Itoa(t.state.Unread) + `}`})
}
