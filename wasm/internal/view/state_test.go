package view

import (
	"testing"
	"time"

	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

func TestBanner(t *testing.T) {
	second := time.Second
	for _, tt := range []struct {
		name   string
		change func(*session.State)
		want   Banner
		again  time.Duration // from now
	}{
		{"all is well", func(*session.State) {}, Banner{}, 0},
		{"a short loss is not worth a word", func(st *session.State) {
			st.Link, st.Lost, st.Redial = session.LinkDown, now.Add(-1500*time.Millisecond), now.Add(5*second)
		}, Banner{}, 500 * time.Millisecond},
		{"a longer one is, with a countdown", func(st *session.State) {
			st.Link, st.Lost, st.Redial = session.LinkDown, now.Add(-2*second), now.Add(4500*time.Millisecond)
		}, Banner{Tone: Warning, Lost: true, Text: "Connection lost. Next try in 5 seconds.", Try: "Try now"}, 500 * time.Millisecond},
		{"the last second", func(st *session.State) {
			st.Link, st.Lost, st.Redial = session.LinkDown, now.Add(-9*second), now.Add(second)
		}, Banner{Tone: Warning, Lost: true, Text: "Connection lost. Next try in 1 second.", Try: "Try now"}, second},
		{"no next try is known", func(st *session.State) {
			st.Link, st.Lost = session.LinkDown, now.Add(-9*second)
		}, Banner{Tone: Warning, Lost: true, Text: "You’re offline. Waiting for the network…", Try: "Try now"}, 0},
		{"the next try is due", func(st *session.State) {
			st.Link, st.Lost, st.Redial = session.LinkDown, now.Add(-9*second), now.Add(-second)
		}, Banner{Tone: Warning, Lost: true, Text: "Connection lost.", Try: "Try now"}, 0},
		{"a try is under way", func(st *session.State) {
			st.Link, st.Lost = session.LinkDialing, now.Add(-9*second)
		}, Banner{Tone: Warning, Lost: true, Text: "Connection lost. Connecting again…", Try: "Try now", Busy: true}, 0},
		{"no socket, but the bridge helps out", func(st *session.State) {
			st.Link, st.Lost, st.Redial = session.LinkDown, now.Add(-90*second), now.Add(20*second)
			st.Polling, st.Fetched = true, true
		}, Banner{Text: "The connection is slow: answers may take a few seconds."}, 0},
		{"neither socket nor bridge", func(st *session.State) {
			st.Link, st.Lost, st.Polling = session.LinkDown, now.Add(-90*second), true
		}, Banner{Tone: Warning, Lost: true, Text: "Connection lost.", Try: "Try now", Way: elsewhere}, 0},
		{"a busy server", func(st *session.State) {
			st.Trouble = session.Trouble{Kind: session.TroubleBusy, Until: now.Add(90 * second)}
		}, Banner{Tone: Warning, Text: "A lot is going on right now. Next try in 90 seconds."}, second},
		{"trouble with lines that wait", func(st *session.State) {
			st.Trouble.Kind = session.TroubleBridge
			st.Outbox.Put(outbox.Item{ID: "q", Text: "x", At: now})
		}, Banner{Tone: Warning, Text: "The chat can’t be reached right now. What you wrote is kept.", Try: "Try now", Way: elsewhere}, 0},
		{"trouble of which somebody asks whether it is over", func(st *session.State) {
			st.Trouble.Kind, st.Asking = session.TroubleBridge, true
		}, Banner{Tone: Warning, Text: "The chat can’t be reached right now.", Try: "Try now", Busy: true, Way: elsewhere}, 0},
		{"an earlier conversation is lost", func(st *session.State) { st.Expired = true },
			Banner{Text: "Your earlier conversation is no longer available here."}, 0},
		{"nothing can be kept, and there is something to keep", func(st *session.State) {
			st.Memory = true
			st.Outbox.Put(outbox.Item{ID: "q", Text: "x", At: now.Add(-9 * second)})
		}, Banner{Text: "Messages not sent yet are lost when you leave this page."}, 0},
		{"nor is there a connection", func(st *session.State) {
			st.Memory, st.Link, st.Lost, st.Redial = true, session.LinkDown, now.Add(-9*second), now.Add(second)
			st.Outbox.Put(outbox.Item{ID: "q", Text: "x", At: now.Add(-9 * second)})
		}, Banner{Tone: Warning, Lost: true, Text: "Connection lost. Next try in 1 second. Messages not sent yet are lost when you leave this page.", Try: "Try now"}, second},
		{"nor is there a bridge", func(st *session.State) {
			st.Memory, st.Trouble.Kind = true, session.TroubleBridge
			st.Outbox.Put(outbox.Item{ID: "q", Text: "x", At: now.Add(-9 * second)})
		}, Banner{Tone: Warning, Text: "The chat can’t be reached right now. Messages not sent yet are lost when you leave this page.", Try: "Try now", Way: elsewhere}, 0},
		{"nothing can be kept, but that is soon over", func(st *session.State) {
			st.Memory = true
			st.Outbox.Put(outbox.Item{ID: "q", Text: "x", At: now.Add(-second)})
		}, Banner{}, second},
		{"nothing can be kept, but there is nothing", func(st *session.State) { st.Memory = true }, Banner{}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := talking(said("a", ann, "hi", time.Hour))
			tt.change(st)
			s := build(st)
			if s.Banner != tt.want {
				t.Errorf("got %+v\nwant %+v", s.Banner, tt.want)
			}
			want := time.Time{}
			if tt.again != 0 {
				want = now.Add(tt.again)
			}
			if !s.Again.Equal(want) {
				t.Errorf("again at %v, want %v", s.Again, want)
			}
		})
	}
}

// A countdown must not be read out every second.
func TestCountdownIsSaidOnce(t *testing.T) {
	st := talking(said("a", ann, "hi", time.Hour))
	st.Link, st.Lost, st.Redial = session.LinkDown, now.Add(-9*time.Second), now.Add(9*time.Second)
	one, two := Build(st, now, english, Format{}), Build(st, now.Add(time.Second), english, Format{})
	if one.Urgent != "Connection lost." || two.Urgent != one.Urgent || two.Banner == one.Banner {
		t.Errorf("%q, then %q; banner %+v, then %+v", one.Urgent, two.Urgent, one.Banner, two.Banner)
	}
}

func TestComposer(t *testing.T) {
	const note = "At most 20000 characters"
	for _, tt := range []struct {
		name string
		st   *session.State
		want Composer
	}{
		{"a conversation", talking(said("a", ann, "hi", 0)), Composer{Shown: true, Enabled: true, Sends: true, Placeholder: "Write to Sam Rivera", Limit: 20000, LimitNote: note}},
		{"nothing is known: writing, not sending", &session.State{Draft: session.Draft{Text: "he", Version: 1}},
			Composer{Shown: true, Enabled: true, Placeholder: "You can start writing", Text: "he", Version: 1, Limit: 20000, LimitNote: note}},
		{"who has been introduced may send at once", &session.State{Introduced: true},
			Composer{Shown: true, Enabled: true, Sends: true, Placeholder: "You can start writing", Limit: 20000, LimitNote: note}},
		{"not on this page", &session.State{Trouble: session.Trouble{Kind: session.TroubleForbidden}}, Composer{Limit: 20000, LimitNote: note}},
		{"a form comes first", fresh(), Composer{Limit: 20000, LimitNote: note}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := build(tt.st).Writer; got != tt.want {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
	st := talking(said("a", ann, "hi", 0))
	st.Trouble.Kind, st.Config.TextLimit = session.TroubleBlocked, 50
	if c := build(st).Writer; !c.Shown || c.Enabled || c.Sends || c.Limit != 50 || c.Placeholder != "You can’t write in this conversation" {
		t.Errorf("blocked: %+v", c)
	}
	st = talking(said("a", ann, "hi", 0))
	st.Over = true
	if s := build(st); s.Writer.Shown || s.Footer != (Footer{"This conversation has ended", "Thanks for getting in touch.", "Start a new conversation"}) {
		t.Errorf("ended: %+v %+v", s.Writer, s.Footer)
	}
	st.Config.Texts.Ended, st.Config.Texts.EndedText = "Done", "Bye"
	if f := build(st).Footer; f.Title != "Done" || f.Text != "Bye" {
		t.Errorf("the administrator's own words: %+v", f)
	}
}

func TestForm(t *testing.T) {
	st := fresh()
	st.Visitor.Name, st.Draft.Text = "Ann", "my lamp"
	st.Config.Departments = []rocket.Department{{ID: "d1", Name: "Sales", OnForm: true}, {ID: "d2", Name: "Mail only", OnOffline: true}}
	s := build(st)
	if f := s.Form; !f.Name.Asked || f.Name.Value != "Ann" || !f.Email.Asked || f.Message.Value != "my lamp" || f.Message.Required || f.Button != "Start chatting" {
		t.Errorf("form: %+v", f)
	}
	if s.Form.Department.Asked || s.Form.Department.Value != "d1" || s.Choices != nil {
		t.Errorf("one department is no choice: %+v %v", s.Form.Department, s.Choices)
	}
	st.Config.Departments = append(st.Config.Departments, rocket.Department{ID: "d3", Name: "Repairs", OnForm: true})
	st.FormError = session.FormBadDepartment
	s = build(st)
	if !s.Form.Department.Asked || s.Form.Department.Error == "" || len(s.Choices) != 3 || s.Choices[0] != (Choice{"", "No preference"}) || s.Choices[2].Name != "Repairs" {
		t.Errorf("departments: %+v %v", s.Form.Department, s.Choices)
	}
	st.FormError = session.FormBadEmail
	if s = build(st); s.Form.Email.Error == "" || s.Urgent != s.Form.Email.Error {
		t.Errorf("bad e-mail: %+v, urgent %q", s.Form.Email, s.Urgent)
	}
	st.Config.Form.Email = false
	if s = build(st); !s.Form.Email.Asked {
		t.Error("a bad e-mail of the page's cannot be mended")
	}
	st.Config.Texts.Register = "Say who you are"
	if s = build(st); s.Form.Text != "Say who you are" {
		t.Errorf("the administrator's own words: %q", s.Form.Text)
	}
}

func TestNobodyIsOnlineOnALostConnection(t *testing.T) {
	st := talking(said("a", ann, "hi", time.Hour))
	st.Link, st.Lost = session.LinkDown, now.Add(-time.Second)
	if h := build(st).Head; h.Status != "Online" || h.Presence != Here {
		t.Errorf("at first: %+v", h)
	}
	st.Lost = now.Add(-3 * time.Second)
	if h := build(st).Head; h.Status != "" || h.Presence != Unclear {
		t.Errorf("when it lasts: %+v", h)
	}
	st.Polling, st.Fetched = true, true
	if h := build(st).Head; h.Status != "Online" {
		t.Errorf("while the bridge helps out: %+v", h)
	}
}

// elsewhere is what stands before an address outside of the chat.
const elsewhere = "You can also reach us here:"

func TestWhereTheChatCannotHelpThereIsAnotherWay(t *testing.T) {
	for _, tt := range []struct {
		kind session.TroubleKind
		want string
	}{
		{session.TroubleBridge, elsewhere}, {session.TroubleRocket, elsewhere}, {session.TroubleForbidden, elsewhere},
		{session.TroubleNoAgent, elsewhere}, {session.TroubleFailed, elsewhere},
		{session.TroubleBusy, ""}, {session.TroubleBlocked, ""}, {session.NoTrouble, ""},
	} {
		st := &session.State{Trouble: session.Trouble{Kind: tt.kind}}
		if s := build(st); s.Notice.Way != tt.want || s.Banner.Way != "" {
			t.Errorf("%q before anything is known: %q and %q, want %q", tt.kind, s.Notice.Way, s.Banner.Way, tt.want)
		}
		st = talking(said("a", ann, "hi", time.Hour))
		st.Trouble.Kind = tt.kind
		if s := build(st); s.Banner.Way != tt.want {
			t.Errorf("%q in a conversation: %q, want %q", tt.kind, s.Banner.Way, tt.want)
		}
	}
	st := fresh()
	st.Config.Online, st.Config.Form.Offline = false, false
	if s := build(st); s.Notice.Way != elsewhere {
		t.Errorf("nobody is there, and there is no form: %q", s.Notice.Way)
	}
	st.Config.Enabled = false
	if s := build(st); s.Notice.Way != elsewhere {
		t.Errorf("the chat is closed: %q", s.Notice.Way)
	}
}

func TestOffline(t *testing.T) {
	st := fresh()
	st.Config.Online = false
	st.Outbox.Put(outbox.Item{ID: "q", Text: "anybody?", Delivery: outbox.NotSent, Why: outbox.WhyNoAgent})
	s := build(st)
	if f := s.Form; f.Title != "Leave a message" || f.Message.Value != "anybody?" || !f.Message.Required || !f.Name.Required || f.Busy {
		t.Errorf("form: %+v", f)
	}
	st.Word = session.WordSending
	if f := build(st).Form; !f.Busy || f.Button != "Sending" {
		t.Errorf("sending: %+v", f)
	}
	st.Word = session.WordFailed
	if s := build(st); s.Form.Busy || s.Form.Failed == "" || s.Urgent != s.Form.Failed {
		t.Errorf("failed: %+v, urgent %q", s.Form, s.Urgent)
	}
	st.Word, st.Config.Texts.OfflineSent = session.WordSent, "We got it"
	if s := build(st); s.Form != (Entry{}) || s.Notice != (Notice{Title: "Message sent", Text: "We got it", Good: true}) {
		t.Errorf("sent: %+v %+v", s.Form, s.Notice)
	}
	st = fresh()
	st.Config.Online, st.Config.Form.Offline = false, false
	if s := build(st); s.Form != (Entry{}) || s.Notice.Text != "Nobody is here right now. Please come back later." {
		t.Errorf("no form: %+v %+v", s.Form, s.Notice)
	}
	st.Config = rocket.Config{}
	if s := build(st); s.Kind != Offline || s.Notice.Title == "" || s.Form != (Entry{}) {
		t.Errorf("switched off: %v %+v", s.Kind, s.Notice)
	}
}

func TestCheck(t *testing.T) {
	w := build(fresh()).Words
	ask := Entry{Name: Field{Asked: true, Required: true}, Email: Field{Asked: true, Required: true}, Message: Field{Asked: true}}
	mail := ask
	mail.Message.Required = true
	short := Entry{Message: Field{Asked: true, Limit: 4, TooLong: "at most 4"}}
	for _, tt := range []struct {
		name string
		e    Entry
		a    Answers
		want Answers
	}{
		{"all is there", ask, Answers{Name: "Ann", Email: " ann@example.org "}, Answers{}},
		{"nothing is", ask, Answers{Name: " "}, Answers{Name: w.NameMissing, Email: w.EmailMissing}},
		{"no address", ask, Answers{Name: "A", Email: "ann@example"}, Answers{Email: w.EmailBad}},
		{"a mail needs a text", mail, Answers{Name: "A", Email: "a@b.cc", Text: "\n"}, Answers{Text: w.TextMissing}},
		{"a text that fits", short, Answers{Text: "ab😀"}, Answers{}},
		{"a text that does not", short, Answers{Text: "abc😀"}, Answers{Text: "at most 4"}},
		{"what is not asked is not missed", Entry{}, Answers{}, Answers{}},
	} {
		if got := tt.e.Check(tt.a, w); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
	for email, want := range map[string]bool{
		"a@b.cc": true, "a.b+c@d-e.f.org": true, "ü@exämple.org": true,
		"a@b": false, "@b.cc": false, "a@b@c.cc": false, "a b@c.cc": false, "a@b..cc": false, "a@.cc": false, "a@b.c": false, "a": false, "a@b.cc,d@e.ff": false,
	} {
		if got := plausible(email); got != want {
			t.Errorf("plausible(%q) = %v", email, got)
		}
	}
}

func TestRemembering(t *testing.T) {
	asked := 0
	f := Remembering(Format{Clock: func(time.Time) string { asked++; return "x" }})
	f.Clock(now)
	f.Clock(now.Add(59 * time.Second))
	f.Clock(now.Add(time.Minute))
	if asked != 2 {
		t.Errorf("asked %d times, want 2", asked)
	}
	if got := f.Date(now) + " " + f.Full(now); got != "3 March 2026 3 March 2026, 10:20" || f.Day(now) != f.Day(now.Add(-24*time.Hour))+1 {
		t.Errorf("got %q", got)
	}
}

// What is sent after the end goes into another conversation, and the button
// says so.
func TestWhereALineIsSentOnceMore(t *testing.T) {
	for _, tt := range []struct {
		name string
		over bool
		want string
	}{{"a conversation goes on", false, "Try again"}, {"it is over", true, "Send in a new chat"}} {
		t.Run(tt.name, func(t *testing.T) {
			st := talking(said("a", ann, "hi", time.Hour))
			st.Over = tt.over
			st.Outbox.Put(outbox.Item{ID: "q", Text: "x", At: now, Delivery: outbox.NotSent, Why: outbox.WhyClosed})
			rows := build(st).Rows
			if got := rows[len(rows)-1].Retry; got != tt.want {
				t.Errorf("the button says %q, want %q", got, tt.want)
			}
		})
	}
}
