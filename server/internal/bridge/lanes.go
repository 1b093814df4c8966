package bridge

import (
	"errors"
	"net/netip"
	"sync"
	"time"
)

// How many files may be in flight at once, up and down. They take long and
// have no queue.
const (
	inTransfer        = 32
	inTransferFromOne = 8 // by one address, whatever tokens it names
)

// lanes are the places for files in flight. The zero lanes are free.
type lanes struct {
	mu    sync.Mutex
	taken int
	by    map[netip.Prefix]int
}

var errNoLane = errors.New("too many files are in flight")

// enter takes a place for a file of an address and returns what gives it back.
func (l *lanes) enter(from netip.Prefix) (leave func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.taken == inTransfer || l.by[from] == inTransferFromOne {
		return nil, &Problem{Code: Unavailable, RetryAfter: 5 * time.Second, Cause: errNoLane}
	}
	if l.by == nil {
		l.by = map[netip.Prefix]int{}
	}
	l.taken++
	l.by[from]++
	return func() { l.leave(from) }, nil
}

func (l *lanes) leave(from netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken--
	if l.by[from]--; l.by[from] == 0 {
		delete(l.by, from)
	}
}
