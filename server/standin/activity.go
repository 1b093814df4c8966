package standin

import "slices"

// typing announces that an agent types, in the form of the version.
func (s *Server) typing(r *room, a *agent, yes bool) {
	name := a.Username
	if s.set.RealNames {
		name = a.Name
	}
	if s.opt.Mode == V3 {
		s.publish("stream-notify-room", r.id+"/typing", nil, name, yes, doc{})
		return
	}
	activities := []any{}
	if yes {
		activities = append(activities, "user-typing")
	}
	s.publish("stream-notify-room", r.id+"/user-activity", nil, name, activities, doc{})
}

// react toggles a reaction. A 3.x server shows the change twice.
func (s *Server) react(r *room, m *message, a *agent, emoji string) {
	all, _ := m.more["reactions"].(doc)
	all = with(all)
	one, _ := all[emoji].(doc)
	names, _ := one["usernames"].([]any)
	if i := slices.Index(names, any(a.Username)); i >= 0 {
		names = slices.Delete(slices.Clone(names), i, i+1)
	} else {
		names = append(slices.Clone(names), a.Username)
	}
	all[emoji] = doc{"usernames": names}
	if len(names) == 0 {
		delete(all, emoji)
	}
	m.more["reactions"] = all
	if len(all) == 0 {
		delete(m.more, "reactions")
	}
	if s.opt.Mode == V3 {
		s.show(r, m)
	}
	m.updated = s.tick()
	s.show(r, m)
}
