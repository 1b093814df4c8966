package standin

import "strings"

// Methods that 3.x alone has.

// getInitialData takes a visitor's token. Without one it tells about the
// first visitor there is, as a real 3.x server does.
func getInitialData(s *Server, c *conn, params []any) (any, error) {
	d := doc{"enabled": s.set.Enabled, "triggers": s.configTriggers(), "room": nil, "visitor": nil, "departments": s.oldDepartments()}
	for _, part := range []doc{s.configSettings(), s.configTheme(), s.configMessages()} {
		for k, v := range part {
			d[k] = v
		}
	}
	for _, k := range []string{"historyMonitorType", "forceAcceptDataProcessingConsent", "agentHiddenInfo",
		"actionLinks", "dataProcessingConsentText", "background"} {
		delete(d, k)
	}
	d["online"] = s.set.AcceptWithoutAgents || s.online("")
	token, is := at(params, 0).(string)
	v := s.visitorByToken(token)
	if !is && len(s.visitors) > 0 {
		v = s.visitors[0]
	}
	if v == nil {
		return d, nil
	}
	guest := s.guest(v)
	delete(guest, "token")
	d["visitor"] = guest
	if r := s.openRoom(v.token); r != nil {
		full := s.roomDoc(r)
		room := doc{}
		for _, k := range []string{"_id", "t", "departmentId", "v", "cl", "servedBy"} {
			if x, ok := full[k]; ok {
				room[k] = x
			}
		}
		d["room"] = room
		if r.servedBy != nil {
			d["agentData"] = s.agentDoc(r.servedBy)
		}
	}
	return d, nil
}

func (s *Server) oldDepartments() []any {
	out := []any{}
	for _, d := range s.departments {
		out = append(out, doc{"_id": d.ID, "enabled": true, "showOnRegistration": d.ShowOnRegistration,
			"showOnOfflineForm": d.ShowOnOfflineForm, "email": strings.ToLower(d.Name) + "@example.com", "name": d.Name,
			"description": d.Name + " department", "numAgents": len(d.Agents), "_updatedAt": s.last})
	}
	return out
}

func startFileUploadRoom(s *Server, c *conn, params []any) (any, error) {
	v := s.visitorByToken(str(at(params, 1)))
	if v == nil {
		return nil, plain("invalid-token")
	}
	r, err := s.resume(v, str(at(params, 0)))
	if err != nil {
		return nil, err
	}
	fresh := r == nil
	if fresh {
		if r, err = s.newRoom(v, str(at(params, 0)), preferred{}, nil); err != nil {
			return nil, err
		}
	}
	return doc{"room": s.roomDoc(r), "newRoom": fresh}, nil
}

func closeByVisitor(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	_, r, err := s.own(str(d["token"]), str(d["roomId"]))
	if err != nil || !r.open {
		return false, nil
	}
	s.close(r, nil, closedByVisitor)
	return true, nil
}

func startVideoCall(s *Server, c *conn, params []any) (any, error) {
	return nil, meteorWith("error-not-authorized", "Not authorized", doc{"method": "livechat:closeByVisitor"})
}
