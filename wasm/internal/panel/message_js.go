package panel

import (
	"capsule/wasm/internal/prose"
	"capsule/wasm/internal/view"
)

// A message is a row that somebody wrote. Most have no quotation, and no
// fate worth a word: their elements are looked up when they are needed.
type message struct {
	p     *Panel
	root  element
	parts map[string]element
	row   view.Row
	fresh bool // nothing has been written yet
	came  bool // it moves into its place
	below bool // the line below the bubble is shown
}

func (p *Panel) newMessage() *message {
	return &message{p: p, root: p.w.stamps["message"].print(), parts: map[string]element{}, fresh: true, came: p.came}
}

func (m *message) node() element { return m.root }

func (m *message) part(name string) element {
	e, ok := m.parts[name]
	if !ok {
		e = find(m.root, name)
		m.parts[name] = e
	}
	return e
}

// set writes what differs. A fresh message is as the markup has it, with
// everything empty that can be.
func (m *message) set(r view.Row) {
	old := m.row
	if r == old {
		return
	}
	if r.ID != old.ID {
		m.root.SetAttribute("data-id", r.ID)
	}
	if m.fresh || r.First != old.First || r.Last != old.Last || r.Mine != old.Mine {
		m.root.SetClass(m.classes(r))
	}
	if r.Author != old.Author {
		m.part("author").SetTextContent(r.Author)
	}
	if r.Initials != old.Initials {
		m.part("face").SetTextContent(r.Initials)
	}
	if m.fresh || r.Text != old.Text || r.File != old.File || r.FileURL != old.FileURL {
		m.fill(r)
	}
	if r.Quote != old.Quote || r.QuoteBy != old.QuoteBy {
		m.part("quote-by").SetTextContent(r.QuoteBy)
		m.part("quote-text").SetTextContent(r.Quote)
		show(m.part("quote"), r.Quote != "")
	}
	m.setBelow(r, old)
	if r.Why != old.Why || r.Mark != old.Mark || r.Retry != old.Retry {
		m.setFate(r, old)
	}
	m.row, m.fresh = r, false
}

func (m *message) classes(r view.Row) string {
	s := "row"
	for _, c := range []struct {
		on   bool
		name string
	}{{r.Mine, " mine"}, {r.First, " first"}, {r.Last, " last"}, {m.came, " came"}} {
		if c.on {
			s += c.name
		}
	}
	return s
}

// settle ends its moving into place.
func (m *message) settle() {
	if m.came {
		m.came = false
		m.root.SetClass(m.classes(m.row))
	}
}

// fold takes away what stands below the bubble and has nothing to tell.
func (m *message) fold() {
	if m.below && !m.row.Tells() {
		m.below = false
		show(m.part("meta"), false)
	}
}

// setBelow writes what stands below the bubble. Once shown it stays until
// fold, or all that is above would move when a line has been sent.
func (m *message) setBelow(r, old view.Row) {
	if r.Mark != old.Mark {
		m.root.SetAttribute("data-mark", [...]string{
			view.NoMark: "", view.Queued: "queued", view.Sending: "sending", view.Unknown: "unknown", view.Sent: "sent", view.NotSent: "bad",
		}[r.Mark])
	}
	on := m.below || r.Tells()
	appears := on && !m.below
	if on != m.below {
		m.below = on
		show(m.part("meta"), on)
	}
	if !on {
		return
	}
	if appears || r.Time != old.Time || r.Full != old.Full || r.Stamp != old.Stamp {
		time := m.part("time")
		time.SetTextContent(r.Time)
		time.SetAttribute("datetime", r.Stamp)
		time.SetTitle(r.Full)
	}
	if r.Edited != old.Edited {
		m.part("edited").SetTextContent(r.Edited)
	}
	if appears || r.MarkText != old.MarkText {
		m.part("mark-text").SetTextContent(r.MarkText)
	}
}

// setFate tells why a line was not sent, and offers what can be done.
func (m *message) setFate(r, old view.Row) {
	failed := r.Mark == view.NotSent
	if !failed && old.Mark != view.NotSent {
		return
	}
	show(m.part("fate"), failed)
	if !failed {
		return
	}
	m.part("why").SetTextContent(r.Why)
	w := m.p.screen.Words
	act(m.root, "retry").SetTextContent(r.Retry)
	act(m.root, "copy").SetTextContent(w.Copy)
	act(m.root, "discard").SetTextContent(w.Discard)
}

// fill puts the spans of the message's text into its bubble.
func (m *message) fill(r view.Row) {
	text := m.part("text")
	if !m.fresh {
		text.SetTextContent("")
	}
	if r.File != "" {
		file := m.p.w.stamps["file"].print()
		find(file, "file-name").SetTextContent(r.File)
		if r.FileURL != "" {
			file.SetAttribute("href", r.FileURL)
		}
		if r.FileKey != "" {
			file.SetAttribute("data-key", r.FileKey)
		}
		text.AppendChild(file)
		if r.Text == "" {
			return
		}
	}
	m.p.w.spans(text, prose.Parse(r.Text))
}

// spans appends the nodes of spans to e. Nothing here reads HTML: what is
// no markup of ours is a text node.
func (w *workshop) spans(e element, spans []prose.Span) {
	for _, s := range spans {
		switch s.Kind {
		case prose.Text:
			e.AppendChild(w.text(s.Text))
		case prose.Break:
			e.AppendChild(w.text("\n"))
		case prose.Link:
			a := w.element("a")
			a.SetAttribute("href", s.URL)
			a.SetAttribute("target", "_blank")
			a.SetAttribute("rel", "noopener noreferrer")
			w.spans(a, s.Kids)
			e.AppendChild(a)
		default:
			child := w.element(tags[s.Kind])
			child.SetTextContent(s.Text)
			w.spans(child, s.Kids)
			e.AppendChild(child)
		}
	}
}

var tags = [...]string{
	prose.Bold: "b", prose.Italic: "i", prose.Struck: "s", prose.Code: "code", prose.Block: "pre", prose.Quote: "blockquote", prose.Break: "",
}

// A note is a row about the conversation.
type note struct {
	root, text element
	row        view.Row
}

func (p *Panel) newNote(name string) *note {
	root := p.w.stamps[name].print()
	return &note{root: root, text: find(root, "note-text")}
}

func (n *note) node() element { return n.root }

func (n *note) set(r view.Row) {
	if r.Text != n.row.Text {
		n.text.SetTextContent(r.Text)
	}
	n.row = r
}

// newItem makes the item for a row.
func (p *Panel) newItem(r view.Row) item[view.Row] {
	switch r.Kind {
	case view.Message:
		return p.newMessage()
	case view.Day:
		return p.newNote("day")
	case view.New:
		return p.newNote("new")
	}
	return p.newNote("system")
}
