package main

import (
	"net"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tt := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"help is no failure", []string{"-h"}, 0, "Capsule puts a live chat", ""},
		{"a wrong flag", []string{"-addr"}, 2, "", "capsule: -addr: needs a value (see -h)\n"},
		{"no Rocket.Chat", nil, 2, "", "capsule: -rocketchat: say where Rocket.Chat is, or try -demo (see -h)\n"},
		{"a taken port", []string{"-rocketchat", "https://chat.example", "-addr", taken.Addr().String()}, 1, "", "capsule: -addr: cannot listen on " + taken.Addr().String() + ": bind: address already in use\n"},
		{"a check of what is right", []string{"-check", "-rocketchat", "https://chat.example"}, 0, "listen on            :8080 without TLS\n", ""},
		{"a check of what is wrong", []string{"-check", "-rate", "x"}, 2, "", "capsule: -rate: \"x\" is not a number of requests per second\ncapsule: -rocketchat: say where Rocket.Chat is, or try -demo (see -h)\n"},
		{"a check of files that are not there", []string{"-check", "-rocketchat", "https://chat.example", "-cert", "/no/such", "-key", "/no/such"}, 2, "", "capsule: -cert: stat /no/such: no such file or directory\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			code := run(tt.args, func(string) string { return "" }, &stdout, &stderr)
			if code != tt.code || !strings.HasPrefix(stdout.String(), tt.stdout) || stderr.String() != tt.stderr {
				t.Errorf("exit %d, stdout %.80q, stderr %q", code, stdout.String(), stderr.String())
			}
		})
	}
}
