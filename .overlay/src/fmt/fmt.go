// Package fmt takes the place of the standard library's package in programs
// for browsers: the two functions that are used there, without reflection,
// which is most of what the standard one costs.
//
// Verbs are %v, %s, %d, %q, %T, %w and %%, without flags, width or precision.
// For those the result is the standard library's, as far as the values are
// errors, durations, texts, bytes, booleans and whole numbers. Of a value of any
// other type only the type is written: asking for a String method would keep
// that of every type in the program, and a type made to hide a secret hides it.
package fmt

import (
	"errors"
	"internal/reflectlite"
	"strconv"
	"time"
)

// Sprintf formats for coder/websocket, google/uuid, encoding/hex, and what
// Capsule logs.
func Sprintf(format string, a ...any) string {
	text, _ := write(format, a)
	return text
}

// Errorf formats the errors of coder/websocket and google/uuid, and wraps the
// last operand of a %w.
func Errorf(format string, a ...any) error {
	text, wrapped := write(format, a)
	if wrapped == nil {
		return errors.New(text)
	}
	return &wrapError{text, wrapped}
}

type wrapError struct {
	text string
	err  error
}

func (e *wrapError) Error() string { return e.text }
func (e *wrapError) Unwrap() error { return e.err }

// write returns the formatted text, and the operand of %w if there is one.
func write(format string, a []any) (text string, wrapped error) {
	var b []byte
	next := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b = append(b, format[i])
			continue
		}
		i++
		verb := format[i]
		if verb == '%' {
			b = append(b, '%')
			continue
		}
		if next == len(a) {
			b = append(append(append(b, "%!"...), verb), "(MISSING)"...)
			continue
		}
		v := a[next]
		next++
		switch verb {
		case 'w':
			wrapped, _ = v.(error)
			b = value(b, v)
		case 'T':
			b = kind(b, v)
		case 'q':
			b = strconv.AppendQuote(b, string(value(nil, v)))
		default:
			b = value(b, v)
		}
	}
	return string(b), wrapped
}

// value appends v as %v writes it, but bytes as %s does.
func value(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "<nil>"...)
	case error:
		return append(b, v.Error()...)
	case time.Duration:
		return append(b, v.String()...)
	case string:
		return append(b, v...)
	case []byte:
		return append(b, v...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int32:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case uint8:
		return strconv.AppendInt(b, int64(v), 10)
	case uint16:
		return strconv.AppendInt(b, int64(v), 10)
	case uint32:
		return strconv.AppendInt(b, int64(v), 10)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	}
	b = append(b, '(')
	b = kind(b, v)
	return append(b, ')')
}

// kind appends the type of v.
func kind(b []byte, v any) []byte {
	if v == nil {
		return append(b, "<nil>"...)
	}
	return append(b, reflectlite.TypeOf(v).String()...)
}
