package limit

import (
	"net"
	"net/netip"
	"sync"
)

// Listener caps how many connections one address may hold open on l: more are
// closed as they come. Connections of trusted proxies and of this machine
// stand for many callers and are not counted.
func Listener(l net.Listener, max int, trusted Proxies) net.Listener {
	return &listener{Listener: l, max: max, trusted: trusted, open: map[netip.Prefix]int{}}
}

type listener struct {
	net.Listener
	max     int
	trusted Proxies

	mu   sync.Mutex
	open map[netip.Prefix]int
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		a := address(c.RemoteAddr().String())
		if !a.IsValid() || a.IsLoopback() || l.trusted.Trust(a) {
			return c, nil
		}
		if key := Key(a); l.enter(key) {
			return &conn{Conn: c, leave: sync.OnceFunc(func() { l.leave(key) })}, nil
		}
		_ = c.Close() // nobody to tell
	}
}

func (l *listener) enter(key netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[key] >= l.max {
		return false
	}
	l.open[key]++
	return true
}

func (l *listener) leave(key netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[key]--; l.open[key] <= 0 {
		delete(l.open, key)
	}
}

type conn struct {
	net.Conn
	leave func()
}

// NetConn is the connection as it came.
func (c *conn) NetConn() net.Conn { return c.Conn }

func (c *conn) Close() error {
	c.leave()
	return c.Conn.Close()
}
