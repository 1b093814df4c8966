package session

import (
	"time"

	"capsule/wasm/rocket"
)

// An Effect is something to do. Effects are data, not closures: a test
// can print them and compare them. The loop carries them out in order.
type Effect interface{ effect() }

type (
	// Dial opens a socket to URL. LinkRose or LinkFell follows, with the
	// same epoch.
	Dial struct {
		Epoch int
		URL   string
	}
	// Hangup closes the socket of an epoch, whether open yet or not.
	// Nothing of that epoch may be expected afterwards, nor minded.
	Hangup struct{ Epoch int }
	// Send writes one text message. There is no answer: what was lost
	// shows by what does not come.
	Send struct {
		Epoch int
		Text  string
	}
	// Ask performs a REST call to the bridge; Answered follows. Path
	// begins with "/v1/"; Body is JSON, or "" for GET.
	Ask struct {
		ID           AskID
		Method, Path string
		Token        rocket.Token // goes into rocket.HeaderToken unless ""
		Body         string
		Ticket       string // goes into puzzle.Header unless ""
		rounds       int    // puzzles solved for it
	}
	// Solve finds the solution of a puzzle (package puzzle) that a call
	// waits for; Solved follows.
	Solve struct {
		Ask       AskID
		Challenge string
		Bits      int
	}
	// Save keeps a value across page loads; "" deletes it. SaveFailed
	// follows when it could not be kept.
	Save struct{ Key, Value string }
	// Arm sets a timer, Disarm stops it.
	Arm struct {
		Timer Timer
		After time.Duration
	}
	Disarm struct{ Timer Timer }
	// Tell reports to the page's own scripts: see Tell* for names. Detail
	// is JSON or "".
	Tell struct{ Name, Detail string }
	// Sound makes the sound of a message that nobody has in front of him.
	Sound struct{}
)

func (Dial) effect()   {}
func (Hangup) effect() {}
func (Send) effect()   {}
func (Ask) effect()    {}
func (Solve) effect()  {}
func (Save) effect()   {}
func (Arm) effect()    {}
func (Disarm) effect() {}
func (Tell) effect()   {}
func (Sound) effect()  {}

// What Tell reports.
const (
	TellOpened  = "opened"
	TellClosed  = "closed"
	TellStarted = "started" // a conversation began
	TellEnded   = "ended"   // it is over
	TellMessage = "message" // somebody else wrote: {"id"}
	TellUnread  = "unread"  // {"count"}
	TellAgent   = "agent"   // {"name","status"}
	TellError   = "error"   // {"code"}
)
