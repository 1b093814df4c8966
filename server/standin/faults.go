package standin

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// A Direction is a part of the traffic.
type Direction int

// The directions of Mute.
const (
	Nothing Direction = 0
	Up      Direction = 1 // what clients send is swallowed
	Down    Direction = 2 // what the server sends is swallowed
	Both              = Up | Down
)

// An Error is what a method is told to answer.
type Error struct {
	Code    any // string or int
	Reason  string
	Details map[string]any
}

// TooMany is the error of a DDP rate limit.
func TooMany(wait time.Duration) Error {
	return Error{Code: "too-many-requests", Reason: "Error, too many requests. Please slow down.",
		Details: map[string]any{"timeToReset": wait.Milliseconds()}}
}

type faults struct {
	delay    time.Duration
	twice    int // stream frames still to double; negative: all
	refuse   []refusal
	mute     Direction
	cutIn    int // client frames until the cut
	cutMode  cutMode
	upgrades int // still to refuse
	status   int // with this
	plans    []plan
	trickle  trickle
}

type refusal struct {
	name string
	err  error
}

type plan struct {
	path   string
	status int
	body   string
}

type cutMode int

const (
	noCut cutMode = iota
	cutBefore
	cutAfter
)

// change runs f with the faults locked.
func (s *Server) change(f func(*faults)) {
	s.mu.Lock()
	defer s.unlock()
	f(&s.faults)
}

// DropAll ends every connection without a close frame, as a dead network
// does.
func (s *Server) DropAll() {
	s.mu.Lock()
	defer s.unlock()
	s.drop()
}

func (s *Server) drop() {
	for c := range s.conns {
		c.drop()
	}
}

// Restart is DropAll and the loss of what a real server keeps in memory alone:
// the counts of the rate limits. Rooms, messages and logins stay.
func (s *Server) Restart() {
	s.mu.Lock()
	defer s.unlock()
	s.drop()
	s.limits = newLimits(s.limits.restOn, s.limits.ddpOn)
}

// Wipe is Restart with an empty database: visitors, rooms and messages are
// gone. Agents, departments and settings stay.
func (s *Server) Wipe() {
	s.mu.Lock()
	defer s.unlock()
	s.drop()
	s.limits = newLimits(s.limits.restOn, s.limits.ddpOn)
	for len(s.visitors) > 0 {
		s.forget(s.visitors[0])
	}
}

// Hang ends every connection with a close frame, as a server that shuts down
// does.
func (s *Server) Hang() {
	s.mu.Lock()
	defer s.unlock()
	for c := range s.conns {
		c.bye()
	}
}

// Delay makes every answer and frame come d later.
func (s *Server) Delay(d time.Duration) { s.change(func(f *faults) { f.delay = d }) }

// Duplicate sends the next n frames of streams twice; all of them when n is
// negative, none when zero.
func (s *Server) Duplicate(n int) { s.change(func(f *faults) { f.twice = n }) }

// RefuseNext answers the next call of a method, or the next subscription to a
// publication of that name, with an error instead of doing it.
func (s *Server) RefuseNext(name string, e Error) {
	err := meteorWith(e.Code, e.Reason, e.Details)
	s.change(func(f *faults) { f.refuse = append(f.refuse, refusal{name, err}) })
}

// Mute swallows traffic while connections stay open: a black hole. Requests
// hang. Mute(Nothing) ends it; what was swallowed is gone.
func (s *Server) Mute(d Direction) { s.change(func(f *faults) { f.mute = d }) }

// CutBefore drops the connection that sends the n-th client frame from now,
// before the frame has any effect.
func (s *Server) CutBefore(n int) { s.change(func(f *faults) { f.cutIn, f.cutMode = n, cutBefore }) }

// CutAfter drops the connection that sends the n-th client frame from now,
// after the frame had its effect but before anything is answered.
func (s *Server) CutAfter(n int) { s.change(func(f *faults) { f.cutIn, f.cutMode = n, cutAfter }) }

// RefuseUpgrades answers the next n websocket handshakes with a status.
func (s *Server) RefuseUpgrades(n, status int) {
	s.change(func(f *faults) { f.upgrades, f.status = n, status })
}

// AnswerNext answers the next REST call whose path has the prefix, and does
// not do it.
func (s *Server) AnswerNext(path string, status int, body string) {
	s.change(func(f *faults) { f.plans = append(f.plans, plan{path, status, body}) })
}

// Trickle sends at most n bytes, then waits, and so on; to connections made
// from now and in REST answers. n of 0 ends it.
func (s *Server) Trickle(n int, wait time.Duration) {
	s.change(func(f *faults) { f.trickle = trickle{n, wait} })
}

func (f *faults) copies() int {
	if f.twice == 0 {
		return 1
	}
	f.twice--
	if f.twice < -1 {
		f.twice = -1
	}
	return 2
}

func (f *faults) refused(name string) error {
	for i, r := range f.refuse {
		if r.name == name {
			f.refuse = append(f.refuse[:i:i], f.refuse[i+1:]...)
			return r.err
		}
	}
	return nil
}

func (f *faults) cut() cutMode {
	if f.cutIn == 0 {
		return noCut
	}
	if f.cutIn--; f.cutIn > 0 {
		return noCut
	}
	return f.cutMode
}

func (f *faults) refuseUpgrade() int {
	if f.upgrades == 0 {
		return 0
	}
	f.upgrades--
	return f.status
}

func (f *faults) planned(path string) (status int, body string, ok bool) {
	for i, p := range f.plans {
		if strings.HasPrefix(path, p.path) {
			f.plans = append(f.plans[:i:i], f.plans[i+1:]...)
			return p.status, p.body, true
		}
	}
	return 0, "", false
}

// swallow takes a request into the black hole: it gets no answer. One way
// down, it has its effect first.
func (s *Server) swallow(r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	s.mu.Lock()
	if err == nil && s.faults.mute == Down && under(r.URL.Path, "/api") {
		q := &request{s: s, r: r, raw: body, query: doc{}, header: http.Header{}}
		for k, v := range r.URL.Query() {
			q.query[k] = v[0]
		}
		s.received(Received{Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone(), Text: string(body)})
		s.answerNow(q)
	}
	s.unlock()
	for {
		s.mu.Lock()
		over, wake := s.faults.mute == Nothing || s.closed, s.wake
		s.mu.Unlock()
		if over {
			break
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.done:
		case <-wake:
		}
	}
	// The connection is of no more use: what it was asked is lost.
	panic(http.ErrAbortHandler)
}
