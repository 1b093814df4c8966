package ticket

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"capsule/wasm/puzzle"
)

const site = "https://www.example.com"

var start = time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)

// solve does the widget's part.
func solve(t testing.TB, c Challenge) string {
	t.Helper()
	solution, found := puzzle.Search(c.Text, c.Bits, 0, 1<<24)
	if !found {
		t.Fatalf("no solution of %d bits", c.Bits)
	}
	return solution
}

func TestTake(t *testing.T) {
	const bits = 8
	o, other := New(bits, []byte("secret")), New(bits, []byte("another"))
	fresh := func() string { return solve(t, o.Issue(Visitor, site, start)) }
	part := func(ticket string, n int, to string) string {
		p := strings.Split(ticket, ".")
		p[n] = to
		return strings.Join(p, ".")
	}
	for _, tt := range []struct {
		name    string
		ticket  string
		purpose Purpose
		origin  string
		after   time.Duration
		want    error
	}{
		{"a solved challenge", fresh(), Visitor, site, 0, nil},
		{"in the last second of its life", fresh(), Visitor, site, Life - time.Second, nil},
		{"after its life", fresh(), Visitor, site, Life, ErrExpired},
		{"for something else", fresh(), Upload, site, 0, ErrInvalid},
		{"for something else, rewritten", part(fresh(), 0, "upload"), Upload, site, 0, ErrInvalid},
		{"from another site", fresh(), Visitor, "https://evil.example", 0, ErrInvalid},
		{"from no site", fresh(), Visitor, "", 0, ErrInvalid},
		{"with fewer bits", part(fresh(), 1, "0"), Visitor, site, 0, ErrInvalid},
		{"with a longer life", part(fresh(), 2, "9999999999"), Visitor, site, Life, ErrInvalid},
		{"with another nonce", part(fresh(), 3, "AAAAAAAAAAAAAAAA"), Visitor, site, 0, ErrInvalid},
		{"with another MAC", part(fresh(), 4, "AAAAAAAAAAAAAAAAAAAAAA"), Visitor, site, 0, ErrInvalid},
		{"without a MAC", part(fresh(), 4, ""), Visitor, site, 0, ErrInvalid},
		{"with more behind it", fresh() + ".1", Visitor, site, 0, ErrInvalid},
		{"of another secret", solve(t, other.Issue(Visitor, site, start)), Visitor, site, 0, ErrInvalid},
		{"not solved", o.Issue(Visitor, site, start).Text, Visitor, site, 0, ErrInvalid},
		{"nothing", "", Visitor, site, 0, ErrInvalid},
		{"dots", ".....", Visitor, site, 0, ErrInvalid},
		{"nothing but dots", strings.Repeat(".", 100_000), Visitor, site, 0, ErrInvalid},
		{"a very long number", fresh() + strings.Repeat("0", 500), Visitor, site, 0, ErrInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := o.Take(tt.ticket, tt.purpose, tt.origin, start.Add(tt.after)); !errors.Is(err, tt.want) {
				t.Errorf("Take = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestAWrongNumberIsNoSolution(t *testing.T) {
	o := New(16, []byte("secret"))
	c := o.Issue(Visitor, site, start)
	right := solve(t, c)
	wrong := 0
	for _, number := range []string{"0", "1", "-1", "x", "", "18446744073709551616"} {
		if ticket := c.Text + "." + number; ticket != right && errors.Is(o.Take(ticket, Visitor, site, start), ErrInvalid) {
			wrong++
		}
	}
	if wrong != 6 {
		t.Errorf("%d of 6 wrong numbers were refused", wrong)
	}
	if err := o.Take(right, Visitor, site, start); err != nil {
		t.Errorf("after wrong numbers the right one is refused: %v", err)
	}
}

func TestATicketIsForOneUse(t *testing.T) {
	o := New(4, []byte("secret"))
	ticket := solve(t, o.Issue(Visitor, site, start))
	if err := o.Take(ticket, Visitor, site, start); err != nil {
		t.Fatal(err)
	}
	for at := time.Duration(0); at < 4*Life; at += 10 * time.Second {
		err := o.Take(ticket, Visitor, site, start.Add(at))
		if want := map[bool]error{true: ErrUsed, false: ErrExpired}[at < Life]; !errors.Is(err, want) {
			t.Fatalf("again after %v: %v, want %v", at, err, want)
		}
		// Traffic, so that the memory turns over.
		if err := o.Take(solve(t, o.Issue(Offline, site, start.Add(at))), Offline, site, start.Add(at)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInstancesWithOneSecretAcceptEachOthers(t *testing.T) {
	a, b := New(4, []byte("secret")), New(6, []byte("secret"))
	if err := b.Take(solve(t, a.Issue(Visitor, site, start)), Visitor, site, start); err != nil {
		t.Error(err)
	}
}

func TestTheMemoryIsBounded(t *testing.T) {
	o := New(1, []byte("secret"))
	take := func(now time.Time) error {
		c := o.Issue(Visitor, site, now)
		return o.Take(solve(t, c), Visitor, site, now)
	}
	for i := range Used {
		o.recent[strconv.Itoa(i)] = struct{}{} // as if used
	}
	o.turned = start
	if err := take(start); !errors.Is(err, ErrFull) {
		t.Errorf("with a full memory: %v", err)
	}
	if wait := o.FullFor(start.Add(time.Minute)); wait != Life-time.Minute {
		t.Errorf("it is full for %v", wait)
	}
	if err := take(start.Add(Life)); err != nil || len(o.recent)+len(o.before) > 2*Used {
		t.Errorf("later: %v, %d nonces", err, len(o.recent)+len(o.before))
	}
}

func TestPuzzlesGetHarderUnderLoad(t *testing.T) {
	o := New(1, []byte("secret"))
	now := start
	bits := func(perMinute int) int {
		for range 10 * perMinute {
			now = now.Add(time.Minute / time.Duration(perMinute))
			c := o.Issue(Visitor, site, now)
			if err := o.Take(solve(t, c), Visitor, site, now); err != nil {
				t.Fatal(err)
			}
		}
		return o.Issue(Visitor, site, now).Bits
	}
	for _, tt := range []struct{ perMinute, want int }{
		{1, 1}, {50, 1}, {100, 2}, {200, 3}, {400, 4}, {1000, 6}, {50, 1},
	} {
		if got := bits(tt.perMinute); got != tt.want {
			t.Errorf("at %d tickets a minute a puzzle has %d bits, want %d", tt.perMinute, got, tt.want)
		}
	}
	o.load, o.loadAt = 1e12, now
	if got := o.Issue(Visitor, site, now).Bits; got != 1+harder {
		t.Errorf("at most %d bits, got %d", 1+harder, got)
	}
	o.bits = puzzle.MaxBits
	if got := o.Issue(Visitor, site, now).Bits; got != puzzle.MaxBits {
		t.Errorf("got %d bits", got)
	}
}

func FuzzTake(f *testing.F) {
	o := New(2, []byte("secret"))
	f.Add(solve(f, o.Issue(Visitor, site, start)))
	f.Add("visitor.1.9999999999.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.1")
	f.Fuzz(func(t *testing.T, ticket string) {
		// Only what this office set can be taken, and the fuzzer has no key.
		if !strings.HasPrefix(ticket, "visitor.2.1769853900.") && o.Take(ticket, Visitor, site, start) == nil {
			t.Errorf("%q is taken", ticket)
		}
	})
}

func BenchmarkTake(b *testing.B) {
	o := New(1, []byte("secret"))
	ticket := solve(b, o.Issue(Visitor, site, start))
	for b.Loop() {
		_ = o.Take(ticket, Visitor, site, start)
	}
}
