package bridge

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"capsule/server/internal/ticket"
	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// A Code is the "error" of an answer that is not 200: all a client is told
// about what went wrong, but for a reason or a time to wait.
type Code string

// The codes there are.
const (
	BadRequest      Code = "bad-request"
	InvalidToken    Code = "invalid-token" // none, or one that Rocket.Chat does not know
	ForbiddenOrigin Code = "forbidden-origin"
	TicketRequired  Code = "ticket-required" // with a puzzle to solve, see package ticket
	NotFound        Code = "not-found"
	Refused         Code = "refused"      // by Rocket.Chat, for a Reason
	RateLimited     Code = "rate-limited" // by it or by us
	Upstream        Code = "upstream"     // Rocket.Chat answered nonsense
	Unavailable     Code = "unavailable"  // Rocket.Chat did not answer, or we are too busy to ask
)

var statuses = map[Code]int{
	BadRequest:      http.StatusBadRequest,
	InvalidToken:    http.StatusUnauthorized,
	ForbiddenOrigin: http.StatusForbidden,
	TicketRequired:  http.StatusPreconditionRequired,
	NotFound:        http.StatusNotFound,
	Refused:         http.StatusConflict,
	RateLimited:     http.StatusTooManyRequests,
	Upstream:        http.StatusBadGateway,
	Unavailable:     http.StatusServiceUnavailable,
}

// A Reason says why Rocket.Chat refused.
type Reason string

// The reasons there are.
const (
	RoomClosed        Reason = "room-closed"
	InvalidRoom       Reason = "invalid-room"
	NoAgentOnline     Reason = "no-agent-online"
	TooLong           Reason = "too-long"
	Blocked           Reason = "blocked"
	Disabled          Reason = "disabled"
	InvalidEmail      Reason = "invalid-email"
	InvalidDepartment Reason = "invalid-department"
	InvalidField      Reason = "invalid-field"    // a custom field that is not defined
	FileType          Reason = "file-type"        // of a file that is not one of ours to carry
	TooLarge          Reason = "too-large"        // a file
	RoomOpen          Reason = "room-open"        // where none may be
	InvalidIdentity   Reason = "invalid-identity" // not Rocket.Chat's: the page's proof of who the visitor is
	Other             Reason = "other"
)

// A Problem is a request that cannot be answered with 200.
type Problem struct {
	Code       Code
	Reason     Reason            // of Refused
	RetryAfter time.Duration     // how long to wait, if known
	Challenge  *ticket.Challenge // of TicketRequired
	Late       bool              // of Unavailable: it took too long (504 instead of 503)
	Cause      error             // for the log only
}

func problem(c Code) *Problem      { return &Problem{Code: c} }
func refusal(r Reason) *Problem    { return &Problem{Code: Refused, Reason: r} }
func (p *Problem) Unwrap() error   { return p.Cause }
func bad(why string) *Problem      { return &Problem{Code: BadRequest, Cause: errors.New(why)} }
func nonsense(why string) *Problem { return &Problem{Code: Upstream, Cause: errors.New(why)} }

func (p *Problem) Error() string {
	text := string(p.Code)
	if p.Reason != "" {
		text += " (" + string(p.Reason) + ")"
	}
	if p.Cause != nil {
		text += ": " + p.Cause.Error()
	}
	return text
}

// refusals is what the codes of Rocket.Chat mean to a visitor (protocol 1).
var refusals = map[string]Problem{
	"invalid-token":       {Code: InvalidToken},
	"error-invalid-token": {Code: InvalidToken},

	"invalid-message": {Code: NotFound},

	"error-too-many-requests": {Code: RateLimited, RetryAfter: time.Minute},

	"room-closed":                            {Code: Refused, Reason: RoomClosed},
	"This_conversation_is_already_closed":    {Code: Refused, Reason: RoomClosed},
	"invalid-room":                           {Code: Refused, Reason: InvalidRoom},
	"error-invalid-room":                     {Code: Refused, Reason: InvalidRoom},
	"cannot-access-room":                     {Code: Refused, Reason: InvalidRoom},
	"no-agent-online":                        {Code: Refused, Reason: NoAgentOnline},
	"error-no-agents-online-in-department":   {Code: Refused, Reason: NoAgentOnline},
	"message-length-exceeds-character-limit": {Code: Refused, Reason: TooLong},
	"error-message-size-exceeded":            {Code: Refused, Reason: TooLong},
	"error-contact-channel-blocked":          {Code: Refused, Reason: Blocked},
	"error-omnichannel-is-disabled":          {Code: Refused, Reason: Disabled},
	"error-not-allowed-to-close-conversation": {
		Code: Refused, Reason: Disabled,
	},
	"error-invalid-email":         {Code: Refused, Reason: InvalidEmail},
	"error-invalid-email-address": {Code: Refused, Reason: InvalidEmail},
	"error-invalid-department":    {Code: Refused, Reason: InvalidDepartment},
	"error-department-not-found":  {Code: Refused, Reason: InvalidDepartment},
	"error-forwarding-chat-same-department": {
		Code: Refused, Reason: InvalidDepartment,
	},
	"error-invalid-visitor":      {Code: Refused, Reason: InvalidRoom}, // of a transcript: the room is another's
	"invalid-custom-field":       {Code: Refused, Reason: InvalidField},
	"visitor-has-open-rooms":     {Code: Refused, Reason: RoomOpen},
	"error-file-upload-disabled": {Code: Refused, Reason: Disabled},
	"error-type-not-allowed":     {Code: Refused, Reason: FileType},
	"error-invalid-file-type":    {Code: Refused, Reason: FileType},
	"error-file-too-large":       {Code: Refused, Reason: TooLarge},
	"error-size-not-allowed":     {Code: Refused, Reason: TooLarge},
}

// asProblem is the one place that decides what a client is told about err.
func asProblem(err error) *Problem {
	var p *Problem
	var e *rocket.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &e):
		if known, ok := refusals[e.Code]; ok {
			known.Cause = err
			return &known
		}
		return &Problem{Code: Refused, Reason: Other, Cause: err}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &Problem{Code: Unavailable, Late: true, Cause: err}
	}
	return &Problem{Code: Upstream, Cause: err}
}

func (b *Bridge) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := asProblem(err)
	var unknown *rocket.Error
	if p.Code == InvalidToken && errors.As(p.Cause, &unknown) {
		b.guesses.Take(b.address(r), time.Now())
	}
	b.note(Event{Kind: Declined, Outcome: string(p.Code)})
	status := statuses[p.Code]
	switch {
	case p.Late:
		status = http.StatusGatewayTimeout
	case p.Reason == TooLarge:
		status = http.StatusRequestEntityTooLarge
	}
	members := []ejson.Member{ejson.F("error", ejson.String(string(p.Code)))}
	if p.Reason != "" {
		members = append(members, ejson.F("reason", ejson.String(string(p.Reason))))
	}
	if wait := int64(math.Ceil(p.RetryAfter.Seconds())); wait > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt(wait, 10))
		members = append(members, ejson.F("retryAfter", ejson.Int(wait)))
	}
	if p.Challenge != nil {
		members = append(members, challenge(*p.Challenge))
	}
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(status)
	_, _ = w.Write(ejson.Object(members...).Append(make([]byte, 0, 128)))
	if r.Context().Err() != nil {
		return // nobody waits for the answer any more
	}
	if errors.Is(p.Cause, errCrowded) {
		if b.crowds.due(time.Now()) {
			b.logf("bridge: %s: %v", b.Route(r), p)
		}
		return
	}
	if p.Code == Upstream || p.Code == Unavailable || p.Reason == Other {
		b.logf("bridge: %s: %v", b.Route(r), p)
	}
}

// seldom is for what is said once a second at most, however often it happens.
type seldom struct{ last atomic.Int64 }

func (s *seldom) due(now time.Time) bool {
	last := s.last.Load()
	return now.UnixNano()-last >= int64(time.Second) && s.last.CompareAndSwap(last, now.UnixNano())
}
