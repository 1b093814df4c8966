package session

import (
	"strconv"

	"capsule/wasm/rocket"
)

// noticed takes a message that is new here.
func (t *turn) noticed(m rocket.Message) {
	if !t.state.othersText(m) || !m.At.After(t.seen) {
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

// othersText reports whether m is of somebody else and shows anything: what an
// app writes in blocks alone does not.
func (st *State) othersText(m rocket.Message) bool {
	return m.Type == "" && !st.mine(m) && (m.Text != "" || len(m.Attachments) > 0)
}

// removing takes the messages that remove takes away out of the count of what
// is unread: those are the last ones of others.
func (t *turn) removing(remove func()) {
	st := &t.state
	var unread []string
	list := st.Timeline.Messages()
	for i := len(list) - 1; i >= 0 && len(unread) < st.Unread; i-- {
		if st.othersText(list[i]) {
			unread = append(unread, list[i].ID)
		}
	}
	remove()
	before := st.Unread
	for _, id := range unread {
		if !st.Timeline.Has(id) {
			st.Unread--
		}
	}
	if st.Unread != before {
		t.tellUnread()
	}
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
