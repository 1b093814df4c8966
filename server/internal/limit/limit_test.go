package limit_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"capsule/server/internal/limit"
)

var start = time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)

func TestTake(t *testing.T) {
	l := limit.New(limit.Rate{Every: 12 * time.Second, Burst: 2}, 0)
	a := netip.MustParseAddr("203.0.113.7")
	for i := range 2 {
		if wait, ok := l.Take(a, start); !ok {
			t.Fatalf("act %d refused for %v within the burst", i, wait)
		}
	}
	wait, ok := l.Take(a, start)
	if ok || wait != 12*time.Second {
		t.Errorf("third act: wait %v, ok %v; want 12s, false", wait, ok)
	}
	if _, ok := l.Take(netip.MustParseAddr("203.0.113.8"), start); !ok {
		t.Error("another address pays for the first one")
	}
	if _, ok := l.Take(a, start.Add(12*time.Second)); !ok {
		t.Error("still refused after the wait it was told")
	}
}

func TestSpent(t *testing.T) {
	l := limit.New(limit.Rate{Every: time.Minute, Burst: 1}, 0)
	a := netip.MustParseAddr("203.0.113.7")
	if _, spent := l.Spent(a, start); spent {
		t.Error("an unknown address has spent its allowance")
	}
	if l.Len() != 0 {
		t.Error("asking made the limiter remember an address")
	}
	l.Take(a, start)
	if wait, spent := l.Spent(a, start); !spent || wait != time.Minute {
		t.Errorf("after the only act: wait %v, spent %v; want 1m, true", wait, spent)
	}
}

func TestNilAllowsEverything(t *testing.T) {
	var l *limit.Limiter
	if _, ok := l.Take(netip.Addr{}, start); !ok {
		t.Error("a nil limiter refuses")
	}
	if _, spent := l.Spent(netip.Addr{}, start); spent || l.Len() != 0 {
		t.Error("a nil limiter counts")
	}
	if limit.New(limit.Rate{}, 5) != nil {
		t.Error("the zero rate limits")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	l := limit.New(limit.Rate{Every: time.Hour, Burst: 1}, 3)
	addr := func(i int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("10.0.0.%d", i)) }
	for i := range 3 {
		l.Take(addr(i), start)
	}
	l.Take(addr(0), start) // refused, but seen: 1 is now the oldest
	l.Take(addr(3), start)
	if l.Len() != 3 {
		t.Fatalf("remembers %d addresses, want 3", l.Len())
	}
	if _, ok := l.Take(addr(0), start); ok {
		t.Error("a recently seen address was forgotten")
	}
	if _, ok := l.Take(addr(1), start); !ok {
		t.Error("the address unseen for longest was kept")
	}
}

func TestKey(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"an IPv4 address counts alone", "203.0.113.7", "203.0.113.7/32"},
		{"IPv4 in IPv6 is IPv4", "::ffff:203.0.113.7", "203.0.113.7/32"},
		{"IPv6 counts by its /64", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"a zone does not make a new key", "fe80::1%eth0", "fe80::/64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := limit.Key(netip.MustParseAddr(tt.in)).String(); got != tt.want {
				t.Errorf("Key(%s) = %s, want %s", tt.in, got, tt.want)
			}
		})
	}
	if got := limit.Key(netip.Addr{}); got.IsValid() {
		t.Errorf("Key of no address = %v", got)
	}
}

func BenchmarkTakeNewAddresses(b *testing.B) {
	l := limit.New(limit.Rate{Every: time.Second, Burst: 5}, 0)
	a := netip.MustParseAddr("10.0.0.0")
	for b.Loop() {
		a = a.Next()
		l.Take(a, start)
	}
}
