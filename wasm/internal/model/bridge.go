package model

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/internal/session"
)

func refuse(reason string) (int, string) { return 409, `{"error":"refused","reason":"` + reason + `"}` }

var (
	badToken = `{"error":"invalid-token"}`
	notFound = `{"error":"not-found"}`
)

// bridge does a call. The limits are Rocket.Chat's for one address.
func (w *world) bridge(p *page, e session.Ask) (status int, body string) {
	s := w.srv
	path, query, _ := strings.Cut(e.Path, "?")
	in, _ := w.parser.Parse(e.Body)
	token := string(e.Token)
	g := s.visitors[token]
	if g == nil && path != "/v1/visitor" && (path != "/v1/session" || s.forgot) && path != "/v1/config" {
		p.who.stranger = true
	}
	limit := func(route string, n int) bool {
		wait := s.take(p.who.name, route, n, time.Minute)
		if wait > 0 {
			w.turnedAway(e)
		}
		status, body = 429, `{"error":"rate-limited","retryAfter":`+strconv.Itoa(int((wait+time.Second-1)/time.Second))+`}`
		return wait > 0
	}
	switch {
	case path == "/v1/config":
		return 200, "{" + w.configJSON() + "}"
	case path == "/v1/session":
		if token == "" {
			return 200, `{"token":"` + w.mint() + `",` + w.configJSON() + `}`
		}
		if limit("config", 10) {
			return
		}
		return 200, w.sessionJSON(g)
	case path == "/v1/visitor":
		if limit("visitor", 5) {
			return
		}
		g = s.register(token, in.Get("name").Str())
		return 200, `{"visitor":` + g.json() + `}`
	}
	if token == "" {
		w.check.fail("I7", "%s without a token", e.Path)
	}
	switch {
	case path == "/v1/room":
		if limit("room", 5) {
			return
		}
		if g == nil {
			return 401, badToken
		}
		r, made := s.openRoomOf(g), false
		if r == nil {
			r, made = s.openRoom(g), true
		}
		return 200, `{"room":{"_id":"` + r.id + `","open":true},"new":` + strconv.FormatBool(made) + `}`
	case path == "/v1/room/close":
		if limit("close", 10) {
			return
		}
		r := s.rooms[in.Get("room").Str()]
		switch {
		case g == nil:
			return 401, badToken
		case r == nil || r.owner != g:
			return refuse("invalid-room")
		case !r.open:
			return refuse("room-closed")
		}
		s.close(r, g.id)
		return 200, "{}"
	case path == "/v1/messages" && e.Method == "GET":
		if limit("history", 10) {
			return
		}
		return w.history(g, query)
	case path == "/v1/messages":
		if limit("message", 10) {
			w.check.rate(p, &p.refusals, "sends beyond a limit", 8)
			return
		}
		return w.send(p, g, in)
	}
	if limit("lookup", 10) {
		return
	}
	return w.lookUp(g, token, strings.TrimPrefix(path, "/v1/messages/"), value(query, "room"))
}

func (g *guest) json() string {
	return `{"_id":"` + g.id + `","username":"` + g.username + `"}`
}

func (w *world) mint() string {
	w.minted++
	n := strconv.Itoa(w.minted)
	return "tokentokentokentokentokentokentokentoken"[:40-len(n)] + n
}

func (w *world) configJSON() string {
	ask := "false"
	if w.asksForm {
		ask = "true"
	}
	return `"config":{"enabled":true,"online":true,"settings":{"registrationForm":` + ask + `,"emailFieldRegistrationForm":false}},` +
		`"server":{"version":"6.14","socket":"wss://chat.example/websocket","base":"https://chat.example"}`
}

func (w *world) sessionJSON(g *guest) string {
	b := "{" + w.configJSON()
	if g != nil {
		b += `,"visitor":` + g.json()
		if r := w.srv.openRoomOf(g); r != nil {
			b += `,"room":{"_id":"` + r.id + `","open":true},"agent":` + agentJSON(r.agent)
		}
	}
	return b + "}"
}

// history pages newest first. Messages of the same time come in the order
// they were stored.
func (w *world) history(g *guest, query string) (int, string) {
	r := w.srv.rooms[value(query, "room")]
	switch {
	case g == nil:
		return 401, badToken
	case r == nil || r.owner != g:
		return refuse("invalid-room")
	}
	limit, _ := strconv.Atoi(value(query, "limit"))
	before := int64(1) << 60
	if v := value(query, "before"); v != "" {
		v, _ = url.QueryUnescape(v)
		at, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			w.check.fail("I7", "history before %q: %v", v, err)
		}
		before = at.UnixMilli()
	}
	if before == 1<<60 {
		w.check.listed(g, r)
	}
	b := append(make([]byte, 0, 16+256*min(limit, len(r.messages))), `{"messages":[`...)
	n := 0
	for i := len(r.messages) - 1; i >= 0 && n < limit; i-- {
		if m := r.messages[i]; m.ts < before {
			if n > 0 {
				b = append(b, ',')
			}
			b = append(b, m.json(false)...)
			n++
		}
	}
	return 200, string(append(b, "]}"...))
}

// send refuses what is not open, and answers a repeat with the message as
// it is stored, as our bridge does.
func (w *world) send(p *page, g *guest, in ejson.Value) (int, string) {
	s := w.srv
	id := in.Get("id").Str()
	r := s.rooms[in.Get("room").Str()]
	switch {
	case g == nil:
		return 401, badToken
	case r == nil || r.owner != g:
		w.check.refused[id] = true
		return refuse("invalid-room")
	case !r.open:
		w.check.refused[id] = true
		return refuse("room-closed")
	}
	if m := s.stored[id]; m != nil {
		w.check.repeated(id)
		// Whoever is somebody else now may try a line again that had arrived
		// unheard, as may he whose line came so late that it opened a room by
		// itself: then he wanted this room, and the line cannot be in two.
		late := s.rooms[m.rid] != nil && s.rooms[m.rid].wanted
		r.wanted = r.wanted || (p.who.stranger || late) && m.rid != r.id
		if m.token != g.token {
			w.check.refused[id] = true
			return refuse("other")
		}
		return 200, `{"message":` + m.json(false) + `}`
	}
	m := &message{id: id, text: in.Get("text").Str(), from: g.id, token: g.token}
	s.insert(r, m)
	return 200, `{"message":` + m.json(false) + `}`
}

func (w *world) lookUp(g *guest, token, id, room string) (int, string) {
	r, m := w.srv.rooms[room], w.srv.stored[id]
	switch {
	case g == nil:
		return 401, badToken
	case r == nil || r.owner != g:
		w.check.refused[id] = true
		return refuse("invalid-room")
	case m == nil || m.rid != room && m.token != token:
		w.check.absent[id] = w.now
		return 404, notFound
	}
	return 200, `{"message":` + m.json(false) + `}`
}

func value(query, key string) string {
	for _, pair := range strings.Split(query, "&") {
		if k, v, _ := strings.Cut(pair, "="); k == key {
			return v
		}
	}
	return ""
}
