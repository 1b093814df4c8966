package limit_test

import (
	"net/netip"
	"runtime"
	"testing"
	"time"

	"capsule/server/internal/limit"
)

var start = time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)

func TestTake(t *testing.T) {
	l := limit.New[netip.Addr](limit.Rate{Every: 12 * time.Second, Burst: 2}, 0)
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
	l := limit.New[netip.Addr](limit.Rate{Every: time.Minute, Burst: 1}, 0)
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
	var l *limit.Limiter[netip.Addr]
	if _, ok := l.Take(netip.Addr{}, start); !ok {
		t.Error("a nil limiter refuses")
	}
	if _, spent := l.Spent(netip.Addr{}, start); spent || l.Len() != 0 {
		t.Error("a nil limiter counts")
	}
	if limit.New[string](limit.Rate{}, 5) != nil {
		t.Error("the zero rate limits")
	}
}

func TestTheBurstComesBackOneByOne(t *testing.T) {
	l := limit.New[string](limit.Rate{Every: time.Second, Burst: 5}, 0)
	passed := 0
	for i := range 6000 { // 100 a second for a minute
		if _, ok := l.Take("a", start.Add(time.Duration(i)*10*time.Millisecond)); ok {
			passed++
		}
	}
	if passed != 5+59 {
		t.Errorf("%d acts passed in a minute, want the burst of 5 and 59", passed)
	}
	if wait, ok := l.Take("a", start.Add(59990*time.Millisecond)); ok || wait != 10*time.Millisecond {
		t.Errorf("then: wait %v, ok %v; want 10ms, false", wait, ok)
	}
	later := start.Add(time.Hour)
	for i := range 5 {
		if _, ok := l.Take("a", later); !ok {
			t.Errorf("after an hour act %d of the burst is refused", i)
		}
	}
	if _, ok := l.Take("a", later); ok {
		t.Error("an hour of rest makes more than one burst")
	}
	if _, ok := l.Take("a", start); ok {
		t.Error("a clock that was set back frees a key")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	const max = 1000
	l := limit.New[int](limit.Rate{Every: time.Hour, Burst: 1}, max)
	for i := range 50 * max {
		l.Take(i, start)
		if _, ok := l.Take(-1, start); ok && i > 0 {
			t.Fatalf("a key that is seen all the time was forgotten after %d others", i)
		}
		if l.Len() > max {
			t.Fatalf("remembers %d keys, want at most %d", l.Len(), max)
		}
	}
	if _, ok := l.Take(50*max-max/4, start); ok {
		t.Error("one of the last keys was forgotten")
	}
	if _, ok := l.Take(0, start); !ok {
		t.Error("the key unseen for longest was kept")
	}
}

// Ten million keys would need ten million marks; the bound is 16 MB for
// Keys of them. Twenty times Keys turn all generations over.
func TestAFloodOfAddressesFitsIntoSixteenMegabytes(t *testing.T) {
	l := limit.New[netip.Prefix](limit.Rate{Every: time.Second, Burst: 5}, 0)
	before := heap()
	a := netip.MustParseAddr("10.0.0.0")
	for range 20 * limit.Keys {
		a = a.Next()
		l.Take(limit.Key(a), start)
	}
	if grown := int64(heap()) - int64(before); grown > 16<<20 || l.Len() > limit.Keys {
		t.Errorf("%d keys take %d KB", l.Len(), grown>>10)
	}
	runtime.KeepAlive(l)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
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
	l := limit.New[netip.Prefix](limit.Rate{Every: time.Second, Burst: 5}, 0)
	before := heap()
	a := netip.MustParseAddr("10.0.0.0")
	for b.Loop() {
		a = a.Next()
		l.Take(limit.Key(a), start)
	}
	b.ReportMetric(float64(int64(heap())-int64(before))/(1<<20), "MB")
	b.ReportMetric(float64(l.Len()), "keys")
}
