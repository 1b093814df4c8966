package bridge

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"capsule/server/internal/identity"
	"capsule/server/internal/limit"
	"capsule/server/internal/ticket"
	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// Options say where Rocket.Chat is and who may use the bridge to it.
type Options struct {
	RocketChat *url.URL      // as this server reaches it
	Public     *url.URL      // as browsers reach it; nil: the same
	Origins    Origins       // besides the bridge's own origin
	Proxies    limit.Proxies // whose X-Forwarded-For is believed
	Limits
	Tickets   *ticket.Office     // asked for by routes that name a purpose; nil: never
	Identity  *identity.Verifier // of visitors the page vouches for; nil: the page cannot
	Logf      func(format string, args ...any)
	Profile   func(origin string) Profile // what is laid over for a page of that origin; nil: nothing
	Observe   func(Event)                 // called from many goroutines; nil: nobody looks
	Transport http.RoundTripper           // to Rocket.Chat; nil: one of the bridge's own
}

// A Bridge is the http.Handler for everything under /v1/.
type Bridge struct {
	up         *upstream
	server     ejson.Value // address part of what clients are told, see told
	origins    Origins
	proxies    limit.Proxies
	requests   byAddress
	everything byNothing
	guesses    byAddress
	mails      byAddress
	tickets    *ticket.Office
	identity   *identity.Verifier
	configs    configs
	info       well[version]
	reach      well[struct{}]
	tokens     locks
	known      memory
	rooms      memory // of pairs, see pairOf
	repeats    repeats
	moves      feature
	profiles   func(origin string) Profile
	logf       func(string, ...any)
	crowds     seldom // for the log: floods have enough of everything
	routes     map[string]route
}

// handler answers a request or says what is wrong with it. Errors are
// *Problem, *rocket.Error or anything else, which counts as our own fault.
type handler func(http.ResponseWriter, *http.Request) error

type route struct {
	handle handler
	ticket ticket.Purpose // what a ticket has to be for; "": none is needed
	gate   gate           // in addition to the limits for all requests
}

// New makes a bridge. It does not call Rocket.Chat before the first request.
func New(o Options) *Bridge {
	if o.Logf == nil {
		o.Logf = func(string, ...any) {}
	}
	if o.Public == nil {
		o.Public = o.RocketChat
	}
	b := &Bridge{
		up:         newUpstream(o.RocketChat, o.Transport),
		server:     addresses(o.Public),
		origins:    o.Origins,
		tickets:    o.Tickets,
		identity:   o.Identity,
		proxies:    o.Proxies,
		requests:   limit.New[netip.Prefix](o.Requests, 0),
		everything: limit.New[struct{}](o.Everything, 1),
		mails:      limit.New[netip.Prefix](o.Mails, 0),
		profiles:   o.Profile,
		logf:       o.Logf,
	}
	b.up.observe = o.Observe
	if b.requests != nil {
		b.guesses = limit.New[netip.Prefix](limit.Rate{Every: time.Minute, Burst: 60}, 0)
	}
	g := newGates(o.Limits)
	b.routes = map[string]route{
		"GET /v1/config":           {handle: b.config},
		"POST /v1/session":         {handle: b.session},
		"POST /v1/visitor":         {handle: b.visitor, ticket: ticket.Visitor, gate: g.register},
		"POST /v1/room":            {handle: b.room, gate: g.open},
		"POST /v1/room/close":      {handle: b.closeRoom},
		"POST /v1/room/files":      {handle: b.upload, ticket: ticket.Upload, gate: g.upload},
		"GET /v1/room/files":       {handle: b.file},
		"POST /v1/room/survey":     {handle: b.survey},
		"POST /v1/room/transcript": {handle: b.transcript},
		"POST /v1/room/department": {handle: b.move},
		"POST /v1/visitor/fields":  {handle: b.fields},
		"POST /v1/visitor/page":    {handle: b.page},
		"POST /v1/visitor/status":  {handle: b.status},
		"POST /v1/visitor/forget":  {handle: b.forget},
		"POST /v1/offline":         {handle: b.offline, ticket: ticket.Offline},
		"GET /v1/messages":         {handle: b.history},
		"POST /v1/messages":        {handle: b.send, gate: g.line},
		"GET /v1/messages/":        {handle: b.message},
	}
	return b
}

func (b *Bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Vary"], h["Cache-Control"], h["X-Content-Type-Options"] = varyOrigin, noStore, noSniff
	if !b.welcome(w, r) {
		b.fail(w, r, problem(ForbiddenOrigin))
		return
	}
	if r.Method == http.MethodOptions {
		preflight(w)
		return
	}
	// Who is going to be refused for want of a slot is refused here, before
	// anything is read: in a flood there is time for little else. What is
	// cached needs no slot.
	if r.Method == http.MethodPost && b.up.full() {
		b.fail(w, r, crowded())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), total)
	defer cancel()
	if err := b.serve(w, r.WithContext(ctx)); err != nil {
		b.fail(w, r, err)
	}
}

func (b *Bridge) serve(w http.ResponseWriter, r *http.Request) error {
	if err := b.admit(r); err != nil {
		return err
	}
	path := r.URL.Path
	if strings.HasPrefix(path, "/v1/messages/") {
		path = "/v1/messages/"
	}
	rt, ok := b.routes[r.Method+" "+path]
	if !ok || r.URL.RawPath != "" { // no path of ours needs escapes
		return problem(NotFound)
	}
	if err := b.useTicket(r, rt.ticket); err != nil {
		return err
	}
	if err := rt.gate.take(b, r); err != nil {
		return err
	}
	return rt.handle(w, r)
}

// token is the visitor's token of r. Who has named too many that nobody has
// gets no further answers for a while.
func (b *Bridge) token(r *http.Request) (rocket.Token, error) {
	values := r.Header.Values(rocket.HeaderToken)
	if len(values) != 1 || !rocket.Token(values[0]).Valid() {
		return "", problem(InvalidToken)
	}
	if wait, spent := b.guesses.Spent(b.address(r), time.Now()); spent {
		return "", &Problem{Code: RateLimited, RetryAfter: wait}
	}
	return rocket.Token(values[0]), nil
}

// caller is what Rocket.Chat gets to know about who is behind a call.
func (b *Bridge) caller(r *http.Request) caller {
	return caller{
		address:  b.proxies.Client(r),
		agent:    plainHeader(r.Header.Get("User-Agent"), 256),
		language: plainHeader(r.Header.Get("Accept-Language"), 128),
	}
}

// plainHeader is s without anything that is not printable ASCII, shortened.
func plainHeader(s string, max int) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), max)]
}

// answer writes 200 with members as a JSON object.
func answer(w http.ResponseWriter, members ...ejson.Member) error {
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write(ejson.Object(members...).Append(make([]byte, 0, 256))) // a caller who hangs up is no news
	return nil
}
