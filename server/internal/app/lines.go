package app

import (
	"net/netip"
	"strings"
	"time"

	"capsule/server/internal/logs"
)

// lines hands what net/http logs to a Logf: with no more of an address than
// -log-address allows, and of lines that name one, which callers cause, one a
// second. It is for one log.Logger, which writes a line at a time.
type lines struct {
	logf    func(string, ...any)
	address logs.Address
	last    time.Time // that a line with an address was handed on
}

func (l *lines) Write(p []byte) (int, error) {
	text, found := l.shorten(strings.TrimSpace(string(p)))
	if found {
		now := time.Now()
		if now.Sub(l.last) < time.Second {
			return len(p), nil
		}
		l.last = now
	}
	l.logf("%s", text)
	return len(p), nil
}

// shorten is text with its addresses as they may be logged. It reports
// whether there are any.
func (l *lines) shorten(text string) (short string, found bool) {
	words := strings.Split(strings.ReplaceAll(text, "->", " -> "), " ") // as in "read tcp A->B: EOF"
	for i, word := range words {
		word, colon := strings.CutSuffix(word, ":")
		a, err := netip.ParseAddrPort(word)
		if err != nil {
			continue
		}
		found = true
		if words[i] = l.address.Of(a.Addr()); words[i] == "" {
			words[i] = "***"
		}
		if colon {
			words[i] += ":"
		}
	}
	return strings.Join(words, " "), found
}
