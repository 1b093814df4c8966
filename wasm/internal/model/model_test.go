package model

import (
	"flag"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	schedules = flag.Int("schedules", 0, "how many schedules TestSoak plays; 0: none")
	seed      = flag.Uint64("seed", 1, "the first seed of TestSoak, and the one that TestSeed plays")
)

// A tally is what many schedules came to.
type tally struct {
	played, events, submits int
	faults                  map[string]int
	failed                  []uint64
	why                     map[uint64]string
}

// play plays n schedules from a seed on, on all cores, and stops early
// after enough violations.
func play(from uint64, n, enough int) tally { return playWeak(from, n, enough, &Weakness{}, Generate) }

func playWeak(from uint64, n, enough int, weak *Weakness, generate func(uint64) Schedule) tally {
	t := tally{faults: map[string]int{}, why: map[uint64]string{}}
	var next, bad atomic.Int64
	var mu sync.Mutex
	var work sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			mine := tally{faults: map[string]int{}, why: map[uint64]string{}}
			for {
				i := next.Add(1) - 1
				if i >= int64(n) || bad.Load() >= int64(enough) {
					break
				}
				s := from + uint64(i)
				r := RunWeak(generate(s), weak, nil)
				mine.played++
				mine.events += r.Events
				mine.submits += r.Submits
				for k, v := range r.Faults {
					mine.faults[k] += v
				}
				if r.Violation != "" {
					bad.Add(1)
					mine.failed = append(mine.failed, s)
					mine.why[s] = r.Violation
				}
			}
			mu.Lock()
			defer mu.Unlock()
			t.played += mine.played
			t.events += mine.events
			t.submits += mine.submits
			for k, v := range mine.faults {
				t.faults[k] += v
			}
			t.failed = append(t.failed, mine.failed...)
			maps.Copy(t.why, mine.why)
		})
	}
	work.Wait()
	slices.Sort(t.failed)
	return t
}

// tell fails the test with a transcript of the first violation.
func (ty tally) tell(t *testing.T) {
	t.Helper()
	if len(ty.failed) == 0 {
		return
	}
	for _, s := range ty.failed[:min(len(ty.failed), 20)] {
		t.Logf("seed %d: %s", s, ty.why[s])
	}
	t.Errorf("%d of %d schedules violate an invariant; the first:\n%s", len(ty.failed), ty.played, Transcript(Generate(ty.failed[0])))
}

func (ty tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d schedules, %d events, %d lines submitted, %d violations\nfaults:", ty.played, ty.events, ty.submits, len(ty.failed))
	for _, k := range slices.Sorted(maps.Keys(ty.faults)) {
		fmt.Fprintf(&b, " %s %d;", k, ty.faults[k])
	}
	return b.String()
}

// TestSchedules is the proof of each commit.
func TestSchedules(t *testing.T) {
	n := 20000
	if testing.Short() || raced {
		n = 1000
	}
	began := time.Now()
	got := play(1, n, 200)
	t.Logf("%v in %v", got, time.Since(began).Round(time.Millisecond))
	got.tell(t)
}

// TestTabs gives everybody two tabs. No line may be stored twice, or be
// overtaken for good. What else goes wrong, mostly when storage or identity
// are lost while both are open, is told and not yet a failure.
func TestTabs(t *testing.T) {
	n := 1500
	if testing.Short() || raced {
		n = 200
	}
	got := playWeak(1, n, n, &Weakness{}, GenerateTabs)
	for _, s := range got.failed {
		if strings.HasPrefix(got.why[s], "I2") {
			t.Errorf("seed %d: %s", s, got.why[s])
			continue
		}
		t.Logf("seed %d: %s", s, got.why[s])
	}
	t.Logf("%d schedules, %d hold", got.played, got.played-len(got.failed))
}

// TestSoak plays as many as asked for.
func TestSoak(t *testing.T) {
	if *schedules == 0 {
		t.Skip("-schedules says none")
	}
	began := time.Now()
	got := play(*seed, *schedules, 200)
	fmt.Printf("%v\n%v from seed %d\n", got, time.Since(began).Round(time.Millisecond), *seed)
	got.tell(t)
}

// TestSeed prints the transcript of the seed asked for.
func TestSeed(t *testing.T) {
	if *seed == 1 {
		t.Skip("-seed names none")
	}
	if *schedules > 0 {
		t.Skip("it is TestSoak's")
	}
	s := Generate(*seed)
	if r := Run(s, nil); r.Violation == "" {
		t.Logf("seed %d holds: %d events", *seed, r.Events)
		return
	}
	t.Error(Transcript(s))
}

// TestTheSameSeedGivesTheSameTrace plays seeds twice.
func TestTheSameSeedGivesTheSameTrace(t *testing.T) {
	n := uint64(1000)
	if testing.Short() || raced {
		n = 100
	}
	for s := range n {
		a, b := Run(Generate(s), nil), Run(Generate(s), nil)
		if a.Hash != b.Hash || a.Events != b.Events || a.Hash == 0 {
			t.Fatalf("seed %d: trace %x of %d events, then %x of %d", s, a.Hash, a.Events, b.Hash, b.Events)
		}
	}
}
