package session

import (
	"strconv"
	"time"
)

// An Event is something that happened. The loop hands events to Step one
// at a time; their order is the order of things.
type Event interface{ event() }

// What the visitor and the page around the widget do.
type (
	// Started is the first event: the widget runs.
	Started struct{}
	// Opened and Minimized are the panel's doings.
	Opened    struct{}
	Minimized struct{}
	// Typed is the composer's text after a change.
	Typed struct{ Text string }
	// Composed is a text the visitor sent.
	Composed struct{ Text string }
	// Introduced is the form before a conversation; Text may be empty.
	Introduced struct{ Name, Email, Department, Text string }
	// LeftWord is the form shown while nobody is there.
	LeftWord struct{ Name, Email, Department, Text string }
	// Retried and Discarded are about a line that is not sent.
	Retried   struct{ ID string }
	Discarded struct{ ID string }
	// Ended means the visitor ended the conversation, Renewed that he
	// wants another one.
	Ended   struct{}
	Renewed struct{}
	// Saw means that the newest line is on screen.
	Saw struct{}
	// TriedNow is the button of the banner that tells about a wait.
	TriedNow struct{}
	// Identified comes from the page: what it knows of the visitor, or
	// with Proof a JWT for the bridge that says who he is, which counts for
	// more.
	Identified struct{ Name, Email, Proof string }
	// SignedOut comes from the page: the user it had proved is gone.
	SignedOut struct{}
	// Assigned comes from the page: the department to talk to.
	Assigned struct{ Department string }
)

// What the browser does.
type (
	// Shown and Hidden: the page came to or left the foreground.
	Shown  struct{}
	Hidden struct{}
	// Woke means that time may have passed unnoticed, or that the
	// network is back: check the link now.
	Woke struct{}
	// Slept means that the page is put away and its socket must go.
	Slept struct{}
	// NetworkLost means that the browser says it is offline.
	NetworkLost struct{}
	// Stored means that another tab of this visitor saved a value: Value is
	// what it saved, Kept what is kept now, since a third or this one may have
	// saved another; "" is none.
	Stored struct{ Key, Value, Kept string }
	// Recalled is all that is saved, read again: to be told before Woke,
	// since a page that was frozen or put away hears no Stored.
	Recalled struct{ Saved Saved }
	// SaveFailed means that a Save could not be carried out.
	SaveFailed struct{ Key string }
)

// What comes of effects.
type (
	// LinkRose means that the socket of an epoch is open.
	LinkRose struct{ Epoch int }
	// LinkFell means that it is gone or never opened.
	LinkFell struct {
		Epoch int
		Why   string
	}
	// FrameCame is one text message of the socket.
	FrameCame struct {
		Epoch int
		Text  string
	}
	// Answered is the end of a REST call: its status and body, or with
	// Status 0 the reason why there is none.
	Answered struct {
		Ask    AskID
		Status int
		Body   string
		Why    string
	}
	// Solved is what comes of a Solve.
	Solved struct {
		Ask    AskID
		Ticket string
	}
	// Rang means that a timer ran out.
	Rang struct{ Timer Timer }
)

func (Started) event()     {}
func (Opened) event()      {}
func (Minimized) event()   {}
func (Typed) event()       {}
func (Composed) event()    {}
func (Introduced) event()  {}
func (LeftWord) event()    {}
func (Retried) event()     {}
func (Discarded) event()   {}
func (Ended) event()       {}
func (Renewed) event()     {}
func (Saw) event()         {}
func (TriedNow) event()    {}
func (Identified) event()  {}
func (SignedOut) event()   {}
func (Assigned) event()    {}
func (Shown) event()       {}
func (Hidden) event()      {}
func (Woke) event()        {}
func (Slept) event()       {}
func (NetworkLost) event() {}
func (SaveFailed) event()  {}
func (Stored) event()      {}
func (Recalled) event()    {}
func (LinkRose) event()    {}
func (LinkFell) event()    {}
func (FrameCame) event()   {}
func (Answered) event()    {}
func (Solved) event()      {}
func (Rang) event()        {}

// An AskID names one REST call. An answer to a call that a newer one of
// the same name has replaced is ignored.
type AskID struct {
	Name string
	N    int
}

func (a AskID) String() string { return a.Name + "." + strconv.Itoa(a.N) }

// A Timer names a deadline. Arming it again moves it.
type Timer string

// A moment that has not come is the zero time; forever is not needed.
var never time.Time
