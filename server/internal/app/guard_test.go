package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGuardFlags(t *testing.T) {
	const secret = "sEcReT sEcReT sEcReT sEcReT sEcReT"
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, short, empty := file("good", secret+"\n"), file("short", "sEcReT\n"), file("empty", " \n")
	large := file("large", strings.Repeat(secret, 4000))
	missing := filepath.Join(dir, "missing")
	for _, tt := range []struct {
		name, args        string
		env               map[string]string
		want              string // the error
		tickets, identity bool
	}{
		{"nothing is asked for", "", nil, "", false, false},
		{"no bits", "-ticket 0", nil, "", false, false},
		{"tickets", "-ticket 16", nil, "", true, false},
		{"tickets, by the environment", "", map[string]string{"CAPSULE_TICKET": "16"}, "", true, false},
		{"tickets with a secret of their own", "-ticket 16 -secret-file " + good, nil, "", true, false},
		{"too many bits", "-ticket 25", nil, `-ticket: "25" is not a number of bits from 0 to 24`, false, false},
		{"fewer bits than none", "-ticket -1", nil, `-ticket: "-1" is not a number of bits from 0 to 24`, false, false},
		{"bits that are no number", "-ticket many", nil, `-ticket: "many" is not a number of bits from 0 to 24`, false, false},
		{"identity, by files", "-identity-key-file " + good + " -secret-file " + good, nil, "", false, true},
		{"identity, by the environment", "", map[string]string{"CAPSULE_IDENTITY_KEY": secret, "CAPSULE_SECRET": secret}, "", false, true},
		{"identity, by files the environment names", "", map[string]string{"CAPSULE_IDENTITY_KEY_FILE": good, "CAPSULE_SECRET_FILE": good}, "", false, true},
		{"identity without a secret", "-identity-key-file " + good, nil, "-identity-key-file: needs a -secret-file too, or visitors lose their conversations when the server starts anew", false, false},
		{"a short secret", "-secret-file " + short, nil, "-secret-file: the secret is shorter than 32 characters", false, false},
		{"a short secret in the environment", "", map[string]string{"CAPSULE_SECRET": "sEcReT"}, "CAPSULE_SECRET: the secret is shorter than 32 characters", false, false},
		{"a short key", "-secret-file " + good + " -identity-key-file " + short, nil, "-identity-key-file: the shared key is shorter than 32 bytes", false, false},
		{"a short key in the environment, and no secret", "", map[string]string{"CAPSULE_IDENTITY_KEY": "sEcReT"},
			"CAPSULE_IDENTITY_KEY: needs a -secret-file too, or visitors lose their conversations when the server starts anew\n" +
				"CAPSULE_IDENTITY_KEY: the shared key is shorter than 32 bytes", false, false},
		{"nothing is right", "-ticket 25 -secret-file " + short + " -identity-key-file " + empty, nil,
			"-ticket: \"25\" is not a number of bits from 0 to 24\n-secret-file: the secret is shorter than 32 characters\n-identity-key-file: " + empty + " is empty", false, false},
		{"a file and a variable", "-secret-file " + good, map[string]string{"CAPSULE_SECRET": secret}, "-secret-file: the file and the variable are both given; leave out one of the two", false, false},
		{"an empty file", "-secret-file " + empty, nil, "-secret-file: " + empty + " is empty", false, false},
		{"a large file", "-secret-file " + large, nil, "-secret-file: " + large + " is larger than 65536 bytes", false, false},
		{"no file", "-secret-file " + missing, nil, "-secret-file: open " + missing + ": no such file or directory", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := new(App)
			err := a.ParseFlags(strings.Fields("-demo "+tt.args), func(key string) string { return tt.env[key] })
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want || strings.Contains(got, "sEcReT") {
				t.Errorf("the error is\n%s\nwant\n%s", got, tt.want)
			}
			if g := a.settings.guard; (g.tickets != nil) != tt.tickets || (g.identity != nil) != tt.identity {
				t.Errorf("tickets %v, identity %v", g.tickets != nil, g.identity != nil)
			}
		})
	}
}
