package app_test

import (
	"errors"
	"strings"
	"testing"

	"capsule/server/internal/app"
)

func TestWrongFlags(t *testing.T) {
	for _, tt := range []struct {
		name string
		args string
		env  map[string]string
		want string
	}{
		{"nothing at all", "", nil, "-rocketchat: say where Rocket.Chat is, or try -demo (see -h)"},
		{"an unknown flag", "-prot 80", nil, "-prot: there is no such flag (see -h)"},
		{"a flag without its value", "-rocketchat", nil, "-rocketchat: needs a value (see -h)"},
		{"something that is no flag", "-demo now", nil, `"now": only flags are understood (see -h)`},
		{"no URL", "-rocketchat chat.example", nil, `-rocketchat: "chat.example" is no URL like https://chat.example.com`},
		{"another scheme", "-rocketchat ws://chat.example", nil, `-rocketchat: "ws://chat.example" is no URL like https://chat.example.com`},
		{"a password", "-rocketchat https://a:b@chat.example", nil, "-rocketchat: the URL may not hold a password"},
		{"a query", "-rocketchat https://chat.example?a=b", nil, `-rocketchat: "https://chat.example?a=b" has more than a host and a path`},
		{"a public address that is none", "-rocketchat https://a.example -public x", nil, `-public: "x" is no URL like https://chat.example.com`},
		{"both", "-demo -rocketchat https://a.example", nil, "-rocketchat: the demo brings its own Rocket.Chat; leave out one of the two"},
		{"every origin", "-demo -origin *", nil, `-origin: "*" is no origin: write https://example.com`},
		{"no network", "-demo -trust 10.0.0.0/40", nil, `-trust: "10.0.0.0/40" is neither an address nor a network like 10.0.0.0/8`},
		{"no number", "-demo -rate fast", nil, `-rate: "fast" is not a number of requests per second`},
		{"a negative number", "-demo -rate -1", nil, `-rate: "-1" is not a number of requests per second`},
		{"not a number at all", "-demo -rate NaN", nil, `-rate: "NaN" is not a number of requests per second`},
		{"another log", "-demo -log xml", nil, `-log: "xml" is neither text nor json`},
		{"the environment", "", map[string]string{"CAPSULE_ROCKETCHAT": "x"}, `-rocketchat: "x" is no URL like https://chat.example.com`},
		{"a truth that is none", "-rocketchat https://a.example", map[string]string{"CAPSULE_DEMO": "maybe"}, `CAPSULE_DEMO: "maybe" is neither true nor false`},
		{"mistakes of every kind", "-demo -rate x -cert c -domain a -acme ftp://a -redirect 80 -ticket 25 -secret-file /no/such",
			map[string]string{"CAPSULE_CHECK": "maybe", "CAPSULE_IDENTITY_KEY": "short"}, `CAPSULE_CHECK: "maybe" is neither true nor false
-rate: "x" is not a number of requests per second
-domain: "a" is no host name like chat.example.com
-cert: needs -key as well
-domain: either a certificate of your own (-cert) or one that is fetched
-acme: "ftp://a" is no URL like https://acme.example.com/directory
-redirect: "80" is neither an address like :80 nor off
-ticket: "25" is not a number of bits from 0 to 24
-secret-file: open /no/such: no such file or directory
CAPSULE_IDENTITY_KEY: the shared key is shorter than 32 bytes`},
		{"a file that is not there, and more", "-config /no/such.toml", map[string]string{"CAPSULE_DEMO": "maybe"},
			"CAPSULE_DEMO: \"maybe\" is neither true nor false\n/no/such.toml: no such file or directory"},
		{"what needs something else", "-demo -key k -acme https://a.example -redirect x", nil, `-key: needs -cert as well
-acme: needs -domain as well
-redirect: "x" is neither an address like :80 nor off`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := new(app.App).ParseFlags(strings.Fields(tt.args), func(key string) string { return tt.env[key] })
			if err == nil || err.Error() != tt.want {
				t.Errorf("the error is\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

func TestTheFlagWinsOverTheEnvironment(t *testing.T) {
	env := map[string]string{"CAPSULE_ROCKETCHAT": "nonsense", "CAPSULE_LOG": "json", "CAPSULE_DEMO_ADDR": "127.0.0.1:0"}
	a := new(app.App)
	if err := a.ParseFlags([]string{"-rocketchat=https://chat.example/team/"}, func(key string) string { return env[key] }); err != nil {
		t.Fatal(err)
	}
	if !a.LogJSON() {
		t.Error("the environment was not read")
	}
}

func TestHelp(t *testing.T) {
	for _, arg := range []string{"-h", "-help", "--help"} {
		if err := new(app.App).ParseFlags([]string{arg}, none); !errors.Is(err, app.ErrHelp) {
			t.Errorf("%s: %v", arg, err)
		}
	}
	for _, flag := range app.FlagNames() {
		env := "CAPSULE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
		if !strings.Contains(app.Usage, "\n  -"+flag+" ") || !strings.Contains(app.Usage, env+"\n") {
			t.Errorf("the help leaves out -%s or %s", flag, env)
		}
	}
	for line := range strings.Lines(app.Usage) {
		if len(line) > 81 {
			t.Errorf("a line of the help is %d characters long: %s", len(line), line)
		}
	}
}
