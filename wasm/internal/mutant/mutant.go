// Package mutant holds the switches by which the model test weakens the
// policy where it cannot do so from outside, one at a time, to see whether
// it notices. Without the build tag "mutants" they are off for good, and
// the compiler removes them and what they guard.
package mutant

// A Mutant is one deliberate weakness.
type Mutant int

// The mutants.
const (
	None           Mutant = iota
	LastFirst             // the outbox gives out its last line first
	EveryCopy             // the timeline keeps every copy of a message
	AnyState              // it takes older states of a message for newer ones
	DeletedStays          // history does not take out what was deleted
	HeardForgotten        // history takes out what came while it was read
	HistoryFirst          // history is read before the stream is subscribed to
	EarlySync             // a subscription that is ready counts as caught up
	EndUnread             // what was said last is not looked for
	RefusedAgain          // a stream that is refused is asked for again at once
	NoCountdown           // a rest that was asked for is not kept
	DoubtProlonged        // a fresh doubt gives a dead link more time
	OldUnchecked          // an old line is given up without a look-up
	PollsAll              // every reading while polling goes back to the first message
	Mutants
)

func (m Mutant) String() string {
	return [...]string{"none", "last line first", "every copy is kept", "older states are taken", "deleted messages stay",
		"what came meanwhile is taken out", "history before subscribing", "ready counts as caught up", "the end is not read", "a refused stream is asked for at once", "a rest is not kept", "a doubt is prolonged",
		"old lines are given up unchecked", "all is read at once while polling"}[m]
}
