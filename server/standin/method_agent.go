package standin

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"time"
)

// agentMethods are what a desk calls, as real clients of Rocket.Chat do.
var agentMethods = map[string]method{
	"login":                         {run: login},
	"logout":                        {run: loggedIn(logoutMethod)},
	"livechat:changeLivechatStatus": {run: loggedIn(changeStatus)},
	"UserPresence:online":           {run: presenceMethod("online")},
	"UserPresence:away":             {run: presenceMethod("away")},
	"setUserStatus":                 {run: loggedIn(setStatus)},
	"rooms/get":                     {run: loggedIn(roomsGet)},
	"subscriptions/get":             {run: loggedIn(subscriptionsGet)},
	"livechat:getInquiries":         {run: loggedIn(getInquiries)},
	"livechat:getAgents":            {run: loggedIn(getAgents)},
	"livechat:getDepartments":       {run: loggedIn(getDepartments)},
	"livechat:takeInquiry":          {run: takeInquiry},
	"livechat:returnAsInquiry":      {run: loggedIn(returnAsInquiry)},
	"livechat:closeRoom":            {run: closeRoom},
	"livechat:transfer":             {run: transferMethod},
	"livechat:sendTranscript":       {run: refuses("error-not-allowed", "Not allowed", "livechat:sendTranscript")},
	"loadHistory":                   {run: loadHistory},
	"getRoomById":                   {run: refuses("error-invalid-user", "Invalid user", "getRoomNameById")},
	"readMessages":                  {run: loggedIn(readMessages)},
	"sendMessage":                   {run: loggedIn(sendMessage)},
	"updateMessage":                 {run: loggedIn(updateMessage)},
	"deleteMessage":                 {run: loggedIn(deleteMethod)},
	"setReaction":                   {run: loggedIn(setReaction)},
	"public-settings/get":           {run: publicSettings},
}

type agentMethod func(s *Server, c *conn, params []any) (any, error)

// loggedIn refuses a method to everybody but agents.
func loggedIn(run agentMethod) agentMethod {
	return func(s *Server, c *conn, params []any) (any, error) {
		if c.agent == nil {
			return nil, meteor("error-invalid-user", "Invalid user")
		}
		return run(s, c, params)
	}
}

func refuses(code, reason, name string) agentMethod {
	return func(*Server, *conn, []any) (any, error) {
		return nil, meteorWith(code, reason, doc{"method": name})
	}
}

// login takes {user:{username|email}, password} with the password plain or as
// its digest, or {resume} with the token of an earlier login.
func login(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	if token := str(d["resume"]); token != "" {
		a := s.findAgent(func(a *agent) bool { return a.logins[token] })
		if a == nil {
			return nil, meteor(403, "You've been logged out by the server. Please log in again.")
		}
		return s.login(c, a, token, "resume"), nil
	}
	user, _ := d["user"].(doc)
	a := s.findAgent(func(a *agent) bool {
		return !a.bot && (user["username"] == a.Username || user["email"] == a.Email)
	})
	if a == nil || a.Password == "" || !a.knows(d["password"]) {
		return nil, meteor(403, "User not found")
	}
	token := s.opt.NewID() + s.opt.NewID()
	a.logins[token] = true
	return s.login(c, a, token, "password"), nil
}

func (a *agent) knows(password any) bool {
	sum := sha256.Sum256([]byte(a.Password))
	want, got := hex.EncodeToString(sum[:]), ""
	switch p := password.(type) {
	case string:
		want, got = a.Password, p
	case doc:
		if p["algorithm"] == "sha-256" {
			got = str(p["digest"])
		}
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
}

func (s *Server) login(c *conn, a *agent, token, kind string) doc {
	s.logout(c)
	c.agent = a
	s.present(a, func() { a.sessions++ })
	c.stream(string(ddpText(doc{"msg": "added", "collection": "users", "id": a.ID,
		"fields": doc{"username": a.Username, "emails": []any{doc{"address": a.Email, "verified": true}}}})))
	return doc{"id": a.ID, "token": token, "tokenExpires": s.opt.Now().Add(90 * 24 * time.Hour), "type": kind}
}

// logout makes a connection nobody's.
func (s *Server) logout(c *conn) {
	a := c.agent
	if a == nil {
		return
	}
	c.agent = nil
	s.present(a, func() { a.sessions-- })
	if s.set.AgentLeave > 0 && a.sessions == 0 && !s.closed {
		s.wg.Add(1)
		go s.abandon(a, s.set.AgentLeave)
	}
}

// abandon puts the chats of an agent who has left back into the queue, unless
// the agent comes back in time: a reload of the desk is no leave. It ends
// after that time or with the server.
func (s *Server) abandon(a *agent, after time.Duration) {
	defer s.wg.Done()
	if !s.pause(after) {
		return
	}
	s.mu.Lock()
	defer s.unlock()
	if a.sessions > 0 {
		return
	}
	for _, r := range s.rooms {
		if r.open && r.servedBy == a {
			s.toQueue(r, a)
		}
	}
}

func logoutMethod(s *Server, c *conn, params []any) (any, error) {
	s.logout(c)
	s.end(c, func(*sub) bool { return true })
	return nil, nil
}

// changeStatus toggles whether the agent takes chats, or sets it.
func changeStatus(s *Server, c *conn, params []any) (any, error) {
	d, _ := at(params, 0).(doc)
	switch d["status"] {
	case "available":
		c.agent.unavailable = false
	case "not-available":
		c.agent.unavailable = true
	default:
		c.agent.unavailable = !c.agent.unavailable
	}
	return true, nil
}

func presenceMethod(status string) agentMethod {
	return loggedIn(func(s *Server, c *conn, params []any) (any, error) {
		s.present(c.agent, func() { c.agent.setPresence(status) })
		return nil, nil
	})
}

func setStatus(s *Server, c *conn, params []any) (any, error) {
	if status := str(at(params, 0)); slices.Contains([]string{"online", "away", "busy"}, status) {
		s.present(c.agent, func() { c.agent.setPresence(status) })
	}
	return nil, nil
}

func roomsGet(s *Server, c *conn, params []any) (any, error) {
	out := []any{}
	for _, r := range s.roomsOf(c.agent) {
		out = append(out, s.deskRoom(r))
	}
	if _, since := timeOf(at(params, 0)); since {
		return doc{"update": out, "remove": []any{}}, nil
	}
	return out, nil
}

func subscriptionsGet(s *Server, c *conn, params []any) (any, error) {
	out := []any{}
	for _, r := range s.roomsOf(c.agent) {
		out = append(out, s.subscriptionDoc(r, c.agent))
	}
	if _, since := timeOf(at(params, 0)); since {
		return doc{"update": out, "remove": []any{}}, nil
	}
	return out, nil
}

func getInquiries(s *Server, c *conn, params []any) (any, error) { return s.inquiries(), nil }

// getAgents are those a chat may be transferred to.
func getAgents(s *Server, c *conn, params []any) (any, error) {
	out := []any{}
	for _, a := range s.agents {
		out = append(out, doc{"_id": a.ID, "username": a.Username, "name": a.Name, "status": a.status()})
	}
	return out, nil
}

func getDepartments(s *Server, c *conn, params []any) (any, error) {
	out := []any{}
	for _, d := range s.departments {
		out = append(out, doc{"_id": d.ID, "name": d.Name, "enabled": true, "numAgents": len(d.Agents)})
	}
	return out, nil
}

// publicSettings tells none: visitors need none.
func publicSettings(s *Server, c *conn, params []any) (any, error) {
	return []any{doc{"_id": "Livechat_enabled", "value": s.set.Enabled}}, nil
}
