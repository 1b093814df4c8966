package panel

import (
	"strconv"
	"syscall/js"

	"capsule/wasm/internal/view"
)

// A log is the conversation with all that scrolls with it. It stays at its
// end as long as the visitor does.
type log struct {
	p                   *Panel
	box                 element
	rows                list[view.Row]
	welcome, wTitle     element
	wText, typing, tTxt element
	latest, count       element

	atEnd   bool
	top     float64  // where we have scrolled to
	watched bool     // the browser tells when a size has changed
	missed  int      // rows of others that came while the visitor was reading further up
	divider view.Row // where reading stopped when the panel was opened; zero: nowhere
	below   string   // key of the row under it
	last    view.Screen
	seen    sighting
}

// A sighting is what was in front of the visitor.
type sighting struct {
	key    string
	unread bool
	shown  bool
}

func newLog(p *Panel) *log {
	l := &log{
		p: p, box: find(p.inner, "log"), welcome: find(p.inner, "welcome"), wTitle: find(p.inner, "welcome-title"),
		wText: find(p.inner, "welcome-text"), typing: find(p.inner, "typing"), tTxt: find(p.inner, "typing-text"),
		latest: find(p.inner, "latest"), count: find(p.inner, "latest-count"), atEnd: true,
	}
	l.rows = list[view.Row]{parent: find(p.inner, "lines"), key: func(r view.Row) string { return r.Key }, make: p.newItem}
	fn := js.FuncOf(func(js.Value, []js.Value) any {
		if l.atEnd {
			l.toEnd()
		}
		return nil
	})
	p.funcs = append(p.funcs, fn.Release)
	if observer, err := p.deps.Construct("ResizeObserver", fn); err == nil {
		observer.Call("observe", l.box.Underlying())
		observer.Call("observe", find(p.inner, "log-inner").Underlying())
		l.watched = true
		p.funcs = append(p.funcs, func() { observer.Call("disconnect") })
	}
	return l
}

// set shows the rows of s.
func (l *log) set(s, old view.Screen) {
	on := s.Kind == view.Chat
	show(l.box, on)
	if !on {
		l.showLatest()
		return
	}
	n := s.Notice
	show(l.welcome, n != (view.Notice{}))
	if n != old.Notice {
		l.wTitle.SetTextContent(n.Title)
		l.wText.SetTextContent(n.Text)
	}
	if s.Typing != old.Typing {
		if s.Typing != "" {
			l.tTxt.SetTextContent(s.Typing)
		}
		show(l.typing, s.Typing != "")
	}
	added := view.Added(l.last.Rows, s.Rows)
	for _, r := range added {
		if r.Mine {
			l.divider, l.atEnd, l.missed = view.Row{}, true, 0
		} else if !l.atEnd && r.Kind == view.Message {
			l.missed++
		}
	}
	l.p.came = s.Open && len(added) > 0 && len(added) < 4
	l.rows.sync(l.mark(s))
	l.p.came = false
	if len(s.Rows) != len(l.last.Rows) {
		l.each((*message).fold)
	}
	opened := s.Open && (!old.Open || old.Kind != view.Chat)
	l.last = s
	switch {
	case opened:
		l.atEnd = true
		l.arrive()
	case l.atEnd && !l.watched: // or else it is done when the new height is known, without measuring twice
		l.toEnd()
	}
	l.showLatest()
}

// mark keeps the divider in its place after what is below it has been
// seen.
func (l *log) mark(s view.Screen) []view.Row {
	if !s.Open {
		l.divider = view.Row{}
	}
	for i, r := range s.Rows {
		if r.Kind == view.New && i+1 < len(s.Rows) {
			l.divider, l.below = r, s.Rows[i+1].Key
		}
	}
	if l.divider == (view.Row{}) {
		return s.Rows
	}
	return view.Keep(l.divider, l.below, s.Rows)
}

// arrive shows the end of the conversation, or where reading stopped if
// that is further up.
func (l *log) arrive() {
	l.toEnd()
	if l.divider == (view.Row{}) {
		return
	}
	if it, ok := l.rows.items[l.divider.Key]; ok {
		top := it.node().Get("offsetTop").Float() - 12
		if top < l.top {
			l.box.Set("scrollTop", top)
			l.atEnd = false
		}
	}
}

// settle ends what moves rows into place, or they would do it again when
// the panel is opened the next time.
func (l *log) settle() {
	l.each((*message).settle)
	l.each((*message).fold)
}

func (l *log) each(do func(*message)) {
	for _, it := range l.rows.items {
		if m, ok := it.(*message); ok {
			do(m)
		}
	}
}

// follow goes to the end and stays there.
func (l *log) follow() {
	l.atEnd = true
	l.toEnd()
	l.showLatest()
}

func (l *log) toEnd() {
	l.missed = 0
	l.box.Set("scrollTop", l.box.Get("scrollHeight"))
	l.top = l.box.Get("scrollTop").Float()
}

// nearEnd is how far from the end is still at it.
const nearEnd = 40

// scrolled is called some time after the visitor, or we, have scrolled. The
// end may have moved meanwhile: only who went up has left it.
func (l *log) scrolled() {
	top := l.box.Get("scrollTop").Float()
	away := l.box.Get("scrollHeight").Float() - top - l.box.Get("clientHeight").Float()
	if l.atEnd && away >= nearEnd && top >= l.top-1 {
		l.toEnd()
		return
	}
	l.atEnd = away < nearEnd
	if l.atEnd {
		l.missed = 0
	}
	l.showLatest()
	l.saw()
}

func (l *log) showLatest() {
	show(l.latest, !l.atEnd && l.last.Kind == view.Chat && l.p.screen.Kind == view.Chat)
	if text := ""; l.missed > 0 {
		text = strconv.Itoa(l.missed)
		l.count.SetTextContent(text)
		label(l.latest, l.p.screen.Words.Latest+" ("+text+")")
	} else if l.count.TextContent() != "" {
		l.count.SetTextContent("")
		label(l.latest, l.p.screen.Words.Latest)
	}
}

// saw tells once when the newest row has come before the visitor's eyes.
func (l *log) saw() {
	s := &l.p.screen
	if !s.Open || !s.Visible || s.Kind != view.Chat || !l.atEnd || len(s.Rows) == 0 {
		l.seen.shown = false
		return
	}
	now := sighting{key: s.Rows[len(s.Rows)-1].Key, unread: hasDivider(s.Rows), shown: true}
	if now != l.seen {
		l.seen = now
		l.p.deps.On.Saw()
	}
}

func hasDivider(rows []view.Row) bool {
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].Kind == view.New {
			return true
		}
	}
	return false
}
