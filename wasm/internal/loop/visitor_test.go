//go:build !js

package loop_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
	"capsule/wasm/internal/wire"
	"capsule/wasm/puzzle"
	"capsule/wasm/rocket"
)

// A visitor is one visit: a program with a session in it.
type visitor struct {
	t    *testing.T
	loop *loop.Loop
	stop func()

	mu   sync.Mutex
	hope func(*session.State) bool // holds the state no longer than its call
	seen chan struct{}
	last string // what the state was
}

func visit(t *testing.T, store loop.Store, base string) *visitor {
	t.Helper()
	v := &visitor{t: t}
	v.loop = &loop.Loop{
		Session: session.New(session.Config{
			NewID:  uuid.NewString,
			Jitter: func(d time.Duration) time.Duration { return d / 1000 },
		}, loop.Load(store)),
		Transport: new(wire.Transport),
		Store:     store,
		Caller:    caller(base),
		Changed:   v.changed,
		Logf:      t.Logf,
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); v.loop.Run(ctx) }()
	v.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(v.stop)
	return v
}

func (v *visitor) post(events ...session.Event) {
	for _, ev := range events {
		v.loop.Post(ev)
	}
}

func (v *visitor) changed(st *session.State) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last = fmt.Sprintf("link %v, ready %v %v, registered %v, room %v, over %v, synced %v, agent %q, typing %q, trouble %q, outbox %v, lines %q",
		st.Link, st.Ready, st.Asking, st.Registered, st.Room.ID, st.Over, st.Synced, st.Agent.DisplayName(), st.Typing, st.Trouble.Kind, st.Outbox.Items(), texts(st))
	if v.hope != nil && v.hope(st) {
		v.hope = nil
		close(v.seen)
	}
}

// wait waits until the state is as hoped for.
func (v *visitor) wait(what string, hope func(*session.State) bool) {
	v.t.Helper()
	select {
	case <-v.hopes(hope):
	case <-time.After(limit):
		v.t.Fatalf("%s: not within %v; %s", what, limit, v.now())
	}
}

// hopes returns a channel that is closed when the state is as hoped for.
func (v *visitor) hopes(hope func(*session.State) bool) <-chan struct{} {
	seen := make(chan struct{})
	v.mu.Lock()
	v.hope, v.seen = hope, seen
	v.mu.Unlock()
	v.post(session.Discarded{}) // means nothing, and makes the loop look
	return seen
}

// now is what the state was last.
func (v *visitor) now() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.last
}

// waitText waits until a line of a text is there with a delivery.
func (v *visitor) waitText(text string, delivery outbox.Delivery) {
	v.t.Helper()
	v.wait(fmt.Sprintf("%q is %v", text, delivery), func(st *session.State) bool {
		for _, line := range st.Lines() {
			if line.Text == text && line.Delivery == delivery {
				return true
			}
		}
		return false
	})
}

// texts is what people wrote, in order.
func texts(st *session.State) string {
	var texts []string
	for _, line := range st.Lines() {
		if line.Type == "" {
			texts = append(texts, line.Text)
		}
	}
	return strings.Join(texts, "|")
}

// caller is what fetch is in a browser.
type caller string

func (c caller) Call(ctx context.Context, method, path string, token rocket.Token, ticket, body string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, method, string(c)+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Origin", page)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set(rocket.HeaderToken, string(token))
	}
	if ticket != "" {
		req.Header.Set(puzzle.Header, ticket)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", errors.Unwrap(err)
	}
	defer res.Body.Close()
	reply, err := io.ReadAll(res.Body)
	return res.StatusCode, string(reply), err
}
