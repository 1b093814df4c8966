// Package ejson reads and writes EJSON, the JSON dialect of Meteor's
// protocol, without reflection.
//
// A Value is an immutable tree. Readers forgive: asking a string for a
// member, or an object for a number, gives the zero value, so that code
// which reads a frame is a straight line and an odd frame is an empty
// one. Parse accepts exactly what JSON allows, up to a limit of size; it
// reads nesting deeper than MaxDepth as null, so that one absurd message
// costs that part of it and not the frame around it.
package ejson

import (
	"strconv"
	"time"

	"capsule/wasm/internal/decimal"
)

// Kind says what a Value holds.
type Kind uint8

// The kinds of JSON.
const (
	KindNull Kind = iota
	KindBool
	KindNumber
	KindString
	KindList
	KindObject
)

// A Value is one JSON value. The zero Value is null.
type Value struct {
	kind    Kind
	truth   bool
	text    string // the string, or the number as written
	list    []Value
	members []Member
}

// A Member is one key of an object with its value.
type Member struct {
	Key   string
	Value Value
}

// Null returns the null value.
func Null() Value { return Value{} }

// Bool returns a boolean.
func Bool(b bool) Value { return Value{kind: KindBool, truth: b} }

// Int returns a number.
func Int(n int64) Value { return Value{kind: KindNumber, text: strconv.FormatInt(n, 10)} }

// Float returns a number; what JSON cannot say (NaN, infinities) is null.
func Float(f float64) Value {
	if f != f || f-f != 0 {
		return Value{}
	}
	return Value{kind: KindNumber, text: strconv.FormatFloat(f, 'g', -1, 64)}
}

// String returns a string.
func String(s string) Value { return Value{kind: KindString, text: s} }

// List returns a list of items.
func List(items ...Value) Value { return Value{kind: KindList, list: items} }

// Strings returns a list of strings.
func Strings(items []string) Value {
	list := make([]Value, len(items))
	for i, s := range items {
		list[i] = String(s)
	}
	return Value{kind: KindList, list: list}
}

// Object returns an object with the members in the order given.
func Object(members ...Member) Value { return Value{kind: KindObject, members: members} }

// F makes a member for Object.
func F(key string, v Value) Member { return Member{key, v} }

// Date returns t as DDP sends it: {"$date": milliseconds}. The zero time
// is null.
func Date(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Object(F("$date", Int(t.UnixMilli())))
}

// ISO returns t as REST sends it: an ISO 8601 string in UTC with
// milliseconds. The zero time is null.
func ISO(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return String(t.UTC().Format("2006-01-02T15:04:05.000Z"))
}

// Kind returns what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null or absent.
func (v Value) IsNull() bool { return v.kind == KindNull }

// Get returns the member named key, or null. Of a key written twice the
// last one counts, as in JavaScript.
func (v Value) Get(key string) Value {
	for i := len(v.members) - 1; i >= 0; i-- {
		if v.members[i].Key == key {
			return v.members[i].Value
		}
	}
	return Value{}
}

// Has reports whether v is an object with a member named key.
func (v Value) Has(key string) bool {
	for i := range v.members {
		if v.members[i].Key == key {
			return true
		}
	}
	return false
}

// At returns item i of a list, or null.
func (v Value) At(i int) Value {
	if i < 0 || i >= len(v.list) {
		return Value{}
	}
	return v.list[i]
}

// Len returns the number of items or members.
func (v Value) Len() int { return len(v.list) + len(v.members) }

// Items returns the items of a list. They must not be written to.
func (v Value) Items() []Value { return v.list }

// Members returns the members of an object in the order written. They
// must not be written to.
func (v Value) Members() []Member { return v.members }

// Str returns the text of a string, or "".
func (v Value) Str() string {
	if v.kind != KindString {
		return ""
	}
	return v.text
}

// Bool returns a boolean, or false.
func (v Value) Bool() bool { return v.truth }

// Float returns a number, to 15 digits, or 0.
func (v Value) Float() float64 {
	if v.kind != KindNumber {
		return 0
	}
	f, _ := decimal.Parse(v.text) // out of range: an infinity, which is the nearest truth
	return f
}

// Int returns a number without its fraction, or 0. Numbers beyond an
// int64 give its nearest end.
func (v Value) Int() int64 {
	if v.kind != KindNumber {
		return 0
	}
	if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
		return n
	}
	switch f := v.Float(); {
	case f >= 1<<63-1:
		return 1<<63 - 1
	case f <= -1<<63:
		return -1 << 63
	default:
		return int64(f)
	}
}

// Time reads the three forms in which a time arrives: {"$date": ms}
// over DDP, an ISO 8601 string over REST, and a bare number of
// milliseconds from some apps. Anything else is the zero time.
func (v Value) Time() time.Time {
	switch v.kind {
	case KindObject:
		if d := v.Get("$date"); d.kind == KindNumber {
			return time.UnixMilli(d.Int()).UTC()
		}
	case KindNumber:
		return time.UnixMilli(v.Int()).UTC()
	case KindString:
		if t, err := time.Parse(time.RFC3339Nano, v.text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// With returns a copy of an object in which key is x.
func (v Value) With(key string, x Value) Value {
	out := make([]Member, 0, len(v.members)+1)
	done := false
	for _, m := range v.members {
		if m.Key != key {
			out = append(out, m)
		} else if !done {
			out, done = append(out, Member{key, x}), true
		}
	}
	if !done {
		out = append(out, Member{key, x})
	}
	return Value{kind: KindObject, members: out}
}
