package rocket

import (
	"strconv"
	"strings"
	"time"

	"capsule/wasm/ejson"
)

// An Error is a REST call that Rocket.Chat refused.
type Error struct {
	Op     string // what was being done: "register visitor"
	Status int    // HTTP
	Code   string // "invalid-token", "room-closed", ...; "" when it gave none
}

func (e *Error) Error() string {
	return e.Op + ": status " + strconv.Itoa(e.Status) + " " + e.Code
}

// ErrorCode finds the code in the body of a refused call. The same code
// comes as an errorType, as the text in the last brackets, as the whole
// text, or, on 3.x, as "error" beside an errorType of "Meteor.Error"
// (protocol 00.11, recordings rest-*.json). A body without any gives "".
func ErrorCode(body ejson.Value) string {
	text := body.Get("error").Str()
	kind := body.Get("errorType").Str()
	switch {
	case kind != "" && kind != "Meteor.Error" && kind != "Match.Error":
		return kind
	case kind == "Match.Error" || strings.HasPrefix(text, "Match error"):
		return "invalid-params"
	case text == "":
		return body.Get("reason").Str()
	}
	if end := strings.LastIndexByte(text, ']'); end == len(text)-1 {
		if start := strings.LastIndexByte(text, '['); start >= 0 {
			return text[start+1 : end]
		}
	}
	return text
}

// RetryAfter says how long a 429 asks to wait: from its header
// X-RateLimit-Reset (milliseconds since 1970) when that is set, else from
// the first number in the text of body, else a minute. It is between one
// second and two minutes whatever was said.
func RetryAfter(reset string, body ejson.Value, now time.Time) time.Duration {
	wait := time.Minute
	if ms, err := strconv.ParseInt(reset, 10, 64); err == nil {
		wait = time.UnixMilli(ms).Sub(now)
	} else if n := firstNumber(body.Get("error").Str()); n > 0 {
		wait = time.Duration(n) * time.Second
	}
	return min(max(wait, time.Second), 2*time.Minute)
}

func firstNumber(text string) int {
	n, seen := 0, false
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9' && n < 1e6:
			n, seen = n*10+int(c-'0'), true
		case seen:
			return n
		}
	}
	return n
}
