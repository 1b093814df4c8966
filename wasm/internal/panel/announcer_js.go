package panel

import (
	"time"

	"capsule/wasm/internal/view"
)

// An announcer speaks to screen readers: of what comes in politely, of
// what went wrong at once. It lives beside the panel, so that it is heard
// while that is closed. What was said is taken away after a while, or it
// would be read again as part of the page.
type announcer struct {
	p              *Panel
	root           element
	polite, urgent element
	timer          *time.Timer // ends with stop, or by itself
}

// spoken is how long a text stays for a screen reader to pick up.
const spoken = 3 * time.Second

// most is how many rows that came at once are read out.
const most = 3

func newAnnouncer(p *Panel) *announcer {
	root := p.w.stamps["announcer"].print()
	part := func(name string) element { return adopt(root.Call("querySelector", "[data-part="+name+"]")) }
	return &announcer{p: p, root: root, polite: part("polite"), urgent: part("urgent")}
}

// hear says what is new in s. Nothing is on the first screen.
func (a *announcer) hear(old, s view.Screen, first bool) {
	// What went wrong while the panel was closed is said when it opens.
	if s.Urgent != "" && s.Open && (s.Urgent != old.Urgent || !old.Open) {
		a.say(a.urgent, s.Urgent)
	}
	if first {
		return
	}
	if s.Polite != "" && s.Polite != old.Polite && s.Open {
		a.say(a.polite, s.Polite)
	}
	if old.Banner.Lost && s.Banner == (view.Banner{}) && s.Kind == old.Kind && s.Footer == (view.Footer{}) {
		a.say(a.polite, s.Words.Restored)
	}
	var news []string
	for _, r := range view.Added(old.Rows, s.Rows) {
		if text := r.Said(); text != "" {
			news = append(news, text)
		}
	}
	for _, text := range news[max(0, len(news)-most):] {
		a.say(a.polite, text)
	}
}

func (a *announcer) say(region element, text string) {
	line := a.p.w.element("p")
	line.SetTextContent(text)
	region.AppendChild(line)
	a.stop()
	a.timer = time.AfterFunc(spoken, func() {
		a.polite.SetTextContent("")
		a.urgent.SetTextContent("")
	})
}

func (a *announcer) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}
