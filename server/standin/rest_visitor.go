package standin

import "net/http"

var visitorFields = []field{
	maybe("id"), text("token"), maybe("name"), maybe("email"), maybe("department"), maybe("username"),
	{name: "phone", optional: true, kind: "string"},
	{name: "connectionData", optional: true},
	{name: "customFields", optional: true, kind: "array",
		fields: []field{text("key"), text("value"), {name: "overwrite", kind: "boolean"}}},
}

func postVisitor(q *request) (any, error) {
	if q.s.opt.Mode != V3 && q.body == nil {
		q.body = doc{}
	}
	visitor := field{name: "visitor", kind: "object", fields: visitorFields}
	if err := match(q.body, field{kind: "object", fields: []field{visitor}}, ""); err != nil {
		return nil, err
	}
	v, err := q.s.register(q.object()["visitor"].(doc))
	if err != nil {
		return nil, err
	}
	if q.s.since(8) {
		v.userAgent, v.ip, v.hostname = q.r.UserAgent(), q.address(), q.r.Host
	}
	return doc{"visitor": q.s.visitorDoc(v)}, nil
}

func (q *request) visitor() (*visitor, error) {
	v := q.s.visitorByToken(q.path["token"])
	if v != nil {
		return v, nil
	}
	reason := ""
	if q.s.since(9) {
		reason = "Invalid token"
	}
	return nil, meteor("invalid-token", reason)
}

func getVisitor(q *request) (any, error) {
	v, err := q.visitor()
	if err != nil {
		if q.s.opt.Mode == V3 {
			return doc{}, nil
		}
		return nil, err
	}
	return doc{"visitor": q.s.visitorDoc(v)}, nil
}

func deleteVisitor(q *request) (any, error) {
	v, err := q.visitor()
	if err != nil {
		if q.s.opt.Mode == V3 {
			return nil, script("invalid-token")
		}
		return nil, err
	}
	if q.s.openRoom(v.token) != nil {
		return nil, meteor("visitor-has-open-rooms", "Cannot remove visitors with opened rooms")
	}
	q.s.forget(v)
	return doc{"visitor": doc{"_id": v.id, "ts": q.s.tick()}}, nil
}

func postVisitorStatus(q *request) (any, error) {
	if err := q.check(text("token"), text("status")); err != nil {
		return nil, err
	}
	d := q.object()
	v := q.s.visitorByToken(str(d["token"]))
	if v == nil {
		return nil, meteor("invalid-token", "")
	}
	v.status = str(d["status"])
	if r := q.s.openRoom(v.token); r != nil {
		r.status = v.status
	}
	return doc{"token": v.token, "status": v.status}, nil
}

// postCallStatus finds no call: there are none.
func postCallStatus(q *request) (any, error) {
	if err := q.check(text("token"), text("callStatus"), text("rid"), text("callId")); err != nil {
		return nil, err
	}
	return nil, script("Invalid message ID.")
}

func getAgentInfo(q *request) (any, error) {
	_, r, err := q.s.own(q.path["token"], q.path["rid"])
	if err != nil {
		return nil, err
	}
	if r.servedBy == nil {
		return nil, plain("invalid-agent")
	}
	return doc{"agent": q.s.agentDoc(r.servedBy)}, nil
}

func getAgentNext(q *request) (any, error) {
	if err := q.checkQuery(maybe("department")); err != nil {
		return nil, err
	}
	if q.s.openRoom(q.path["token"]) != nil {
		return doc{}, nil
	}
	a := q.s.nextAgent(str(q.query["department"]))
	if a == nil {
		return nil, plain("agent-not-found")
	}
	return doc{"agent": q.s.agentDoc(a)}, nil
}

// nextAgent is the one a new room would get. Of a department a 6.x server may
// name one who is offline, while agents count as online when idle.
func (s *Server) nextAgent(department string) *agent {
	if s.set.Routing == ManualSelection {
		return nil
	}
	if d := s.department(department); d != nil {
		department = d.ID
		if a := s.idlest(department); a != nil || !s.since(6) || !s.set.AgentsWhenIdle {
			return a
		}
		for _, name := range d.Agents {
			if a := s.agentByName(name); a != nil && !a.unavailable {
				return a
			}
		}
	}
	return s.idlest(department)
}

// isWidget tells whether the cookies are those of the official widget.
func isWidget(r *http.Request) bool {
	w, err1 := r.Cookie("rc_is_widget")
	t, err2 := r.Cookie("rc_room_type")
	return err1 == nil && err2 == nil && w.Value == "t" && t.Value == "l"
}
