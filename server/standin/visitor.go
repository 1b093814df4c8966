package standin

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A visitor as the server keeps it.
type visitor struct {
	id, token, username     string
	name, email, phone      string
	department, status      string
	ts, updated, lastWrote  time.Time
	active                  time.Time // when an agent first answered
	data                    doc       // custom fields
	lastRoom                string
	lastRoomTime            time.Time
	userAgent, ip, hostname string
}

func (s *Server) visitorByToken(token string) *visitor {
	return s.byToken[token]
}

// doc is the visitor as POST and GET livechat/visitor tell it.
func (s *Server) visitorDoc(v *visitor) doc {
	d := doc{"_id": v.id, "token": v.token, "username": v.username, "_updatedAt": v.updated}
	s.contact(d, v)
	if v.phone != "" {
		d["phone"] = []any{doc{"phoneNumber": v.phone}}
	}
	if len(v.data) > 0 {
		d["livechatData"] = v.data
	}
	if s.since(6) {
		d["status"], d["ts"] = v.status, v.ts
		if v.lastRoom != "" {
			d["lastChat"] = doc{"_id": v.lastRoom, "ts": v.lastRoomTime}
		}
		s.activity(d, v)
	}
	if s.since(8) {
		put(d, "userAgent", v.userAgent)
		put(d, "ip", v.ip)
		put(d, "host", v.hostname)
	}
	return d
}

// guest is the visitor as config tells it.
func (s *Server) guest(v *visitor) doc {
	d := doc{"_id": v.id, "token": v.token, "username": v.username}
	s.contact(d, v)
	return d
}

func (s *Server) contact(d doc, v *visitor) {
	put(d, "name", v.name)
	put(d, "department", v.department)
	if v.email != "" {
		d["visitorEmails"] = []any{doc{"address": v.email}}
	}
}

// activity tells since 6 in which month a visitor got an answer.
func (s *Server) activity(d doc, v *visitor) {
	if s.since(6) && !v.active.IsZero() {
		d["activity"] = []any{v.active.Format("2006-01")}
	}
}

// author is the visitor as the u of a message.
func (v *visitor) author() doc {
	d := doc{"_id": v.id, "username": v.username}
	put(d, "name", v.name)
	return d
}

// register finds or makes the visitor of a registration: by token, then by
// phone (whose token stays), then by e-mail (whose token is replaced).
func (s *Server) register(g doc) (*visitor, error) {
	token, name, email := str(g["token"]), str(g["name"]), strings.TrimSpace(str(g["email"]))
	phone := str(g["phone"])
	if p, ok := g["phone"].(doc); ok {
		phone = str(p["number"])
	}
	if strings.TrimSpace(token) == "" && s.since(8) {
		return nil, meteor("error-invalid-token", "Token cannot be empty")
	}
	if email != "" && s.since(6) && !strings.Contains(strings.Trim(email, "@"), "@") {
		return nil, meteorWith("error-invalid-email", "Invalid email "+email,
			doc{"function": "Livechat.validateEmail", "email": email})
	}
	var dep string
	if want := str(g["department"]); want != "" {
		d := s.department(want)
		if d == nil && s.since(6) {
			return nil, meteor("error-invalid-department", "The provided department is invalid")
		}
		if d != nil {
			dep = d.ID
		}
	}
	now := s.tick()
	v := s.visitorByToken(token)
	if v == nil && phone != "" && s.since(6) {
		v = s.findVisitor(func(v *visitor) bool { return v.phone == phone })
	}
	if v == nil && email != "" {
		if v = s.findVisitor(func(v *visitor) bool { return v.email == email }); v != nil {
			delete(s.byToken, v.token)
			v.token = token
			s.byToken[token] = v
		}
	}
	if v == nil {
		v = &visitor{id: str(g["id"]), token: token, username: str(g["username"]), status: "online", ts: now, data: doc{}}
		if v.id == "" {
			v.id = s.docID()
		}
		if v.username == "" {
			s.guests++
			v.username = "guest-" + strconv.Itoa(s.guests)
		}
		s.visitors = append(s.visitors, v)
		s.byVisitor[v.id] = v
		if token != "" {
			s.byToken[token] = v
		}
	}
	for _, f := range []struct {
		to   *string
		from string
	}{{&v.name, name}, {&v.email, email}, {&v.phone, phone}, {&v.department, dep}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	v.updated = now
	for _, r := range s.rooms {
		if r.visitor == v.id && r.open && v.name != "" {
			r.name = v.name
		}
	}
	list, _ := g["customFields"].([]any)
	for _, item := range list {
		f, _ := item.(doc)
		// Unknown keys are skipped, not refused, in a registration.
		_ = s.setField(v, str(f["key"]), str(f["value"]), f["overwrite"] == true)
	}
	return v, nil
}

func (s *Server) findVisitor(is func(*visitor) bool) *visitor {
	i := slices.IndexFunc(s.visitors, is)
	if i < 0 {
		return nil
	}
	return s.visitors[i]
}

// setField sets a custom field of a visitor or of its open room.
func (s *Server) setField(v *visitor, key, value string, overwrite bool) error {
	i := slices.IndexFunc(s.fields, func(f CustomField) bool { return f.Key == key })
	if i < 0 {
		return plain("invalid-custom-field")
	}
	target := v.data
	if s.fields[i].Room {
		r := s.openRoom(v.token)
		if r == nil {
			return nil
		}
		target = r.data
	}
	if _, taken := target[key]; taken && !overwrite {
		if s.since(6) {
			return bare()
		}
		return nil
	}
	target[key] = value
	v.updated = s.tick()
	return nil
}

// forget removes a visitor and all its rooms.
func (s *Server) forget(v *visitor) {
	s.visitors = slices.DeleteFunc(s.visitors, func(x *visitor) bool { return x == v })
	delete(s.byToken, v.token)
	delete(s.byVisitor, v.id)
	s.rooms = slices.DeleteFunc(s.rooms, func(r *room) bool {
		if r.token != v.token {
			return false
		}
		delete(s.byRoom, r.id)
		for _, m := range r.messages {
			delete(s.messages, m.id)
		}
		return true
	})
}
