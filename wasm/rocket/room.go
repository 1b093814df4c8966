package rocket

import "capsule/wasm/ejson"

// A Room is one conversation of a visitor (protocol 1.7).
type Room struct {
	ID         string
	Open       bool
	Department string // id
	ServedBy   User   // zero while the room waits in the queue
}

// RoomFrom reads a room. Old servers leave out "open" of an open room.
func RoomFrom(v ejson.Value) Room {
	return Room{
		ID:         v.Get("_id").Str(),
		Open:       v.Get("open").Bool() || !v.Has("open") && !v.Has("closedAt"),
		Department: v.Get("departmentId").Str(),
		ServedBy:   UserFrom(v.Get("servedBy")),
	}
}

// Value writes the room as the bridge hands it out.
func (r Room) Value() ejson.Value {
	var o object
	o.text("_id", r.ID)
	o.add("open", ejson.Bool(r.Open))
	o.text("departmentId", r.Department)
	if r.ServedBy != (User{}) {
		o.add("servedBy", r.ServedBy.Value())
	}
	return o.value()
}

// The types of event on StreamRoom.
const (
	EventAgent  = "agentData"   // an agent took the room; none: it waits again
	EventStatus = "agentStatus" // the agent's status changed
	EventQueue  = "queueData"   // place in the queue (Enterprise)
)

// A RoomEvent is what StreamRoom tells about a room.
type RoomEvent struct {
	Type   string
	Agent  Agent  // of EventAgent; not Known: nobody serves the room
	Status string // of EventStatus
	Spot   int    // of EventQueue; 0 when unknown
}

// RoomEventFrom reads an event; of a type not known only Type is set.
func RoomEventFrom(v ejson.Value) RoomEvent {
	e := RoomEvent{Type: v.Get("type").Str()}
	switch e.Type {
	case EventAgent:
		e.Agent = AgentFrom(v.Get("data"))
	case EventStatus:
		e.Status = v.Get("status").Str()
	case EventQueue:
		e.Spot = int(v.Get("data").Get("spot").Int())
	}
	return e
}
