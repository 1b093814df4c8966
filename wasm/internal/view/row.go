package view

import "capsule/wasm/internal/outbox"

// RowKind says what a Row is.
type RowKind uint8

// The kinds of row.
const (
	Message RowKind = iota
	System          // a line about the conversation
	Day             // a new day begins
	New             // from here on nothing was seen yet
)

// A Row is one entry of the conversation. Rows are comparable, and Key
// tells which of two screens' rows are the same one.
type Row struct {
	Key  string
	Kind RowKind
	Text string // markup of package prose for a Message, otherwise plain

	// Of a Message.
	ID          string // of the line
	Mine        bool
	First, Last bool   // of the lines that somebody wrote in a row
	Author      string // as to be read out; shown above the First of somebody else's
	Initials    string
	Quote       string // what is answered to
	QuoteBy     string
	File        string // name of a file, "" for none
	FileURL     string // https, "" when it cannot be opened
	FileKey     string // query of the bridge's route for files; "" for a file that lies elsewhere
	Time        string // "14:05"
	Stamp       string // the same for machines, RFC 3339
	Full        string // date and time
	Edited      string // "edited", or ""
	Mark        Mark
	MarkText    string // Mark in words
	Why         string // why it was not sent, with what to do about it: Retry, Discard, Copy
	Retry       string // label of the button that sends it after all
}

// Tells reports whether r has something to tell below its bubble: the time
// below the last of a group, and how far an own line has come until it is
// sent.
func (r Row) Tells() bool {
	return r.Last || r.Edited != "" || r.Mark != NoMark && r.Mark != Sent
}

// Mark is how far an own line has come; NoMark for those of others.
type Mark uint8

// The marks of delivery.
const (
	NoMark Mark = iota
	Queued
	Sending
	Unknown
	Sent
	NotSent
)

func markOf(d outbox.Delivery) Mark {
	switch d {
	case outbox.Queued:
		return Queued
	case outbox.Sending:
		return Sending
	case outbox.Unknown:
		return Unknown
	case outbox.NotSent:
		return NotSent
	}
	return Sent
}
