package panel

import "capsule/wasm/internal/view"

// A head is the panel's header.
type head struct {
	root, initials, title, status, end element
	last                               view.Head
}

func newHead(sheet element) *head {
	return &head{
		root: find(sheet, "head"), initials: find(sheet, "avatar-name"), title: find(sheet, "title"),
		status: find(sheet, "status-text"), end: act(sheet, "end"),
	}
}

func (h *head) set(s view.Head) {
	if s == h.last {
		return
	}
	h.last = s
	h.title.SetTextContent(s.Title)
	h.initials.SetTextContent(s.Initials)
	h.status.SetTextContent(s.Status)
	h.root.SetAttribute("data-presence", [...]string{view.Unclear: "unclear", view.Here: "here", view.Away: "away", view.Gone: "gone"}[s.Presence])
	show(h.end, s.CanEnd)
}

// Strips are what stands below the header for a time: a question before
// the conversation is ended, and the banner.
type strips struct {
	ask, askText, yes, no   element
	banner, bannerText, try element
	way                     *way
	last                    view.Banner
}

func newStrips(sheet element, contact string) *strips {
	ask, banner := find(sheet, "ask"), find(sheet, "banner")
	return &strips{
		ask: ask, askText: find(ask, "strip-text"), yes: act(ask, "end-yes"), no: act(ask, "end-no"),
		banner: banner, bannerText: find(banner, "strip-text"), try: act(banner, "try"),
		way: newWay(banner, contact),
	}
}

func (st *strips) speak(w view.Words) {
	st.askText.SetTextContent(w.EndAsk)
	st.yes.SetTextContent(w.EndYes)
	st.no.SetTextContent(w.EndNo)
}

func (st *strips) set(s view.Screen) {
	if !s.Head.CanEnd {
		st.askEnd(false)
	}
	b := s.Banner
	if b == st.last {
		return
	}
	if b.Tone != st.last.Tone || st.last.Text == "" {
		st.banner.SetAttribute("data-tone", [...]string{view.Info: "info", view.Warning: "warning"}[b.Tone])
	}
	st.last = b
	st.bannerText.SetTextContent(b.Text)
	write(st.try, b.Try)
	disable(st.try, b.Busy)
	st.way.set(b.Way)
	show(st.banner, b.Text != "")
}

// askEnd shows or hides the question whether to end the conversation.
func (st *strips) askEnd(on bool) { show(st.ask, on) }

func (st *strips) asking() bool { return !st.ask.Get("hidden").Bool() }

// A notice fills a screen that has nothing else to show.
type notice struct {
	root, title, text, try element
	way                    *way
	last                   view.Notice
}

func newNotice(sheet element, contact string) *notice {
	root := find(sheet, "notice")
	return &notice{root: root, title: find(root, "notice-title"), text: find(root, "notice-text"), try: act(root, "try"),
		way: newWay(root, contact)}
}

func (n *notice) set(s view.Notice) {
	if s == n.last {
		return
	}
	n.last = s
	n.title.SetTextContent(s.Title)
	n.text.SetTextContent(s.Text)
	write(n.try, s.Try)
	disable(n.try, s.Busy)
	n.way.set(s.Way)
	class(n.root, "good", s.Good)
}

// Ended is what stands in the composer's place when a conversation is
// over.
type ended struct {
	root, title, text, renew element
	last                     view.Footer
}

func newEnded(sheet element) *ended {
	root := find(sheet, "ended")
	return &ended{root: root, title: find(root, "ended-title"), text: find(root, "ended-text"), renew: act(root, "renew")}
}

func (e *ended) set(f view.Footer) {
	if f == e.last {
		return
	}
	e.last = f
	e.title.SetTextContent(f.Title)
	e.text.SetTextContent(f.Text)
	e.renew.SetTextContent(f.Button)
	show(e.root, f.Title != "")
}
