package loop_test

import (
	"context"
	"errors"
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

func TestTimers(t *testing.T) {
	arm := func(name session.Timer, after time.Duration) session.Effect {
		return session.Arm{Timer: name, After: after}
	}
	tests := []struct {
		name    string
		answers map[string][]session.Effect
		posts   []session.Event // one a second
		want    []string
	}{
		{"a timer rings once", map[string][]session.Effect{"Opened{}": {arm("ping", 10*time.Second)}},
			[]session.Event{session.Opened{}}, []string{"0 Opened{}", "10 Rang{ping}"}},
		{"arming again moves it", map[string][]session.Effect{"Opened{}": {arm("ping", 10*time.Second)}},
			[]session.Event{session.Opened{}, session.Saw{}, session.Opened{}}, []string{"0 Opened{}", "1 Saw{}", "2 Opened{}", "12 Rang{ping}"}},
		{"a disarmed one is silent", map[string][]session.Effect{"Opened{}": {arm("ping", 10*time.Second)}, "Saw{}": {session.Disarm{Timer: "ping"}}},
			[]session.Event{session.Opened{}, session.Saw{}}, []string{"0 Opened{}", "1 Saw{}"}},
		{"it may be armed again when it rings", map[string][]session.Effect{"Opened{}": {arm("ping", 10*time.Second)}, "Rang{ping}": {arm("ping", time.Minute)}},
			[]session.Event{session.Opened{}}, []string{"0 Opened{}", "10 Rang{ping}", "70 Rang{ping}", "130 Rang{ping}"}},
		{"timers do not mind each other", map[string][]session.Effect{"Opened{}": {arm("a", 3*time.Second), arm("b", 2*time.Second), session.Disarm{Timer: "c"}}},
			[]session.Event{session.Opened{}}, []string{"0 Opened{}", "2 Rang{b}", "3 Rang{a}"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var got []string
				answer := on(tt.answers)
				s := &script{}
				s.answer = func(now time.Time, ev session.Event) []session.Effect {
					log := s.heard()
					got = append(got, fmt.Sprint(now.Sub(start).Seconds())+" "+log[len(log)-1])
					return answer(now, ev)
				}
				l := &loop.Loop{Session: s}
				stop := run(l)
				for i, ev := range tt.posts {
					after := time.NewTimer(time.Until(start.Add(time.Duration(i) * time.Second)))
					<-after.C
					l.Post(ev)
				}
				<-time.After(150*time.Second - time.Since(start))
				stop()
				if !slices.Equal(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		})
	}
}

// While the session is busy nothing else happens, as in a machine that
// sleeps.
func TestTimeThatPassesUnnoticed(t *testing.T) {
	for _, tt := range []struct {
		name    string
		visible bool
		asleep  time.Duration
		want    []string
	}{
		{"is told of first, and once", true, time.Minute, []string{"Started{}", "Woke{}", "Opened{}", "Rang{beat}", "Rang{draft}"}},
		{"is told of when it is long, on a hidden page", false, 2 * time.Minute, []string{"Started{}", "Woke{}", "Opened{}", "Rang{beat}", "Rang{draft}"}},
		{"may be the lateness of timers there", false, time.Minute, []string{"Started{}", "Opened{}", "Rang{beat}", "Rang{draft}"}},
		{"is nothing when it is short", true, 12 * time.Second, []string{"Started{}", "Opened{}", "Rang{beat}", "Rang{draft}"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{state: session.State{Visible: tt.visible}}
				s.answer = func(_ time.Time, ev session.Event) []session.Effect {
					if ev != (session.Started{}) {
						return nil
					}
					return []session.Effect{session.Arm{Timer: "beat", After: 10 * time.Second}, session.Arm{Timer: "draft", After: 11 * time.Second},
						session.Tell{}}
				}
				l := &loop.Loop{Session: s, Tell: func(string, string) { <-time.After(tt.asleep) }}
				stop := run(l)
				l.Post(session.Started{})
				l.Post(session.Opened{})
				<-time.After(3 * time.Minute)
				stop()
				wantHeard(t, s, tt.want...)
			})
		})
	}
}

func TestATimerThatRangTooLateIsNotHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The ring is in the mailbox already when the event before it
		// disarms the timer.
		busy := make(chan struct{})
		s := &script{}
		s.answer = func(_ time.Time, ev session.Event) []session.Effect {
			switch ev.(type) {
			case session.Started:
				return []session.Effect{session.Arm{Timer: "send", After: time.Second}}
			case session.Opened:
				<-busy
			case session.Saw:
				return []session.Effect{session.Disarm{Timer: "send"}}
			}
			return nil
		}
		l := &loop.Loop{Session: s}
		stop := run(l)
		l.Post(session.Started{})
		synctest.Wait()
		l.Post(session.Opened{})
		synctest.Wait()
		l.Post(session.Saw{})
		<-time.After(2 * time.Second)
		close(busy)
		synctest.Wait()
		wantHeard(t, s, "Started{}", "Opened{}", "Saw{}")
		stop()
	})
}

func TestALinkRisesCarriesAndFalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		s := &script{answer: on(map[string][]session.Effect{
			"Opened{}":    {session.Dial{Epoch: 1, URL: "ws://a"}, session.Send{Epoch: 1, Text: "too early"}},
			"LinkRose{1}": {session.Send{Epoch: 1, Text: "connect"}, session.Send{Epoch: 7, Text: "nobody's"}},
		})}
		l := &loop.Loop{Session: s, Transport: n}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		p := n.link(0)
		for i := range 5 {
			p.in <- strconv.Itoa(i)
		}
		p.cut(errors.New("gone away"))
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "LinkRose{1}",
			"FrameCame{1 0}", "FrameCame{1 1}", "FrameCame{1 2}", "FrameCame{1 3}", "FrameCame{1 4}",
			"LinkFell{1 gone away}")
		if want := []string{"connect"}; !slices.Equal(p.sent, want) || p.url != "ws://a" {
			t.Errorf("%s was sent %q, want %q", p.url, p.sent, want)
		}
		stop()
	})
}

func TestADialThatFailsIsAFall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: on(map[string][]session.Effect{"Opened{}": {session.Dial{Epoch: 3, URL: "ws://a"}}})}
		l := &loop.Loop{Session: s, Transport: &network{refuse: errors.New("refused")}}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "LinkFell{3 refused}")
		stop()
	})
}

func TestAHungUpLinkIsNotHeardAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		s := &script{answer: on(map[string][]session.Effect{
			"Opened{}":    {session.Dial{Epoch: 1, URL: "ws://a"}},
			"Minimized{}": {session.Hangup{Epoch: 1}, session.Dial{Epoch: 2, URL: "ws://b"}, session.Hangup{Epoch: 9}},
		})}
		l := &loop.Loop{Session: s, Transport: n}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		p := n.link(0)
		p.hang = make(chan struct{}) // a dead network: Close takes a minute
		l.Post(session.Minimized{})
		synctest.Wait()
		p.in <- "late"
		synctest.Wait()
		if !p.wasClosed() {
			t.Error("the old link was not closed")
		}
		q := n.link(1)
		q.in <- "new"
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "LinkRose{1}", "Minimized{}", "LinkRose{2}", "FrameCame{2 new}")
		close(p.hang)
		stop()
		if !q.wasClosed() {
			t.Error("the end of the loop did not close the link")
		}
	})
}

func TestHangupDuringDialAbandonsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{slow: make(chan struct{})}
		s := &script{answer: on(map[string][]session.Effect{
			"Opened{}":    {session.Dial{Epoch: 1, URL: "ws://a"}},
			"Minimized{}": {session.Hangup{Epoch: 1}},
		})}
		l := &loop.Loop{Session: s, Transport: n}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		l.Post(session.Minimized{})
		synctest.Wait()
		close(n.slow)
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "Minimized{}")
		stop()
	})
}

// The link opens while the session is busy deciding to hang up: nobody
// ever hears of it, and it must not stay open.
func TestHangupBeforeTheRiseIsReadClosesTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{slow: make(chan struct{})}
		busy := make(chan struct{})
		s := &script{answer: func(_ time.Time, ev session.Event) []session.Effect {
			switch ev.(type) {
			case session.Opened:
				return []session.Effect{session.Dial{Epoch: 1, URL: "ws://a"}}
			case session.Minimized:
				<-busy
				return []session.Effect{session.Hangup{Epoch: 1}}
			}
			return nil
		}}
		l := &loop.Loop{Session: s, Transport: n}
		stop := run(l)
		l.Post(session.Opened{})
		synctest.Wait()
		l.Post(session.Minimized{})
		synctest.Wait()
		close(n.slow)
		synctest.Wait() // LinkRose is in the mailbox
		close(busy)
		synctest.Wait()
		wantHeard(t, s, "Opened{}", "Minimized{}")
		if !n.link(0).wasClosed() {
			t.Error("the link stays open")
		}
		stop()
	})
}

func TestAsk(t *testing.T) {
	ask := session.Ask{ID: session.AskID{Name: "room", N: 2}, Method: "POST", Path: "/v1/room", Token: "secret", Body: "{}"}
	tests := []struct {
		name   string
		caller callee
		after  time.Duration
		want   string
	}{
		{"an answer is told whatever its status", func(_ context.Context, method, path string, token rocket.Token, body string) (int, string, error) {
			return 409, method + path + string(token) + body, nil
		}, 0, "Answered{room.2 409 POST/v1/roomsecret{} }"},
		{"no answer has status 0", func(context.Context, string, string, rocket.Token, string) (int, string, error) {
			return 200, "half", errors.New("cut off")
		}, 0, "Answered{room.2 0  cut off}"},
		{"it ends after 15 seconds", func(ctx context.Context, _, _ string, _ rocket.Token, _ string) (int, string, error) {
			<-ctx.Done()
			return 0, "", ctx.Err()
		}, 15 * time.Second, "Answered{room.2 0  context deadline exceeded}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answer: on(map[string][]session.Effect{"Opened{}": {ask}})}
				l := &loop.Loop{Session: s, Caller: tt.caller}
				stop := run(l)
				l.Post(session.Opened{})
				if tt.after > 0 {
					<-time.After(tt.after - time.Millisecond)
					synctest.Wait()
					wantHeard(t, s, "Opened{}")
					<-time.After(2 * time.Millisecond)
				}
				synctest.Wait()
				wantHeard(t, s, "Opened{}", tt.want)
				stop()
			})
		})
	}
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
