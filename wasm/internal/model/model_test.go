package model

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
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
	tabs      = flag.Bool("tabs", false, "TestSoak and TestSeed give everybody two tabs or five")
)

// TestMain lets garbage pile up: a schedule leaves much of it and keeps
// nothing, and collecting it early takes as long as playing.
func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(512 << 20)
	os.Exit(m.Run())
}

// A tally is what many schedules came to.
type tally struct {
	played, events, submits int
	faults                  map[string]int
	failed                  []uint64
	why                     map[uint64]string
}

func newTally() tally { return tally{faults: map[string]int{}, why: map[uint64]string{}} }

func (ty *tally) add(o tally) {
	ty.played += o.played
	ty.events += o.events
	ty.submits += o.submits
	for k, v := range o.faults {
		ty.faults[k] += v
	}
	ty.failed = append(ty.failed, o.failed...)
	slices.Sort(ty.failed)
	maps.Copy(ty.why, o.why)
}

// generate is what TestSoak and TestSeed play.
func generate(seed uint64) Schedule {
	if *tabs {
		return GenerateTabs(seed)
	}
	return Generate(seed)
}

// play plays n schedules from a seed on, on all cores, and stops early
// after enough violations.
func play(from uint64, n, enough int) tally { return playWeak(from, n, enough, &Weakness{}, Generate) }

func playWeak(from uint64, n, enough int, weak *Weakness, generate func(uint64) Schedule) tally {
	t := newTally()
	var next, bad atomic.Int64
	var mu sync.Mutex
	var work sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			mine := newTally()
			for {
				i := next.Add(1) - 1
				if i >= int64(n) || bad.Load() >= int64(enough) {
					break
				}
				s := from + uint64(i)
				r := RunWeak(generate(s), weak, nil)
				one := tally{played: 1, events: r.Events, submits: r.Submits, faults: r.Faults}
				if r.Violation != "" {
					bad.Add(1)
					one.failed, one.why = []uint64{s}, map[uint64]string{s: r.Violation}
				}
				mine.add(one)
			}
			mu.Lock()
			defer mu.Unlock()
			t.add(mine)
		})
	}
	work.Wait()
	return t
}

// tell fails the test with a transcript of the first violation.
func (ty tally) tell(t *testing.T, generate func(uint64) Schedule) {
	t.Helper()
	if len(ty.failed) == 0 {
		return
	}
	for _, s := range ty.failed[:min(len(ty.failed), 20)] {
		t.Logf("seed %d: %s", s, ty.why[s])
	}
	t.Errorf("%d of %d schedules violate an invariant; the first:\n%s", len(ty.failed), ty.played, Transcript(generate(ty.failed[0]), &Weakness{}))
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
	got.tell(t, Generate)
}

// TestTabs gives everybody two tabs or five, which share what is saved and nothing
// else.
func TestTabs(t *testing.T) {
	n := 4000
	if testing.Short() || raced {
		n = 200
	}
	began := time.Now()
	got := playWeak(1, n, 200, &Weakness{}, GenerateTabs)
	t.Logf("%v in %v", got, time.Since(began).Round(time.Millisecond))
	got.tell(t, GenerateTabs)
}

// TestSoak plays as many as asked for, a part at a time, and says after each
// what all came to, so that a run which is broken off has shown something.
func TestSoak(t *testing.T) {
	if *schedules == 0 {
		t.Skip("-schedules says none")
	}
	const part = 20_000
	began, got := time.Now(), newTally()
	for got.played < *schedules && len(got.failed) < 200 {
		got.add(playWeak(*seed+uint64(got.played), min(part, *schedules-got.played), 200, &Weakness{}, generate))
		fmt.Printf("%v\n%v so far, from seed %d\n", got, time.Since(began).Round(time.Second), *seed)
		for _, s := range got.failed {
			fmt.Printf("seed %d: %s\n", s, got.why[s])
		}
	}
	got.tell(t, generate)
}

// TestSeed prints the transcript of the seed asked for.
func TestSeed(t *testing.T) {
	if *seed == 1 {
		t.Skip("-seed names none")
	}
	if *schedules > 0 {
		t.Skip("it is TestSoak's")
	}
	s := generate(*seed)
	if r := Run(s, nil); r.Violation == "" {
		t.Logf("seed %d holds: %d events", *seed, r.Events)
		return
	}
	t.Error(Transcript(s, &Weakness{}))
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
