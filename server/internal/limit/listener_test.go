package limit_test

import (
	"io"
	"net"
	"net/netip"
	"testing"

	"capsule/server/internal/limit"
)

// A queue is a listener that hands out prepared connections.
type queue chan net.Conn

func (q queue) Accept() (net.Conn, error) {
	c, ok := <-q
	if !ok {
		return nil, io.EOF
	}
	return c, nil
}
func (q queue) Close() error   { return nil }
func (q queue) Addr() net.Addr { return &net.TCPAddr{} }

// from is a connection that claims to come from addr.
type from struct {
	net.Conn
	addr   string
	closed *bool
}

func (f from) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(f.addr)) }
func (f from) Close() error         { *f.closed = true; return nil }

func TestListener(t *testing.T) {
	proxies, err := limit.ParseProxies("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	q := make(queue, 20)
	l := limit.Listener(q, 2, proxies)
	refused := func(addr string) bool {
		t.Helper()
		var closed bool
		q <- from{addr: addr, closed: &closed}
		q <- from{addr: "127.0.0.1:1", closed: new(bool)} // always let in: ends a wait
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if c.RemoteAddr().String() == addr {
			if _, err := l.Accept(); err != nil {
				t.Fatal(err)
			}
		}
		return closed
	}
	for i, addr := range []string{"203.0.113.7:1", "203.0.113.7:2"} {
		if refused(addr) {
			t.Fatalf("connection %d refused", i)
		}
	}
	if !refused("203.0.113.7:3") {
		t.Error("a third connection of one address was let in")
	}
	if refused("203.0.113.8:1") {
		t.Error("another address was refused")
	}
	for range 5 {
		if refused("10.0.0.1:1") {
			t.Error("a trusted proxy was counted")
		}
	}
	q <- from{addr: "[2001:db8::1]:1", closed: new(bool)}
	first, _ := l.Accept()
	if refused("[2001:db8::2]:1") || !refused("[2001:db8::3]:1") {
		t.Error("an IPv6 network is not counted as one")
	}
	_, _ = first.Close(), first.Close() // twice must count once
	if refused("[2001:db8::4]:1") || !refused("[2001:db8::5]:1") {
		t.Error("a closed connection does not make room for exactly one")
	}
	close(q)
	if _, err := l.Accept(); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
}
