// Package session decides what the widget does next.
//
// A Session does no input or output. It is told what happened, one Event
// at a time, and answers with the Effects to carry out, in order. The same
// events always give the same effects, so a bug report is a transcript and
// a test is a text file.
//
//	effects := s.Step(now, event)
//	for _, e := range effects { carry out e; what comes of it is an Event }
//	look at s.State()
//
// The effects of one Step are to be carried out in order: a Save comes
// before the Send it protects.
package session

import (
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// Config is what the page decided, and what a pure package cannot make
// itself.
type Config struct {
	Department  string
	Name, Email string                            // what the page knows of the visitor
	Quiet       bool                              // makes no sounds
	Tab         string                            // names this page among those that share its storage; "" when it shares with none
	NewID       func() string                     // ids of messages; unique, rocket.ValidID
	Jitter      func(time.Duration) time.Duration // a random part of it, from 0 up to it
}

// Saved is what the last visit left: the values of its Save effects.
type Saved map[string]string

// A Session is one visitor's widget.
type Session struct {
	cfg   Config
	state State
	token rocket.Token

	asks  map[string]Ask // the newest call of each name; N is 0 when none is under way
	asked int            // calls so far
	tries map[string]int // failures in a row, of calls by name
	again map[Timer]func(*turn)

	link  link
	sends sends
	sync  catchUp

	said            Identified // by the page of the visitor, and not told to Rocket.Chat yet
	placing, placed string     // the department that the registration under way, and the last one, had

	proof, proven string // of who the visitor is: not taken yet, and taken last
	card          string // what a proof said of him, for the registration
	puzzle        puzzle // to be solved before the registration

	told      string           // what Tell last said of the agent
	saidTypes time.Time        // when our own typing was last announced; zero: not typing
	sounded   time.Time        // when one was last made, here or as good as
	rung      time.Time        // up to which message a sound was made, here or in another tab
	seen      time.Time        // up to which message everything was seen
	parser    ejson.Parser     // of what comes from outside
	early     []rocket.Message // edited before the first page was there, and so it is unknown what is between
	from      time.Time        // since when everything is known; zero: from the beginning
	whole     time.Time        // up to which message everything is known
	renewals  []time.Time
	polls     int       // readings since polling began
	deep      time.Time // up to where old messages are still to be read, while polling
	lease     lease     // whose turn it is to send
	claims    bool      // it is ours if nobody objects
	company   bool      // other tabs were heard of
	unkept    unkept
	forked    bool            // the visitor may have another open room than this one
	done      map[string]bool // lines that another tab was done with
}

// New makes a session that goes on where saved left off.
func New(cfg Config, saved Saved) *Session {
	s := &Session{cfg: cfg, asks: map[string]Ask{}, tries: map[string]int{}, again: map[Timer]func(*turn){}}
	s.state.Visible = true
	s.state.Department = cfg.Department
	s.resume(saved)
	return s
}

// State returns the current state. It is valid until the next Step.
func (s *Session) State() *State { return &s.state }

// Token is the visitor's credential, for the files of his conversation; "" before
// there is one.
func (s *Session) Token() rocket.Token { return s.token }

// A turn is one Step in progress.
type turn struct {
	*Session
	now     time.Time
	effects []Effect
}

func (t *turn) do(e ...Effect) { t.effects = append(t.effects, e...) }

// save keeps a value. A second save of the same key in one turn replaces
// the first in its place, and so still precedes what the first protected.
func (t *turn) save(key, value string) {
	for i, e := range t.effects {
		if old, ok := e.(Save); ok && old.Key == key {
			t.effects[i] = Save{key, value}
			return
		}
	}
	t.do(Save{key, value})
}

// Step applies ev, which happened at now.
func (s *Session) Step(now time.Time, ev Event) []Effect {
	t := &turn{Session: s, now: now, effects: make([]Effect, 0, 4)}
	t.apply(ev)
	t.remember()
	return t.effects
}

func (t *turn) apply(ev Event) {
	switch ev := ev.(type) {
	case Started:
		t.started()
	case Opened:
		t.opened()
	case Minimized:
		t.minimized()
	case Typed:
		t.typed(ev.Text)
	case Composed:
		t.composed(ev.Text)
	case Introduced:
		t.introduced(ev)
	case LeftWord:
		t.leftWord(ev)
	case Retried:
		t.retried(ev.ID)
	case Discarded:
		t.discarded(ev.ID)
	case Ended:
		t.end()
	case Renewed:
		t.renew()
	case Saw:
		t.saw()
	case TriedNow:
		t.triedNow()
	case Identified:
		t.identified(ev)
	case SignedOut:
		t.signedOut()
	case Assigned:
		t.assigned(ev.Department)
	case SaveFailed:
		t.saveFailed(ev.Key)
	case Stored:
		t.savedElsewhere(ev)
	case Recalled:
		t.recalled(ev.Saved)
	case Answered:
		t.answered(ev)
	case Solved:
		t.solved(ev)
	case Rang:
		t.rang(ev.Timer)
	default:
		t.applyLink(ev)
	}
}

// applyLink takes the events of the socket and of the page's life.
func (t *turn) applyLink(ev Event) {
	switch ev := ev.(type) {
	case LinkRose:
		t.rose(ev.Epoch)
	case LinkFell:
		t.fell(ev.Epoch)
	case FrameCame:
		t.frameCame(ev)
	case Shown:
		t.state.Visible = true
		t.woke()
		t.pollSoon()
	case Hidden:
		t.state.Visible = false
	case Woke:
		t.woke()
	case Slept:
		t.slept()
	case NetworkLost:
		t.networkLost()
	}
}

// rang takes what a timer was armed for. A timer that was disarmed in the
// same moment may still ring; then there is nothing to take.
func (t *turn) rang(timer Timer) {
	if then := t.again[timer]; then != nil {
		delete(t.again, timer)
		then(t)
	}
}

func (t *turn) arm(timer Timer, after time.Duration, then func(*turn)) {
	t.again[timer] = then
	t.do(Arm{timer, after})
}

func (t *turn) disarm(timer Timer) {
	if t.again[timer] != nil {
		delete(t.again, timer)
		t.do(Disarm{timer})
	}
}
