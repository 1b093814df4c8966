package standin

import (
	"slices"
	"time"
)

// A room is one conversation. Its token is that of the visitor when the room
// was made: it stays when the visitor's is replaced.
type room struct {
	id, visitor, token  string
	name                string
	department          string
	open, waiting       bool // waiting for an answer
	ts, lm, updated     time.Time
	closedAt            time.Time
	servedBy            *agent
	servedAt            time.Time
	firstAnswer         time.Time
	responder           *agent
	inquiry             string // id while in the queue
	source              doc
	msgs                int
	last                *message
	messages            []*message
	data, survey        doc
	closer              string // "user" or "visitor"
	closedBy            doc
	status              string // of the visitor
	transcriptRequested bool
}

func (s *Server) room(id string) *room {
	return s.byRoom[id]
}

// openRoom returns the room the visitor may go on in.
func (s *Server) openRoom(token string) *room {
	i := slices.IndexFunc(s.rooms, func(r *room) bool { return r.token == token && r.open })
	if i < 0 {
		return nil
	}
	return s.rooms[i]
}

// own finds what most calls of a visitor name: its room, open or closed.
func (s *Server) own(token, rid string) (*visitor, *room, error) {
	v := s.visitorByToken(token)
	if v == nil {
		return nil, nil, plain("invalid-token")
	}
	r := s.room(rid)
	if r == nil || r.token != token {
		return nil, nil, plain("invalid-room")
	}
	return v, r, nil
}

// preferred is the agent a visitor asks for.
type preferred struct{ id, username string }

// newRoom opens a room, which an agent gets or which waits in the queue.
func (s *Server) newRoom(v *visitor, rid string, want preferred, source doc) (*room, error) {
	if !s.set.Enabled && s.since(6) {
		return nil, meteor("error-omnichannel-is-disabled", "")
	}
	if !s.online(v.department) && !s.set.AcceptWithoutAgents {
		return nil, meteor("no-agent-online", "Sorry, no online agents")
	}
	now := s.tick()
	r := &room{
		id: rid, visitor: v.id, token: v.token, name: v.name, department: v.department, open: true, waiting: true,
		ts: now, lm: now, updated: now, source: source, data: doc{}, status: v.status,
	}
	if rid == "" {
		r.id = s.opt.NewID()
	}
	if r.name == "" {
		r.name = v.username
	}
	asked := s.agentByID(want.id)
	if r.department == "" && asked == nil {
		r.department = s.defaultDepartment()
	}
	s.rooms = append(s.rooms, r)
	s.byRoom[r.id] = r
	v.lastRoom, v.lastRoomTime = r.id, now
	if s.since(6) {
		s.post(r, &message{kind: "livechat-started", u: doc{"_id": v.id, "username": v.username}, more: doc{"token": v.token}})
	}
	r.inquiry = s.docID()
	if a := s.route(r, asked); a != nil {
		s.assign(r, a)
	} else {
		s.inquiryChanged(r, "added")
	}
	return r, nil
}

// roomDoc is the room as GET livechat/room tells it.
func (s *Server) roomDoc(r *room) doc {
	v := doc{"_id": r.visitor, "username": "", "token": r.token, "status": r.status}
	if x := s.byVisitor[r.visitor]; x != nil {
		v["username"] = x.username
		if last := r.lastVisitorMessage(); !last.IsZero() {
			v["lastMessageTs"] = last
		}
		s.activity(v, x)
	}
	d := doc{
		"_id": r.id, "t": "l", "fname": r.name, "msgs": r.msgs, "usersCount": 1, "lm": r.lm, "ts": r.ts,
		"_updatedAt": r.updated, "v": v, "cl": false, "open": r.open,
	}
	if r.waiting {
		d["waitingResponse"] = true
	}
	put(d, "departmentId", r.department)
	if r.servedBy != nil {
		d["servedBy"] = r.served()
		d["usersCount"] = 2
	}
	if r.responder != nil {
		d["responseBy"] = doc{"_id": r.responder.ID, "username": r.responder.Username, "firstResponseTs": r.firstAnswer, "lastMessageTs": r.firstAnswer}
	}
	if last := r.lastVisitorMessage(); !last.IsZero() {
		d["metrics"] = doc{"v": doc{"lq": last}}
	}
	if len(r.data) > 0 {
		d["livechatData"] = r.data
	}
	if !r.open {
		delete(d, "open")
		d["closedAt"], d["closer"], d["closedBy"] = r.closedAt, r.closer, r.closedBy
	}
	if s.opt.Mode == V3 && r.last != nil {
		d["lastMessage"] = r.last.doc()
	}
	if s.since(6) {
		d["source"], d["queuedAt"] = r.source, r.ts
		d["priorityWeight"], d["estimatedWaitingTimeQueue"] = 99, 9999999
		if r.last != nil {
			d["lastMessage"] = r.last.doc()
		}
	}
	if s.since(8) {
		v["name"] = r.name
		d["contactId"], d["verified"] = "contact-"+r.visitor, false
	}
	if s.since(9) {
		d["_enforceSingleRoom"] = true
	}
	return d
}

func (r *room) served() doc {
	return doc{"_id": r.servedBy.ID, "username": r.servedBy.Username, "ts": r.servedAt}
}

func (r *room) lastVisitorMessage() time.Time {
	for i := len(r.messages) - 1; i >= 0; i-- {
		if m := r.messages[i]; m.kind == "" && m.token != "" {
			return m.ts
		}
	}
	return time.Time{}
}

// brief is the room as config and a transfer tell it.
func (s *Server) brief(r *room) doc {
	d := doc{"_id": r.id, "open": true}
	put(d, "departmentId", r.department)
	if r.servedBy != nil {
		d["servedBy"] = r.served()
	}
	return d
}

// close ends a room. The closer is an agent, or the visitor when nil.
func (s *Server) close(r *room, by *agent, comment string) {
	now := s.tick()
	r.closedAt, r.updated, r.waiting = now, now, false
	u, kind := doc{"_id": r.visitor, "username": ""}, "visitor"
	more := doc{"transcriptRequested": r.transcriptRequested}
	if v := s.byVisitor[r.visitor]; v != nil {
		u["username"] = v.username
		if s.opt.Mode == V3 {
			u = v.author()
		}
	}
	if by != nil {
		u, kind = doc{"_id": by.ID, "username": by.Username}, "user"
		if s.opt.Mode == V3 {
			u["name"] = by.Name
		}
	} else if s.since(6) {
		more["token"] = r.token
	}
	r.closer, r.closedBy = kind, doc{"_id": u["_id"], "username": u["username"]}
	m := &message{kind: "livechat-close", text: comment, u: u, more: more}
	if s.opt.Mode == V3 {
		more["mentions"], more["channels"] = []any{}, []any{}
	}
	s.post(r, m)
	if s.set.Transcript || s.opt.Mode == V3 {
		s.post(r, &message{kind: "command", text: "promptTranscript", u: doc{"_id": u["_id"], "username": u["username"]}})
	}
	r.open, r.status = false, "offline"
	if r.inquiry != "" {
		s.inquiryChanged(r, "removed")
		r.inquiry = ""
	}
	s.roomChanged(r, r.servedBy, "updated")
	s.subscriptionChanged(r, r.servedBy, "removed")
}
