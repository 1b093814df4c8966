//go:build delivery

package e2e_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// A line is the way of the browser's sockets to Rocket.Chat. It knows nothing
// of what goes over it, and fails as networks do.
type line struct {
	listener net.Listener
	to       string
	wg       sync.WaitGroup

	mu    sync.Mutex
	calls map[*call]struct{}
	dials []time.Time
	mute  bool // new connections are taken and left alone
	shut  bool
}

// A call is one connection over the line.
type call struct {
	near, far  net.Conn
	up, down   bool // what goes this way vanishes
	unanswered bool // it never got through
}

// lay returns a line, and the way over it for buildVia.
func lay(t *testing.T) (*line, func(to string) string) {
	t.Helper()
	l := &line{calls: map[*call]struct{}{}}
	return l, func(to string) string {
		u, err := url.Parse(to)
		if err == nil {
			l.to = u.Host
			l.listener, err = net.Listen("tcp", "127.0.0.1:0")
		}
		if err != nil {
			t.Fatal(err)
		}
		l.wg.Add(1)
		go l.serve()
		t.Cleanup(func() {
			l.mu.Lock()
			l.shut = true
			l.mu.Unlock()
			_ = l.listener.Close() // nobody listens any more either way
			l.cut()
			l.wg.Wait()
		})
		return "http://" + l.listener.Addr().String()
	}
}

// serve ends with the listener.
func (l *line) serve() {
	defer l.wg.Done()
	for {
		near, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			l.connect(near)
		}
	}
}

func (l *line) connect(near net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &call{near: near, unanswered: l.mute}
	l.dials = append(l.dials, time.Now())
	var err error
	if !c.unanswered {
		c.far, err = net.Dial("tcp", l.to)
	}
	if err != nil || l.shut {
		c.close()
		return
	}
	l.calls[c] = struct{}{}
	if c.unanswered {
		return
	}
	l.wg.Add(2)
	go l.carry(c, c.far, c.near, &c.up) // both end with either connection
	go l.carry(c, c.near, c.far, &c.down)
}

// carry takes what comes from one end to the other. A connection with a hole
// in it does not end either.
func (l *line) carry(c *call, to, from net.Conn, hole *bool) {
	defer l.wg.Done()
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		l.mu.Lock()
		lost, holed := *hole, c.up || c.down
		l.mu.Unlock()
		if n > 0 && !lost {
			_, _ = to.Write(buf[:n]) // if it is gone, reading says so
		}
		if err != nil {
			if holed && errors.Is(err, io.EOF) {
				return // the news does not get through
			}
			l.end(c)
			return
		}
	}
}

func (l *line) end(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.calls, c)
	c.close()
}

func (c *call) close() {
	_ = c.near.Close()
	if c.far != nil {
		_ = c.far.Close()
	}
}

// cut ends every connection.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.calls {
		delete(l.calls, c)
		c.close()
	}
}

// hole makes what goes over the present connections vanish, while they stay
// open. New ones are well.
func (l *line) hole(up, down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.calls {
		c.up, c.down = up, down
	}
}

// stall takes new connections and leaves them alone, until it is told off.
func (l *line) stall(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mute = on
	for c := range l.calls {
		if c.unanswered && !on {
			delete(l.calls, c)
			c.close()
		}
	}
}

// dialed is when connections were made, oldest first.
func (l *line) dialed() []time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]time.Time(nil), l.dials...)
}
