package standin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Received is one thing a client sent: a request, or with a Conn a frame.
type Received struct {
	Time   time.Time
	Conn   int    // serial of the connection, 0 for a request
	Method string // of a request
	Path   string // of a request, with its query
	Header http.Header
	Text   string // the frame or the body
	Lost   bool   // swallowed by Mute
}

// Room is a room as tests see it.
type Room struct {
	ID, Visitor, Token, Name, Department string
	Open, Waiting                        bool   // waiting in the queue
	Agent                                string // username
	Messages                             int
}

// Message is a message as tests see it.
type Message struct {
	ID, Room, Text, Kind string
	Time                 time.Time
	Username             string
	FromVisitor, Edited  bool
}

// A View is what a condition of WaitFor looks at. It is valid during the call
// alone.
type View struct{ s *Server }

// logLength is how much is kept of what clients sent: more than any test
// sends, and no more for a demo that runs for weeks.
const logLength = 50000

// received notes what a client sent, of uploads only the beginning.
func (s *Server) received(r Received) {
	r.Time = s.opt.Now()
	if len(r.Text) > 1<<20 {
		r.Text = r.Text[:1<<20]
	}
	if len(s.log) >= logLength {
		s.log = slices.Delete(s.log, 0, logLength/2)
	}
	s.log = append(s.log, r)
}

// WaitFor waits until a condition holds. It returns ctx's error if that ends
// before. The condition runs with the state locked: it must not call methods
// of the Server.
func (s *Server) WaitFor(ctx context.Context, holds func(*View) bool) error {
	for {
		s.mu.Lock()
		ok, wake := holds(&View{s}), s.wake
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-wake:
		case <-s.done:
			return fmt.Errorf("standin: closed while waiting")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// View runs f with the state locked.
func (s *Server) View(f func(*View)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&View{s})
}

// Connections is the number of open websockets.
func (s *Server) Connections() (n int) {
	s.View(func(v *View) { n = v.Connections() })
	return n
}

// Received is what clients have sent, oldest first. Of very much the oldest
// is forgotten.
func (s *Server) Received() (list []Received) {
	s.View(func(v *View) { list = slices.Clone(v.Received()) })
	return list
}

// Rooms are all rooms, oldest first.
func (s *Server) Rooms() (list []Room) {
	s.View(func(v *View) { list = v.Rooms() })
	return list
}

// Messages are the messages of a room, oldest first.
func (s *Server) Messages(rid string) (list []Message) {
	s.View(func(v *View) { list = v.Messages(rid) })
	return list
}

// Connections is the number of open websockets.
func (v *View) Connections() int { return len(v.s.conns) }

// Received is all that clients have sent, oldest first.
func (v *View) Received() []Received { return v.s.log }

// Calls is how often a DDP method was called, or with a path that begins with
// a slash how often a REST path was asked.
func (v *View) Calls(name string) int {
	n := 0
	for _, r := range v.s.log {
		path, _, _ := strings.Cut(r.Path, "?")
		if r.Conn == 0 && path == name || r.Conn != 0 && strings.Contains(r.Text, `"method":"`+name+`"`) {
			n++
		}
	}
	return n
}

// Subscriptions is how many live subscriptions there are to an event of a
// stream: ("stream-room-messages", rid).
func (v *View) Subscriptions(stream, event string) int {
	n := 0
	for _, l := range v.s.topics[topic(stream, event)] {
		if !l.c.gone {
			n++
		}
	}
	return n
}

// Rooms are all rooms, oldest first.
func (v *View) Rooms() []Room {
	var list []Room
	for _, r := range v.s.rooms {
		x := Room{ID: r.id, Visitor: r.visitor, Token: r.token, Name: r.name, Department: r.department,
			Open: r.open, Waiting: r.inquiry != "", Messages: len(r.messages)}
		if r.servedBy != nil {
			x.Agent = r.servedBy.Username
		}
		list = append(list, x)
	}
	return list
}

// Messages are the messages of a room, oldest first.
func (v *View) Messages(rid string) []Message {
	r := v.s.room(rid)
	if r == nil {
		return nil
	}
	var list []Message
	for _, m := range r.messages {
		list = append(list, Message{ID: m.id, Room: m.rid, Text: m.text, Kind: m.kind, Time: m.ts,
			Username: str(m.u["username"]), FromVisitor: m.token != "", Edited: m.more["editedAt"] != nil})
	}
	return list
}

// Offline are the offline messages visitors left.
func (v *View) Offline() []map[string]any { return v.s.offline }

// LoggedIn tells whether any agent is logged in over DDP.
func (v *View) LoggedIn() bool {
	return slices.ContainsFunc(v.s.agents, func(a *agent) bool { return a.sessions > 0 })
}
