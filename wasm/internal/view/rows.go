package view

import (
	"strconv"
	"strings"
	"time"

	"capsule/wasm/internal/i18n"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/prose"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// A pause as long as this between two lines of the same author parts them.
const groupPause = 5 * time.Minute

func itoa(n int) string { return strconv.Itoa(n) }

// An entry is a row with what is needed to put it into its place.
type entry struct {
	Row
	at     time.Time
	author string // who, not how called
	unread bool   // it may count as unread
}

// rows makes the conversation.
func (v sight) rows() []Row {
	entries := v.entries()
	divider := v.divider(entries)
	rows := make([]Row, 0, len(entries)+4)
	day := -1 << 31 // no day; int has 32 bits under TinyGo
	for i := range entries {
		e := &entries[i]
		if d := v.f.day(e.at); d != day {
			day = d
			rows = append(rows, Row{Key: "day/" + itoa(d), Kind: Day, Text: v.dayName(e.at, d)})
		}
		if i == divider {
			rows = append(rows, Row{Key: "new", Kind: New, Text: v.p.Count(i18n.Unread, v.st.Unread)})
		}
		if e.Kind == Message {
			e.First = i == 0 || i == divider || !v.together(&entries[i-1], e)
			e.Last = i == len(entries)-1 || i+1 == divider || !v.together(e, &entries[i+1])
		}
		rows = append(rows, e.Row)
	}
	return rows
}

// together reports whether b goes on what a began.
func (v sight) together(a, b *entry) bool {
	return a.Kind == Message && b.Kind == Message && a.author == b.author &&
		b.at.Sub(a.at) < groupPause && v.f.day(a.at) == v.f.day(b.at)
}

func (v sight) dayName(t time.Time, day int) string {
	switch today := v.f.day(v.now); day {
	case today:
		return v.p.Say(i18n.Today)
	case today - 1:
		return v.p.Say(i18n.Yesterday)
	}
	return v.f.date(t)
}

// divider finds the first of the lines not seen yet, or -1.
func (v sight) divider(entries []entry) int {
	left := v.st.Unread
	at := -1
	for i := len(entries) - 1; i >= 0 && left > 0; i-- {
		if entries[i].unread {
			at = i
			left--
		}
	}
	return at
}

// entries are the lines that are for the visitor's eyes. The types of
// message are a closed list: of most others it is not known what they tell.
func (v sight) entries() []entry {
	lines := v.st.Lines()
	out := make([]entry, 0, len(lines))
	stored, closing := v.st.Timeline.Len(), v.st.Closing()
	for i, l := range lines {
		if i >= stored && v.st.Timeline.Has(l.ID) {
			continue // the outbox will learn of it
		}
		switch {
		case l.Type == "":
			out = v.message(out, l)
		case v.hidden(l.Type):
		case v.st.Over && l.ID == closing:
			// The footer says so.
		default:
			if text := v.system(l.Message); text != "" {
				out = append(out, entry{Row: Row{Key: "s/" + l.ID, Kind: System, Text: text}, at: l.At})
			}
		}
	}
	return out
}

func (v sight) hidden(kind string) bool {
	for _, h := range v.st.Config.Hidden {
		if h == kind {
			return true
		}
	}
	return false
}

// message adds what a person wrote: its text with the first quotation, and
// each file as a row of its own.
func (v sight) message(out []entry, l session.Line) []entry {
	e := entry{at: l.At, author: l.From.ID, unread: !l.Mine, Row: Row{
		Key: "m/" + l.ID, ID: l.ID, Mine: l.Mine, Text: l.Text,
		Time: v.f.clock(l.At), Stamp: l.At.UTC().Format(time.RFC3339), Full: v.f.full(l.At),
	}}
	if l.Mine {
		e.author, e.Author = "", v.p.Say(i18n.You)
		e.Mark = markOf(l.Delivery)
		e.MarkText = v.p.Say(deliveryKeys[e.Mark])
		if l.Delivery == outbox.NotSent {
			e.Why, e.Retry = v.p.Say(whyKey(l.Why)), v.p.Say(i18n.Retry)
			if v.st.Over {
				e.Retry = v.p.Say(i18n.RetryNew)
			}
		}
	} else {
		e.Author = v.nameOf(l.Message)
		if !v.anonymous() {
			e.Initials = initials(e.Author)
		}
	}
	if l.Edited {
		e.Edited = v.p.Say(i18n.Edited)
	}
	var files []entry
	for i, a := range l.Attachments {
		if a.By != "" && a.Title == "" && a.Link == "" && a.Image == "" {
			if e.Quote == "" {
				e.Quote, e.QuoteBy = prose.Plain(a.Text), v.quoted(a.By)
			}
			continue
		}
		files = append(files, v.file(e, i, a))
	}
	if strings.TrimSpace(e.Text) != "" || e.Quote != "" {
		out = append(out, e)
	}
	for i, f := range files {
		f.unread = f.unread && i == 0 && (len(out) == 0 || out[len(out)-1].ID != f.ID) // a message counts once
		out = append(out, f)
	}
	return out
}

// quoted is what to call the author of a quotation, of whom only the name
// is known.
func (v sight) quoted(by string) string {
	me, agent := v.st.Visitor, v.st.Agent
	switch {
	case by == me.Username || by == me.Name:
		return v.p.Say(i18n.You)
	case v.anonymous():
		return v.p.Say(i18n.Agent)
	case by == agent.Username:
		return v.agentName()
	}
	return by
}

// file makes a row of an attachment of the message of e.
func (v sight) file(e entry, i int, a rocket.Attachment) entry {
	e.Key += "/" + itoa(i)
	e.Quote, e.QuoteBy, e.Text = "", "", a.Text
	e.File = a.Title
	if e.File == "" {
		e.File = v.p.Say(i18n.File)
	}
	for _, path := range []string{a.Link, a.Image} {
		key := fileKey(v.st.Room.ID, path)
		if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
			path = v.st.Server.Base + path
		}
		if e.FileURL == "" && prose.Safe(path) {
			e.FileURL, e.FileKey = path, key
		}
	}
	return e
}

// fileKey is what the bridge is asked for a file of Rocket.Chat's by, which
// mostly hands out files to those only who are known to it; "" for a path that
// is none.
func fileKey(room, path string) string {
	rest, ok := strings.CutPrefix(path, rocket.PathFile+"/")
	id, name, two := strings.Cut(rest, "/")
	if !ok || !two || name == "" || !rocket.ValidID(id) || strings.ContainsAny(name, "/?#&") {
		return ""
	}
	// In a query + is a space, and % begins an escape as in a path.
	return "room=" + room + "&id=" + id + "&name=" + strings.ReplaceAll(name, "+", "%2B")
}

var deliveryKeys = [...]i18n.Key{
	Queued: i18n.Queued, Sending: i18n.Sending, Unknown: i18n.Unknown, Sent: i18n.Sent, NotSent: i18n.NotSent,
}

func whyKey(w outbox.Why) i18n.Key {
	switch w {
	case outbox.WhyClosed:
		return i18n.WhyClosed
	case outbox.WhyTooLong:
		return i18n.WhyTooLong
	case outbox.WhyBlocked:
		return i18n.WhyBlocked
	case outbox.WhyNoAgent:
		return i18n.WhyNoAgent
	case outbox.WhyRefused:
		return i18n.WhyRefused
	case outbox.WhyOld:
		return i18n.WhyOld
	}
	return i18n.WhyNone
}

// system says what a system message means to a visitor, "" for nothing.
// The comments of agents in them are not for visitors.
func (v sight) system(m rocket.Message) string {
	named := func(k i18n.Key) string { return v.p.Say(k, "name", v.nameOf(m)) }
	switch m.Type {
	case rocket.TypeStarted:
		return v.p.Say(i18n.LineStarted)
	case rocket.TypeJoined:
		return named(i18n.LineJoined)
	case rocket.TypeLeft:
		return named(i18n.LineLeft)
	case rocket.TypeTransfer, rocket.TypeFallback:
		return v.moved(m.Transfer)
	case rocket.TypeClosed:
		if t := v.st.Config.Texts.Ended; t != "" {
			return t
		}
		return v.p.Say(i18n.LineClosed)
	case rocket.TypeRemoved:
		return v.p.Say(i18n.LineRemoved)
	case rocket.TypeVideo:
		return named(i18n.LineVideo)
	}
	return ""
}

func (v sight) moved(t rocket.Transfer) string {
	switch {
	case t.Scope == "agent" && t.Agent != "" && !v.anonymous():
		return v.p.Say(i18n.LineMovedAgent, "name", t.Agent)
	case t.Scope == "department" && t.Department != "":
		return v.p.Say(i18n.LineMovedTeam, "name", t.Department)
	case t.Scope == "queue" || strings.HasSuffix(t.Scope, "ToQueue"):
		return v.p.Say(i18n.LineQueued)
	}
	return v.p.Say(i18n.LineMoved)
}
