package session_test

import (
	"strings"
	"testing"

	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
)

// FuzzStep plays commands picked by the fuzzer. Whatever comes in whatever
// order: nothing panics, and what is unsent is saved as it is in the
// outbox, so that a page that dies in this moment loses nothing.
func FuzzStep(f *testing.F) {
	f.Add([]byte{0, 1, 49, 3, 56, 59, 27, 33, 36, 62, 38})
	f.Add([]byte{1, 50, 3, 4, 56, 59, 27, 33, 36, 30, 74, 80, 28, 34, 37})
	f.Fuzz(runPicks)
}

func runPicks(t *testing.T, picks []byte) {
	commands := []string{
		"started", "opened", "minimized", "composed hello", "composed again", "typed x", "introduced Ann a@example.org", "introduced Ann a@example.org hi",
		"leftword Ann a@example.org hi", "retried m1", "discarded m1", "discarded m2", "ended", "renewed", "saw", "triednow", "shown", "hidden", "woke", "slept",
		"networklost", "savefailed x", "identified Bea bea@example.org", "assigned d1", "proved pA", "proved pB", "signedout", "reload", "after 3s", "after 20s",
		"rise 1", "rise 2", "rise 3", "fall 1", "fall 2", "fall 3",
		`frame 1 {"msg":"connected"}`, `frame 2 {"msg":"connected"}`, `frame 3 {"msg":"connected"}`, `frame 1 {"msg":"ready","subs":["1"]}`,
		`frame 2 {"msg":"ready","subs":["7"]}`, `frame 1 {"msg":"result","id":"6"}`, `frame 1 {"msg":"result","id":"6","error":{"error":404}}`,
		`frame 1 {"msg":"result","id":"6","error":{"error":"invalid-token"}}`, `frame 1 {"msg":"nosub","id":"1","error":{"error":"not-allowed"}}`,
		`frame 1 {"msg":"result","id":"6","result":{"_id":"m1","rid":"R9","ts":1769853600000}}`, "frame 1 {", `frame 1 {"msg":"ping"}`, "said 1 a1 hi", "said 2 a2 hi", "said 1 m1 hi",
		"?session 200 @fresh", "?session 200 @plain", "?session 200 @open", "?session 200 @guest", "?session 0", "?session 401 {}", "?session 200 @html",
		"?visitor 200 @ann", "?visitor 409 {\"reason\":\"invalid-email\"}", "?visitor 401 {}", "?room 200 @room", "?room 200 @room2", "?room 409 {\"reason\":\"no-agent-online\"}",
		"?history 200 @empty", "?history 502 {}", "?history 401 {}", "?history 404 {}", "?send 200 {}", "?send 409 {\"reason\":\"room-closed\"}", "?send 429 {}", "?send 0",
		"?lookup 404 {}", "?lookup 200 {}", "?lookup 0", "?lookup 409 {}", "?close 200 {}", "?word 200 {}", "?config 200 @away", "?session 200 @posed", "?session 200 @userA", "?session 200 @userB", `?session 409 {"reason":"invalid-identity"}`, "?visitor 428 @again", "?word 428 @again", "%visitor", "%word",
		"!redial", "!connect", "!beat", "!pong", "!attempt", "!pace", "!draft", "!typing", "!subscribe", "!retry/session", "!retry/lookup", "!retry/room", "!retry/history", "!config",
	}
	p := newPlayer(nil)
	var b strings.Builder
	for _, pick := range picks {
		command := commands[int(pick)%len(commands)]
		switch command[0] {
		case '?':
			command = "answer " + command[1:]
			if name, _, _ := strings.Cut(command[7:], " "); p.calls[name].N == 0 {
				continue
			}
		case '%':
			command = "solved " + command[1:] + " t"
			if p.calls[strings.Fields(command)[1]].N == 0 {
				continue
			}
		case '!':
			command = "ring " + command[1:]
			if _, armed := p.timers[session.Timer(command[5:])]; !armed {
				continue
			}
		}
		p.command(t, &b, command)
		p.checkSaved(t)
	}
}

func (p *player) checkSaved(t *testing.T) {
	t.Helper()
	kept := 0
	for key := range p.saved {
		if strings.HasPrefix(key, outbox.KeyPrefix) {
			kept++
		}
	}
	items := p.session.State().Outbox.Items()
	if kept != len(items) {
		t.Fatalf("%d lines are saved, the outbox has %d", kept, len(items))
	}
	for i, it := range items {
		if p.saved[it.Key()] != it.Encode() {
			t.Fatalf("saved as %s\n      is %s", p.saved[it.Key()], it.Encode())
		}
		if i > 0 && items[i-1].N >= it.N {
			t.Fatalf("out of order: %d before %d", items[i-1].N, it.N)
		}
	}
}
