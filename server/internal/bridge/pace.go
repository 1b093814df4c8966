package bridge

import (
	"sync"
	"time"
)

// How slow a file may come or go, and how large it may be.
const (
	grace       = 15 * time.Second // before any rate is asked for
	minRate     = 32 << 10         // bytes per second
	maxUpload   = 10 << 20
	maxDownload = 32 << 20
)

// allowance is how long n bytes may take.
func allowance(n int64) time.Duration {
	return grace + time.Duration(n)*time.Second/minRate
}

// A pace ends a transfer that falls behind minRate, so that nobody can hold a
// lane by sending a byte now and then.
type pace struct {
	mu      sync.Mutex
	start   time.Time
	timer   *time.Timer
	moved   int64
	stopped bool
	fellOff bool
}

// newPace starts the clock. When the transfer falls behind, end is called
// once.
func newPace(end func()) *pace {
	p := &pace{start: time.Now()}
	p.timer = time.AfterFunc(grace, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.stopped {
			p.stopped, p.fellOff = true, true
			end()
		}
	})
	return p
}

// move counts n bytes.
func (p *pace) move(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moved += int64(n)
	if !p.stopped {
		p.timer.Reset(time.Until(p.start.Add(allowance(p.moved))))
	}
}

// wait gives the transfer d from now, whatever it has moved.
func (p *pace) wait(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopped {
		p.timer.Reset(d)
	}
}

// stop ends the pace; end is not called any more.
func (p *pace) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.timer.Stop()
}

// behind reports whether the transfer fell behind.
func (p *pace) behind() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fellOff
}
