//go:build !js

package loop_test

import (
	"bufio"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"capsule/server/standin"
	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// page is the origin of the page that shows the widget.
const page = "https://shop.example"

// limit is how long a visit waits for what has to happen.
const limit = 20 * time.Second

// TestAWholeConversation is a visitor's life without a browser: session,
// loop and wire against the real server and a Rocket.Chat of each kind,
// over real sockets.
func TestAWholeConversation(t *testing.T) {
	server := buildServer(t)
	for _, mode := range []standin.Mode{standin.V3, standin.V6, standin.V8, standin.V9} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			chat, url := startRocketChat(t, mode)
			base := startServer(t, server, url)
			sam := chat.Agent("sam")
			store := new(loop.Memory)

			v := visit(t, store, base)
			v.post(session.Started{}, session.Opened{})
			v.wait("the form", func(st *session.State) bool { return st.Ready && st.Config.Online && !st.Introduced })
			if n := len(chat.Rooms()); n != 0 {
				t.Fatalf("%d rooms before anything was written", n)
			}
			v.post(session.Introduced{Name: "Vera", Email: "vera@example.com", Text: "hello"})
			v.waitText("hello", outbox.Sent)
			room := chat.Rooms()[0].ID
			v.wait("an agent", func(st *session.State) bool { return st.Agent.DisplayName() == "Sam Okafor" })

			_ = sam.Typing(room, true)
			v.wait("sam types", func(st *session.State) bool { return len(st.Typing) == 1 })
			say(t, sam, room, "good day")
			v.waitText("good day", outbox.Sent)
			v.wait("sam has stopped typing", func(st *session.State) bool { return len(st.Typing) == 0 })
			v.post(session.Composed{Text: "is it **true**?"})
			v.waitText("is it **true**?", outbox.Sent)
			v.stop()

			// A reload: another program with the same store.
			v = visit(t, store, base)
			v.post(session.Started{})
			v.wait("the conversation again", func(st *session.State) bool {
				return st.Synced && texts(st) == "hello|good day|is it **true**?" && st.Agent.Known()
			})
			v.post(session.Opened{})

			// The socket is cut, and something is said meanwhile.
			chat.RefuseUpgrades(1, 503)
			chat.DropAll()
			v.wait("the loss", func(st *session.State) bool { return st.Link != session.LinkUp })
			say(t, sam, room, "in the gap")
			v.post(session.Composed{Text: "written in the gap"})
			v.wait("the gap closed", func(st *session.State) bool {
				return st.Synced && strings.Contains(texts(st), "in the gap") && strings.Contains(texts(st), "written in the gap") && st.Outbox.Len() == 0
			})
			wantOnce(t, chat, room, "hello", "good day", "is it **true**?", "in the gap", "written in the gap")

			if err := sam.Close(room, "done"); err != nil {
				t.Fatal(err)
			}
			v.wait("the end", func(st *session.State) bool { return st.Over && st.Link == session.LinkDown })
			v.post(session.Renewed{}, session.Composed{Text: "once more"})
			v.waitText("once more", outbox.Sent)
			v.wait("a new conversation", func(st *session.State) bool {
				return !st.Over && st.Room.ID != room && texts(st) == "once more"
			})
			if n := len(chat.Rooms()); n != 2 {
				t.Errorf("there are %d rooms, want 2", n)
			}
			v.post(session.Ended{})
			v.wait("the visitor's end", func(st *session.State) bool { return st.Over })
			v.stop()
		})
	}
}

// TestALineSurvivesTheNetwork cuts, slows, doubles and disorders what
// follows a line, and expects it on the server exactly once.
func TestALineSurvivesTheNetwork(t *testing.T) {
	server := buildServer(t)
	for _, tt := range []struct {
		name  string
		fault func(chat *standin.Server)
	}{
		{"cut before it arrives", func(chat *standin.Server) { chat.CutBefore(1) }},
		{"cut before its answer", func(chat *standin.Server) { chat.CutAfter(1) }},
		{"cut twice", func(chat *standin.Server) { chat.CutAfter(1); chat.RefuseUpgrades(1, 502) }},
		{"closed in an orderly way", func(chat *standin.Server) { chat.Hang() }},
		{"everything twice", func(chat *standin.Server) { chat.Duplicate(-1) }},
		{"everything late", func(chat *standin.Server) { chat.Delay(300 * time.Millisecond) }},
		{"refused as too many", func(chat *standin.Server) { chat.RefuseNext(rocket.MethodSend, standin.TooMany(time.Second)) }},
		{"the method is gone", func(chat *standin.Server) {
			chat.RefuseNext(rocket.MethodSend, standin.Error{Code: 404, Reason: "Method 'sendMessageLivechat' not found"})
		}},
		{"the look-up fails once", func(chat *standin.Server) {
			chat.CutAfter(1)
			chat.AnswerNext(rocket.PathMessage, 502, "<html>bad gateway</html>")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			chat, url := startRocketChat(t, standin.V6)
			v := visit(t, new(loop.Memory), startServer(t, server, url))
			v.post(session.Started{}, session.Opened{})
			v.wait("the form", func(st *session.State) bool { return st.Ready })
			v.post(session.Introduced{Name: "Vera", Email: "vera@example.com", Text: "first"})
			v.waitText("first", outbox.Sent)
			v.wait("rest", func(st *session.State) bool { return st.Synced && st.Agent.Known() })
			tt.fault(chat)
			v.post(session.Composed{Text: "second"}, session.Composed{Text: "third"})
			v.waitText("second", outbox.Sent)
			v.waitText("third", outbox.Sent)
			wantOnce(t, chat, chat.Rooms()[0].ID, "first", "second", "third")
			v.wait("their order", func(st *session.State) bool { return texts(st) == "first|second|third" })
			v.stop()
		})
	}
}

func startRocketChat(t *testing.T, mode standin.Mode) (*standin.Server, string) {
	t.Helper()
	chat := standin.New(standin.Options{Mode: mode, Agents: []standin.Agent{{Username: "sam", Name: "Sam Okafor"}}})
	http := httptest.NewServer(chat)
	t.Cleanup(func() { chat.Close(); http.Close() })
	chat.Agent("sam").Online(true)
	return chat, http.URL
}

func say(t *testing.T, agent *standin.Seat, room, text string) {
	t.Helper()
	if _, err := agent.Say(room, text); err != nil {
		t.Fatal(err)
	}
}

// wantOnce checks that the server has each text exactly once.
func wantOnce(t *testing.T, chat *standin.Server, room string, want ...string) {
	t.Helper()
	count := map[string]int{}
	for _, m := range chat.Messages(room) {
		if m.Kind == "" {
			count[m.Text]++
		}
	}
	for _, text := range want {
		if count[text] != 1 {
			t.Errorf("the server has %q %d times, want once", text, count[text])
		}
		delete(count, text)
	}
	if len(count) > 0 {
		t.Errorf("the server has more messages: %v", count)
	}
}

// buildServer builds the server's program: its packages are not to be
// imported from here.
func buildServer(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "capsule")
	build := exec.Command("go", "build", "-o", program, "capsule/server")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build capsule/server: %v\n%s", err, out)
	}
	return program
}

var address = regexp.MustCompile(`on (127\.0\.0\.1:\d+) for`)

// startServer runs the program for a Rocket.Chat, with flags besides, and
// returns its URL.
func startServer(t *testing.T, program, rocketChat string, flags ...string) string {
	t.Helper()
	server := exec.Command(program, append([]string{"-addr", "127.0.0.1:0", "-rocketchat", rocketChat, "-origin", page, "-rate", "0"}, flags...)...)
	stderr, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	found, read := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if m := address.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		<-read
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	select {
	case addr := <-found:
		return "http://" + addr
	case <-read:
		t.Fatal("the server ended at once")
	case <-time.After(limit):
		t.Fatal("the server does not say where it listens")
	}
	return ""
}
