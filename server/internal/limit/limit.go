// Package limit keeps one caller from using up what is there for all: it
// counts acts per network address, visitor, site or whatever else a caller
// can be told by, in bounded memory, and knows which address a request really
// came from.
//
// An address is a single IPv4 address or a whole IPv6 /64, because that is
// what one household or one server gets: counting single IPv6 addresses would
// count nothing.
package limit

import (
	"net/netip"
	"sync"
	"time"
)

// A Rate says how much may be done under one key: Burst at once, and then one
// more Every so long. The zero Rate means no limit.
type Rate struct {
	Every time.Duration
	Burst int
}

// Keys is how many keys a Limiter remembers unless told otherwise.
const Keys = 100_000

// A Limiter counts per key. All methods may be called concurrently, and a
// nil Limiter allows everything.
//
// It remembers between half of its keys and all of them, those seen last: to
// be sure to be forgotten a key has to be unseen while half as many others
// are. What is forgotten begins anew with its whole burst.
type Limiter[K comparable] struct {
	rate Rate
	half int // keys in one generation

	mu     sync.Mutex
	epoch  time.Time           // what the marks count from
	recent map[K]time.Duration // key to the moment its burst is whole again
	before map[K]time.Duration // the generation before: read, and moved when seen
}

// New makes a Limiter that remembers at most max keys (Keys if max is not
// positive), and nil for a Rate that does not limit.
func New[K comparable](r Rate, max int) *Limiter[K] {
	if r.Every <= 0 || r.Burst <= 0 {
		return nil
	}
	if max <= 0 {
		max = Keys
	}
	return &Limiter[K]{rate: r, half: (max + 1) / 2, recent: map[K]time.Duration{}}
}

// Take counts one act of key at now. It reports whether it may be done and,
// if not, how long to wait before it may. A refused act is not counted.
func (l *Limiter[K]) Take(key K, now time.Time) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.since(now)
	whole, known := l.recent[key]
	if !known {
		whole = l.before[key]
		defer l.turn()
	}
	next := max(whole, at) + l.rate.Every
	if wait = next - at - l.span(); wait > 0 {
		next = whole
	}
	l.recent[key] = next
	return max(wait, 0), wait <= 0
}

// Spent reports whether key has used up its allowance, and for how long,
// without counting or remembering anything. It is for acts that only turn out
// to count afterwards, such as naming a token nobody has.
func (l *Limiter[K]) Spent(key K, now time.Time) (wait time.Duration, spent bool) {
	if l == nil {
		return 0, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	whole, known := l.recent[key]
	if !known {
		whole = l.before[key]
	}
	wait = whole + l.rate.Every - l.since(now) - l.span()
	return max(wait, 0), wait > 0
}

// Len is the number of keys remembered.
func (l *Limiter[K]) Len() int {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.recent) + len(l.before)
}

// since is now as a mark. The first moment ever asked for is 0, and so is the
// mark of a key that is not known: its burst is whole.
func (l *Limiter[K]) since(now time.Time) time.Duration {
	if l.epoch.IsZero() {
		l.epoch = now
	}
	return now.Sub(l.epoch)
}

// span is how far ahead of now a mark may be.
func (l *Limiter[K]) span() time.Duration { return l.rate.Every * time.Duration(l.rate.Burst) }

// turn begins a new generation when the recent one is full. A key is in both
// for a while after it was seen again; its mark in recent counts.
func (l *Limiter[K]) turn() {
	if len(l.recent) >= l.half {
		l.before, l.recent = l.recent, make(map[K]time.Duration, l.half)
	}
}

// Key is what a is counted under.
func Key(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // no address at all: all such share one bucket
	}
	return p
}
