package app_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"capsule/server/internal/app"
	"capsule/server/standin"
)

func TestDoctor(t *testing.T) {
	chat := standin.New(standin.Options{Agents: []standin.Agent{{ID: "bob", Username: "bob"}}, RESTLimits: true})
	t.Cleanup(chat.Close)
	chat.Agent("bob").Online(true)
	up := httptest.NewServer(chat)
	t.Cleanup(up.Close)
	a := start(t, &app.App{Files: built(t)}, "-rocketchat", up.URL, "-origin", "https://www.example.com")
	file := written(t, "c.toml", "rocketchat = '"+up.URL+"'\norigin = ['https://www.example.com']\n[[profile]]\nname = 'shop'\norigins = ['https://shop.example', 'https://*.shop.example']\ndepartment = 'Sails'\n")
	for _, tt := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"help", []string{"-h"}, 0, "Tests a set-up end to end", ""},
		{"a wrong flag", []string{"-pages"}, 2, "", "capsule doctor: -pages: there is no such flag (see -h)\n"},
		{"no Rocket.Chat", nil, 2, "", "capsule doctor: -rocketchat: say where Rocket.Chat is, or try -demo (see -h)\n"},
		{"a page that is none", []string{"-rocketchat", up.URL, "-page", "www.example.com"}, 2, "", "capsule doctor: -page: \"www.example.com\" is no URL like https://www.example.com/\n"},
		{"a demo", []string{"-demo"}, 2, "", "capsule doctor: -demo: there is nothing to examine in a demo\n"},
		{"what is well", []string{"-rocketchat", up.URL}, 0, "warning  server       Capsule's server was not tested", ""},
		{"what is well, for a program", []string{"-rocketchat", up.URL, "-json"}, 0, `"ok": true`, ""},
		{"what the configuration says", []string{"-config", file, "-server", a.URL()}, 1, `Profile "shop" wants the department "Sails"`, ""},
		{"the sites of its profiles", []string{"-config", file, "-server", a.URL()}, 1, `Pages of https://shop.example may not show the widget`, ""},
		{"the sites of its list", []string{"-config", file, "-server", a.URL()}, 1, `pages of https://www.example.com are served`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			chat.Limit(true, false) // with nothing counted
			var stdout, stderr strings.Builder
			code := app.Doctor(context.Background(), tt.args, none, &stdout, &stderr)
			if code != tt.code || !strings.Contains(stdout.String(), tt.stdout) || stderr.String() != tt.stderr {
				t.Errorf("exit %d, stdout %s\nstderr %s", code, stdout.String(), stderr.String())
			}
		})
	}
	for line := range strings.Lines(app.DoctorUsage) {
		if len(line) > 81 {
			t.Errorf("a line of the help is %d characters long: %s", len(line), line)
		}
	}
}
