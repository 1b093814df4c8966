package loop_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/loop/storetest"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

func TestMemoryIsAStore(t *testing.T) {
	storetest.Run(t, func() loop.Store { return new(loop.Memory) })
}

func TestLoadReadsEverything(t *testing.T) {
	var m loop.Memory
	_ = m.Set("token", "t")
	_ = m.Set("outbox/a", "x")
	got := loop.Load(&m)
	if len(got) != 2 || got["token"] != "t" || got["outbox/a"] != "x" {
		t.Errorf("Load = %v", got)
	}
}

// run starts l in the bubble of a test; stop ends it and waits.
func run(l *loop.Loop) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx) }()
	return func() { cancel(); <-done }
}

// on answers events of the named texts with effects.
func on(answers map[string][]session.Effect) func(time.Time, session.Event) []session.Effect {
	return func(_ time.Time, ev session.Event) []session.Effect {
		return answers[strings.TrimPrefix(fmt.Sprintf("%T%v", ev, ev), "session.")]
	}
}

func wantHeard(t *testing.T, s *script, want ...string) {
	t.Helper()
	if got := s.heard(); !slices.Equal(got, want) {
		t.Errorf("the session heard\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestEventsKeepTheirOrderAndChangedComesOncePerBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, changes := &script{}, 0
		l := &loop.Loop{Session: s, Changed: func(st *session.State) {
			if st != s.State() {
				t.Error("Changed got another state")
			}
			changes++
		}}
		var want []string
		for i := range 100 {
			l.Post(session.Typed{Text: strconv.Itoa(i)})
			want = append(want, "Typed{"+strconv.Itoa(i)+"}")
		}
		stop := run(l)
		synctest.Wait()
		wantHeard(t, s, want...)
		if changes != 1 {
			t.Errorf("Changed was called %d times for one batch", changes)
		}
		l.Post(session.Opened{})
		synctest.Wait()
		if changes != 2 {
			t.Errorf("Changed was called %d times for two batches", changes)
		}
		stop()
		l.Post(session.Opened{})
		synctest.Wait()
		if got := len(s.heard()); got != 101 {
			t.Errorf("%d events were heard, want 101: none after the end", got)
		}
	})
}

func TestPostFromManyGoroutinesLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		l := &loop.Loop{Session: s}
		stop := run(l)
		var posting sync.WaitGroup
		for range 8 {
			posting.Go(func() {
				for range 500 {
					l.Post(session.Saw{})
				}
			})
		}
		posting.Wait()
		synctest.Wait()
		if got := len(s.heard()); got != 4000 {
			t.Errorf("%d events were heard, want 4000", got)
		}
		stop()
	})
}

func TestPostDoesNotBlockWhileTheSessionIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := make(chan struct{})
		s := &script{answer: func(_ time.Time, ev session.Event) []session.Effect {
			if _, ok := ev.(session.Started); ok {
				<-busy
			}
			return nil
		}}
		l := &loop.Loop{Session: s}
		stop := run(l)
		l.Post(session.Started{})
		synctest.Wait()
		for range 10_000 {
			l.Post(session.Saw{})
		}
		close(busy)
		synctest.Wait()
		if got := len(s.heard()); got != 10_001 {
			t.Errorf("%d events were heard, want 10001", got)
		}
		stop()
	})
}

func TestEffectsAreCarriedOutInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store loop.Memory
		_ = store.Set("old", "x")
		var told []string
		s := &script{answer: on(map[string][]session.Effect{
			"Composed{hello}": {
				session.Save{Key: "outbox/1", Value: "hello"},
				session.Tell{Name: "message"},
				session.Save{Key: "old"},
				session.Tell{Name: "unread", Detail: "2"},
			},
		})}
		l := &loop.Loop{Session: s, Store: &store, Tell: func(name, detail string) {
			told = append(told, name+":"+detail+":"+strings.Join(store.Keys(""), ","))
		}}
		stop := run(l)
		l.Post(session.Composed{Text: "hello"})
		synctest.Wait()
		if want := []string{"message::old,outbox/1", "unread:2:outbox/1"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		stop()
	})
}

func TestAStoreThatFailsIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: on(map[string][]session.Effect{"Opened{}": {session.Save{Key: "open", Value: "1"}}})}
		l := &loop.Loop{Session: s, Store: &full{}}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "SaveFailed{open}")
		stop()
	})
}

func TestTheEndLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		s := &script{answer: on(map[string][]session.Effect{
			"Opened{}": {
				session.Dial{Epoch: 1, URL: "ws://a"},
				session.Ask{ID: session.AskID{Name: "x", N: 1}},
				session.Arm{Timer: "t", After: time.Hour},
			},
		})}
		waiting := callee(func(ctx context.Context, _, _ string, _ rocket.Token, _ string) (int, string, error) {
			<-ctx.Done()
			return 0, "", ctx.Err()
		})
		l := &loop.Loop{Session: s, Transport: n, Caller: waiting}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		stop() // synctest fails the test when a goroutine is left
		wantHeard(t, s, "Opened{}", "LinkRose{1}")
		if !n.link(0).wasClosed() {
			t.Error("the link stays open")
		}
	})
}
