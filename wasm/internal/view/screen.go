// Package view decides what is visible.
//
// Build looks at a session's State and answers with a Screen: which of the
// five screens it is, and every word, row, field and button on it. The
// parts of a Screen are comparable, so that whoever draws it can see what
// has changed. What a visitor reads comes from a catalog of phrases, times
// and dates from a Format. The package does no input or output, and keeps
// nothing between two calls.
package view

import "time"

// Kind is one of the screens of the panel.
type Kind uint8

// The screens. The rows and the composer belong to Chat; Loading and Failed
// have a composer too, so that what is typed there is not lost.
const (
	Loading Kind = iota // it is not yet known what to show
	Failed              // nor can it be, for now: see Notice
	Form                // who are you
	Offline             // nobody is there: the form that becomes a mail, or a Notice
	Chat
)

func (k Kind) String() string { return [...]string{"loading", "failed", "form", "offline", "chat"}[k] }

// A Screen is all that is visible.
type Screen struct {
	Kind    Kind
	Open    bool // the panel is
	Visible bool // the page is in the foreground
	Tag     string
	Dir     string // "ltr" or "rtl"
	Color   string // the accent Rocket.Chat's administrator has set, "" for none
	Words   Words
	Head    Head
	Banner  Banner
	Notice  Notice // of Failed, of Offline when there is no form, of Chat before the first row
	Form    Entry  // of Form and Offline
	Choices []Choice
	Rows    []Row // oldest first
	Typing  string
	Writer  Composer
	Footer  Footer
	Badge   Badge

	// Polite and Urgent are to be said to a screen reader when they change
	// to something.
	Polite, Urgent string

	// Again is when the same State will look different; zero: it will not.
	Again time.Time
}

// Words are what is written on buttons and said of parts, whatever the
// State.
type Words struct {
	Panel, Log                string // names of parts, for screen readers
	Close, End                string
	EndAsk, EndYes, EndNo     string
	Send                      string
	Latest                    string
	Discard, Copy             string
	Copied, Restored          string
	FileFailed                string
	NameMissing, EmailMissing string
	EmailBad, TextMissing     string
	Optional                  string
}

// Head is the header of the panel.
type Head struct {
	Title    string
	Team     bool // Title is the usual one of the team: the page may have another
	Status   string
	Presence Presence
	Initials string // of the agent, "" when there is none or it is not told
	CanEnd   bool   // the visitor may end the conversation
}

// Presence colours the dot beside the status.
type Presence uint8

// What is known of whether somebody is there.
const (
	Unclear Presence = iota
	Here
	Away
	Gone
)

// Tone is how serious a banner is.
type Tone uint8

// The tones.
const (
	Info Tone = iota
	Warning
)

// Covering is the media query of a window whose page the panel covers, as
// the style sheet has it.
const Covering = "(max-width: 480px)"

// Banner is a strip below the header; without Text there is none.
type Banner struct {
	Tone Tone
	Text string
	Try  string // label of the button that tries again at once, "" for none
	Busy bool   // that is under way, so there is nothing to press
	Lost bool   // it tells of a lost connection
	Way  string // introduces the address where the visitor can turn instead, "" when there is no need
}

// Notice is a few words in the middle of an otherwise empty screen.
type Notice struct {
	Title, Text string
	Try         string // label of the button that tries again, "" for none
	Busy        bool   // as in Banner
	Good        bool   // it tells of something that went well
	Way         string // as in Banner
}

// Entry is a form.
type Entry struct {
	Title, Text             string
	Name, Email, Department Field
	Message                 Field
	Button                  string
	Busy                    bool   // it is being sent
	Failed                  string // why it was not
}

// Field is one question of a form.
type Field struct {
	Asked    bool
	Required bool
	Label    string
	Value    string // to begin with
	Error    string // why the last answer was refused
	Limit    int    // of the answer, in UTF-16 units; 0: none
	TooLong  string // what to say of one that is longer
}

// Choice is a department to choose, ID "" for none in particular.
type Choice struct{ ID, Name string }

// Composer is where the visitor writes.
type Composer struct {
	Shown       bool
	Enabled     bool // it can be written in
	Sends       bool // what is written can be sent, too
	Placeholder string
	Text        string // to take over whenever Version changes
	Version     int
	Limit       int // in UTF-16 units; 0: none
	LimitNote   string
}

// Footer stands in the composer's place when a conversation is over;
// without Title there is none.
type Footer struct{ Title, Text, Button string }

// Badge is what the launcher shows.
type Badge struct {
	Text  string // "" for none
	Label string // of the launcher, to a screen reader
}
