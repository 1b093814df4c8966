package model

import (
	"fmt"
	"slices"
	"time"
)

// A Schedule is all that is decided before a run: what people do, what
// breaks, and when.
type Schedule struct {
	Seed        uint64
	People      int
	Form        bool // a form is shown before the first message
	NoMethod    bool // Rocket.Chat 9
	Marks       bool // deleted messages leave a mark
	ResultFirst bool // before the echo
	Blocked     bool // storage
	Tabs        int  // of each person
	NoSocket    bool // sockets are blocked all the time
	Acts        []Act
}

// An Act is one thing that happens.
type Act struct {
	At   time.Duration
	Kind Kind
	Who  int // of the people
	For  time.Duration
	N    int
}

// Kind is what an Act is.
type Kind int

// What people do comes first, then what breaks.
const (
	Submit Kind = iota
	Burst
	TryNow
	End
	Renew
	Toggle
	Type
	AgentSays
	AgentFlood
	AgentEdits
	AgentDeletes
	AgentCloses
	AgentTransfers
	faultsFrom
	CutNow
	CutSilently
	CutBefore
	CutAfter
	NextCutBefore
	NextCutAfter
	HoleUp
	HoleDown
	HoleBoth
	SlowNet
	NoDial
	HangDial
	Restart
	Outage
	Wipe
	TokenReplaced
	RestFails
	RestDown
	Muted
	Doubled
	ForeignFrames
	Reload
	Crash
	Freeze
	Sleep
	Hide
	Offline
	FalseOffline
	ClockJump
	StoreFull
	StoreCleared
	kinds
)

func (k Kind) String() string {
	return [...]string{"submit", "burst", "try now", "end", "renew", "toggle", "type", "agent says", "agent flood", "agent edits", "agent deletes",
		"agent closes", "agent transfers", "-", "cut", "cut silently", "cut before frame", "cut after frame", "next socket cut before frame",
		"next socket cut after frame", "hole up", "hole down", "hole both", "slow net", "no dial", "dial hangs", "server restart", "server outage", "server wiped",
		"token replaced", "rest fails", "bridge down", "sends not answered", "frames doubled", "foreign frames", "reload", "crash", "freeze", "sleep", "hide", "offline", "false offline",
		"clock jump", "storage full", "storage cleared"}[k]
}

// Fault reports whether a kind is something that breaks.
func (k Kind) Fault() bool { return k > faultsFrom }

func (a Act) String() string {
	return fmt.Sprintf("%8.3fs %s (person %d, for %v, n %d)", a.At.Seconds(), a.Kind, a.Who, a.For.Round(time.Millisecond), a.N)
}

// Generate makes the schedule of a seed.
func Generate(seed uint64) Schedule {
	c := chance(seed * 0x2545f4914f6cdd1d)
	s := Schedule{Seed: seed, People: 1, Form: c.percent(25), NoMethod: c.percent(15), Marks: c.percent(40), ResultFirst: c.percent(50), Blocked: c.percent(4), NoSocket: c.percent(5)}
	s.Tabs = 1
	if c.percent(8) {
		s.People = 2
	}
	for who := range s.People {
		s.visit(&c, who)
	}
	for range c.below(8) {
		s.breaks(&c)
	}
	for c.percent(30) {
		// What changes while a link comes back.
		a := s.Acts[c.below(len(s.Acts))]
		kind := [...]Kind{AgentEdits, AgentDeletes, AgentSays, AgentCloses}[c.below(4)]
		s.add(Act{At: a.At + a.For + c.upTo(4*time.Second), Kind: kind, Who: a.Who, N: c.below(1000)})
	}
	slices.SortStableFunc(s.Acts, func(a, b Act) int { return int(a.At - b.At) })
	return s
}

func (s *Schedule) add(a Act) { s.Acts = append(s.Acts, a) }

// maxTabs is how many tabs a visitor has at most.
const maxTabs = 5

// GenerateTabs is Generate for visitors with two tabs each, and five with
// every tenth seed.
func GenerateTabs(seed uint64) Schedule {
	s := Generate(seed)
	s.Tabs = 2
	if seed%10 == 0 {
		s.Tabs = maxTabs
	}
	return s
}

// visit is what a visitor and his agent do.
func (s *Schedule) visit(c *chance, who int) {
	at := c.between(time.Second, 20*time.Second)
	for range 1 + c.below(8) {
		kind := Submit
		if c.percent(10) {
			kind = Burst
		}
		s.add(Act{At: at, Kind: kind, Who: who, N: 2 + c.below(18)})
		at += c.between(200*time.Millisecond, 150*time.Second)
	}
	for range c.below(3) {
		s.add(Act{At: c.between(11*time.Minute, 20*time.Minute), Kind: Submit, Who: who, N: c.below(1000)})
	}
	for range c.below(10) {
		s.add(Act{At: c.between(5*time.Second, 22*time.Minute), Kind: AgentSays, Who: who})
	}
	some := func(kind Kind, percent int, until time.Duration) {
		for c.percent(percent) {
			at := c.between(5*time.Second, until)
			if c.percent(30) {
				// At about the time of something else.
				at = s.Acts[c.below(len(s.Acts))].At + c.between(-200*time.Millisecond, 400*time.Millisecond)
			}
			s.add(Act{At: max(at, 0), Kind: kind, Who: who, N: c.below(1000)})
		}
	}
	some(AgentEdits, 25, 20*time.Minute)
	some(AgentDeletes, 25, 20*time.Minute)
	some(AgentCloses, 30, 18*time.Minute)
	some(AgentTransfers, 15, 20*time.Minute)
	some(AgentFlood, 6, 12*time.Minute)
	if c.percent(4) {
		// Much is said, the page loaded anew, and something old edited.
		at := c.between(time.Minute, 5*time.Minute)
		s.add(Act{At: at, Kind: AgentFlood, Who: who, N: 40 + c.below(50)})
		s.add(Act{At: at + c.between(5*time.Second, time.Minute), Kind: Reload, Who: who})
		s.add(Act{At: at + c.between(time.Minute, 3*time.Minute), Kind: AgentEdits, Who: who, N: c.below(40)})
	}
	if c.percent(4) {
		// Something is edited while a slow answer with its older state is under way.
		at := c.between(time.Minute, 8*time.Minute)
		s.add(Act{At: at - 30*time.Second, Kind: AgentSays, Who: who})
		s.add(Act{At: at, Kind: RestFails, Who: who, For: time.Second, N: int(slow) - 1 + int(troubles-1)*99})
		s.add(Act{At: at + time.Second, Kind: CutNow, Who: who})
		s.add(Act{At: at + c.between(3*time.Second, 25*time.Second), Kind: AgentEdits, Who: who, N: c.below(40)})
	}
	some(End, 6, 18*time.Minute)
	some(Renew, 15, 20*time.Minute)
	some(TryNow, 25, 12*time.Minute)
	some(Toggle, 15, 20*time.Minute)
	some(Type, 15, 15*time.Minute)
}

// breaks adds a fault, or a few of the kind that come together.
func (s *Schedule) breaks(c *chance) {
	kind := faultsFrom + 1 + Kind(c.below(int(kinds-faultsFrom-1)))
	switch kind {
	case Wipe, TokenReplaced, StoreCleared:
		if c.percent(60) {
			kind = RestFails // what destroys is not to hide the rest
		}
	}
	length := c.between(100*time.Millisecond, 20*time.Second)
	if c.percent(30) {
		length = c.between(10*time.Second, 3*time.Minute)
	}
	at := c.upTo(Disturbed - 5*time.Second)
	if c.percent(40) && len(s.Acts) > 0 {
		// Near something that somebody does, where it hurts.
		near := s.Acts[c.below(len(s.Acts))].At
		at = max(0, min(near+c.between(-200*time.Millisecond, 500*time.Millisecond), Disturbed-5*time.Second))
	}
	s.add(Act{At: at, Kind: kind, Who: c.below(s.People), For: min(length, Disturbed-at), N: c.below(1000)})
}
