package bridge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// What calls to Rocket.Chat may take, and how many there may be at once.
const (
	patience   = 10 * time.Second // for one that no request waits for
	total      = 13 * time.Second // for all that one request of ours needs
	inFlight   = 64
	inQueue    = 128
	maxAnswer  = 1 << 20
	maxHistory = 4 << 20
)

// upstream makes calls to one Rocket.Chat and to nothing else.
type upstream struct {
	base    url.URL
	to      http.RoundTripper
	slots   chan struct{} // one element per call in flight
	waiting atomic.Int32
	lanes   lanes
	observe func(Event) // nil: nobody looks
}

// A call is one request to Rocket.Chat. Path is one of package rocket's, with
// at most a checked id behind it.
type call struct {
	op     string // for errors: "register visitor"
	method string // "" is GET
	path   string
	query  url.Values
	body   ejson.Value // of a POST, unless it is a file
	max    int64       // bytes of the answer; 0 is maxAnswer
	caller caller
}

// A caller is whom a call is made for. Rocket.Chat counts calls by address
// and shows agents the rest.
type caller struct {
	address         netip.Addr
	agent, language string
}

func newUpstream(base *url.URL, t http.RoundTripper) *upstream {
	u := &upstream{
		base:  url.URL{Scheme: base.Scheme, Host: base.Host, Path: strings.TrimRight(base.Path, "/")},
		slots: make(chan struct{}, inFlight),
	}
	if t == nil {
		t = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:    5 * time.Second,
			IdleConnTimeout:        4 * time.Second, // Node hangs up after 5 s, and a POST sent into that would be lost
			MaxIdleConnsPerHost:    inFlight,
			MaxConnsPerHost:        inFlight + inTransfer,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		}
	}
	// An http.Client would follow redirects. Rocket.Chat has no reason to send
	// us elsewhere; who sits between might.
	u.to = t
	return u
}

// ask makes a call and returns the JSON object Rocket.Chat answered with. What
// it refused is a *rocket.Error, everything else that is wrong a *Problem. Where
// ctx does not end it within total, it may take patience.
func (u *upstream) ask(ctx context.Context, c call) (ejson.Value, error) {
	if end, limited := ctx.Deadline(); !limited || time.Until(end) > total {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	if err := u.enter(ctx); err != nil {
		return ejson.Value{}, err
	}
	defer func() { <-u.slots }()

	req := u.request(ctx, c)
	res, err := u.to.RoundTrip(req)
	if err != nil {
		return ejson.Value{}, unreachable(err)
	}
	return u.read(c, res)
}

// read takes in the answer to c.
func (u *upstream) read(c call, res *http.Response) (ejson.Value, error) {
	defer res.Body.Close()
	max := c.max
	if max == 0 {
		max = maxAnswer
	}
	text, err := readAll(io.LimitReader(res.Body, max+1), res.ContentLength)
	if err != nil {
		return ejson.Value{}, unreachable(err)
	}
	if int64(len(text)) > max {
		return ejson.Value{}, nonsense(c.op + ": the answer is too large")
	}
	return judge(c.op, res, string(text))
}

// errCrowded is the Cause of what is refused because others wait already.
var errCrowded = errors.New("too many calls are waiting")

func crowded() *Problem {
	return &Problem{Code: Unavailable, RetryAfter: 2 * time.Second, Cause: errCrowded}
}

// full reports whether a call would be refused now.
func (u *upstream) full() bool { return u.waiting.Load() >= inQueue }

// enter waits for a slot, unless too many wait already.
func (u *upstream) enter(ctx context.Context) error {
	select {
	case u.slots <- struct{}{}:
		return nil
	default:
	}
	defer u.waiting.Add(-1)
	if u.waiting.Add(1) > inQueue {
		return crowded()
	}
	select {
	case u.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &Problem{Code: Unavailable, RetryAfter: 2 * time.Second, Cause: errors.New("waited too long for a slot")}
	}
}

func (u *upstream) request(ctx context.Context, c call) *http.Request {
	to := u.base
	to.Path += c.path
	to.RawQuery = c.query.Encode()
	h := http.Header{
		"Accept":     jsonType,
		"Cookie":     widgetCookie,
		"User-Agent": {c.caller.agent}, // "" sends none
	}
	if c.caller.language != "" {
		h["Accept-Language"] = []string{c.caller.language}
	}
	if c.caller.address.IsValid() {
		// Whichever of the two it believes, it is to count this visitor and
		// not all of them together (protocol 1.2).
		a := []string{c.caller.address.String()}
		h["X-Real-Ip"], h["X-Forwarded-For"] = a, a
	}
	req := (&http.Request{Method: http.MethodGet, URL: &to, Host: to.Host, Header: h}).WithContext(ctx)
	if c.method != "" {
		req.Method = c.method
	}
	if c.body.Kind() == ejson.KindObject {
		text := c.body.Append(make([]byte, 0, 256))
		h["Content-Type"] = jsonType
		req.ContentLength = int64(len(text))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
		req.Body, _ = req.GetBody()
	}
	return req
}

// parsers are used again: a new one makes room for what few answers need.
var parsers = sync.Pool{New: func() any { return new(ejson.Parser) }}

// parse is ejson.Parse with a parser that was used before.
func parse(text string) (ejson.Value, error) {
	p := parsers.Get().(*ejson.Parser)
	defer parsers.Put(p)
	return p.Parse(text)
}

// judge tells an answer from a refusal from nonsense.
func judge(op string, res *http.Response, text string) (ejson.Value, error) {
	kind, _, _ := mediaType(res.Header.Get("Content-Type"))
	var v ejson.Value
	isJSON := kind == "application/json"
	if isJSON {
		var err error
		v, err = parse(text)
		isJSON = err == nil && v.Kind() == ejson.KindObject
	}
	code := rocket.ErrorCode(v)
	switch {
	case res.StatusCode == http.StatusTooManyRequests || code == "error-too-many-requests":
		return ejson.Value{}, &Problem{
			Code:       RateLimited,
			RetryAfter: rocket.RetryAfter(res.Header.Get("X-Ratelimit-Reset"), v, time.Now()),
		}
	case !isJSON:
		// An endpoint that is absent answers 200 with a web page.
		return ejson.Value{}, odd(op, res.StatusCode, false)
	case res.StatusCode == http.StatusOK && (v.Get("success").Bool() || !v.Has("success")):
		return v, nil
	case res.StatusCode == http.StatusOK, res.StatusCode == http.StatusBadRequest:
		return ejson.Value{}, &rocket.Error{Op: op, Status: res.StatusCode, Code: printable(code)}
	}
	if _, known := refusals[code]; known && res.StatusCode < 500 {
		return ejson.Value{}, &rocket.Error{Op: op, Status: res.StatusCode, Code: code}
	}
	return ejson.Value{}, odd(op, res.StatusCode, true)
}

// An oddAnswer is the Cause of a Problem when Rocket.Chat, or what sits before
// it, answered outside its contract.
type oddAnswer struct {
	op     string
	status int
	json   bool
}

func odd(op string, status int, json bool) *Problem {
	return &Problem{Code: Upstream, Cause: &oddAnswer{op, status, json}}
}

func (o *oddAnswer) Error() string {
	text := o.op + ": status " + strconv.Itoa(o.status)
	if !o.json {
		text += ", not JSON"
	}
	return text
}

// absent reports whether err says that this Rocket.Chat has no such endpoint:
// 404 since 7.6, 405 or the web app's page before (protocol 00.11, 1.1). A
// proxy's 502 says nothing of the kind.
func absent(err error) bool {
	var o *oddAnswer
	if !errors.As(err, &o) {
		return false
	}
	return o.status == http.StatusNotFound || o.status == http.StatusMethodNotAllowed || o.status == http.StatusOK && !o.json
}

// statusOf is the status of an answer outside the contract, else 0.
func statusOf(err error) int {
	var o *oddAnswer
	if errors.As(err, &o) {
		return o.status
	}
	return 0
}

// printable keeps a code for the log, but nothing that could repeat what the
// visitor typed or holds: codes are lower-case words with dashes.
func printable(code string) string {
	if _, known := refusals[code]; known || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz-") == "" && len(code) <= 64 {
		return code
	}
	return "(text)"
}

// unreachable wraps what the HTTP client says, without the URL it says it of.
func unreachable(err error) *Problem {
	late := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		late = true
	}
	var withURL *url.Error
	for errors.As(err, &withURL) {
		err = withURL.Err
	}
	return &Problem{Code: Unavailable, Late: late, Cause: err}
}
