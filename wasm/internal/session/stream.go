package session

import (
	"slices"
	"time"

	"capsule/wasm/ddp"
	"capsule/wasm/ejson"
	"capsule/wasm/internal/mutant"
	"capsule/wasm/rocket"
)

// subscribe listens to the room, before its history is read: or what is
// said in between would be missed.
func (t *turn) subscribe() {
	room := t.state.Room.ID
	if room == "" {
		return
	}
	sub := func(stream, event string) string {
		id := t.nextID()
		t.write(ddp.Frame{Kind: ddp.Sub, ID: id, Name: stream, Params: rocket.StreamParams(event, t.token)})
		return id
	}
	if mutant.Is(mutant.HistoryFirst) {
		t.askHistory()
	}
	// Before the messages: one that is heard of must not be deleted unheard.
	sub(rocket.StreamNotify, room+rocket.NotifyDeleted)
	t.link.messages = sub(rocket.StreamMessages, room)
	sub(rocket.StreamRoom, room)
	sub(rocket.StreamNotify, room+rocket.NotifyActivity)
	sub(rocket.StreamNotify, room+rocket.NotifyTyping)
}

func (t *turn) ready(ids []string) {
	for _, id := range ids {
		if id == t.link.messages && id != "" {
			t.link.listens, t.link.refusals, t.link.fails = true, 0, 0
			t.stopPolling()
			t.state.Synced = t.state.Synced || mutant.Is(mutant.EarlySync)
			if !mutant.Is(mutant.HistoryFirst) {
				t.askHistory()
			}
			t.pump()
		}
	}
}

// A session that says a room is open, while its stream is refused, is asked
// again only so many times in a row; then there is a pause.
const (
	maxRefusals  = 2
	refusalPause = 30 * time.Second
)

// refused takes the refusal of a subscription. To the messages of a room
// it means that the room is closed or the token replaced; to ask again
// would go round in circles, history and session know which it is.
func (t *turn) refused(f ddp.Frame) {
	if f.ID != t.link.messages || f.ID == "" || f.Err == nil && t.link.listens {
		return
	}
	if mutant.Is(mutant.RefusedAgain) {
		t.subscribe()
		return
	}
	t.link.refusals++
	if f.Err != nil && f.Err.Code == ddp.CodeTooMany {
		t.arm("subscribe", f.Err.Wait(), (*turn).subscribe)
		return
	}
	if t.link.refusals > maxRefusals {
		t.arm("subscribe", refusalPause, (*turn).doubtRoom)
		return
	}
	t.doubtRoom()
}

// doubtRoom asks what has become of the room.
func (t *turn) doubtRoom() {
	t.link.messages, t.link.fails = "", 0 // the server is well
	t.askHistory()
	t.forget(askSession)
	t.askSession()
}

// changed takes an event of a stream. Events of other rooms are none of
// ours, whatever a server sends.
func (t *turn) changed(f ddp.Frame) {
	room := t.state.Room.ID
	if room == "" || len(f.Args) == 0 {
		return
	}
	switch {
	case f.Name == rocket.StreamMessages && f.Event == room:
		waiting := t.state.Outbox.Len()
		for _, arg := range f.Args {
			if m, err := rocket.MessageFrom(arg); err == nil && m.Room == room {
				t.message(m)
			}
		}
		if t.state.Outbox.Len() < waiting {
			// A line of ours came back before the answer to it, which
			// counts for nothing now: it is the next one's turn.
			t.state.Trouble = Trouble{}
			t.pump()
		}
	case f.Name == rocket.StreamRoom && f.Event == room:
		t.roomEvent(rocket.RoomEventFrom(f.Args[0]))
	case f.Name == rocket.StreamNotify && f.Event == room+rocket.NotifyDeleted:
		t.deleted(f.Args[0].Get("_id").Str())
	case f.Name == rocket.StreamNotify && f.Event == room+rocket.NotifyActivity:
		t.activity(f.Args)
	case f.Name == rocket.StreamNotify && f.Event == room+rocket.NotifyTyping:
		t.othersType(f.Args[0].Str(), len(f.Args) > 1 && f.Args[1].Bool())
	}
}

// message takes a message of the stream, which brings all that came before it
// first. An answer about a line of ours may overtake them.
func (t *turn) message(m rocket.Message) {
	if t.state.Synced && m.At.After(t.whole) {
		t.whole = m.At
	}
	t.take(m, t.delivered(m.ID))
}

// take shows a message; waited says that it is a line that waited for it.
func (t *turn) take(m rocket.Message, waited bool) {
	st := &t.state
	if t.sync.heard != nil {
		t.sync.heard[m.ID] = true
	}
	if t.sync.heard != nil && t.whole.IsZero() && !waited && m.Updated.After(m.At) {
		t.early = append(t.early, m)
		return
	}
	old := m.At.Before(t.from) && !st.Timeline.Has(m.ID)
	if old && !waited {
		if t.sync.heard != nil {
			t.early = append(t.early, m) // a page that is under way may have its old state
		}
		return // edited, and too long ago to be shown: what came next is not
	}
	if !st.Timeline.Put(m) {
		return
	}
	if old {
		t.polls = 0    // all that is shown
		t.askHistory() // and what came between
	}
	if m.Type == "" && !st.mine(m) {
		t.othersType(m.From.Username, false)
		t.othersType(m.From.Name, false)
		t.noticed(m)
	}
	if m.Type == rocket.TypeClosed {
		t.closed()
	}
}

func (t *turn) deleted(id string) {
	if t.sync.heard != nil {
		t.sync.heard[id] = false
	}
	t.early = slices.DeleteFunc(t.early, func(m rocket.Message) bool { return m.ID == id })
	t.removing(func() { t.state.Timeline.Remove(id) })
}

func (t *turn) roomEvent(e rocket.RoomEvent) {
	switch e.Type {
	case rocket.EventAgent:
		t.setAgent(e.Agent)
	case rocket.EventStatus:
		agent := t.state.Agent
		agent.Status = e.Status
		t.setAgent(agent)
	case rocket.EventQueue:
		t.state.Spot = e.Spot
	}
}

func (t *turn) setAgent(a rocket.Agent) {
	st := &t.state
	st.Agent, st.Room.ServedBy = a, a.User
	if a.Known() {
		st.Spot = 0
	}
	if a.ID != "" {
		// Messages carry names that the server may keep to itself; these are for visitors.
		if st.Names == nil {
			st.Names = map[string]string{}
		}
		st.Names[a.ID] = a.DisplayName()
	}
	told := ejson.Object(ejson.F("name", ejson.String(a.DisplayName())), ejson.F("status", ejson.String(a.Status))).String()
	if told != t.told && (a.Known() || t.told != "") {
		t.told = told
		t.do(Tell{TellAgent, told})
	}
}
