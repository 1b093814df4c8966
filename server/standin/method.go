package standin

import (
	"strings"
	"time"
)

// A method is one DDP method. since and until are major versions.
type method struct {
	since, until int
	run          func(s *Server, c *conn, params []any) (any, error)
}

// methods returns all; a function, so that they may call call.
func methods(name string) (method, bool) {
	if m, ok := visitorMethods[name]; ok {
		return m, true
	}
	m, ok := agentMethods[name]
	return m, ok
}

// call runs a method for a connection.
func (s *Server) call(c *conn, name string, params []any) (any, error) {
	if m, ok := methods(name); ok && (m.since == 0 || s.since(m.since)) && (m.until == 0 || !s.since(m.until)) {
		return m.run(s, c, params)
	}
	if name == "stream-notify-room" {
		return nil, s.notify(c, params)
	}
	for _, stream := range streams {
		if name == stream {
			return nil, nil // a write that is not allowed has no effect and no error
		}
	}
	return nil, meteor(404, "Method '"+name+"' not found")
}

func matchErr() error { return &problem{kind: matchError} }

var visitorMethods = map[string]method{
	"sendMessageLivechat":              {until: 9, run: sendMessageLivechat},
	"livechat:registerGuest":           {until: 8, run: registerGuest},
	"livechat:loginByToken":            {until: 8, run: loginByToken},
	"livechat:getNextAgent":            {until: 8, run: getNextAgent},
	"livechat:setUpConnection":         {run: setUpConnection},
	"livechat:setCustomField":          {until: 8, run: setCustomField},
	"livechat:pageVisited":             {until: 8, run: pageVisited},
	"livechat:getAgentData":            {until: 8, run: getAgentData},
	"livechat:loadHistory":             {until: 8, run: visitorHistory},
	"livechat:setDepartmentForVisitor": {until: 8, run: setDepartment},
	"livechat:saveSurveyFeedback":      {until: 8, run: saveSurvey},
	"livechat:sendOfflineMessage":      {until: 8, run: sendOffline},
	"livechat:getCustomFields":         {until: 8, run: getCustomFields},
	"livechat:getInitialData":          {until: 6, run: getInitialData},
	"livechat:startFileUploadRoom":     {until: 6, run: startFileUploadRoom},
	"livechat:closeByVisitor":          {until: 6, run: closeByVisitor},
	"livechat:startVideoCall":          {until: 6, run: startVideoCall},
}

func sendMessageLivechat(s *Server, c *conn, params []any) (any, error) {
	if len(params) == 0 {
		return nil, script("Cannot destructure property of undefined")
	}
	d, ok := at(params, 0).(doc)
	if !ok {
		return nil, matchErr()
	}
	msg := field{kind: "object", open: true}
	for _, f := range []field{text("_id"), text("rid"), text("msg"), text("token")} {
		if _, is := d[f.name].(string); !is {
			return nil, matchErr()
		}
	}
	if err := match(d, msg, ""); err != nil {
		return nil, err
	}
	var want preferred
	if a := at(params, 1); a != nil {
		if err := match(a, field{kind: "object", fields: []field{text("agentId"), text("username")}}, ""); err != nil {
			return nil, err
		}
		want = preferred{id: str(a.(doc)["agentId"]), username: str(a.(doc)["username"])}
	}
	v := s.visitorByToken(str(d["token"]))
	if v == nil {
		return nil, meteor("invalid-token", "")
	}
	if s.tooLong(str(d["msg"])) {
		return nil, meteor("message-length-exceeds-character-limit", "")
	}
	r := s.room(str(d["rid"]))
	fresh := false
	switch {
	case r != nil && r.open && r.token != v.token:
		return nil, meteor("cannot-access-room", "")
	case r == nil || !r.open:
		// The id a client made up counts on 3.x alone.
		rid := ""
		if s.opt.Mode == V3 && r == nil {
			rid = str(d["rid"])
		}
		var err error
		if r, err = s.newRoom(v, rid, want, doc{"type": "api"}); err != nil {
			return nil, err
		}
		fresh = true
	}
	if s.opt.Mode == V3 && s.messages[str(d["_id"])] != nil {
		return nil, nil
	}
	m, err := s.write(v, r, str(d["_id"]), str(d["msg"]), nil)
	if err != nil {
		return nil, err
	}
	return with(m.doc(), "newRoom", fresh, "showConnecting", s.set.Routing == ManualSelection), nil
}

// notify passes a typing notice on. A refused one is no error.
func (s *Server) notify(c *conn, params []any) error {
	event := str(at(params, 0))
	rid, kind, _ := strings.Cut(event, "/")
	r := s.room(rid)
	if r == nil {
		return nil
	}
	extra, _ := at(params, len(params)-1).(doc)
	if c.agent == nil && extra["token"] != r.token {
		return nil
	}
	// Each version delivers one of the two forms and takes both.
	if s.opt.Mode == V3 && kind == "typing" || s.since(6) && kind == "user-activity" {
		s.publish("stream-notify-room", event, c, params[1:]...)
	}
	return nil
}

func registerGuest(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	if str(d["token"]) == "" {
		if s.opt.Mode == V3 {
			return nil, matchErr()
		}
		return nil, meteorWith("error-invalid-token", "Invalid token", doc{"method": "livechat:registerGuest"})
	}
	v, err := s.register(d)
	if err != nil {
		return nil, err
	}
	return doc{"userId": v.id, "visitor": s.guest(v)}, nil
}

func loginByToken(s *Server, c *conn, params []any) (any, error) {
	token, ok := at(params, 0).(string)
	if !ok && s.opt.Mode == V3 && len(s.visitors) > 0 {
		return doc{"_id": s.visitors[0].id}, nil
	}
	if !ok {
		return nil, matchErr()
	}
	if v := s.visitorByToken(token); v != nil {
		return doc{"_id": v.id}, nil
	}
	return nil, nil
}

func getNextAgent(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	if _, ok := d["token"].(string); !ok {
		return nil, matchErr()
	}
	if s.openRoom(str(d["token"])) != nil {
		return nil, nil
	}
	if a := s.nextAgent(str(d["department"])); a != nil {
		return s.agentDoc(a), nil
	}
	return nil, nil
}

func setUpConnection(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	token, ok := d["token"].(string)
	if !ok {
		return nil, matchErr()
	}
	c.visitor = token
	return nil, nil
}

// modified is the result of a method that hands a database update back.
func (s *Server) modified() any {
	if s.opt.Mode == V3 {
		return 1
	}
	return doc{"acknowledged": true, "modifiedCount": 1, "upsertedId": nil, "upsertedCount": 0, "matchedCount": 1}
}

func setCustomField(s *Server, c *conn, params []any) (any, error) {
	v := s.visitorByToken(str(at(params, 0)))
	if v == nil || s.setField(v, str(at(params, 1)), str(at(params, 2)), at(params, 3) != false) != nil {
		return true, nil
	}
	return s.modified(), nil
}

func pageVisited(s *Server, c *conn, params []any) (any, error) {
	info, _ := at(params, 2).(doc)
	s.visited(str(at(params, 0)), str(at(params, 1)), info)
	return nil, nil
}

func visitorHistory(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	end, hasEnd := timeOf(d["end"])
	_, hasLS := timeOf(d["ls"])
	if s.since(6) && (!hasEnd || !hasLS) {
		return nil, matchErr()
	}
	_, r, err := s.own(str(d["token"]), str(d["rid"]))
	if err != nil {
		return nil, nil
	}
	limit := 20
	if n, ok := d["limit"].(float64); ok && n > 0 {
		limit = int(n)
	}
	if !hasEnd {
		end = time.Time{}
	}
	return doc{"messages": s.history(r, end, 0, limit), "unreadNotLoaded": 0}, nil
}
