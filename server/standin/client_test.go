package standin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"capsule/server/standin"

	"github.com/coder/websocket"
)

type object = map[string]any

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// start runs a stand-in over HTTP until the test ends.
func start(t *testing.T, o standin.Options) (*standin.Server, string) {
	t.Helper()
	s := standin.New(o)
	h := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		h.Close()
	})
	return s, h.URL
}

// staffed are the options of a server with sam and kim, of whom sam is to be
// made online by the test.
func staffed(mode standin.Mode) standin.Options {
	return standin.Options{
		Mode:        mode,
		Preview:     -1,
		Agents:      []standin.Agent{{Username: "sam", Name: "Sam Agent", Password: "secret"}, {Username: "kim", Name: "Kim Agent", Password: "secret"}},
		Departments: []standin.Department{{ID: "d1", Name: "Chats", Agents: []string{"sam"}, ShowOnRegistration: true}, {ID: "d2", Name: "Sales", Agents: []string{"kim"}, ShowOnRegistration: true}},
	}
}

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// rest calls a REST endpoint and returns status and body.
func rest(t *testing.T, method, url string, body any) (int, object) {
	t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(deadline(t), method, url, r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Real-IP", "192.0.2.1") // counts apart from what a test asks by itself
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var d object
	if json.Unmarshal(data, &d) != nil {
		d = object{"text": string(data)}
	}
	return res.StatusCode, d
}

// must is rest for calls that are to succeed.
func must(t *testing.T, method, url string, body any) object {
	t.Helper()
	status, d := rest(t, method, url, body)
	if status != http.StatusOK || d["success"] != true {
		t.Fatalf("%s %s = %d %v, want success", method, url, status, d)
	}
	return d
}

const api = "/api/v1/livechat/"

// visit registers a visitor and opens a room, whose id it returns.
func visit(t *testing.T, base, token string) string {
	t.Helper()
	must(t, "POST", base+api+"visitor", object{"visitor": object{"token": token, "name": "Ann", "email": token + "@example.com"}})
	return must(t, "GET", base+api+"room?token="+token, nil)["room"].(object)["_id"].(string)
}

// A client is a DDP connection that keeps all frames it gets.
type client struct {
	t    *testing.T
	sock *websocket.Conn

	mu     sync.Mutex
	frames []string
	wake   chan struct{}
	ended  bool
	err    error
	next   int
}

func dial(t *testing.T, base string) *client {
	t.Helper()
	sock, _, err := websocket.Dial(deadline(t), "ws"+strings.TrimPrefix(base, "http")+"/websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	sock.SetReadLimit(-1)
	c := &client{t: t, sock: sock, wake: make(chan struct{})}
	done := make(chan struct{})
	go func() { // ends with the connection
		defer close(done)
		for {
			_, data, err := sock.Read(context.Background())
			c.mu.Lock()
			if err != nil {
				c.ended, c.err = true, err
			} else {
				c.frames = append(c.frames, string(data))
			}
			close(c.wake)
			c.wake = make(chan struct{})
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = sock.CloseNow()
		<-done
	})
	return c
}

// connect dials and shakes hands.
func connect(t *testing.T, base string) *client {
	t.Helper()
	c := dial(t, base)
	c.send(`{"msg":"connect","version":"1","support":["1","pre2","pre1"]}`)
	c.until(`"msg":"connected"`)
	return c
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.sock.Write(deadline(c.t), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatalf("send %s: %v", text, err)
	}
}

// wait waits until a condition on the frames holds.
func (c *client) wait(what string, holds func(frames []string, ended bool) bool) {
	c.t.Helper()
	after := time.After(patience)
	for {
		c.mu.Lock()
		ok, wake := holds(c.frames, c.ended), c.wake
		frames := strings.Join(c.frames, "\n")
		c.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-wake:
		case <-after:
			c.t.Fatalf("waited for %s, got\n%s", what, frames)
		}
	}
}

// until waits for a frame that contains all the parts, and returns it.
func (c *client) until(parts ...string) string {
	c.t.Helper()
	var found string
	c.wait(strings.Join(parts, " and "), func(frames []string, _ bool) bool {
		for _, f := range frames {
			if containsAll(f, parts) {
				found = f
				return true
			}
		}
		return false
	})
	return found
}

func containsAll(s string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}

// count is the number of frames so far that contain all the parts.
func (c *client) count(parts ...string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, f := range c.frames {
		if containsAll(f, parts) {
			n++
		}
	}
	return n
}

// call calls a method and returns its result frame.
func (c *client) call(method string, params ...any) object {
	c.t.Helper()
	id := c.invoke(method, params...)
	return decode(c.t, c.until(`"msg":"result"`, `"id":"`+id+`"`))
}

// invoke calls a method without waiting.
func (c *client) invoke(method string, params ...any) string {
	c.t.Helper()
	c.next++
	id := strconv.Itoa(c.next)
	if params == nil {
		params = []any{}
	}
	b, err := json.Marshal(object{"msg": "method", "id": id, "method": method, "params": params})
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(string(b))
	return id
}

// sub subscribes and returns what came of it, ready or nosub.
func (c *client) sub(name, event, token string) object {
	c.t.Helper()
	c.next++
	id := "s" + strconv.Itoa(c.next)
	b, err := json.Marshal(object{"msg": "sub", "id": id, "name": name, "params": []any{event,
		object{"useCollection": false, "args": []any{object{"token": token, "visitorToken": token}}}}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(string(b))
	var got string
	c.wait("answer to "+id, func(frames []string, _ bool) bool {
		for _, f := range frames {
			if strings.Contains(f, `"subs":["`+id+`"]`) || containsAll(f, []string{`"nosub"`, `"` + id + `"`}) {
				got = f
				return true
			}
		}
		return false
	})
	return decode(c.t, got)
}

// subscribed subscribes to the three streams of a room.
func (c *client) subscribed(rid, token string) {
	c.t.Helper()
	for _, s := range [][2]string{{"stream-room-messages", rid}, {"stream-livechat-room", rid},
		{"stream-notify-room", rid + "/user-activity"}, {"stream-notify-room", rid + "/typing"}, {"stream-notify-room", rid + "/deleteMessage"}} {
		if got := c.sub(s[0], s[1], token); got["msg"] != "ready" {
			c.t.Fatalf("sub %v = %v, want ready", s, got)
		}
	}
}

func decode(t *testing.T, text string) object {
	t.Helper()
	var d object
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("decode %s: %v", text, err)
	}
	return d
}
