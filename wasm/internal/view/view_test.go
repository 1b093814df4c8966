package view

import (
	"testing"
	"time"

	"capsule/assets/locale"
	"capsule/wasm/internal/i18n"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

var (
	now     = time.Date(2026, 3, 3, 10, 20, 0, 0, time.UTC)
	ann     = rocket.User{ID: "v", Username: "guest-1", Name: "Ann"}
	sam     = rocket.User{ID: "u", Username: "sam", Name: "Sam Rivera"}
	english = func() *i18n.Phrases { c, _ := i18n.Parse(locale.English); return i18n.New(c) }()
)

func build(st *session.State) Screen { return Build(st, now, english, Format{}) }

// fresh is a widget that knows its Rocket.Chat and nobody else.
func fresh() *session.State {
	return &session.State{
		Open: true, Visible: true, Ready: true,
		Config: rocket.Config{
			Enabled: true, Online: true, Closable: true,
			Form: rocket.Form{Ask: true, Name: true, Email: true, Offline: true},
		},
		Server: session.Server{Base: "https://chat.example"},
	}
}

// talking is a widget in the middle of a conversation with Sam.
func talking(ms ...rocket.Message) *session.State {
	st := fresh()
	st.Introduced, st.Registered, st.Synced, st.Link = true, true, true, session.LinkUp
	st.Visitor = rocket.Visitor{User: ann}
	st.Room = rocket.Room{ID: "R", Open: true}
	st.Agent = rocket.Agent{User: sam, Status: "online"}
	for _, m := range ms {
		st.Timeline.Put(m)
	}
	return st
}

// said is a message from somebody, so long before now.
func said(id string, from rocket.User, text string, before time.Duration) rocket.Message {
	return rocket.Message{ID: id, Room: "R", Text: text, From: from, At: now.Add(-before), Updated: now.Add(-before)}
}

func typed(m rocket.Message, kind string) rocket.Message {
	m.Type = kind
	return m
}

// The parts of a Screen can be compared, or the panel could not see what
// has changed.
func comparableParts[A, B, C, D, E, F, G, H, I, J comparable](A, B, C, D, E, F, G, H, I, J) {}

func TestPartsAreComparable(t *testing.T) {
	var s Screen
	comparableParts(s.Words, s.Head, s.Banner, s.Notice, s.Form, Choice{}, Row{}, s.Writer, s.Footer, s.Badge)
}

func TestKind(t *testing.T) {
	with := func(st *session.State, change func(*session.State)) *session.State {
		change(st)
		return st
	}
	waiting := outbox.Item{ID: "q", Text: "hello", At: now}
	for _, tt := range []struct {
		name string
		st   *session.State
		want Kind
	}{
		{"nothing is known yet", &session.State{}, Loading},
		{"nothing can be known", &session.State{Trouble: session.Trouble{Kind: session.TroubleBridge}}, Failed},
		{"unsent lines are in view before anything is known", with(&session.State{}, func(st *session.State) { st.Outbox.Put(waiting) }), Chat},
		{"and in trouble", with(&session.State{Trouble: session.Trouble{Kind: session.TroubleRocket}}, func(st *session.State) { st.Outbox.Put(waiting) }), Chat},
		{"a stranger is asked who he is", fresh(), Form},
		{"unless there is nothing to ask", with(fresh(), func(st *session.State) { st.Config.Form = rocket.Form{Ask: true} }), Chat},
		{"or nothing is to be asked", with(fresh(), func(st *session.State) { st.Config.Form.Ask = false }), Chat},
		{"or he has been introduced", with(fresh(), func(st *session.State) { st.Introduced = true }), Chat},
		{"a department is something to ask", with(fresh(), func(st *session.State) {
			st.Config.Form = rocket.Form{Ask: true}
			st.Config.Departments = []rocket.Department{{ID: "d", Name: "D", OnForm: true}}
		}), Form},
		{"a refused answer is asked again", with(fresh(), func(st *session.State) {
			st.Config.Form.Ask, st.FormError = false, session.FormBadEmail
		}), Form},
		{"nobody is there", with(fresh(), func(st *session.State) { st.Config.Online = false }), Offline},
		{"nobody is there, but a conversation has begun", with(talking(), func(st *session.State) { st.Config.Online = false }), Chat},
		{"livechat is switched off", with(fresh(), func(st *session.State) { st.Config.Enabled = false }), Offline},
		{"lines that found nobody go into the form", with(fresh(), func(st *session.State) {
			st.Config.Online, st.Introduced = false, true
			st.Outbox.Put(outbox.Item{ID: "q", Text: "x", Delivery: outbox.NotSent, Why: outbox.WhyNoAgent})
		}), Offline},
		{"without a form they stay in view", with(fresh(), func(st *session.State) {
			st.Config.Online, st.Introduced, st.Config.Form.Offline = false, true, false
			st.Outbox.Put(outbox.Item{ID: "q", Text: "x", Delivery: outbox.NotSent, Why: outbox.WhyNoAgent})
		}), Chat},
		{"a conversation is being read", with(talking(), func(st *session.State) { st.Synced = false }), Loading},
		{"a conversation", talking(said("a", ann, "hi", 0)), Chat},
		{"one that has ended", with(talking(), func(st *session.State) { st.Over = true }), Chat},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := build(tt.st).Kind; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestHead(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*session.State)
		want   Head
	}{
		{"the agent", func(*session.State) {}, Head{Title: "Sam Rivera", Status: "Online", Presence: Here, Initials: "SR", CanEnd: true}},
		{"who is away", func(st *session.State) { st.Agent.Status = "away" }, Head{Title: "Sam Rivera", Status: "Away", Presence: Away, Initials: "SR", CanEnd: true}},
		{"who is anonymous", func(st *session.State) { st.Agent = rocket.Agent{Hidden: true} }, Head{Title: "Support", Presence: Unclear, CanEnd: true}},
		{"whose name is not to be told", func(st *session.State) { st.Config.HideAgent = true }, Head{Title: "Support", Status: "Online", Presence: Here, CanEnd: true}},
		{"nobody yet", func(st *session.State) { st.Agent = rocket.Agent{} }, Head{Title: "Chat with us", Team: true, Status: "Finding someone for you", Presence: Away, CanEnd: true}},
		{"a place in the queue", func(st *session.State) { st.Agent, st.Spot = rocket.Agent{}, 3 }, Head{Title: "Chat with us", Team: true, Status: "You’re number 3 in line", Presence: Away, CanEnd: true}},
		{"the end", func(st *session.State) { st.Over = true }, Head{Title: "Sam Rivera", Status: "Conversation ended", Initials: "SR"}},
		{"only agents may end it", func(st *session.State) { st.Config.Closable = false }, Head{Title: "Sam Rivera", Status: "Online", Presence: Here, Initials: "SR"}},
		{"the team's own name", func(st *session.State) {
			st.Agent, st.Room, st.Config.Theme.Title = rocket.Agent{}, rocket.Room{}, "Lamps"
		}, Head{Title: "Lamps", Team: true, Status: "We’re here to help", Presence: Here}},
		{"nobody is there", func(st *session.State) {
			*st = *fresh()
			st.Config.Online, st.Config.Theme.OfflineTitle = false, "Out for lunch"
		}, Head{Title: "Out for lunch", Status: "We’re away right now", Presence: Gone}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := talking(said("a", ann, "hi", 0))
			tt.change(st)
			if got := build(st).Head; got != tt.want {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Sam Rivera": "SR", "sam": "S", "sam.smith": "SS", "Ana María de la Cruz": "AC", "": "", " ": "", "سامي حداد": "س", "李小龙": "李", "émile zola": "ÉZ",
	} {
		if got := initials(name); got != want {
			t.Errorf("initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestTyping(t *testing.T) {
	for _, tt := range []struct {
		names  []string
		hidden bool
		want   string
	}{
		{nil, false, ""},
		{[]string{"sam"}, false, "Sam Rivera is typing"},
		{[]string{"kim"}, false, "kim is typing"},
		{[]string{"sam", "kim"}, false, "Several people are typing"},
		{[]string{"sam", "kim"}, true, "Support is typing"},
	} {
		st := talking(said("a", ann, "hi", 0))
		st.Typing, st.Config.HideAgent = tt.names, tt.hidden
		if got := build(st).Typing; got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.names, got, tt.want)
		}
	}
}

func TestBadge(t *testing.T) {
	for _, tt := range []struct {
		open   bool
		unread int
		want   Badge
	}{
		{true, 2, Badge{"", "Close chat"}},
		{false, 0, Badge{"", "Open chat"}},
		{false, 1, Badge{"1", "Open chat, 1 new message"}},
		{false, 12, Badge{"9+", "Open chat, 12 new messages"}},
	} {
		st := talking()
		st.Open, st.Unread = tt.open, tt.unread
		if got := build(st).Badge; got != tt.want {
			t.Errorf("got %+v, want %+v", got, tt.want)
		}
	}
}

// No state makes Build fall, and none leaves a key where words should be.
func TestEveryTroubleHasASentence(t *testing.T) {
	kinds := []session.TroubleKind{
		session.TroubleBridge, session.TroubleRocket, session.TroubleBusy, session.TroubleForbidden,
		session.TroubleBlocked, session.TroubleNoAgent, session.TroubleFailed,
	}
	texts := map[string]session.TroubleKind{}
	for _, k := range kinds {
		st := talking(said("a", ann, "hi", 0))
		st.Trouble.Kind = k
		s := build(st)
		if other, twice := texts[s.Banner.Text]; twice || s.Banner.Text == "" || s.Urgent == "" {
			t.Errorf("%s: banner %+v (as %s), urgent %q", k, s.Banner, other, s.Urgent)
		}
		texts[s.Banner.Text] = k
		failed := &session.State{Trouble: session.Trouble{Kind: k}}
		if s := build(failed); s.Kind != Failed || s.Notice.Text == "" {
			t.Errorf("%s: notice %+v", k, s.Notice)
		}
	}
	for _, w := range []outbox.Why{outbox.WhyNone, outbox.WhyClosed, outbox.WhyTooLong, outbox.WhyBlocked, outbox.WhyNoAgent, outbox.WhyRefused, outbox.WhyOld} {
		if key := whyKey(w); english.Say(key) == string(key) || w != outbox.WhyNone && key == i18n.WhyNone {
			t.Errorf("no sentence for %q", w)
		}
	}
	build(&session.State{})
}
