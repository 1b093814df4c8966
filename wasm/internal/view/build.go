package view

import (
	"strings"
	"time"

	"capsule/wasm/internal/i18n"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// A sight is one Build in progress.
type sight struct {
	st  *session.State
	now time.Time
	p   *i18n.Phrases
	f   Format
	s   *Screen
}

// Build decides what is visible of st at now, in the words of p and the
// times of f.
func Build(st *session.State, now time.Time, p *i18n.Phrases, f Format) Screen {
	s := Screen{
		Open: st.Open, Visible: st.Visible, Tag: p.Tag(), Dir: p.Dir(),
		Color: st.Config.Theme.Color, Words: words(p),
	}
	v := sight{st, now, p, f, &s}
	s.Rows = v.rows()
	s.Kind = v.kind()
	s.Head = v.head()
	s.Banner = v.banner()
	s.Notice = v.notice()
	switch s.Kind {
	case Form:
		s.Form, s.Choices = v.form()
	case Offline:
		s.Form, s.Choices = v.offline()
	case Chat:
		s.Typing = v.typing()
		s.Footer = v.footer()
	}
	s.Writer = v.composer()
	s.Badge = v.badge()
	if s.Urgent == "" && s.Kind == Chat {
		s.Urgent = v.unsent()
	}
	return s
}

// kind chooses the screen. A conversation that has begun stays in view
// whatever happens; so do lines that could not be sent, unless the offline
// form takes them over.
func (v sight) kind() Kind {
	st := v.st
	begun := st.Room.ID != "" || st.Outbox.Len() > 0
	switch {
	case !st.Ready && begun && len(v.s.Rows) > 0:
		return Chat
	case !st.Ready && st.Trouble.Kind != session.NoTrouble:
		return Failed
	case !st.Ready:
		return Loading
	case st.Room.ID != "" && !st.Synced && !st.Over && len(v.s.Rows) == 0:
		return Loading
	case st.Room.ID != "":
		return Chat
	case !st.Config.Enabled:
		return Offline
	case !st.Config.Online && (v.hasWordForm() || len(v.s.Rows) == 0 || st.Word == session.WordSent):
		return Offline
	case !st.Introduced && v.asks():
		return Form
	}
	return Chat
}

// asks reports whether the form would ask for anything.
func (v sight) asks() bool {
	c := v.st.Config
	return c.Form.Ask && (c.Form.Name || c.Form.Email || len(v.departments(false)) > 0) || v.st.FormError != session.FormFine
}

func (v sight) hasWordForm() bool { return v.st.Config.Enabled && v.st.Config.Form.Offline }

func (v sight) head() Head {
	st := v.st
	h := Head{Team: true, Title: st.Config.Theme.Title, CanEnd: st.Ready && st.Config.Closable && st.Room.ID != "" && !st.Over}
	if h.Title == "" || h.Title == rocketTitle {
		h.Title = v.p.Say(i18n.Title)
	}
	if v.s.Kind == Offline {
		if t := st.Config.Theme.OfflineTitle; t != "" && t != rocketOffline {
			h.Title, h.Team = t, false
		}
		h.Status, h.Presence = v.p.Say(i18n.StatusClosed), Gone
		return h
	}
	agent := st.Agent
	if agent.Known() {
		h.Title, h.Team = v.agentName(), false
		if !v.anonymous() {
			h.Initials = initials(h.Title)
		}
	}
	h.Status, h.Presence = v.status()
	return h
}

// The titles of a Rocket.Chat that nobody has given any are those of
// Rocket.Chat itself, which mean nothing to a visitor.
const (
	rocketTitle   = "Rocket.Chat"
	rocketOffline = "Leave a message"
)

func (v sight) status() (string, Presence) {
	st := v.st
	say := func(k i18n.Key, p Presence) (string, Presence) { return v.p.Say(k), p }
	switch {
	case st.Over:
		return say(i18n.StatusEnded, Unclear)
	case st.Agent.Known() && v.gone():
		return "", Unclear // what was last heard of the agent may be long past
	case st.Agent.Known():
		switch st.Agent.Status {
		case "online":
			return say(i18n.StatusOnline, Here)
		case "away":
			return say(i18n.StatusAway, Away)
		case "busy":
			return say(i18n.StatusBusy, Away)
		case "offline":
			return say(i18n.StatusOffline, Gone)
		}
		return "", Unclear
	case !st.Ready:
		if st.Trouble.Kind != session.NoTrouble {
			return "", Unclear
		}
		return say(i18n.StatusLoading, Unclear)
	case st.Spot > 0:
		return v.p.Say(i18n.StatusSpot, "n", itoa(st.Spot)), Away
	case st.Room.ID != "":
		return say(i18n.StatusWaiting, Away)
	case st.Config.Online:
		return say(i18n.StatusTeam, Here)
	}
	return say(i18n.StatusClosed, Gone)
}

// anonymous reports whether agents are not to be named.
func (v sight) anonymous() bool { return v.st.Config.HideAgent || v.st.Agent.Hidden }

func (v sight) agentName() string {
	if name := v.st.Agent.DisplayName(); name != "" && !v.anonymous() {
		return name
	}
	return v.p.Say(i18n.Agent)
}

// nameOf is what the visitor may call who wrote m.
func (v sight) nameOf(m rocket.Message) string {
	switch {
	case v.anonymous():
		return v.p.Say(i18n.Agent)
	case v.st.Names[m.From.ID] != "":
		return v.st.Names[m.From.ID]
	case m.From.ID != "" && m.From.ID == v.st.Agent.ID:
		return v.agentName()
	case m.DisplayName() != "":
		return m.DisplayName()
	}
	return v.p.Say(i18n.Agent)
}

// typing names who types, never the visitor.
func (v sight) typing() string {
	st := v.st
	switch {
	case len(st.Typing) == 0 || st.Over:
		return ""
	case len(st.Typing) > 1 && !v.anonymous():
		return v.p.Say(i18n.TypingMany)
	}
	name := st.Typing[0]
	if v.anonymous() || name == st.Agent.Username {
		name = v.agentName()
	}
	return v.p.Say(i18n.TypingOne, "name", name)
}

func (v sight) badge() Badge {
	n := v.st.Unread
	b := Badge{Label: v.p.Say(i18n.LauncherOpen)}
	switch {
	case v.st.Open:
		return Badge{Label: v.p.Say(i18n.LauncherClose)}
	case n > 9:
		b.Text = "9+"
	case n > 0:
		b.Text = itoa(n)
	}
	if n > 0 {
		b.Label = v.p.Count(i18n.LauncherUnread, n)
	}
	return b
}

// initials are one or two letters for a name: of scripts with capitals the
// first of its first and last words, of others the first alone.
func initials(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '.' || r == '_' || r == '-' })
	if len(parts) == 0 {
		return ""
	}
	first := capital(parts[0])
	if len(parts) == 1 || first == strings.ToLower(first) {
		return first
	}
	return first + capital(parts[len(parts)-1])
}

func capital(word string) string {
	for _, r := range word {
		return strings.ToUpper(string(r))
	}
	return ""
}
