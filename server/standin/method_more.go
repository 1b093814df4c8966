package standin

func getAgentData(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	_, r, err := s.own(str(d["token"]), str(d["roomId"]))
	if err != nil {
		return nil, meteor("error-invalid-room", "Invalid room")
	}
	if r.servedBy == nil {
		return nil, nil
	}
	return s.agentDoc(r.servedBy), nil
}

func setDepartment(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	v, r, err := s.own(str(d["visitorToken"]), str(d["roomId"]))
	if err != nil {
		return nil, err
	}
	if err := s.moveByVisitor(v, r, s.department(str(d["departmentId"])), "user"); err != nil {
		if s.opt.Mode == V3 {
			return false, nil
		}
		return nil, script(err.Error())
	}
	return true, nil
}

func saveSurvey(s *Server, c *conn, params []any) (any, error) {
	_, r, err := s.own(str(at(params, 0)), str(at(params, 1)))
	if err != nil {
		return nil, nil
	}
	data := list(at(params, 2))
	for _, item := range data {
		if _, ok := item.(doc); !ok {
			return nil, matchErr()
		}
	}
	if r.survey, err = readSurvey(data); err != nil {
		return nil, nil
	}
	return s.modified(), nil
}

func sendOffline(s *Server, c *conn, params []any) (any, error) {
	d, ok := at(params, 0).(doc)
	if !ok || str(d["name"]) == "" || str(d["email"]) == "" || str(d["message"]) == "" {
		return nil, matchErr()
	}
	taken := s.leaveMessage(d)
	if s.opt.Mode == V3 {
		return taken, nil
	}
	return nil, nil
}

func getCustomFields(s *Server, c *conn, params []any) (any, error) {
	out := []any{}
	for _, f := range s.fields {
		scope, seen := "visitor", "visible"
		if f.Room {
			scope = "room"
		}
		if f.Hidden {
			seen = "hidden"
		}
		d := doc{"_id": f.Key, "label": f.label(), "scope": scope, "visibility": seen, "regexp": f.Pattern,
			"searchable": true, "type": "input", "required": f.Required, "defaultValue": "", "options": "", "public": true,
			"_updatedAt": s.last}
		out = append(out, d)
	}
	return out, nil
}
