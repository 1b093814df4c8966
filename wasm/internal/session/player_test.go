package session_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"capsule/wasm/ddp"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// A player runs one session by commands.
type player struct {
	session *session.Session
	now     time.Time
	ids     *int
	calls   map[string]session.AskID
	timers  map[session.Timer]time.Time
	saved   session.Saved
	tab     string
}

func newPlayer(saved session.Saved) *player {
	p := &player{
		now: time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC), ids: new(int),
		calls: map[string]session.AskID{}, timers: map[session.Timer]time.Time{}, saved: session.Saved{},
	}
	maps.Copy(p.saved, saved)
	p.start(saved)
	return p
}

func (p *player) start(saved session.Saved) {
	ids := p.ids
	p.session = session.New(session.Config{
		Tab:    p.tab,
		NewID:  func() string { *ids++; return "m" + strconv.Itoa(*ids) },
		Jitter: func(d time.Duration) time.Duration { return d / 2 },
	}, saved)
}

func (p *player) play(t *testing.T, block string) string {
	t.Helper()
	var b strings.Builder
	for _, line := range strings.Split(block, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		p.command(t, &b, line)
	}
	return b.String()
}

// command carries out one line. Words are separated by spaces, texts run to
// the end of the line:
//
//	reload                 a new page: a session from what was saved
//	tab NAME               from the next reload on this is one of several tabs
//	save KEY VALUE         puts something into storage, or nothing, for the next reload
//	after 10s              time passes, no timer rings
//	ring TIMER             time passes until it is due, and it rings
//	rise E, fall E         the socket of epoch E opens, falls
//	frame E JSON           a frame comes
//	said E ID TEXT         the frame of a message of agent bob
//	answer CALL STATUS BODY
//	solved CALL TICKET     what a solve led to
//	proved PROOF           the page proves who the visitor is
//	lines, state, ids, memory, wordtext print what a view reads
//
// and every event by its name in lower case, with its fields.
func (p *player) command(t *testing.T, b *strings.Builder, line string) {
	t.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "reload":
		clear(p.calls)
		clear(p.timers)
		p.start(maps.Clone(p.saved))
	case "save":
		key, value, _ := strings.Cut(rest, " ")
		if p.saved[key] = value; value == "" {
			delete(p.saved, key)
		}
	case "tab":
		p.tab = rest
	case "after":
		d, err := time.ParseDuration(rest)
		if err != nil {
			t.Fatal(err)
		}
		p.now = p.now.Add(d)
	case "ring":
		due, ok := p.timers[session.Timer(rest)]
		if !ok {
			t.Fatalf("%q: no such timer; there are %v", line, p.timers)
		}
		delete(p.timers, session.Timer(rest))
		if due.After(p.now) {
			p.now = due
		}
		p.step(b, session.Rang{Timer: session.Timer(rest)})
	case "lines":
		for _, l := range p.session.State().Lines() {
			who := l.DisplayName()
			if l.Mine {
				who = "me"
			}
			fmt.Fprintf(b, "%s %s %q %s %s\n", l.ID, who, l.Type+l.Text, l.Delivery, l.Why)
		}
	case "word":
		fmt.Fprintf(b, "sent=%v\n", p.session.State().Word == session.WordSent)
	case "wordtext":
		fmt.Fprintf(b, "%q\n", p.session.State().WordText())
	case "memory":
		fmt.Fprintf(b, "memory=%v\n", p.session.State().Memory)
	case "ids":
		for _, l := range p.session.State().Lines() {
			fmt.Fprintf(b, "%s ", l.ID)
		}
		b.WriteByte('\n')
	case "state":
		st := p.session.State()
		fmt.Fprintf(b, "link=%v synced=%v room=%s over=%v introduced=%v trouble=%s form=%s unread=%d typing=%v agent=%s draft=%q lost=%v expired=%v%s\n",
			st.Link, st.Synced, st.Room.ID, st.Over, st.Introduced, st.Trouble.Kind, st.FormError, st.Unread, st.Typing,
			st.Agent.DisplayName(), st.Draft.Text, !st.Lost.IsZero(), st.Expired, map[bool]string{true: " polling"}[st.Polling]+map[bool]string{true: " fetched"}[st.Fetched])
	default:
		ev := p.event(t, word, rest)
		if ev == nil {
			t.Fatalf("unknown command %q", line)
		}
		p.step(b, ev)
	}
}

func (p *player) event(t *testing.T, word, rest string) session.Event {
	t.Helper()
	f := strings.Fields(rest + " - - - -")
	epoch, _ := strconv.Atoi(f[0])
	switch word {
	case "started":
		return session.Started{}
	case "opened":
		return session.Opened{}
	case "minimized":
		return session.Minimized{}
	case "typed":
		return session.Typed{Text: rest}
	case "composed":
		return session.Composed{Text: rest}
	case "introduced":
		return session.Introduced{Name: f[0], Email: f[1], Text: strings.TrimPrefix(f[2], "-"), Department: strings.TrimPrefix(f[3], "-")}
	case "leftword":
		return session.LeftWord{Name: f[0], Email: f[1], Text: f[2]}
	case "retried":
		return session.Retried{ID: rest}
	case "discarded":
		return session.Discarded{ID: rest}
	case "ended":
		return session.Ended{}
	case "renewed":
		return session.Renewed{}
	case "saw":
		return session.Saw{}
	case "triednow":
		return session.TriedNow{}
	case "identified":
		return session.Identified{Name: f[0], Email: f[1]}
	case "proved":
		return session.Identified{Proof: f[0]}
	case "signedout":
		return session.SignedOut{}
	case "solved":
		return session.Solved{Ask: p.calls[f[0]], Ticket: f[1]}
	case "assigned":
		return session.Assigned{Department: rest}
	case "shown":
		return session.Shown{}
	case "hidden":
		return session.Hidden{}
	case "woke":
		return session.Woke{}
	case "slept":
		return session.Slept{}
	case "networklost":
		return session.NetworkLost{}
	case "stored":
		key, value, _ := strings.Cut(rest, " ")
		return session.Stored{Key: key, Value: value, Kept: value}
	case "recalled":
		return session.Recalled{Saved: maps.Clone(p.saved)}
	case "savefailed":
		return session.SaveFailed{Key: rest}
	case "rise":
		return session.LinkRose{Epoch: epoch}
	case "fall":
		return session.LinkFell{Epoch: epoch}
	case "frame":
		_, text, _ := strings.Cut(rest, " ")
		return session.FrameCame{Epoch: epoch, Text: text}
	case "said":
		_, text, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(rest, f[0])), " ")
		return session.FrameCame{Epoch: epoch, Text: p.said(f[1], text)}
	case "answer":
		parts := strings.SplitN(rest, " ", 3)
		return p.answer(t, parts)
	}
	return nil
}

func (p *player) answer(t *testing.T, parts []string) session.Event {
	t.Helper()
	id, ok := p.calls[parts[0]]
	if !ok {
		t.Fatalf("nobody asked for %q", parts[0])
	}
	status, _ := strconv.Atoi(parts[1])
	body := ""
	if len(parts) > 2 {
		body = parts[2]
	}
	if named, ok := bodies[body]; ok {
		body = named
	}
	if rest, ok := strings.CutPrefix(body, "@page "); ok {
		body = page(rest)
	}
	return session.Answered{Ask: id, Status: status, Body: body}
}

// page is a page of history: of "60 11 30" the messages h60 to h11, newest
// first and a second apart, without h30.
func page(spec string) string {
	var b strings.Builder
	f := strings.Fields(spec)
	from, _ := strconv.Atoi(f[0])
	to, _ := strconv.Atoi(f[1])
	for n := from; n >= to; n-- {
		if slices.Contains(f[2:], strconv.Itoa(n)) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		at := time.Date(2026, 1, 31, 9, 0, n, 0, time.UTC).Format("2006-01-02T15:04:05.000Z")
		fmt.Fprintf(&b, `{"_id":"h%d","rid":"R","msg":"%[1]d","ts":%q,"_updatedAt":%[2]q,"u":{"_id":"u1","username":"bob"}}`, n, at)
	}
	return `{"messages":[` + b.String() + `]}`
}

func (p *player) said(id, text string) string {
	return fmt.Sprintf(`{"msg":"changed","collection":"stream-room-messages","id":"id","fields":{"eventName":"R","args":[{"_id":%q,"rid":"R","msg":%q,"ts":{"$date":%d},"_updatedAt":{"$date":%[3]d},"u":{"_id":"u1","username":"bob"}}]}}`,
		id, text, p.now.UnixMilli())
}

// step prints what the session does about ev.
func (p *player) step(b *strings.Builder, ev session.Event) {
	for _, e := range p.session.Step(p.now, ev) {
		switch e := e.(type) {
		case session.Dial:
			fmt.Fprintf(b, "dial %d %s\n", e.Epoch, e.URL)
		case session.Hangup:
			fmt.Fprintf(b, "hangup %d\n", e.Epoch)
		case session.Send:
			fmt.Fprintf(b, "send %d %s\n", e.Epoch, brief(e.Text))
		case session.Ask:
			p.calls[e.ID.Name], p.calls[e.ID.String()] = e.ID, e.ID // the latest, and each
			ticket := ""
			if e.Ticket != "" {
				ticket = " ticket " + e.Ticket
			}
			fmt.Fprintf(b, "ask %v %s %s %s%s%s\n", e.ID, e.Method, e.Path, e.Token, e.Body, ticket)
		case session.Solve:
			p.calls[e.Ask.Name] = e.Ask
			fmt.Fprintf(b, "solve %v %s %d\n", e.Ask, e.Challenge, e.Bits)
		case session.Save:
			if e.Value == "" {
				delete(p.saved, e.Key)
			} else {
				p.saved[e.Key] = e.Value
			}
			value := strings.ReplaceAll(e.Value, token, "(token)")
			for _, user := range []string{"A", "B"} {
				value = strings.ReplaceAll(value, userToken(user), "(token of "+user+")")
			}
			fmt.Fprintf(b, "save %s %s\n", e.Key, value)
		case session.Arm:
			p.timers[e.Timer] = p.now.Add(e.After)
			fmt.Fprintf(b, "arm %s %v\n", e.Timer, e.After)
		case session.Disarm:
			delete(p.timers, e.Timer)
			fmt.Fprintf(b, "disarm %s\n", e.Timer)
		case session.Tell:
			fmt.Fprintf(b, "tell %s %s\n", e.Name, e.Detail)
		case session.Sound:
			b.WriteString("sound\n")
		}
	}
}

// brief names a frame by what matters in it.
func brief(text string) string {
	f, err := ddp.Parse(text)
	if err != nil {
		return text
	}
	switch f.Kind {
	case ddp.Sub:
		return "sub " + f.ID + " " + f.Name + " " + f.Params[0].Str()
	case ddp.Method:
		if f.Name == rocket.MethodSend {
			v := f.Params[0]
			return "method " + f.ID + " " + v.Get("_id").Str() + " " + v.Get("rid").Str() + " " + v.Get("msg").String()
		}
		return "method " + f.ID + " " + f.Name + " " + f.Params[0].Str() + " " + f.Params[2].String()
	}
	return strings.TrimSpace(string(f.Kind) + " " + f.ID)
}
