package standin

import (
	"slices"
	"strings"
	"time"
)

// A message of a room.
type message struct {
	id, rid, text, kind string
	ts, updated         time.Time
	u                   doc
	token, alias        string
	hidden              bool
	urls                []any
	more                doc // all other properties
}

// doc is the message as everybody who may see it gets it.
func (m *message) doc() doc {
	d := doc{"_id": m.id, "rid": m.rid, "msg": m.text, "ts": m.ts, "u": m.u, "_updatedAt": m.updated}
	if m.kind != "" {
		d["t"], d["groupable"] = m.kind, false
	}
	put(d, "token", m.token)
	put(d, "alias", m.alias)
	if m.urls != nil {
		d["urls"] = m.urls
	}
	for k, v := range m.more {
		if d[k] = v; v == nil {
			delete(d, k) // nil takes a property away
		}
	}
	return d
}

// post stores a message and shows it to the subscribers of its room. What is
// missing in m is filled in: id, times.
func (s *Server) post(r *room, m *message) {
	m.rid = r.id
	if m.id == "" {
		if m.kind != "" && s.opt.Mode != V3 {
			m.id = s.objectID()
		} else {
			m.id = s.opt.NewID()
		}
	}
	if m.ts.IsZero() {
		m.ts = s.tick()
	}
	if m.updated.IsZero() {
		m.updated = m.ts
	}
	if m.more == nil {
		m.more = doc{}
	}
	s.messages[m.id] = m
	r.messages = append(r.messages, m)
	r.msgs++
	r.updated = m.ts
	if m.kind == "" || m.kind == "livechat-started" {
		r.lm, r.last = m.ts, m
	}
	s.show(r, m)
}

// show tells the subscribers of a room that a message is new or changed.
func (s *Server) show(r *room, m *message) {
	if m.hidden || slices.Contains(s.set.HiddenSystem, m.kind) && m.kind != "" {
		return
	}
	d := m.doc()
	if s.opt.Mode == V3 && s.set.RealNames {
		// It puts the name of the user in, and a visitor is none.
		u := with(m.u)
		delete(u, "name")
		if a := s.agentByID(str(u["_id"])); a != nil {
			u["name"] = a.Name
		}
		d["u"] = u
	}
	s.publish("stream-room-messages", r.id, nil, d)
	if m.kind == "" {
		s.roomChanged(r, r.servedBy, "updated")
		if r.inquiry != "" {
			s.inquiryChanged(r, "changed")
		}
	}
}

// compose fills in what the server derives from the text of a message.
func (s *Server) compose(m *message) {
	if m.more == nil {
		m.more = doc{}
	}
	m.more["mentions"], m.more["channels"] = s.mentions(m.text), channels(m.text)
	m.urls = nil
	for _, u := range links(m.text) {
		d := doc{"url": u}
		if s.since(6) {
			d["meta"] = doc{}
		}
		m.urls = append(m.urls, d)
	}
	if m.urls == nil && s.since(6) {
		m.urls = []any{}
	}
	delete(m.more, "md")
	if s.since(6) && m.text != "" {
		m.more["md"] = markup(m.text)
	}
}

// write is a message of a visitor: the id must be new on the whole server.
func (s *Server) write(v *visitor, r *room, id, text string, more doc) (*message, error) {
	if id != "" && s.messages[id] != nil {
		return nil, script("Cannot convert undefined or null to object")
	}
	m := &message{id: id, text: text, u: v.author(), token: v.token, alias: v.name, more: more}
	s.compose(m)
	v.lastWrote = s.last
	r.waiting = true
	s.post(r, m)
	s.preview(r, m)
	return m, nil
}

// say is a message of an agent.
func (s *Server) say(a *agent, r *room, id, text string, more doc) *message {
	m := &message{id: id, text: text, u: s.author(a), more: more}
	s.compose(m)
	if r.responder == nil {
		r.responder, r.firstAnswer = a, s.tick()
		if v := s.byVisitor[r.visitor]; v != nil && v.active.IsZero() {
			v.active = s.last
		}
	}
	r.waiting = false
	s.post(r, m)
	s.reply(r, m)
	s.preview(r, m)
	return m
}

// reply tells the parent of a thread that it has one more answer.
func (s *Server) reply(r *room, m *message) {
	parent := s.messages[str(m.more["tmid"])]
	if parent == nil || parent.rid != r.id {
		return
	}
	n, _ := parent.more["tcount"].(int)
	replies, _ := parent.more["replies"].([]any)
	if !has(replies, m.u["_id"]) {
		replies = append(slices.Clone(replies), m.u["_id"])
	}
	parent.more["tcount"], parent.more["tlm"], parent.more["replies"] = n+1, m.ts, replies
	parent.updated = s.tick()
	s.show(r, parent)
}

// tooLong tells whether a visitor's text is over the limit.
func (s *Server) tooLong(text string) bool {
	return s.set.CharacterLimit > 0 && len([]rune(text)) > s.set.CharacterLimit
}

// preview schedules the update that shows the previews of a message's links.
// The server reaches out to nobody: it makes the previews up, and none for
// addresses that a real server would refuse to ask.
func (s *Server) preview(r *room, m *message) {
	if s.opt.Preview < 0 || len(m.urls) == 0 {
		return
	}
	s.after(s.opt.Preview, func() {
		if s.messages[m.id] != m {
			return
		}
		seen := false
		for i, u := range m.urls {
			link := u.(doc)["url"].(string)
			host := hostOf(link)
			if local(host) {
				continue
			}
			seen = true
			m.urls[i] = doc{"url": link, "meta": doc{"pageTitle": host, "ogTitle": host, "ogDescription": "Preview of " + link},
				"headers": doc{"contentType": "text/html; charset=utf-8"}, "parsedUrl": doc{"host": host}}
		}
		if seen {
			m.updated = s.tick()
			s.show(r, m)
		}
	})
}

// edit changes the text of a message.
func (s *Server) edit(r *room, m *message, by doc, text string) {
	m.text = text
	delete(m.more, "urls")
	s.compose(m)
	if s.opt.Mode == V3 && m.urls == nil {
		m.urls = []any{}
	}
	m.updated = s.tick()
	m.more["editedAt"], m.more["editedBy"] = m.updated, by
	s.show(r, m)
}

// remove deletes a message.
func (s *Server) remove(r *room, m *message) {
	if s.set.ShowDeleted {
		m.kind, m.text, m.urls, m.updated = "rm", "", nil, s.tick()
		m.more = doc{"editedAt": m.updated, "editedBy": m.u}
		s.show(r, m)
		return
	}
	delete(s.messages, m.id)
	r.messages = slices.DeleteFunc(r.messages, func(x *message) bool { return x == m })
	r.msgs--
	s.publish("stream-notify-room", r.id+"/deleteMessage", nil, doc{"_id": m.id})
}

// history is a page of a room's messages, newest first.
func (s *Server) history(r *room, end time.Time, offset, limit int) []any {
	var list []*message
	for _, m := range r.messages {
		if m.hidden || strings.HasPrefix(m.kind, "livechat_navigation") || m.kind != "" && slices.Contains(s.set.HiddenSystem, m.kind) {
			continue
		}
		if end.IsZero() || m.ts.Before(end) {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b *message) int { return b.ts.Compare(a.ts) })
	out := []any{}
	for i := offset; i < len(list) && len(out) < limit; i++ {
		out = append(out, list[i].doc())
	}
	return out
}
