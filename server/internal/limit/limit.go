// Package limit keeps one caller from using up what is there for all: it
// counts requests per network address in bounded memory, and knows which
// address a request really came from.
//
// An address is a single IPv4 address or a whole IPv6 /64, because that is
// what one household or one server gets: counting single IPv6 addresses would
// count nothing.
package limit

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Rate says how much one address may do: Burst at once, and then one more
// Every so long. The zero Rate means no limit.
type Rate struct {
	Every time.Duration
	Burst int
}

// Keys is how many addresses a Limiter remembers unless told otherwise. The
// one unseen for longest is forgotten first.
const Keys = 100_000

// A Limiter counts per address. All methods may be called concurrently, and a
// nil Limiter allows everything.
type Limiter struct {
	rate Rate
	max  int

	mu     sync.Mutex
	bucket map[netip.Prefix]*list.Element
	recent *list.List // of entry, most recently used first
}

type entry struct {
	key    netip.Prefix
	bucket *rate.Limiter
}

// New makes a Limiter that remembers at most max addresses (Keys if max is not
// positive).
func New(r Rate, max int) *Limiter {
	if r.Every <= 0 || r.Burst <= 0 {
		return nil
	}
	if max <= 0 {
		max = Keys
	}
	return &Limiter{rate: r, max: max, bucket: map[netip.Prefix]*list.Element{}, recent: list.New()}
}

// Take counts one act of a at now. It reports whether a may do it and, if
// not, how long to wait before it may. A refused act is not counted.
func (l *Limiter) Take(a netip.Addr, now time.Time) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.find(a)
	if b.AllowN(now, 1) {
		return 0, true
	}
	return l.wait(b, now), false
}

// Spent reports whether a has used up its allowance, and for how long,
// without counting anything. It is for acts that only turn out to count
// afterwards, such as naming a token nobody has.
func (l *Limiter) Spent(a netip.Addr, now time.Time) (wait time.Duration, spent bool) {
	if l == nil {
		return 0, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e, known := l.bucket[Key(a)]
	if !known {
		return 0, false
	}
	b := e.Value.(entry).bucket
	if b.TokensAt(now) >= 1 {
		return 0, false
	}
	return l.wait(b, now), true
}

// Len is the number of addresses remembered.
func (l *Limiter) Len() int {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.recent.Len()
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

func (l *Limiter) find(a netip.Addr) *rate.Limiter {
	key := Key(a)
	if e, ok := l.bucket[key]; ok {
		l.recent.MoveToFront(e)
		return e.Value.(entry).bucket
	}
	if l.recent.Len() >= l.max {
		oldest := l.recent.Back()
		delete(l.bucket, oldest.Value.(entry).key)
		l.recent.Remove(oldest)
	}
	b := rate.NewLimiter(rate.Every(l.rate.Every), l.rate.Burst)
	l.bucket[key] = l.recent.PushFront(entry{key, b})
	return b
}

func (l *Limiter) wait(b *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - b.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing * float64(l.rate.Every))
}
