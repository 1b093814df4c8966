package logs_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"capsule/server/internal/logs"
)

const token = "Zx3_kPq9-LmN0aBcD4eFgH5iJkL6mNoP7qRsT8uVwX9"

func TestWhatIsMasked(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"a token of ours", "register " + token + " failed", "register *** failed"},
		{"a token of the official widget", "at " + strings.Repeat("0a1b", 16), "at ***"},
		{"a token in an address", `Get "https://chat.example/api/v1/livechat/room?token=` + token + `&rid=abc": EOF`, `Get "https://chat.example/api/v1/livechat/room?token=***&rid=abc": EOF`},
		{"a short token, since it is called one", "token=abc123 and more", "token=*** and more"},
		{"a token in JSON", `{"token":"abc123","rid":"x"}`, `{"token":"***","rid":"x"}`},
		{"a header as Go prints it", "map[X-Visitor-Token:[abc123] Host:[a]]", "map[X-Visitor-Token:[***] Host:[a]]"},
		{"a header as it was sent", "X-Visitor-Token: abc123", "X-Visitor-Token: ***"},
		{"a login", "Authorization: Basic YW5uOnB3ZA==", "Authorization: ***"},
		{"a login without its header", "refused Bearer abc.def-123", "refused Bearer ***"},
		{"a signed identity", "claims of eyJhbGciOi.eyJzdWIiOiIx.c2ln", "claims of ***"},
		{"cookies", "Cookie: a=b; c=d", "Cookie: ***"},
		{"a password", "password=hunter2, user bob", "password=***, user bob"},
		{"an e-mail address", "mail to ann.lee+x@shop.example.com bounced", "mail to *** bounced"},
		{"an e-mail address in brackets", "<ann@example.com>", "<***>"},
		{"an e-mail address in a query", "?email=ann%40example.com&x=1", "?email=***&x=1"},
		{"an international domain", "änn@exämple.de", "***"},
		{"a number with its country", "call +49 170 1234567 now", "call *** now"},
		{"a number with its country, in one", "+491701234567", "***"},
		{"a number with its country in a query", "phone=%2B49%20170%201234567", "phone=***"},
		{"an area code in brackets", "(030) 123 45 67", "***"},
		{"a leading zero", "0170 1234567.", "***."},
		{"three groups", "555-123-4567", "***"},
		{"one long number", "no 01701234567", "no ***"},

		{"a plain line", `serving build "1" on 127.0.0.1:8080 for Rocket.Chat at https://chat.example`, `serving build "1" on 127.0.0.1:8080 for Rocket.Chat at https://chat.example`},
		{"a route", "POST /v1/room: upstream: open room: status 502, not JSON", "POST /v1/room: upstream: open room: status 502, not JSON"},
		{"an address and its port", "read tcp 203.0.113.7:54321->198.51.100.20:3000: i/o timeout", "read tcp 203.0.113.7:54321->198.51.100.20:3000: i/o timeout"},
		{"an IPv6 address", "[2001:db8:1234:5678:9abc:def0:1234:5678]:443", "[2001:db8:1234:5678:9abc:def0:1234:5678]:443"},
		{"a time", "2026-11-25T10:20:30.123Z", "2026-11-25T10:20:30.123Z"},
		{"an id of a room", "room 2aBcDeFgHjKmNpQrS", "room 2aBcDeFgHjKmNpQrS"},
		{"a duration", "fell after 1h23m45.678s", "fell after 1h23m45.678s"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := logs.Masked(tt.in); got != tt.want {
				t.Errorf("Masked(%q)\n = %q,\nwant %q", tt.in, got, tt.want)
			}
			if again := logs.Masked(tt.want); again != tt.want {
				t.Errorf("what is masked is masked again: %q", again)
			}
		})
	}
}

func TestEveryPartOfARecordIsMasked(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		var h slog.Handler = slog.NewTextHandler(&out, nil)
		if asJSON {
			h = slog.NewJSONHandler(&out, nil)
		}
		l := slog.New(logs.Mask(h)).With("early", "a@secret.example").WithGroup("g").With("x-visitor-token", "secret1")
		l.Info("to b@secret.example",
			"text", "c@secret.example",
			"error", errors.New("d@secret.example"),
			"group", slog.GroupValue(slog.String("deep", "e@secret.example"), slog.Any("any", struct{ M string }{"f@secret.example"})),
			"valuer", later("g@secret.example"),
			"Authorization", []string{"secret2"},
			"id", logs.ID(strings.Repeat("0a", 16)),
			"n", 4915112345678,
		)
		got := out.String()
		if strings.Contains(got, "secret") {
			t.Errorf("a secret is in %s", got)
		}
		for _, want := range []string{strings.Repeat("0a", 16), "4915112345678", "***"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not in %s", want, got)
			}
		}
	}
}

type later string

func (l later) LogValue() slog.Value { return slog.StringValue(string(l)) }

func FuzzMasked(f *testing.F) {
	f.Add("a ", " b")
	f.Add("x=", "&")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, secret := range []string{token, "ann@secret.example", "+49 170 1234567"} {
			if got := logs.Masked(before + " " + secret + " " + after); strings.Contains(got, secret) {
				t.Errorf("%q keeps %q", got, secret)
			}
		}
	})
}

func BenchmarkMaskedPlain(b *testing.B) {
	for b.Loop() {
		logs.Masked("GET /v1/messages/{id}")
	}
}
