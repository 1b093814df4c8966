package standin

import "time"

// The methods by which an agent works on rooms.

// serving finds a room of the agent who calls.
func (s *Server) serving(c *conn, rid string) (*room, error) {
	r := s.room(rid)
	if r == nil || r.servedBy != c.agent {
		return nil, meteor("error-not-allowed", "Not allowed")
	}
	return r, nil
}

func takeInquiry(s *Server, c *conn, params []any) (any, error) {
	if c.agent == nil {
		reason := "Invalid User"
		if s.opt.Mode == V3 {
			reason = "Not allowed"
		}
		return nil, meteorWith("error-not-allowed", reason, doc{"method": "livechat:takeInquiry"})
	}
	id := str(at(params, 0))
	for _, r := range s.rooms {
		if r.inquiry == id && id != "" {
			s.assign(r, c.agent)
			return s.subscriptionDoc(r, c.agent), nil
		}
	}
	return nil, meteorWith("error-not-allowed", "Inquiry already taken", doc{"method": "livechat:takeInquiry"})
}

func returnAsInquiry(s *Server, c *conn, params []any) (any, error) {
	r, err := s.serving(c, str(at(params, 0)))
	if err != nil {
		return nil, err
	}
	if !r.open {
		return nil, meteorWith("room-closed", "Room closed", doc{"method": "livechat:returnAsInquiry"})
	}
	s.toQueue(r, c.agent)
	return true, nil
}

func closeRoom(s *Server, c *conn, params []any) (any, error) {
	if c.agent == nil {
		return nil, meteorWith("error-not-authorized", "Not authorized", doc{"method": "livechat:closeRoom"})
	}
	r := s.room(str(at(params, 0)))
	if r == nil {
		return nil, meteorWith("error-invalid-room", "Invalid room", doc{"method": "livechat:closeRoom"})
	}
	if r.servedBy != c.agent {
		return nil, meteorWith("error-not-authorized", "Not authorized", doc{"method": "livechat:closeRoom"})
	}
	if !r.open {
		return nil, meteorWith("room-closed", "Room closed", doc{"method": "livechat:closeRoom"})
	}
	s.close(r, c.agent, str(at(params, 1)))
	if s.opt.Mode == V3 {
		return true, nil
	}
	return nil, nil
}

// transferMethod takes {roomId, userId|departmentId, comment}.
func transferMethod(s *Server, c *conn, params []any) (any, error) {
	notAllowed := meteorWith("error-not-allowed", "Not allowed", doc{"method": "livechat:transfer"})
	if c.agent == nil {
		return nil, notAllowed
	}
	d, _ := at(params, 0).(doc)
	r, err := s.serving(c, str(d["roomId"]))
	if err != nil {
		return nil, notAllowed
	}
	t := transfer{by: s.identity(c.agent), byType: "agent", comment: str(d["comment"]),
		agent: s.agentByID(str(d["userId"])), department: s.department(str(d["departmentId"]))}
	if t.agent == nil && t.department == nil {
		return false, nil
	}
	if t.agent != nil && t.agent.status() == "offline" {
		return nil, meteorWith("error-user-is-offline", "User is offline", doc{"function": "forwardRoomToAgent"})
	}
	if err := s.move(r, t); err != nil {
		return false, nil
	}
	return true, nil
}

// loadHistory takes rid, end, limit, ls.
func loadHistory(s *Server, c *conn, params []any) (any, error) {
	if c.agent == nil {
		return nil, meteorWith("error-invalid-user", "Invalid user", doc{"method": "loadHistory"})
	}
	r := s.room(str(at(params, 0)))
	if r == nil || r.servedBy != c.agent && r.inquiry == "" {
		return false, nil
	}
	end, ok := timeOf(at(params, 1))
	if !ok {
		end = time.Time{}
	}
	limit := 20
	if n, ok := at(params, 2).(float64); ok && n > 0 {
		limit = int(n)
	}
	return doc{"messages": s.history(r, end, 0, limit), "unreadNotLoaded": 0}, nil
}

func readMessages(s *Server, c *conn, params []any) (any, error) { return true, nil }

func sendMessage(s *Server, c *conn, params []any) (any, error) {
	d, ok := at(params, 0).(doc)
	if !ok || str(d["rid"]) == "" {
		return nil, matchErr()
	}
	r, err := s.serving(c, str(d["rid"]))
	if err != nil || !r.open {
		return nil, meteor("error-not-allowed", "Not allowed")
	}
	if id := str(d["_id"]); id != "" && s.messages[id] != nil {
		return nil, nil
	}
	more := doc{}
	for _, k := range []string{"tmid", "attachments", "groupable"} {
		if v, ok := d[k]; ok {
			more[k] = v
		}
	}
	return s.say(c.agent, r, str(d["_id"]), str(d["msg"]), more).doc(), nil
}

// ownMessage finds a message that the agent who calls wrote.
func (s *Server) ownMessage(c *conn, id string) (*room, *message, error) {
	m := s.messages[id]
	if m == nil || m.u["_id"] != c.agent.ID {
		return nil, nil, meteor("error-action-not-allowed", "Not allowed")
	}
	return s.room(m.rid), m, nil
}

func updateMessage(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	r, m, err := s.ownMessage(c, str(d["_id"]))
	if err != nil {
		return nil, err
	}
	s.edit(r, m, doc{"_id": c.agent.ID, "username": c.agent.Username}, str(d["msg"]))
	return nil, nil
}

func deleteMethod(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	r, m, err := s.ownMessage(c, str(d["_id"]))
	if err != nil {
		return nil, err
	}
	s.remove(r, m)
	return nil, nil
}

func setReaction(s *Server, c *conn, params []any) (any, error) {
	m := s.messages[str(at(params, 1))]
	if m == nil {
		return nil, meteor("error-not-allowed", "Not allowed")
	}
	r, err := s.serving(c, m.rid)
	if err != nil {
		return nil, err
	}
	s.react(r, m, c.agent, str(at(params, 0)))
	return nil, nil
}
