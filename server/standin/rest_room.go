package standin

func getRoom(q *request) (any, error) {
	room := field{kind: "object", fields: []field{text("token"), maybe("rid"), maybe("agentId")}, open: q.s.since(8)}
	if room.open && q.query["token"] == nil {
		return nil, invalid("must have required property 'token'")
	}
	if err := match(q.query, room, ""); err != nil {
		return nil, err
	}
	v := q.s.visitorByToken(str(q.query["token"]))
	if v == nil {
		return nil, plain("invalid-token")
	}
	rid := str(q.query["rid"])
	r, err := q.s.resume(v, rid)
	if err != nil {
		return nil, err
	}
	fresh := r == nil
	if fresh {
		source := doc{"type": "api"}
		if isWidget(q.r) {
			source = doc{"type": "widget", "destination": q.r.Host}
		}
		if r, err = q.s.newRoom(v, rid, preferred{id: str(q.query["agentId"])}, source); err != nil {
			return nil, err
		}
	}
	return doc{"room": q.s.roomDoc(r), "newRoom": fresh}, nil
}

// resume finds the room a visitor goes on in, or nil when one is to be made.
func (s *Server) resume(v *visitor, rid string) (*room, error) {
	if s.opt.Mode == V3 {
		// 3.x makes a room unless it is told one that is open; the id may
		// be chosen, but not that of a room there was.
		r := s.room(rid)
		switch {
		case r == nil:
			return nil, nil
		case r.token != v.token:
			return nil, plain("cannot-access-room")
		case r.open:
			return r, nil
		}
		return nil, nil
	}
	if rid == "" {
		return s.openRoom(v.token), nil
	}
	r := s.room(rid)
	if r == nil || r.token != v.token || !r.open {
		return nil, plain("invalid-room")
	}
	return r, nil
}

func postRoomClose(q *request) (any, error) {
	if err := q.check(text("rid"), text("token")); err != nil {
		return nil, err
	}
	if !q.s.set.VisitorsCanClose {
		return nil, plain("error-not-allowed-to-close-conversation")
	}
	d := q.object()
	_, r, err := q.s.own(str(d["token"]), str(d["rid"]))
	if err != nil {
		return nil, err
	}
	if !r.open {
		return nil, plain("room-closed")
	}
	q.s.close(r, nil, closedByVisitor)
	return doc{"rid": r.id, "comment": closedByVisitor}, nil
}

const closedByVisitor = "Closed by visitor"

func (q *request) transfer() (*visitor, *room, *department, error) {
	if err := q.check(text("rid"), text("token"), text("department")); err != nil {
		return nil, nil, nil, err
	}
	d := q.object()
	v, r, err := q.s.own(str(d["token"]), str(d["rid"]))
	if err != nil {
		return nil, nil, nil, err
	}
	return v, r, q.s.department(str(d["department"])), nil
}

func postRoomTransfer(q *request) (any, error) {
	v, r, to, err := q.transfer()
	if err != nil {
		return nil, err
	}
	if !r.open {
		return nil, bare()
	}
	if err := q.s.moveByVisitor(v, r, to, "visitor"); err != nil {
		return nil, err
	}
	d := q.s.brief(r)
	d["t"], d["ts"] = "l", r.ts
	d["v"] = doc{"_id": v.id, "username": v.username, "token": v.token, "status": v.status}
	return doc{"room": d}, nil
}

func (s *Server) moveByVisitor(v *visitor, r *room, to *department, kind string) error {
	if to == nil {
		if s.since(6) {
			return plain("error-invalid-department")
		}
		return bare()
	}
	if s.since(6) && to.ID == r.department {
		return plain("error-forwarding-chat-same-department")
	}
	by := doc{"_id": v.id, "username": v.username}
	put(by, "name", v.name)
	t := transfer{by: by, byType: kind, department: to}
	if kind == "visitor" {
		t.token = v.token
	}
	return s.move(r, t)
}

func postDepartmentTransfer(q *request) (any, error) {
	v, r, to, err := q.transfer()
	if p, ok := err.(*problem); ok && p.code == "invalid-room" {
		return nil, plain("error-invalid-room")
	}
	if err != nil {
		return nil, err
	}
	if !r.open {
		return nil, plain("This_conversation_is_already_closed")
	}
	if err := q.s.moveByVisitor(v, r, to, "visitor"); err != nil {
		return nil, err
	}
	return doc{}, nil
}

func postSurvey(q *request) (any, error) {
	data := field{name: "data", kind: "array", fields: []field{text("name"), text("value")}}
	if err := q.check(text("rid"), text("token"), data); err != nil {
		return nil, err
	}
	d := q.object()
	_, r, err := q.s.own(str(d["token"]), str(d["rid"]))
	if err != nil {
		return nil, err
	}
	survey, err := readSurvey(d["data"].([]any))
	if err != nil {
		return nil, err
	}
	r.survey = survey
	return doc{"rid": r.id, "data": survey}, nil
}

func readSurvey(list []any) (doc, error) {
	survey := doc{}
	for _, item := range list {
		name, value := str(item.(doc)["name"]), item.(doc)["value"]
		if name != "additionalFeedback" && (!has(surveyItems, name) || !has(surveyValues, value)) {
			return nil, plain("invalid-data")
		}
		survey[name] = value
	}
	if len(survey) == 0 {
		return nil, plain("invalid-data")
	}
	return survey, nil
}

func has(list []any, v any) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
