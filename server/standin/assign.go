package standin

// assign gives a room to an agent, with the messages and events of that.
func (s *Server) assign(r *room, a *agent) {
	s.serve(r, a)
	s.greet(r, a, s.since(6))
	s.agentData(r)
	s.taken(r)
}

// serve makes an agent that of the room, silently.
func (s *Server) serve(r *room, a *agent) {
	r.servedBy, r.servedAt = a, s.tick()
	r.updated = r.servedAt
}

// taken tells the desks that a room has left the queue for its agent's list.
func (s *Server) taken(r *room) {
	if r.inquiry != "" {
		s.inquiryChanged(r, "removed")
		r.inquiry = ""
	}
	s.roomChanged(r, r.servedBy, "inserted")
	s.subscriptionChanged(r, r.servedBy, "inserted")
}

// greet posts what tells that an agent has come: "connected" and, unless it
// is told later, that he joined. Both have one time, since 6.
func (s *Server) greet(r *room, a *agent, joined bool) {
	first := &message{kind: "command", text: "connected", u: s.author(a)}
	s.post(r, first)
	if !joined {
		return
	}
	m := &message{kind: "uj", u: s.author(a)}
	if s.since(6) {
		m.ts = first.ts
	} else {
		m.text = a.Username
	}
	s.post(r, m)
}

// agentData tells the visitor who serves the room, or that nobody does.
func (s *Server) agentData(r *room) {
	d := doc{"type": "agentData"}
	if r.servedBy != nil {
		d["data"] = s.agentDoc(r.servedBy)
	}
	s.publish("stream-livechat-room", r.id, nil, d)
}

// A transfer is what an agent or a visitor asks for.
type transfer struct {
	by         doc // transferredBy, without its type
	byType     string
	token      string // when the visitor asks by REST
	comment    string
	agent      *agent
	department *department
}

// move gives a room to another agent or department, and tells why not.
func (s *Server) move(r *room, t transfer) error {
	if !r.open {
		return bare()
	}
	previous, to := r.servedBy, t.agent
	data := doc{"scope": "agent"}
	put(data, "comment", t.comment)
	put(data, "previousDepartment", r.department)
	if t.department != nil {
		data["scope"] = "department"
		data["nextDepartment"] = doc{"_id": t.department.ID, "name": t.department.Name}
		if t.department.ID == r.department {
			return meteorWith("error-forwarding-chat-same-department", "The selected department and the current room department are the same",
				doc{"function": "forwardRoomToDepartment"})
		}
		if to = s.idlest(t.department.ID); to == nil && s.set.Routing == AutoSelection {
			if s.since(6) {
				return plain("error-no-agents-online-in-department")
			}
			return bare()
		}
		r.department = t.department.ID
		if s.set.Routing == ManualSelection {
			to = nil
		}
	} else {
		data["transferredTo"] = doc{"_id": to.ID, "username": to.Username, "name": to.Name}
	}
	if to == nil {
		s.requeue(r, t, data)
		return nil
	}
	// A 3.x server tells that the new agent joined after the old one left.
	if s.since(6) {
		if to != previous {
			s.serve(r, to)
			s.greet(r, to, true)
		}
		s.agentData(r)
		s.told(r, t, data)
		s.left(r, previous, to)
	} else {
		s.serve(r, to)
		s.greet(r, to, false)
		s.agentData(r)
		s.told(r, t, data)
		s.left(r, previous, to)
		s.post(r, &message{kind: "uj", text: to.Username, u: s.author(to)})
	}
	if previous != to {
		s.roomChanged(r, previous, "removed")
		s.subscriptionChanged(r, previous, "removed")
	}
	s.taken(r)
	return nil
}

// requeue takes a room from its agent back to the queue.
func (s *Server) requeue(r *room, t transfer, data doc) {
	previous := r.servedBy
	s.told(r, t, data)
	r.servedBy, r.updated = nil, s.tick()
	if s.since(6) {
		s.agentData(r)
	}
	s.left(r, previous, nil)
	if !s.since(6) {
		s.agentData(r)
	}
	s.roomChanged(r, previous, "removed")
	s.subscriptionChanged(r, previous, "removed")
	if r.inquiry == "" {
		r.inquiry = s.docID()
	}
	s.inquiryChanged(r, "added")
}

// toQueue is an agent's "return to queue".
func (s *Server) toQueue(r *room, a *agent) {
	data := doc{"scope": "queue"}
	put(data, "previousDepartment", r.department)
	s.requeue(r, transfer{by: s.identity(a), byType: "agent"}, data)
}

// told posts the history message of a transfer.
func (s *Server) told(r *room, t transfer, data doc) {
	typeKey := "userType"
	if s.opt.Mode == V3 {
		typeKey = "type"
	}
	more := doc{}
	if s.since(6) {
		put(more, "token", t.token)
	}
	m := &message{kind: "livechat_transfer_history", u: doc{"_id": t.by["_id"], "username": t.by["username"]}, more: more}
	m.ts = s.tick()
	more["transferData"] = with(data, "transferredBy", with(t.by, typeKey, t.byType), "ts", m.ts)
	s.post(r, m)
}

func (s *Server) left(r *room, previous, now *agent) {
	if previous != nil && previous != now {
		s.post(r, &message{kind: "ul", text: previous.Username, u: s.author(previous)})
	}
}

// identity is an agent in a transferredBy.
func (s *Server) identity(a *agent) doc {
	return doc{"_id": a.ID, "username": a.Username, "name": a.Name}
}
