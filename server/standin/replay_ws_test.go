package standin_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// heartbeat stands for the 15 s of a real server.
const heartbeat = 100 * time.Millisecond

// A step of a scenario: what a client or the recorder did, and the frames it
// caused.
type step struct {
	act frame // Dir is "out", "note", or "" at the beginning
	in  []frame
}

func steps(frames []frame) (list []step, end *frame) {
	list = []step{{}}
	for i, f := range frames {
		switch f.Dir {
		case "in":
			last := &list[len(list)-1]
			// A status may come twice, which nobody should rely on.
			if n := len(last.in); n > 0 && strings.Contains(f.text(), "agentStatus") && f.text() == last.in[n-1].text() {
				continue
			}
			last.in = append(last.in, f)
		case "close":
			end = &frames[i]
		case "note":
			if !logged.MatchString(f.text()) {
				list = append(list, step{act: f})
			}
		default:
			list = append(list, step{act: f})
		}
	}
	return list, end
}

// logged are notes that tell what the recorder saw, not what he did.
var logged = regexp.MustCompile(`^(answer|answered|REST answered|rooms.upload answered|result|config\.|inquiry|room \(queued\)|history:)`)

// play does a scenario of one socket again.
func (p *replayer) play(s scenario) []string {
	list, end := steps(s.Frames)
	framed := strings.Contains(s.Name, "SockJS")
	base := p.base
	if framed {
		base += "/sockjs/123/abcdefgh"
	}
	c := dial(p.t, base)
	m := matcher{p: p, framed: framed}
	seen := 0
	for _, st := range list {
		p.cause(c, st, seen)
		seen += len(st.in)
		c.wait(fmt.Sprintf("%d frames, with those of %q %.300s", seen, s.Name, st.act.text()), func(frames []string, ended bool) bool {
			return len(frames) >= seen || ended
		})
		c.mu.Lock()
		got := slices.Clone(c.frames[m.taken:])
		c.mu.Unlock()
		m.add(st.in, got)
	}
	out := m.rest()
	var reason struct{ Code int }
	if end != nil {
		_ = json.Unmarshal(end.Data, &reason) // zero when cut
	}
	byServer := end != nil && strings.Contains(string(end.Data), "Normal closure")
	switch {
	case byServer:
		c.wait("close by the server", func(_ []string, ended bool) bool { return ended })
		if got := websocket.CloseStatus(c.err); int(got) != reason.Code {
			out = append(out, fmt.Sprintf("close: recorded %d, got %d", reason.Code, got))
		}
	case reason.Code == 1006:
		c.wait("the connection to be cut", func(_ []string, ended bool) bool { return ended })
	case c.count(`"msg":"connected"`) == 1 && !framed:
		// What follows the last step must come before the answer to this.
		c.send(`{"msg":"ping","id":"fence"}`)
		c.until(`"id":"fence"`)
		c.mu.Lock()
		for _, f := range c.frames[m.taken:] {
			if !strings.Contains(f, "fence") && f != `{"msg":"ping"}` {
				out = append(out, "not recorded: "+f)
			}
		}
		c.mu.Unlock()
	}
	return out
}

var dateText = regexp.MustCompile(`\{"\$date":\d+\}`)

// cause does what a step begins with.
func (p *replayer) cause(c *client, st step, seen int) {
	text := st.act.text()
	switch st.act.Dir {
	case "out":
		var expected []string
		for _, f := range st.in {
			expected = append(expected, f.text())
		}
		all := strings.Join(expected, "\n")
		p.prepare(text, all, !strings.Contains(all, `"newRoom":true`) && !strings.Contains(all, "no-agent-online"))
		text = p.tr.live(text)
		// The moments a client names lie after what was said by then.
		text = dateText.ReplaceAllString(text, fmt.Sprintf(`{"$$date":%d}`, time.Now().Add(time.Hour).UnixMilli()))
		if token := tokenText.FindString(text); token != "" {
			p.token = token
		}
		if rids := ridText.FindAllString(tokenText.ReplaceAllString(text, ""), -1); strings.Contains(text, `"sub"`) && rids != nil {
			p.rid = rids[0]
		}
		c.send(text)
	case "out-binary":
		if err := c.sock.Write(deadline(p.t), websocket.MessageBinary, []byte(text)); err != nil {
			p.t.Fatal(err)
		}
	case "note":
		if p.note(c, text, st) {
			return
		}
	}
	if p.srv == nil {
		return
	}
	var acts []func() error
	for _, f := range st.in {
		if act := p.agentAct(f); act != nil {
			acts = append(acts, act)
		}
	}
	if len(acts) == 0 {
		return
	}
	// The agent acts when what the client did is done.
	done := 0
	for _, f := range st.in {
		if answers(f.text()) {
			done++
		}
	}
	c.wait("what comes before the agent acts", func(frames []string, ended bool) bool {
		n := 0
		for _, text := range frames[min(seen, len(frames)):] {
			if answers(text) {
				n++
			}
		}
		return ended || n >= done
	})
	for _, act := range acts {
		if err := act(); err != nil {
			p.t.Fatalf("the agent acts after %s: %v", text, err)
		}
	}
}

// answers tells whether a frame ends what a client began.
func answers(text string) bool {
	for _, kind := range []string{"ready", "nosub", "result"} {
		if strings.Contains(text, `"msg":"`+kind+`"`) {
			return true
		}
	}
	return false
}

// agentAct is what the agent must do for a frame that only he can cause.
func (p *replayer) agentAct(f frame) func() error {
	var d struct {
		Collection string
		Fields     struct {
			EventName string
			Args      []any
		}
	}
	if json.Unmarshal([]byte(f.text()), &d) != nil || len(d.Fields.Args) == 0 {
		return nil
	}
	rid, kind, _ := strings.Cut(d.Fields.EventName, "/")
	rid = p.tr.live(rid)
	switch d.Collection {
	case "stream-room-messages":
		m := d.Fields.Args[0].(object)
		if m["t"] == nil && m["token"] == nil && p.tr[m["_id"].(string)] == "" {
			return func() error { return p.agentSays(rid, m) }
		}
	case "stream-notify-room":
		name := d.Fields.Args[0]
		if (kind == "typing" || kind == "user-activity") && (name == "agent1" || name == "Agent One") {
			on := d.Fields.Args[1] == true || fmt.Sprint(d.Fields.Args[1]) == "[user-typing]"
			return func() error { return p.srv.Agent("agent1").Typing(rid, on) }
		}
	}
	return nil
}

// agentSays posts an agent's message with all the properties recorded but
// those a server derives.
func (p *replayer) agentSays(rid string, m object) error {
	recordedID := m["_id"].(string)
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	m = decode(p.t, p.tr.live(string(b)))
	more := object{}
	for k, v := range m {
		switch k {
		case "_id", "rid", "msg", "ts", "_updatedAt", "mentions", "channels", "md":
		default:
			more[k] = v
		}
	}
	if m["urls"] == nil {
		more["urls"] = nil
	} else if !strings.Contains(string(b), "ignoreParse") {
		delete(more, "urls")
	}
	id, err := p.srv.Agent("agent1").Post(rid, m["msg"].(string), more)
	p.tr[recordedID] = id
	return err
}
