package bridge_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"capsule/server/internal/bridge"
	"capsule/server/internal/limit"
	"capsule/server/internal/ticket"
	"capsule/wasm/puzzle"
)

// ticketed are the routes that ask for a ticket.
var ticketed = []struct{ name, target, body, upstream string }{
	{"registration", "/v1/visitor", `{"name":"Ann"}`, "visitor"},
	{"a word left", "/v1/offline", `{"email":"ann@example.com","text":"hello"}`, "offline.message"},
}

func withTickets(o *bridge.Options) { o.Tickets = ticket.New(8, []byte("secret")) }

type posed struct {
	Error  string
	Ticket struct {
		Challenge string
		Bits      int
	}
}

// pose reads the puzzle that an answer holds and solves it.
func pose(t *testing.T, body string) string {
	t.Helper()
	var p posed
	if err := json.Unmarshal([]byte(body), &p); err != nil || p.Ticket.Bits < 1 {
		t.Fatalf("no puzzle in %s", body)
	}
	solution, found := puzzle.Search(p.Ticket.Challenge, p.Ticket.Bits, 0, 1<<24)
	if !found {
		t.Fatalf("no solution of %s", body)
	}
	return solution
}

func TestWithoutATicketNothingReachesRocketChat(t *testing.T) {
	for _, tt := range ticketed {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			b := newBridge(t, c, withTickets)
			w := ask(b, "POST", tt.target, tt.body)
			if w.Code != http.StatusPreconditionRequired || !strings.Contains(w.Body.String(), `"error":"ticket-required"`) {
				t.Fatalf("without a ticket: %d %s", w.Code, w.Body)
			}
			solution := pose(t, w.Body.String())
			for name, header := range map[string]string{
				"empty": "", "nonsense": "x", "unsolved": solution[:strings.LastIndexByte(solution, '.')], "huge": strings.Repeat(solution, 100),
			} {
				if w := ask(b, "POST", tt.target, tt.body, puzzle.Header, header); w.Code != 428 {
					t.Errorf("%s: answered %d", name, w.Code)
				}
			}
			two := newRequest("POST", tt.target, tt.body)
			two.Header[http.CanonicalHeaderKey(puzzle.Header)] = []string{solution, solution}
			if w := serve(b, two); w.Code != 428 {
				t.Errorf("two tickets in one request: answered %d", w.Code)
			}
			if len(c.calls()) > 0 {
				t.Errorf("Rocket.Chat was asked %q", c.calls())
			}
			if w := ask(b, "POST", tt.target, tt.body, puzzle.Header, solution); w.Code != 200 || len(c.all(tt.upstream)) != 1 {
				t.Errorf("with its ticket: %d %s", w.Code, w.Body)
			}
			if w := ask(b, "POST", tt.target, tt.body, puzzle.Header, solution); w.Code != 428 || len(c.all(tt.upstream)) != 1 {
				t.Errorf("with the same ticket again: %d, %d calls", w.Code, len(c.all(tt.upstream)))
			}
		})
	}
}

func TestATicketIsForOneActOnOneSite(t *testing.T) {
	b := newBridge(t, newChat(), withTickets)
	solution := pose(t, ask(b, "POST", "/v1/visitor", `{}`).Body.String())
	if w := ask(b, "POST", "/v1/offline", `{"email":"ann@example.com","text":"hello"}`, puzzle.Header, solution); w.Code != 428 {
		t.Errorf("a ticket for registration leaves word: %d", w.Code)
	}
	if w := ask(b, "POST", "/v1/visitor", `{}`, puzzle.Header, solution, "Origin", "https://"+ownHost); w.Code != 428 {
		t.Errorf("a ticket of one site is good on another: %d", w.Code)
	}
	if w := ask(b, "POST", "/v1/visitor", `{}`, puzzle.Header, solution); w.Code != 200 {
		t.Errorf("after all that it is not good any more: %d", w.Code)
	}
}

func TestTheSessionBringsThePuzzle(t *testing.T) {
	b := newBridge(t, newChat(), withTickets)
	for name, tok := range map[string]string{"nobody": "-", "an unknown token": strings.Repeat("x", 43)} {
		solution := pose(t, ask(b, "POST", "/v1/session", `{}`, "X-Visitor-Token", tok).Body.String())
		if w := ask(b, "POST", "/v1/visitor", `{}`, puzzle.Header, solution); w.Code != 200 {
			t.Errorf("%s: the ticket is answered %d %s", name, w.Code, w.Body)
		}
	}
	for name, h := range map[string]http.Handler{"a known visitor": b, "tickets off": newBridge(t, newChat())} {
		tok := map[bool]string{true: token, false: "-"}[h == b]
		if w := ask(h, "POST", "/v1/session", `{}`, "X-Visitor-Token", tok); strings.Contains(w.Body.String(), "ticket") {
			t.Errorf("%s: there is a puzzle in %s", name, w.Body)
		}
	}
}

func TestWhoHasNoTicketUsesUpNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBridge(t, newChat(), withTickets, func(o *bridge.Options) { o.AllStarts = limit.Rate{Every: time.Hour, Burst: 1} })
		for range 100 {
			ask(b, "POST", "/v1/visitor", `{}`)
		}
		solution := pose(t, ask(b, "POST", "/v1/visitor", `{}`).Body.String())
		if w := ask(b, "POST", "/v1/visitor", `{}`, puzzle.Header, solution); w.Code != 200 {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
}
