package standin

// What agents' desks are told: the queue, their rooms, their subscriptions.

// inquiryDoc is a room in the queue.
func (s *Server) inquiryDoc(r *room) doc {
	d := doc{"_id": r.inquiry, "rid": r.id, "name": r.name, "ts": r.ts, "message": "", "status": "queued", "t": "l",
		"v":      doc{"_id": r.visitor, "username": s.visitorName(r), "token": r.token, "status": r.status},
		"source": r.source, "_updatedAt": r.updated, "queueOrder": 1, "priorityWeight": 99, "estimatedWaitingTimeQueue": 9999999}
	put(d, "department", r.department)
	for i := len(r.messages) - 1; i >= 0; i-- {
		if m := r.messages[i]; m.kind == "" {
			d["message"], d["lastMessage"] = m.text, m.doc()
			break
		}
	}
	return d
}

func (s *Server) visitorName(r *room) string {
	if v := s.byVisitor[r.visitor]; v != nil {
		return v.username
	}
	return ""
}

// inquiryChanged tells the desks about a room of the queue: added, changed or
// removed. Those who watch "public" see every department.
func (s *Server) inquiryChanged(r *room, what string) {
	d := with(s.inquiryDoc(r), "type", what)
	if what == "removed" {
		d["status"] = "taken"
	}
	const stream = "stream-livechat-inquiry-queue-observer"
	s.publish(stream, "public", nil, d)
	s.publish(stream, r.inquiry, nil, d)
	if r.department != "" {
		s.publish(stream, "department/"+r.department, nil, d)
	}
}

// inquiries are the rooms of the queue, oldest first.
func (s *Server) inquiries() []any {
	out := []any{}
	for _, r := range s.rooms {
		if r.open && r.inquiry != "" {
			out = append(out, s.inquiryDoc(r))
		}
	}
	return out
}

// roomChanged tells an agent's desks about a room: inserted, updated or
// removed.
func (s *Server) roomChanged(r *room, a *agent, what string) {
	if a != nil {
		s.publish("stream-notify-user", a.ID+"/rooms-changed", nil, what, s.deskRoom(r))
	}
}

// deskRoom is a room as an agent sees it: without the visitor's token.
func (s *Server) deskRoom(r *room) doc {
	d := s.roomDoc(r)
	v := with(d["v"].(doc))
	delete(v, "token")
	d["v"] = v
	if m, ok := d["lastMessage"].(doc); ok {
		m = with(m)
		delete(m, "token")
		d["lastMessage"] = m
	}
	return d
}

// subscriptionDoc is an agent's part in a room.
func (s *Server) subscriptionDoc(r *room, a *agent) doc {
	d := doc{"_id": r.id + a.ID, "rid": r.id, "name": s.visitorName(r), "fname": r.name, "t": "l", "open": r.open,
		"alert": r.waiting, "unread": 0, "ts": r.servedAt, "ls": r.servedAt, "_updatedAt": r.updated,
		"u": doc{"_id": a.ID, "username": a.Username, "name": a.Name}}
	put(d, "department", r.department)
	return d
}

// subscriptionChanged tells an agent's desks about his part in a room.
func (s *Server) subscriptionChanged(r *room, a *agent, what string) {
	if a != nil {
		s.publish("stream-notify-user", a.ID+"/subscriptions-changed", nil, what, s.subscriptionDoc(r, a))
	}
}
