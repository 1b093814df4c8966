package bridge

import (
	"errors"
	"net/http"
	"net/netip"
	"time"

	"capsule/server/internal/limit"
	"capsule/server/internal/ticket"
	"capsule/wasm/ejson"
	"capsule/wasm/puzzle"
	"capsule/wasm/rocket"
)

// Limits are what may be done, by whom. A zero rate does not limit.
type Limits struct {
	Requests   limit.Rate    // of one address, whatever they are for
	Everything limit.Rate    // of all addresses together
	Starts     limit.Rate    // registrations of one address, and likewise rooms
	SiteStarts limit.Rate    // registrations from the pages of one origin, and likewise rooms
	AllStarts  limit.Rate    // registrations of all together, and likewise rooms
	Mails      limit.Rate    // messages left by one address while nobody is there
	Lines      limit.Rate    // messages of one visitor
	Uploads    [2]limit.Rate // of one visitor: both hold
}

// DefaultLimits are for a server that lets one address make rate requests a
// second in the long run; 0 is no limits at all.
func DefaultLimits(rate float64) Limits {
	if rate <= 0 {
		return Limits{}
	}
	return Limits{
		Requests:   limit.Rate{Every: time.Duration(float64(time.Second) / rate), Burst: max(1, int(12*rate))},
		Everything: limit.Rate{Every: time.Millisecond, Burst: 2000},
		Starts:     limit.Rate{Every: 12 * time.Second, Burst: 10},
		SiteStarts: limit.Rate{Every: time.Second / 2, Burst: 200},
		AllStarts:  limit.Rate{Every: time.Second / 5, Burst: 500},
		Mails:      limit.Rate{Every: 20 * time.Minute, Burst: 3},
		Lines:      limit.Rate{Every: time.Second, Burst: 5},
		Uploads:    [2]limit.Rate{{Every: 10 * time.Second, Burst: 6}, {Every: time.Minute, Burst: 60}},
	}
}

// Limiters by what they tell callers apart by. Of tokens only digests are
// kept, so that a memory dump holds no credential.
type (
	byAddress = *limit.Limiter[netip.Prefix]
	byToken   = *limit.Limiter[[16]byte]
	bySite    = *limit.Limiter[string]
	byNothing = *limit.Limiter[struct{}]
)

// A gate is what a route counts besides the request as such. Its narrow
// limits come before its wide ones: who is refused by his own has not used up
// what is there for all.
type gate struct {
	address byAddress
	token   []byToken
	site    bySite
	all     byNothing
}

// gates are those that routes name.
type gates struct {
	register, open gate // a visitor, a room
	line, upload   gate
}

func newGates(l Limits) gates {
	start := func() gate {
		return gate{
			address: limit.New[netip.Prefix](l.Starts, 0),
			site:    limit.New[string](l.SiteStarts, 1000),
			all:     limit.New[struct{}](l.AllStarts, 1),
		}
	}
	g := gates{register: start(), open: start()}
	g.line.token = []byToken{limit.New[[16]byte](l.Lines, 0)}
	for _, rate := range l.Uploads {
		g.upload.token = append(g.upload.token, limit.New[[16]byte](rate, 0))
	}
	return g
}

// take counts one request of r at each limit of g, up to the first that
// refuses it. A request without a token is left to the route to refuse.
func (g gate) take(b *Bridge, r *http.Request) error {
	if err := take(g.address, b.address(r)); err != nil {
		return err
	}
	if t := rocket.Token(r.Header.Get(rocket.HeaderToken)); t.Valid() {
		for _, l := range g.token {
			if err := take(l, digest(t)); err != nil {
				return err
			}
		}
	}
	if err := take(g.site, r.Header.Get("Origin")); err != nil {
		return err
	}
	return take(g.all, struct{}{})
}

// admit lets a request pass that is within the limits for all requests.
func (b *Bridge) admit(r *http.Request) error {
	if err := take(b.requests, b.address(r)); err != nil {
		return err
	}
	return take(b.everything, struct{}{})
}

// useTicket uses up the ticket that r brings for p. Without a good one r is
// answered with the puzzle of another.
func (b *Bridge) useTicket(r *http.Request, p ticket.Purpose) error {
	if b.tickets == nil || p == "" {
		return nil
	}
	err := error(ticket.ErrInvalid)
	if values := r.Header.Values(puzzle.Header); len(values) == 1 {
		err = b.tickets.Take(values[0], p, r.Header.Get("Origin"), time.Now())
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ticket.ErrFull):
		return &Problem{Code: RateLimited, RetryAfter: b.tickets.FullFor(time.Now())}
	}
	c := b.tickets.Issue(p, r.Header.Get("Origin"), time.Now())
	return &Problem{Code: TicketRequired, Challenge: &c}
}

// challenge is how a client is told of c.
func challenge(c ticket.Challenge) ejson.Member {
	return ejson.F("ticket", ejson.Object(ejson.F("challenge", ejson.String(c.Text)), ejson.F("bits", ejson.Int(int64(c.Bits)))))
}

// address is what r's caller is counted under.
func (b *Bridge) address(r *http.Request) netip.Prefix { return limit.Key(b.proxies.Client(r)) }

func take[K comparable](l *limit.Limiter[K], key K) error {
	if wait, ok := l.Take(key, time.Now()); !ok {
		return &Problem{Code: RateLimited, RetryAfter: wait}
	}
	return nil
}
