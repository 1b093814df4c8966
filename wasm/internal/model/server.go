package model

import (
	"slices"
	"strconv"
	"time"
)

// A server follows the rules of Rocket.Chat as recorded (protocol 00, 1, 2)
// for what a visitor can do.
type server struct {
	w        *world
	visitors map[string]*guest // by token
	rooms    map[string]*room
	stored   map[string]*message // by id, over all rooms
	lost     map[string]bool     // ids of messages that a wipe took, or that no token reaches any more
	texts    map[string]int      // how many messages have this text
	limits   map[limitKey]*window
	sockets  []*socket
	guests   int // ever registered
	names    int // of rooms, messages and guests
	last     int64

	forgot bool // a token, by a wipe or a merge

	noMethod  bool // sendMessageLivechat is gone, as in 9
	markFirst bool // deleted messages stay as marks
	resultOut bool // the result comes before the echo
}

type guest struct{ id, username, token string }

type room struct {
	id         string
	owner      *guest
	open       bool
	agent      string
	messages   []*message // as inserted
	deleted    int        // messages that are no more
	lines      int        // of the visitor
	endedEmpty bool       // an agent closed it before anything was said
	wanted     bool       // for a line that the server has in another room, then or later, or that came too late
	gone       bool       // wiped
}

type message struct {
	id, rid, text, kind string
	ts, updated         int64
	from                string // id of the user
	token               string // of a visitor's own
	arrived             time.Duration
	rest, ddp           written
}

// written is the text of a message in its state of a time.
type written struct {
	of   int64
	text string
}

type limitKey struct{ who, what string }

type window struct {
	from  time.Duration
	count int
}

func newServer(w *world) *server {
	return &server{w: w, visitors: map[string]*guest{}, rooms: map[string]*room{}, stored: map[string]*message{},
		lost: map[string]bool{}, texts: map[string]int{}, limits: map[limitKey]*window{}}
}

func (s *server) name(prefix string) string {
	s.names++
	return prefix + strconv.Itoa(s.names)
}

// stamp is the time of the server's clock in milliseconds. Two messages may
// share one.
func (s *server) stamp() int64 {
	s.last = max(s.last, epoch0+s.w.now.Milliseconds())
	return s.last
}

// take counts a call; wait is 0 when it is within the limit of n in span.
func (s *server) take(who, what string, n int, span time.Duration) (wait time.Duration) {
	k := limitKey{who, what}
	win := s.limits[k]
	if win == nil {
		win = &window{from: s.w.now}
		s.limits[k] = win
	}
	if s.w.now-win.from >= span {
		win.from, win.count = s.w.now, 0
	}
	win.count++
	if win.count > n {
		return win.from + span - s.w.now
	}
	return 0
}

func (s *server) register(token, _ string) *guest {
	g := s.visitors[token]
	if g == nil {
		s.guests++
		g = &guest{id: s.name("v"), token: token}
		g.username = "guest-" + g.id
		s.visitors[token] = g
	}
	return g
}

func (s *server) openRoomOf(g *guest) *room {
	for _, r := range s.inOrder() {
		if r.owner == g && r.open {
			return r
		}
	}
	return nil
}

func (s *server) inOrder() []*room {
	rooms := make([]*room, 0, len(s.rooms))
	for _, r := range s.rooms {
		rooms = append(rooms, r)
	}
	slices.SortFunc(rooms, func(a, b *room) int {
		if len(a.id) != len(b.id) {
			return len(a.id) - len(b.id)
		}
		if a.id < b.id {
			return -1
		}
		return 1
	})
	return rooms
}

// openRoom makes a room, with an agent in it.
func (s *server) openRoom(g *guest) *room {
	r := &room{id: s.name("r"), owner: g, open: true, agent: "u1"}
	s.rooms[r.id] = r
	s.w.note("server: %s opens room %s", g.id, r.id)
	s.insert(r, &message{kind: "livechat-started", from: g.id})
	s.insert(r, &message{kind: "uj", from: "u1"})
	return r
}

// overtaken excuses the room that g has opened meanwhile for a line which
// now comes so late that it opens another.
func (s *server) overtaken(g *guest) {
	if r := s.openRoomOf(g); r != nil && r.lines == 0 {
		r.wanted = true
	}
}

// insert stores a message and tells who listens.
func (s *server) insert(r *room, m *message) {
	if m.id == "" {
		m.id = s.name("x")
	}
	m.rid, m.ts, m.arrived = r.id, s.stamp(), s.w.now
	m.updated = m.ts
	r.messages = append(r.messages, m)
	s.stored[m.id] = m
	if m.token != "" {
		r.lines++
		s.texts[m.text]++
		s.w.note("server: %s is stored in %s as %q", m.id, r.id, m.text)
		s.w.check.arrived(m)
	}
	s.tell(r, m)
}

func (s *server) tell(r *room, m *message) {
	var frame string
	s.each(streamMessages, r.id, func(k *socket) {
		if frame == "" {
			frame = changed(streamMessages, r.id, m.json(true))
		}
		k.down(frame)
		if s.w.twice > s.w.now {
			k.down(frame)
		}
	})
}

// each calls f for every subscription to an event.
func (s *server) each(stream, event string, f func(*socket)) {
	for _, k := range s.sockets {
		for _, sub := range k.subs {
			if sub.stream == stream && sub.event == event {
				f(k)
			}
		}
	}
}

// What agents do.

func (s *server) say(r *room, text string) {
	s.insert(r, &message{text: text, from: "u1"})
}

func (s *server) edit(r *room, n int) {
	if m := s.pick(r, n); m != nil {
		m.text += "!"
		m.updated = max(s.stamp(), m.updated+1)
		s.tell(r, m)
	}
}

func (s *server) remove(r *room, n int) {
	m := s.pick(r, n)
	switch {
	case m == nil:
	case s.markFirst:
		m.kind, m.text, m.updated = "rm", "", max(s.stamp(), m.updated+1)
		s.tell(r, m)
	default:
		r.messages = slices.DeleteFunc(r.messages, func(o *message) bool { return o == m })
		delete(s.stored, m.id)
		r.deleted++
		s.lost[m.id] = true
		frame := changed(streamNotify, r.id+"/deleteMessage", `{"_id":"`+m.id+`"}`)
		s.each(streamNotify, r.id+"/deleteMessage", func(k *socket) { k.down(frame) })
	}
}

// pick chooses something that an agent wrote.
func (s *server) pick(r *room, n int) *message {
	var theirs []*message
	for _, m := range r.messages {
		if m.kind == "" && m.token == "" {
			theirs = append(theirs, m)
		}
	}
	if len(theirs) == 0 {
		return nil
	}
	return theirs[n%len(theirs)]
}

func (s *server) transfer(r *room) {
	agent := "u2"
	if r.agent == "u2" {
		agent = "u1"
	}
	r.agent = agent
	s.insert(r, &message{kind: "livechat_transfer_history", from: agent})
	frame := changed(streamRoom, r.id, `{"type":"agentData","data":`+agentJSON(agent)+`}`)
	s.each(streamRoom, r.id, func(k *socket) { k.down(frame) })
}

// close ends a conversation.
func (s *server) close(r *room, by string) {
	if !r.open {
		return
	}
	s.w.note("server: %s closes room %s", by, r.id)
	r.open = false
	r.endedEmpty = r.lines == 0
	s.w.after(time.Duration(s.names%3)*100*time.Millisecond, func() {
		if !r.gone {
			s.insert(r, &message{kind: "livechat-close", from: by})
		}
	})
}

// wipe forgets all visitors and what they said.
func (s *server) wipe() {
	s.w.note("server: everything is wiped")
	s.forgot = true
	for _, r := range s.rooms {
		r.gone = true
	}
	for id := range s.stored {
		s.lost[id] = true
	}
	clear(s.visitors)
	clear(s.rooms)
	clear(s.stored)
	clear(s.texts)
	s.restart()
}

// replace gives a visitor another token, as an e-mail merge does: what he
// had is still there, but not for him.
func (s *server) replace(g *guest) {
	s.w.note("server: the token of %s is replaced", g.id)
	s.forgot = true
	delete(s.visitors, g.token)
	for _, r := range s.rooms {
		if r.owner == g {
			r.gone = true
			for _, m := range r.messages {
				s.lost[m.id] = true
			}
		}
	}
	g.token = "merged" + g.token
}

// restart drops every socket.
func (s *server) restart() {
	for _, k := range slices.Clone(s.sockets) {
		k.cut(true)
	}
}
