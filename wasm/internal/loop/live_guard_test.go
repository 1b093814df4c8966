//go:build !js

package loop_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"capsule/server/standin"
	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
)

const sharedKey = "the key that the site shares with the server"

// guarded starts a server that asks for tickets and lets the page prove who
// its visitors are.
func guarded(t *testing.T) (chat *standin.Server, base string) {
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	chat, url := startRocketChat(t, standin.V8)
	return chat, startServer(t, buildServer(t), url, "-ticket", "12",
		"-secret-file", file("secret", "the secret of this server, 32 bytes"), "-identity-key-file", file("key", sharedKey))
}

// prove is what a page does for a user who is logged in.
func prove(t *testing.T, sub, name string) session.Identified {
	t.Helper()
	now := time.Now()
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": sub, "name": name, "email": sub + "@example.com", "aud": page, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}).SignedString([]byte(sharedKey))
	if err != nil {
		t.Fatal(err)
	}
	return session.Identified{Proof: text}
}

func TestTicketsAreNothingToTheVisitor(t *testing.T) {
	chat, base := guarded(t)
	v := visit(t, new(loop.Memory), base)
	v.post(session.Started{}, session.Opened{})
	v.wait("the form", func(st *session.State) bool { return st.Ready && !st.Introduced })
	v.post(session.Introduced{Name: "Vera", Email: "vera@example.com", Text: "hello"})
	v.waitText("hello", outbox.Sent) // with the ticket of the session
	v.post(session.Identified{Name: "Vera B."})
	v.post(session.LeftWord{Name: "Vera", Email: "vera@example.com", Text: "later"})
	v.wait("the word left", func(st *session.State) bool { return st.Word == session.WordSent }) // after a refusal
	if n := len(chat.Rooms()); n != 1 {
		t.Errorf("there are %d rooms, want 1", n)
	}
}

func TestAUserHasOneConversationOnAllHisDevices(t *testing.T) {
	chat, base := guarded(t)
	desk, phone := visit(t, new(loop.Memory), base), visit(t, new(loop.Memory), base)
	desk.post(session.Started{}, session.Opened{})
	desk.wait("the form", func(st *session.State) bool { return st.Ready && !st.Introduced })
	desk.post(prove(t, "ann", "Ann"))
	desk.wait("no form", func(st *session.State) bool { return st.Signed && st.Introduced && st.Visitor.Name == "Ann" })
	desk.post(session.Composed{Text: "from the desk"})
	desk.waitText("from the desk", outbox.Sent)

	phone.post(session.Started{}, session.Opened{}, prove(t, "ann", "Ann"))
	phone.waitText("from the desk", outbox.Sent)
	phone.post(session.Composed{Text: "from the phone"})
	desk.waitText("from the phone", outbox.Sent)
	if n := len(chat.Rooms()); n != 1 {
		t.Errorf("there are %d rooms, want 1", n)
	}

	phone.post(prove(t, "bob", "Bob"))
	phone.wait("another user's page", func(st *session.State) bool {
		return st.Ready && !st.Asking && st.Visitor.Name == "Bob" && len(st.Lines()) == 0
	})
	phone.post(session.Composed{Text: "from Bob"})
	phone.waitText("from Bob", outbox.Sent)
	desk.post(session.Composed{Text: "again from the desk"})
	desk.waitText("again from the desk", outbox.Sent)
	desk.wait("its own lines only", func(st *session.State) bool { return !strings.Contains(texts(st), "Bob") })
	if n := len(chat.Rooms()); n != 2 {
		t.Errorf("there are %d rooms, want 2", n)
	}
}
