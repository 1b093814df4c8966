package bridge_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"capsule/server/internal/bridge"
	"capsule/server/internal/identity"
)

const (
	sharedKey = "sEcReT: the key that the site shares with us"
	ownSecret = "sEcReT: of this server, for tokens and tickets"
)

// withIdentity lets pages vouch for their visitors.
func withIdentity(t *testing.T) func(*bridge.Options) {
	v, err := identity.New([]byte(sharedKey), []byte(ownSecret))
	if err != nil {
		t.Fatal(err)
	}
	return func(o *bridge.Options) { o.Identity = v }
}

// proof is that the visitor is sub, good for a minute from now.
func proof(t *testing.T, sub, name, email, aud string) string {
	t.Helper()
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": sub, "name": name, "email": email, "aud": aud, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}).SignedString([]byte(sharedKey))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

type vouched struct {
	Token, Card, Reason string
	Identity            struct{ Name, Email string }
	Visitor             struct{ Name string }
}

// prove asks for a session with a proof, as who has the token tok.
func prove(t *testing.T, b *bridge.Bridge, proof, tok string) vouched {
	t.Helper()
	w := ask(b, "POST", "/v1/session", `{"identity":`+quote(proof)+`}`, "X-Visitor-Token", tok)
	var v vouched
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	return v
}

func TestAProofGivesTheTokenOfItsUser(t *testing.T) {
	c := newChat()
	b := newBridge(t, c, withIdentity(t))
	first := prove(t, b, proof(t, "user-7", "Ann", "ann@example.com", site), "-")
	if len(first.Token) != 43 || first.Identity.Name != "Ann" || first.Identity.Email != "ann@example.com" || first.Card == "" {
		t.Fatalf("answered %+v", first)
	}
	// Another device, which has a token of its own already, and another instance.
	for name, v := range map[string]vouched{
		"another device":   prove(t, b, proof(t, "user-7", "Ann B.", "", site), token),
		"another instance": prove(t, newBridge(t, c, withIdentity(t)), proof(t, "user-7", "", "", site), "-"),
	} {
		if v.Token != first.Token {
			t.Errorf("%s: another token", name)
		}
		if v.Visitor.Name != "" {
			t.Errorf("%s: is told of the visitor whose token it came with", name)
		}
	}
	if other := prove(t, b, proof(t, "user-8", "", "", site), first.Token); other.Token == first.Token {
		t.Error("another user has the same token")
	}
	if got := c.all("visitor"); len(got) > 0 {
		t.Errorf("a proof alone made %d visitors", len(got))
	}
	if again := ask(b, "POST", "/v1/session", `{}`, "X-Visitor-Token", first.Token); strings.Contains(again.Body.String(), `"token"`) || again.Code != 200 {
		t.Errorf("afterwards the token alone is answered %d %s", again.Code, again.Body)
	}
}

func TestWhoIsVouchedForCannotCallHimselfAnythingElse(t *testing.T) {
	for _, tt := range []struct{ name, body, wantName, wantEmail string }{
		{"with the card", `{"card":"CARD"}`, "Ann", "ann@example.com"},
		{"with the card and other words", `{"card":"CARD","name":"Eve","email":"eve@evil.example","phone":"+4912345"}`, "Ann", "ann@example.com"},
		{"without the card", `{"name":"Eve","email":"eve@evil.example"}`, "", ""},
		{"with another's card", `{"card":"OTHER","name":"Eve"}`, "", ""},
		{"with a card that is none", `{"card":"x","name":"Eve"}`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := &registry{}
			c := newChat()
			c.on("POST", "/api/v1/livechat/visitor", g.ServeHTTP)
			b := newBridge(t, c, withIdentity(t))
			ann := prove(t, b, proof(t, "user-7", "Ann", "ann@example.com", site), "-")
			eve := prove(t, b, proof(t, "user-8", "Eve", "eve@example.com", site), "-")
			body := strings.NewReplacer("CARD", ann.Card, "OTHER", eve.Card).Replace(tt.body)
			if w := ask(b, "POST", "/v1/visitor", body, "X-Visitor-Token", ann.Token); w.Code != 200 {
				t.Fatalf("answered %d %s", w.Code, w.Body)
			}
			if len(g.visitors) != 1 || g.visitors[0].name != tt.wantName || g.visitors[0].email != tt.wantEmail || g.visitors[0].phone != "" {
				t.Errorf("Rocket.Chat has %+v, want %q, %q", *g.visitors[0], tt.wantName, tt.wantEmail)
			}
		})
	}
}

func TestACardIsNothingToAnybodyElse(t *testing.T) {
	g := &registry{}
	c := newChat()
	c.on("POST", "/api/v1/livechat/visitor", g.ServeHTTP)
	b := newBridge(t, c, withIdentity(t))
	ann := prove(t, b, proof(t, "user-7", "Ann", "ann@example.com", site), "-")
	if w := ask(b, "POST", "/v1/visitor", `{"name":"Eve","card":`+quote(ann.Card)+`}`); w.Code != 200 || g.visitors[0].name != "Eve" || g.visitors[0].email != "" {
		t.Errorf("answered %d, Rocket.Chat has %+v", w.Code, *g.visitors[0])
	}
}

func TestProofsThatAreRefused(t *testing.T) {
	var log strings.Builder
	for _, tt := range []struct {
		name, proof string
		off         bool
	}{
		{"for another site", proof(t, "user-7", "", "", "https://evil.example"), false},
		{"for our own host, shown on the site", proof(t, "user-7", "", "", "https://"+ownHost), false},
		{"an e-mail address that is none", proof(t, "user-7", "", "no address", site), false},
		{"no proof", "x", false},
		{"a large one", strings.Repeat("x", 10_000), false},
		{"a good one where pages cannot vouch", proof(t, "user-7", "", "", site), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			change := withIdentity(t)
			if tt.off {
				change = func(*bridge.Options) {}
			}
			b := newBridge(t, c, change, func(o *bridge.Options) {
				o.Logf = func(f string, args ...any) { fmt.Fprintf(&log, f+"\n", args...) }
			})
			w := ask(b, "POST", "/v1/session", `{"identity":`+quote(tt.proof)+`}`)
			same(t, w.Body.String(), `{"error":"refused","reason":"invalid-identity"}`)
			if w.Code != 409 || len(c.calls()) > 0 {
				t.Errorf("answered %d, asked %q", w.Code, c.calls())
			}
			if strings.Contains(log.String(), "sEcReT") || strings.Contains(log.String(), tt.proof[:min(20, len(tt.proof))]) && len(tt.proof) > 1 || strings.Contains(log.String(), "user-7") {
				t.Errorf("the log says %s", log.String())
			}
		})
	}
	if !strings.Contains(log.String(), "audience") {
		t.Errorf("the log does not say what is wrong: %s", log.String())
	}
}

func TestOnlyTheSessionTakesAProof(t *testing.T) {
	b := newBridge(t, newChat(), withIdentity(t))
	for _, target := range []string{"/v1/visitor", "/v1/room", "/v1/room/close", "/v1/offline", "/v1/messages"} {
		if w := ask(b, "POST", target, `{"identity":`+quote(proof(t, "user-7", "", "", site))+`}`); w.Code != 400 {
			t.Errorf("%s: answered %d", target, w.Code)
		}
	}
}
