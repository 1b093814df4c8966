package app

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"capsule/server/internal/logs"
)

// logging is an App of whose log every line is kept.
func logging(how logs.Address) (a *App, log *[]string) {
	log = new([]string)
	a = &App{Logf: func(format string, args ...any) { *log = append(*log, fmt.Sprintf(format, args...)) }}
	a.settings.logAddress = how
	return a, log
}

func TestWhatNetHTTPSaysOfAddresses(t *testing.T) {
	for _, tt := range []struct {
		name, line        string
		none, short, full string
	}{
		{"a handshake", "http: TLS handshake error from 203.0.113.77:5000: EOF",
			"http: TLS handshake error from ***: EOF", "http: TLS handshake error from 203.0.113.0/24: EOF", "http: TLS handshake error from 203.0.113.77: EOF"},
		{"IPv6", "http: TLS handshake error from [2001:db8:1:2:3::4]:5000: EOF",
			"http: TLS handshake error from ***: EOF", "http: TLS handshake error from 2001:db8:1::/48: EOF", "http: TLS handshake error from 2001:db8:1:2:3::4: EOF"},
		{"both ends", "from 203.0.113.77:5000: read tcp 10.0.0.1:443->203.0.113.77:5000: i/o timeout",
			"from ***: read tcp *** -> ***: i/o timeout", "from 203.0.113.0/24: read tcp 10.0.0.0/24 -> 203.0.113.0/24: i/o timeout",
			"from 203.0.113.77: read tcp 10.0.0.1 -> 203.0.113.77: i/o timeout"},
		{"a panic keeps its lines", "http: panic serving 203.0.113.77:5000: x\ngoroutine 1:\n\tmain.go:7 +0x1",
			"http: panic serving ***: x\ngoroutine 1:\n\tmain.go:7 +0x1", "http: panic serving 203.0.113.0/24: x\ngoroutine 1:\n\tmain.go:7 +0x1",
			"http: panic serving 203.0.113.77: x\ngoroutine 1:\n\tmain.go:7 +0x1"},
		{"none", "http: Accept error: too many open files", "http: Accept error: too many open files", "http: Accept error: too many open files", "http: Accept error: too many open files"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for how, want := range map[logs.Address]string{logs.AddressNone: tt.none, logs.AddressShort: tt.short, logs.AddressFull: tt.full} {
				a, log := logging(how)
				a.newServer(context.Background(), nil).ErrorLog.Print(tt.line)
				if !slices.Equal(*log, []string{want}) {
					t.Errorf("%s: logged %q, want %q", how, *log, want)
				}
			}
		})
	}
}

func TestWhatCallersCauseIsLoggedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, log := logging(logs.AddressShort)
		l := a.newServer(context.Background(), nil).ErrorLog
		for n := range 100 {
			l.Printf("http: TLS handshake error from 203.0.113.77:%d: EOF", n+1)
			<-time.After(50 * time.Millisecond)
		}
		if len(*log) != 5 {
			t.Errorf("100 lines in five seconds became %q", *log)
		}
		for range 3 {
			l.Print("http: Accept error: too many open files")
		}
		if len(*log) != 8 {
			t.Errorf("a line about no caller is kept back: %q", *log)
		}
	})
}
