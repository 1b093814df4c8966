package session

import (
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/internal/mutant"
	"capsule/wasm/internal/timeline"
	"capsule/wasm/rocket"
)

func (t *turn) askRoom() { t.ask(askRoom, "POST", "/v1/room") }

func (t *turn) gotRoom(r reply) {
	st := &t.state
	switch {
	case r.outcome == done:
		st.Trouble = Trouble{}
		t.adoptRoom(rocket.RoomFrom(r.body.Get("room")))
		if st.Room.ServedBy.ID != "" && !st.Agent.Known() {
			t.askSession() // the agent came before we listened: no event tells who it is
		}
		t.pump()
	case r.outcome == badToken:
		t.renewIdentity()
	default:
		t.startFailed(askRoom, r, (*turn).pump)
		if r.outcome == refused {
			st.Config.Online = st.Config.Online && st.Trouble.Kind != TroubleNoAgent
			t.refuseWaiting(whyOf(r.reason))
		}
	}
}

// adoptRoom makes room the conversation. One whose end was read stays closed,
// whatever an answer says that left before.
func (t *turn) adoptRoom(room rocket.Room) {
	st := &t.state
	isNew := st.Room.ID != room.ID
	if room.ID == "" || !isNew && st.Over && t.endRead() {
		return
	}
	if isNew {
		t.forked = st.Room.ID != "" && !st.Over
		t.dropRoom()
		t.save(keyRoom, room.ID)
		if t.asking(askSession) { // the answer may be from before this room
			t.forget(askSession)
			t.askSession()
		}
	}
	st.Room, st.Over, st.Introduced = room, false, true
	st.Room.Open = true
	for _, it := range st.Outbox.Items() {
		if it.Room == "" {
			it.Room = room.ID
			st.Outbox.Put(it)
			if t.cfg.Tab == "" || t.leads() { // else another tab may be further with it
				t.save(it.Key(), it.Encode())
			}
		}
	}
	if isNew {
		t.do(Tell{TellStarted, detail("room", room.ID)})
	}
	if st.Link == LinkUp && t.link.messages == "" {
		t.subscribe()
	}
	t.dialSoon()
	if isNew && st.Link == LinkDown {
		t.considerPolling() // the socket may have failed often enough for the room before
	}
}

// dropRoom leaves a conversation behind, but for its unsent lines.
func (t *turn) dropRoom() {
	st := &t.state
	if st.Room.ID == "" && st.Timeline.Len() == 0 {
		return
	}
	st.Room, st.Agent, st.Over, st.Spot, st.Unread = rocket.Room{}, rocket.Agent{}, false, 0, 0
	st.Names = nil
	st.Timeline, st.Typing, st.Synced = timeline.Timeline{}, nil, false
	t.early = nil
	t.link.refusals = 0
	t.told, t.sync, t.from, t.whole, t.deep = "", catchUp{}, never, never, never
	t.stopPolling()
	t.disarm("end")
	t.forget(askHistory)
	t.forget(askClose) // its answer is about the room that is left
	t.forget(askLookup)
	t.save(keyRoom, "")
	if st.Link != LinkDown {
		t.drop(putAway) // its subscriptions are those of the old room
	}
}

// end asks for the end of the conversation, which then comes as a message.
func (t *turn) end() {
	st := &t.state
	if st.Room.ID == "" || st.Over || !st.Config.Closable {
		return
	}
	t.ask(askClose, "POST", "/v1/room/close", ejson.F("room", ejson.String(st.Room.ID)))
}

func (t *turn) gotClosed(r reply) {
	st := &t.state
	switch {
	case r.outcome == done, r.outcome == missing,
		r.outcome == refused && (r.reason == "room-closed" || r.reason == "invalid-room"):
		st.Trouble = Trouble{}
		t.closed()
	case r.outcome == badToken:
		t.renewIdentity()
	default:
		st.Trouble = t.trouble(r)
	}
}

// endPause is how long the last message of a conversation may take to be
// written.
const endPause = 3 * time.Second

// closed takes the news that the conversation has ended. What was said last
// may not have come over the socket, but is in the history.
func (t *turn) closed() {
	if t.state.Over || t.state.Room.ID == "" {
		return
	}
	t.over()
	if mutant.Is(mutant.EndUnread) {
		return
	}
	t.askHistory()
	if !t.endRead() {
		t.arm("end", endPause, (*turn).askHistory) // it is written after the room is closed
	}
}

// endRead reports whether the last message is that of the end.
func (t *turn) endRead() bool { return t.state.Closing() != "" }

// over is the end of the conversation, whoever ended it. The socket goes: a
// closed room is silent, and a subscription to it refused.
func (t *turn) over() {
	st := &t.state
	if st.Over || st.Room.ID == "" {
		return
	}
	st.Over, st.Room.Open, st.Typing, st.Spot = true, false, nil, 0
	t.disarm("redial")
	t.stopPolling()
	if st.Link != LinkDown {
		t.drop(putAway)
	}
	st.Lost, st.Redial = never, never
	t.do(Tell{TellEnded, detail("room", st.Room.ID)})
	if t.forked {
		t.forked = false
		t.askSession()
	}
	t.pump()
}

// renew clears the table for another conversation.
func (t *turn) renew() {
	st := &t.state
	if !st.Over && st.Room.ID != "" {
		return
	}
	t.dropRoom()
	st.Expired = false
	t.forget(askConfig)
	t.askConfig()
	t.pump()
}
