package session

import (
	"slices"
	"time"

	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/timeline"
	"capsule/wasm/rocket"
)

// State is everything the widget knows. Views read it; only Step writes
// it.
type State struct {
	Open    bool // the panel is open
	Visible bool // the page is in the foreground

	// Ready means that the bridge has told Config, Server and, for a
	// known visitor, Room; until then Asking says whether it is being
	// asked, and Trouble why it could not tell.
	Ready   bool
	Asking  bool
	Trouble Trouble

	Config     rocket.Config
	Server     Server
	Department string // chosen by page or visitor; "" leaves it to Rocket.Chat

	// Visitor is who he said he is; Registered that Rocket.Chat knows,
	// Introduced that nothing need be asked of him (any more).
	Visitor    rocket.Visitor
	Registered bool
	Introduced bool
	Signed     bool // the page has proved who he is
	FormError  FormError

	Word Word // the offline form

	Room   rocket.Room // zero before the first message
	Agent  rocket.Agent
	Names  map[string]string // what the agents of this room are called, by id
	Over   bool              // the conversation has ended; its lines stay in view
	Spot   int               // place in the queue, 0 when unknown
	Typing []string

	Link    Link
	Epoch   int  // which connection we are on; older frames are ignored
	Synced  bool // history has been read since the link last came up
	Redial  time.Time
	Polling bool      // messages come by asking every few seconds, since no socket can be had
	Fetched bool      // while Polling: they do, for all that was asked last
	Lost    time.Time // since when the link has been down although wanted; zero: it is up, or not wanted

	Timeline timeline.Timeline // what the server has
	Outbox   outbox.Box        // what it has not, or not for certain

	Draft   Draft
	Unread  int
	Memory  bool // storage refused a line: what is unsent dies with the page
	Expired bool // the previous conversation is no longer available here
}

// Server says where and what Rocket.Chat is.
type Server struct {
	Socket  string // wss:// URL
	Base    string // https:// URL, no slash at its end
	Version string // "6.14", or "" when unknown
}

// Link is the state of the socket.
type Link int

// A link is Up only when DDP's greeting is over too.
const (
	LinkDown Link = iota
	LinkDialing
	LinkGreeting
	LinkUp
)

func (l Link) String() string { return [...]string{"down", "dialing", "greeting", "up"}[l] }

// A Draft is the text in the composer. The visitor owns it: only when
// Version changes has the composer to take Text over.
type Draft struct {
	Text    string
	Version int
}

// A Word is the state of the offline form.
type Word int

// The form is Writing until a message was Sent.
const (
	WordWriting Word = iota
	WordSending
	WordSent
	WordFailed
)

// FormError says which answer in the form was refused.
type FormError string

// The refusals of a form.
const (
	FormFine          FormError = ""
	FormBadEmail      FormError = "email"
	FormBadDepartment FormError = "department"
)

// A Trouble says why something that was asked could not be done; the view
// has a sentence for each.
type Trouble struct {
	Kind  TroubleKind
	Until time.Time // of TroubleBusy: when it is tried again
}

// TroubleKind is one kind of trouble.
type TroubleKind string

// The kinds of trouble.
const (
	NoTrouble        TroubleKind = ""
	TroubleBridge    TroubleKind = "bridge"    // our server cannot be reached
	TroubleRocket    TroubleKind = "rocket"    // it answers, but Rocket.Chat does not or nonsensically
	TroubleBusy      TroubleKind = "busy"      // too many requests: waiting
	TroubleForbidden TroubleKind = "forbidden" // this page may not use the bridge
	TroubleBlocked   TroubleKind = "blocked"   // this visitor may not write
	TroubleNoAgent   TroubleKind = "no-agent"  // nobody is there to start a conversation with
	TroubleFailed    TroubleKind = "failed"    // refused for a reason that only the log tells
)

// Closing is the id of the message of the conversation's end if it is the last
// one, else "". Where transcripts are sent Rocket.Chat writes a command behind
// it (recordings of both servers), which is not for visitors.
func (st *State) Closing() string {
	list := st.Timeline.Messages()
	for i := len(list) - 1; i >= 0; i-- {
		switch list[i].Type {
		case rocket.TypeCommand:
		case rocket.TypeClosed:
			return list[i].ID
		default:
			return ""
		}
	}
	return ""
}

// A Line is a message as the visitor sees it.
type Line struct {
	rocket.Message
	Mine     bool
	Delivery outbox.Delivery // Sent for all that the server has
	Why      outbox.Why      // of outbox.NotSent
}

// Lines returns the conversation in the order to show it: what the server
// has in its order, then what waits in the order written.
func (st *State) Lines() []Line { return st.AppendLines(nil) }

// AppendLines appends Lines to lines.
func (st *State) AppendLines(lines []Line) []Line {
	stored := st.Timeline.Messages()
	waiting := st.Outbox.Items()
	lines = slices.Grow(lines, len(stored)+len(waiting))
	for _, m := range stored {
		lines = append(lines, Line{Message: m, Mine: st.mine(m), Delivery: outbox.Sent})
	}
	for _, it := range waiting {
		m := rocket.Message{ID: it.ID, Room: it.Room, Text: it.Text, From: st.Visitor.User, At: it.At}
		lines = append(lines, Line{Message: m, Mine: true, Delivery: it.Delivery, Why: it.Why})
	}
	return lines
}

func (st *State) mine(m rocket.Message) bool {
	return m.Token != "" || st.Visitor.ID != "" && m.From.ID == st.Visitor.ID
}
