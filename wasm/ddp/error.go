package ddp

import (
	"strconv"
	"time"

	"capsule/wasm/ejson"
)

// An Error is what a method or subscription was refused with
// (protocol 2.3). Compare Code; the texts change between versions.
type Error struct {
	Code    string // "invalid-token", or a number as text: "404"
	Number  bool   // Code was sent as a number
	Reason  string
	Message string
	Details ejson.Value
}

// Codes of errors that the protocol itself defines.
const (
	CodeMatch     = "400" // a parameter is of the wrong type
	CodeNotFound  = "404" // no such method or publication
	CodeInternal  = "500" // among others: the _id of a message is taken
	CodeTooMany   = "too-many-requests"
	CodeForbidden = "not-allowed" // a stream is refused
)

func (e *Error) Error() string {
	if e.Reason != "" {
		return e.Reason + " [" + e.Code + "]"
	}
	return "[" + e.Code + "]"
}

// Wait returns how long a CodeTooMany error asks to wait, at least one
// second and at most one minute.
func (e *Error) Wait() time.Duration {
	ms := e.Details.Get("timeToReset").Int()
	return min(max(time.Duration(ms)*time.Millisecond, time.Second), time.Minute)
}

func errorFrom(v ejson.Value) *Error {
	if v.IsNull() {
		return nil
	}
	e := &Error{Reason: v.Get("reason").Str(), Message: v.Get("message").Str(), Details: v.Get("details")}
	switch code := v.Get("error"); code.Kind() {
	case ejson.KindString:
		e.Code = code.Str()
	case ejson.KindNumber:
		e.Code, e.Number = strconv.FormatInt(code.Int(), 10), true
	}
	return e
}

// value is the shape of a Meteor.Error (recording ws-malformed.json).
func (e *Error) value() ejson.Value {
	code := ejson.String(e.Code)
	if n, err := strconv.ParseInt(e.Code, 10, 64); e.Number && err == nil {
		code = ejson.Int(n)
	}
	m := []ejson.Member{ejson.F("isClientSafe", ejson.Bool(true)), ejson.F("error", code)}
	if e.Reason != "" {
		m = append(m, ejson.F("reason", ejson.String(e.Reason)))
	}
	if !e.Details.IsNull() {
		m = append(m, ejson.F("details", e.Details))
	}
	message := e.Message
	if message == "" {
		message = "[" + e.Code + "]"
		if e.Reason != "" {
			message = e.Reason + " " + message
		}
	}
	m = append(m, ejson.F("message", ejson.String(message)), ejson.F("errorType", ejson.String("Meteor.Error")))
	return ejson.Object(m...)
}
