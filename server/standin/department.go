package standin

import "slices"

type department struct{ Department }

// AddDepartment adds a department and returns its id.
func (s *Server) AddDepartment(d Department) string {
	s.mu.Lock()
	defer s.unlock()
	if d.ID == "" {
		d.ID = s.docID()
	}
	s.departments = append(s.departments, &department{d})
	return d.ID
}

// department finds one by id or name.
func (s *Server) department(want string) *department {
	i := slices.IndexFunc(s.departments, func(d *department) bool { return want != "" && (d.ID == want || d.Name == want) })
	if i < 0 {
		return nil
	}
	return s.departments[i]
}

// defaultDepartment is that of a room whose visitor chose none: the first on
// the registration form with somebody online.
func (s *Server) defaultDepartment() string {
	for _, d := range s.departments {
		if d.ShowOnRegistration && s.online(d.ID) {
			return d.ID
		}
	}
	return ""
}

// online tells whether a department has an agent for a new chat, or whether
// any agent is there if the department is "".
func (s *Server) online(department string) bool {
	return len(s.available(department)) > 0
}

// available are the agents online, of a department unless it is "".
func (s *Server) available(department string) []*agent {
	var names []string
	if department != "" {
		d := s.department(department)
		if d == nil {
			return nil
		}
		names = d.Agents
	}
	var out []*agent
	for _, a := range s.agents {
		// A bot helps in every department.
		if department != "" && !a.bot && !slices.Contains(names, a.Username) {
			continue
		}
		switch a.status() {
		case "online", "busy":
		case "away":
			if !s.set.AgentsWhenIdle {
				continue
			}
		default:
			continue
		}
		if !a.unavailable {
			out = append(out, a)
		}
	}
	return out
}

// idlest is the agent of a department with the fewest open rooms: a person
// if there is one.
func (s *Server) idlest(department string) *agent {
	var best *agent
	least := 0
	for _, a := range s.available(department) {
		n := len(s.roomsOf(a))
		if best == nil || best.bot && !a.bot || best.bot == a.bot && n < least {
			best, least = a, n
		}
	}
	return best
}

// roomsOf are the open rooms an agent serves.
func (s *Server) roomsOf(a *agent) []*room {
	var out []*room
	for _, r := range s.rooms {
		if r.open && r.servedBy == a {
			out = append(out, r)
		}
	}
	return out
}

// route picks the agent of a new room, or nil if the room is to wait.
func (s *Server) route(r *room, asked *agent) *agent {
	if s.set.Routing == ManualSelection {
		return nil
	}
	if asked != nil && slices.Contains(s.available(""), asked) {
		return asked
	}
	return s.idlest(r.department)
}
