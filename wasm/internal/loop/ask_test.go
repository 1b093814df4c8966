package loop_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

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
