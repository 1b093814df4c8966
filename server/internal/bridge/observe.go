package bridge

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// An EventKind says what an Event is about.
type EventKind int

// The kinds of events.
const (
	Called     EventKind = iota // Rocket.Chat was called: Name, Outcome, Took
	Declined                    // a request got an answer other than 200: Outcome is its Code
	Registered                  // a visitor was registered or changed
	Conflict                    // Rocket.Chat took a visitor for another one
)

// An Event is something that is worth counting. Its texts come from small
// fixed sets: nothing in it is a visitor's or chosen by one.
type Event struct {
	Kind    EventKind
	Name    string // of the call: "register visitor"
	Outcome string // "ok" or a Code
	Took    time.Duration
}

// Load is how many calls to Rocket.Chat are under way, and how many wait.
func (b *Bridge) Load() (inFlight, waiting int) {
	return len(b.up.slots), int(b.up.waiting.Load())
}

// Route is the route of r as logs and metrics may show it: one of the
// bridge's own, "OPTIONS /v1/", or "unknown".
func (b *Bridge) Route(r *http.Request) string {
	if r.Method == http.MethodOptions {
		return "OPTIONS /v1/"
	}
	name := r.Method + " " + r.URL.Path
	if _, ok := b.routes[name]; ok && !strings.HasSuffix(name, "/") {
		return name
	}
	for known := range b.routes {
		if strings.HasSuffix(known, "/") && strings.HasPrefix(name, known) {
			return known + "{id}"
		}
	}
	return "unknown"
}

var reachAge = age{fresh: 5 * time.Second, hold: 5 * time.Second}

// Reach is why Rocket.Chat cannot be reached; "" if it can, or if so many
// calls wait already that it was not asked. Who asks often gets the answer of
// up to five seconds ago.
func (b *Bridge) Reach(ctx context.Context) Code {
	_, err := b.reach.draw(ctx, reachAge, func(ctx context.Context) (struct{}, error) {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		_, err := b.up.do(ctx, call{op: "reach", path: rocket.PathInfo})
		if err != nil && asProblem(err).Code == RateLimited || errors.Is(err, errCrowded) {
			err = nil // it is there, and says so; or we are busy, as the next instance would be without this one
		}
		return struct{}{}, err
	})
	if err == nil {
		return ""
	}
	return asProblem(err).Code
}

// do is ask, observed.
func (u *upstream) do(ctx context.Context, c call) (v ejson.Value, err error) {
	defer u.called(c, time.Now(), &err)
	return u.ask(ctx, c)
}

// called tells of a call that began at a time and has just ended as err says.
func (u *upstream) called(c call, began time.Time, err *error) {
	if u.observe != nil {
		u.observe(Event{Kind: Called, Name: c.op, Outcome: outcome(*err), Took: time.Since(began)})
	}
}

func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	if errors.Is(err, context.Canceled) {
		return "canceled" // the visitor left: nobody's fault
	}
	return string(asProblem(err).Code)
}

func (b *Bridge) note(ev Event) {
	if b.up.observe != nil {
		b.up.observe(ev)
	}
}
