// Package logs is what the server writes about itself: one line per request,
// of a fixed list of fields, and a mask over everything that is logged.
//
// The rule of the package: who logs is to know no secret in the first place.
// The mask is the second line of defence, for the day somebody logs an error
// that quotes a visitor.
package logs

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

// hidden stands where something was.
const hidden = "***"

// Mask returns a handler that passes on to h what Masked leaves of every
// message and every attribute, in groups as well. Attributes named like a
// header or setting that is a secret lose their value whatever it is.
func Mask(h slog.Handler) slog.Handler { return mask{h} }

type mask struct{ to slog.Handler }

func (m mask) Enabled(ctx context.Context, l slog.Level) bool { return m.to.Enabled(ctx, l) }
func (m mask) WithGroup(name string) slog.Handler             { return mask{m.to.WithGroup(name)} }

func (m mask) WithAttrs(attrs []slog.Attr) slog.Handler {
	return mask{m.to.WithAttrs(maskedAll(attrs))}
}

func (m mask) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, Masked(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(masked(a))
		return true
	})
	return m.to.Handle(ctx, out)
}

func maskedAll(attrs []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = masked(a)
	}
	return out
}

func masked(a slog.Attr) slog.Attr {
	if isSecret(a.Key) {
		return slog.String(a.Key, hidden)
	}
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Masked(v.String()))
	case slog.KindGroup:
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(maskedAll(v.Group())...)}
	case slog.KindAny:
		switch v := v.Any().(type) {
		case ID:
			return slog.String(a.Key, string(v))
		case known:
			return slog.String(a.Key, string(v))
		}
		return slog.String(a.Key, Masked(fmt.Sprint(v.Any())))
	default: // numbers, truths and times are no text
		return slog.Attr{Key: a.Key, Value: v}
	}
}

// secretNames are headers and settings, as a part of a pattern.
const secretNames = `authorization|proxy-authorization|x-visitor-token|x-auth-token|x-user-id|cookie|set-cookie|visitor-?token|token|password|secret|jwt|api-?key`

// secretKeys are secretNames without dashes.
var secretKeys = strings.Split(strings.NewReplacer("-", "", "?", "").Replace(secretNames), "|")

var (
	// A header or a member with its value: up to the end of the line for
	// those whose value has spaces, else up to what ends a value.
	secretLine  = regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[:=]+\s*)[^\r\n]*`)
	secretValue = regexp.MustCompile(`(?i)\b(` + secretNames + `)\b(["'\]]*\s*[:=]+\s*[\["']*)[^\s"'&,;}\])]+`)
	scheme      = regexp.MustCompile(`(?i)\b(bearer|basic) +[A-Za-z0-9._~+/=-]+`)
	jwt         = regexp.MustCompile(`\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?`)

	// A token of ours, of the official widget, or of whatever is as long:
	// see rocket.Token.Valid.
	token = regexp.MustCompile(`[A-Za-z0-9_-]{32,}`)
	email = regexp.MustCompile(`(?i)[^\s@<>"'(),:;\[\]\\=&?/]+(?:@|%40)[\p{L}0-9-]+(?:\.[\p{L}0-9-]+)*`)

	// A telephone number: with a plus, an area code in brackets, a leading
	// zero, in three groups, or 9 to 15 digits in one.
	phone = regexp.MustCompile(`(?:\+|%2[bB])\d(?:[ ().\-/]|%20)?(?:\d(?:[ ().\-/]|%20){0,2}){5,14}\d|` +
		`\(\d{2,5}\)[ \-/]?\d(?:[ \-/]?\d){4,10}|` +
		`\b0\d{1,4}[ /\-]\d(?:[ \-/]?\d){4,11}\b|` +
		`\b\d{3}[ .\-]\d{3}[ .\-]\d{4}\b|` +
		`\b\d{9,15}\b`)
)

// isSecret reports whether key is one of secretNames, in any case and with or
// without its dashes.
func isSecret(key string) bool {
	key = strings.ReplaceAll(strings.ToLower(key), "-", "")
	return slices.Contains(secretKeys, key)
}

// Masked is s with everything replaced that looks like a visitor's token, an
// e-mail address, a telephone number, or the value of a header that is a
// secret. It takes too much rather than too little: a long file name may go.
func Masked(s string) string {
	marks := survey(s)
	if marks.named {
		s = secretLine.ReplaceAllString(s, "${1}${2}"+hidden)
		s = secretValue.ReplaceAllString(s, "${1}${2}"+hidden)
		s = scheme.ReplaceAllString(s, "${1} "+hidden)
	}
	if marks.word >= 8 {
		s = jwt.ReplaceAllString(s, hidden)
	}
	if marks.word >= 32 {
		s = token.ReplaceAllString(s, hidden)
	}
	if marks.at {
		s = email.ReplaceAllString(s, hidden)
	}
	if marks.digits >= 7 {
		s = phone.ReplaceAllString(s, hidden)
	}
	return s
}

// marks tell which patterns could match at all: most lines have none of it,
// and are logged once per request.
type marks struct {
	word, digits int // the longest run of token characters; how many digits
	at, named    bool
}

func survey(s string) marks {
	var m marks
	run := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			m.digits++
			run++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
			run++
		default:
			run = 0
			m.at = m.at || c == '@' || c == '%'
			m.named = m.named || c == ':' || c == '=' || c == ' '
		}
		m.word = max(m.word, run)
	}
	m.named = m.named && mentions(s)
	return m
}

// mentions reports whether s has a part of a secret's name in it.
func mentions(s string) bool {
	s = strings.ToLower(s)
	for _, part := range []string{"oken", "auth", "cookie", "passw", "secret", "jwt", "key", "bearer", "basic", "user-id"} {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}
