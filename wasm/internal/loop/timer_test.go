package loop_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/session"
)

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
