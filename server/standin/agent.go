package standin

import (
	"errors"
	"fmt"
	"slices"
)

// agent is an Agent at work.
type agent struct {
	Agent
	forced      bool   // online by handle
	sessions    int    // DDP logins
	presence    string // away or busy, by choice
	unavailable bool   // takes no chats though online
	bot         bool
	logins      map[string]bool // resume tokens
}

func (a *agent) status() string {
	switch {
	case !a.forced && a.sessions == 0:
		return "offline"
	case a.presence != "":
		return a.presence
	}
	return "online"
}

// AddAgent adds an agent, who is offline, and returns the handle of it.
func (s *Server) AddAgent(a Agent) *Seat {
	s.mu.Lock()
	defer s.unlock()
	if a.ID == "" {
		a.ID = s.opt.NewID()
	}
	if a.Email == "" {
		a.Email = a.Username + "@example.com"
	}
	if a.Name == "" {
		a.Name = a.Username
	}
	s.agents = append(s.agents, &agent{Agent: a, logins: map[string]bool{}})
	return &Seat{s: s, a: s.agents[len(s.agents)-1]}
}

func (s *Server) agentByID(id string) *agent {
	return s.findAgent(func(a *agent) bool { return id != "" && a.ID == id })
}

func (s *Server) agentByName(name string) *agent {
	return s.findAgent(func(a *agent) bool { return a.Username == name })
}

func (s *Server) findAgent(is func(*agent) bool) *agent {
	i := slices.IndexFunc(s.agents, is)
	if i < 0 {
		return nil
	}
	return s.agents[i]
}

// author is an agent as the u of a message.
func (s *Server) author(a *agent) doc {
	d := doc{"_id": a.ID, "username": a.Username}
	if s.since(6) {
		d["name"] = a.Name
	}
	return d
}

// agentDoc is an agent as visitors see it.
func (s *Server) agentDoc(a *agent) doc {
	if !s.set.ShowAgentInfo {
		return doc{"hiddenInfo": true}
	}
	return doc{"_id": a.ID, "username": a.Username, "name": a.Name, "status": a.status(),
		"emails": []any{doc{"address": a.Email, "verified": true}}}
}

// present changes what an agent's presence comes from and tells the rooms.
func (s *Server) present(a *agent, change func()) {
	before := a.status()
	change()
	if a.status() == before || !s.set.ShowAgentInfo {
		return
	}
	for _, r := range s.roomsOf(a) {
		s.publish("stream-livechat-room", r.id, nil, doc{"type": "agentStatus", "status": a.status()})
	}
}

// A Seat acts for one agent. Its methods may be called from any goroutine.
type Seat struct {
	s *Server
	a *agent
}

// Agent returns the seat of an agent. It panics if there is none.
func (s *Server) Agent(username string) *Seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.agentByName(username)
	if a == nil {
		panic("standin: no agent " + username)
	}
	return &Seat{s: s, a: a}
}

var (
	errNoRoom     = errors.New("standin: no such room")
	errNotServing = errors.New("standin: not this agent's room")
)

// in runs f for a room that is open.
func (h *Seat) in(rid string, f func(r *room) error) error {
	h.s.mu.Lock()
	defer h.s.unlock()
	r := h.s.room(rid)
	if r == nil || !r.open {
		return errNoRoom
	}
	return f(r)
}

// ID returns the agent's id.
func (h *Seat) ID() string { return h.a.ID }

// Online makes the agent online, or offline unless logged in over DDP.
func (h *Seat) Online(yes bool) {
	h.s.mu.Lock()
	defer h.s.unlock()
	h.s.present(h.a, func() { h.a.forced = yes })
}

// Presence sets "online", "away" or "busy" of an agent who is there.
func (h *Seat) Presence(status string) {
	h.s.mu.Lock()
	defer h.s.unlock()
	h.s.present(h.a, func() { h.a.setPresence(status) })
}

func (a *agent) setPresence(status string) {
	if status == "online" {
		status = ""
	}
	a.presence = status
}

// Available tells whether the agent takes chats while online.
func (h *Seat) Available(yes bool) {
	h.s.mu.Lock()
	defer h.s.unlock()
	h.a.unavailable = !yes
}

// Say writes into a room and returns the id of the message.
func (h *Seat) Say(rid, text string) (string, error) {
	return h.Post(rid, text, nil)
}

// Post is Say with more properties of the message: attachments, blocks, tmid.
func (h *Seat) Post(rid, text string, more map[string]any) (id string, err error) {
	err = h.in(rid, func(r *room) error {
		id = h.s.say(h.a, r, "", text, with(more)).id
		return nil
	})
	return id, err
}

// Edit changes the text of a message.
func (h *Seat) Edit(id, text string) error {
	return h.of(id, func(r *room, m *message) {
		h.s.edit(r, m, doc{"_id": h.a.ID, "username": h.a.Username}, text)
	})
}

// Delete removes a message.
func (h *Seat) Delete(id string) error { return h.of(id, h.s.remove) }

// React adds the agent's reaction to a message or, the second time, takes it
// back. The emoji is written like ":smile:".
func (h *Seat) React(id, emoji string) error {
	return h.of(id, func(r *room, m *message) { h.s.react(r, m, h.a, emoji) })
}

func (h *Seat) of(id string, f func(*room, *message)) error {
	h.s.mu.Lock()
	defer h.s.unlock()
	m := h.s.messages[id]
	if m == nil {
		return fmt.Errorf("standin: no message %s", id)
	}
	f(h.s.room(m.rid), m)
	return nil
}

// Typing tells the visitor that the agent writes, or no longer does.
func (h *Seat) Typing(rid string, yes bool) error {
	return h.in(rid, func(r *room) error {
		h.s.typing(r, h.a, yes)
		return nil
	})
}

// Take takes a room from the queue.
func (h *Seat) Take(rid string) error {
	return h.in(rid, func(r *room) error {
		if r.inquiry == "" {
			return fmt.Errorf("standin: room %s does not wait", rid)
		}
		h.s.assign(r, h.a)
		return nil
	})
}

// Return gives a room back to the queue.
func (h *Seat) Return(rid string) error {
	return h.in(rid, func(r *room) error {
		if r.servedBy != h.a {
			return errNotServing
		}
		h.s.toQueue(r, h.a)
		return nil
	})
}

// Transfer gives a room to another agent, by username, or to a department,
// by id or name.
func (h *Seat) Transfer(rid, to, comment string) error {
	return h.in(rid, func(r *room) error {
		t := transfer{by: h.s.identity(h.a), byType: "agent", comment: comment, agent: h.s.agentByName(to)}
		if t.agent == nil {
			if t.department = h.s.department(to); t.department == nil {
				return fmt.Errorf("standin: nobody to transfer to: %s", to)
			}
		}
		return h.s.move(r, t)
	})
}

// Close ends a room.
func (h *Seat) Close(rid, comment string) error {
	return h.in(rid, func(r *room) error {
		h.s.close(r, h.a, comment)
		return nil
	})
}
