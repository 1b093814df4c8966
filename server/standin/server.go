package standin

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// A Server is an embedded Rocket.Chat. Its methods may be called from any
// goroutine. Close it, or its connections and timers live on.
type Server struct {
	opt Options

	mu   sync.Mutex // guards all below
	set  Settings
	rand *rand.Rand
	wake chan struct{} // closed and replaced after every change
	last time.Time     // given out by tick
	made int           // ObjectId-like ids given out

	visitors    []*visitor
	byToken     map[string]*visitor
	byVisitor   map[string]*visitor // by id
	rooms       []*room
	byRoom      map[string]*room
	messages    map[string]*message
	departments []*department
	agents      []*agent
	fields      []CustomField
	triggers    []json.RawMessage
	files       map[string]*file
	offline     []doc
	guests      int // number of the last guest-N

	conns  map[*conn]struct{}
	topics map[string][]listener // by stream and event
	serial int                   // of the last connection
	timers map[*time.Timer]struct{}
	limits *limits
	faults faults
	log    []Received
	closed bool
	done   chan struct{} // closed by Close
	wg     sync.WaitGroup
}

// New returns a running server with what the options tell.
func New(o Options) *Server {
	if o.Heartbeat == 0 {
		o.Heartbeat = 15 * time.Second
	}
	if o.HeartbeatTimeout == 0 {
		o.HeartbeatTimeout = 15 * time.Second
	}
	if o.Preview == 0 {
		o.Preview = 50 * time.Millisecond
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = randomID
	}
	s := &Server{
		opt:      o,
		set:      DefaultSettings(),
		rand:     rand.New(rand.NewPCG(o.Seed, 1)), // #nosec G404 -- tests repeat what a seed gave; the stand-in keeps no secrets
		wake:     make(chan struct{}),
		messages: map[string]*message{},
		byToken:  map[string]*visitor{}, byVisitor: map[string]*visitor{}, byRoom: map[string]*room{},
		topics:   map[string][]listener{},
		files:    map[string]*file{},
		conns:    map[*conn]struct{}{},
		timers:   map[*time.Timer]struct{}{},
		limits:   newLimits(o.RESTLimits, o.DDPLimits),
		fields:   o.CustomFields,
		triggers: o.Triggers,
		done:     make(chan struct{}),
	}
	if o.Settings != nil {
		s.set = *o.Settings
	}
	for _, a := range o.Agents {
		s.AddAgent(a)
	}
	for _, d := range o.Departments {
		s.AddDepartment(d)
	}
	return s
}

// Close drops every connection, stops what is scheduled and waits for the
// server's goroutines to end. Requests that come later get 503.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	for t := range s.timers {
		t.Stop()
	}
	s.drop()
	s.unlock()
	s.wg.Wait()
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	closed, mute := s.closed, s.faults.mute
	s.mu.Unlock()
	if closed {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	if mute != Nothing && !isSocket(r.URL.Path) {
		s.swallow(r)
		return
	}
	switch path := r.URL.Path; {
	case isSocket(path):
		s.serveSocket(w, r)
	case under(path, "/api"):
		s.serveAPI(w, r)
	case under(path, "/file-upload"):
		s.serveFile(w, r)
	case under(path, "/avatar"):
		s.serveAvatar(w, r)
	default:
		s.servePage(w, r)
	}
}

func under(path, dir string) bool {
	return path == dir || len(path) > len(dir) && path[:len(dir)] == dir && path[len(dir)] == '/'
}

// unlock ends a change of the state and wakes those who wait for one.
func (s *Server) unlock() {
	close(s.wake)
	s.wake = make(chan struct{})
	s.mu.Unlock()
}

// after runs f with the state locked, unless the server is closed before.
func (s *Server) after(d time.Duration, f func()) {
	if s.closed {
		return
	}
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.unlock()
		delete(s.timers, t)
		if !s.closed {
			f()
		}
	})
	s.timers[t] = struct{}{}
}

// tick returns a time of the server, in milliseconds and later than all
// before, so that messages have an order to page by.
func (s *Server) tick() time.Time {
	t := s.opt.Now().UTC().Truncate(time.Millisecond)
	if !t.After(s.last) {
		t = s.last.Add(time.Millisecond)
	}
	s.last = t
	return t
}

// objectID returns an id in the form of the database's own.
func (s *Server) objectID() string {
	s.made++
	return fmt.Sprintf("%08x%08x%08x", s.opt.Now().Unix()&0xffffffff, s.rand.Uint32(), s.made)
}

// docID is the id of a new visitor, department, file or system message.
func (s *Server) docID() string {
	if s.opt.Mode == V3 {
		return s.opt.NewID()
	}
	return s.objectID()
}

func (s *Server) since(major int) bool { return s.opt.Mode.major() >= major }

// site returns the address the server has in the eyes of r.
func (s *Server) site(r *http.Request) string {
	if s.opt.SiteURL != "" {
		return s.opt.SiteURL
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host
}
