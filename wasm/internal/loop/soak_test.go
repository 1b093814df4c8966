//go:build !js

package loop_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"capsule/server/standin"
	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/session"
)

// TestSoak sends lines of many visitors through real sockets that are cut at
// random, before and after what is sent has its effect, and expects every
// one at the server once and in the order written, and every answer of the
// agent on the visitor's side. 200 lines; as many as CAPSULE_SOAK says.
//
// Nothing is hurried: a visitor's session sends one line a second in the long
// run, so many lines take many visitors.
func TestSoak(t *testing.T) {
	t.Parallel()
	lines, each := 200, 10 // of each visitor
	if text := os.Getenv("CAPSULE_SOAK"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("CAPSULE_SOAK: %v", err)
		}
		lines, each = n, 40
	}
	visitors := max((lines+each-1)/each, 1)
	lasts := 3*time.Minute + time.Duration(lines)*20*time.Millisecond

	chat, url := startRocketChat(t, standin.V6)
	base := startServer(t, buildServer(t), url)
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()

	var people sync.WaitGroup
	var cut cutter
	over := make(chan struct{})
	var cutting sync.WaitGroup
	cutting.Add(1)
	go func() { // ends with over
		defer cutting.Done()
		cut.run(chat, visitors, over)
	}()
	// Some hundred at a time, so that their answers come within the limits.
	turns := make(chan struct{}, 250)
	began := time.Now()
	for n := range visitors {
		people.Add(1)
		go func() { // ends with its lines sent, or with ctx
			defer people.Done()
			select {
			case turns <- struct{}{}:
			case <-ctx.Done():
				t.Errorf("visitor %d never had a turn", n)
				return
			}
			defer func() { <-turns }()
			soak(ctx, t, chat, base, n, min(each, lines-n*each))
		}()
	}
	people.Wait()
	close(over)
	cutting.Wait()
	t.Logf("%d lines of %d visitors in %v: %d cuts before a frame, %d after, %d of all connections, %d dials refused",
		lines, visitors, time.Since(began).Round(time.Second), cut.before, cut.after, cut.all, cut.refused)
}

// soak is one visitor's life: lines, now and then an answer, a reload.
func soak(ctx context.Context, t *testing.T, chat *standin.Server, base string, n, lines int) {
	store := new(loop.Memory)
	v := visit(t, store, base)
	defer func() { v.stop() }()
	room, answers := "", 0
	var want []string
	await := func(what string, hope func(*session.State) bool) bool {
		seen := v.hopes(hope)
		select {
		case <-seen:
			return true
		case <-ctx.Done():
			t.Errorf("visitor %d: %s: %s", n, what, v.now())
			return false
		}
	}
	v.post(session.Started{}, session.Opened{})
	name := fmt.Sprintf("visitor %d", n)
	first := name + ", line 0"
	if !await("the form", func(st *session.State) bool { return st.Ready }) {
		return
	}
	v.post(session.Introduced{Name: name, Text: first})
	want = append(want, first)
	if !await("a room", func(st *session.State) bool { room = st.Room.ID; return room != "" }) {
		return
	}
	for i := 1; i < lines; i++ {
		text := fmt.Sprintf("%s, line %d", name, i)
		want = append(want, text)
		v.post(session.Composed{Text: text})
		if i%5 == 0 {
			if _, err := chat.Agent("sam").Say(room, fmt.Sprintf("answer %d", i)); err != nil {
				t.Errorf("visitor %d: the agent: %v", n, err)
			}
			answers++
		}
		if i == lines/2 { // another program with the same store
			// What is not yet kept is not yet submitted: it stands in the composer.
			if !await("the line kept", func(st *session.State) bool { return strings.HasSuffix(texts(st), text) }) {
				return
			}
			v.stop()
			v = visit(t, store, base)
			v.post(session.Started{}, session.Opened{})
			if !await("the reload", func(st *session.State) bool { return st.Ready }) {
				return
			}
		}
	}
	if !await("all lines sent, all answers seen", func(st *session.State) bool {
		mine, theirs := 0, 0
		for _, line := range st.Lines() {
			switch {
			case line.Type != "":
			case line.Mine:
				mine++
			default:
				theirs++
			}
		}
		return st.Outbox.Len() == 0 && mine == lines && theirs == answers
	}) {
		return
	}
	var got []string
	for _, m := range chat.Messages(room) {
		if m.Kind == "" && m.FromVisitor {
			got = append(got, m.Text)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("visitor %d: the server has %q", n, got)
	}
}

// A cutter breaks connections at random.
type cutter struct{ before, after, all, refused int }

// run cuts until over is closed. Cuts at a frame fall on the connection that
// sends it, which is one that is in use; of each visitor's they come about
// once in three seconds, and all fall once in five.
func (c *cutter) run(chat *standin.Server, visitors int, over <-chan struct{}) {
	one := time.NewTicker(3 * time.Second / time.Duration(visitors))
	defer one.Stop()
	all := time.NewTicker(5 * time.Second)
	defer all.Stop()
	for {
		select {
		case <-over:
			return
		case <-all.C:
			n := rand.IntN(visitors)
			chat.RefuseUpgrades(n, 503)
			chat.DropAll()
			c.all++
			c.refused += n
		case <-one.C:
			if n := 1 + rand.IntN(3); rand.IntN(2) == 0 {
				chat.CutBefore(n)
				c.before++
			} else {
				chat.CutAfter(n)
				c.after++
			}
		}
	}
}
