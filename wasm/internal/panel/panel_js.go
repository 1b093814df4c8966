package panel

import (
	"syscall/js"

	"capsule/wasm/internal/tint"
	"capsule/wasm/internal/view"
)

// Handlers are told what the visitor does. They are called from within
// the browser's events and must not block. All must be set.
type Handlers struct {
	Minimize  func()
	Type      func(text string) // what stands in the composer, or in a form's message, after a change
	Compose   func(text string)
	Introduce func(name, email, department, text string)
	LeaveWord func(name, email, department, text string)
	Retry     func(id string)
	Discard   func(id string)
	End       func()
	Renew     func()
	Saw       func() // the newest row is in front of the visitor
	// Fetch gets a file by the FileKey of its row, to be kept under a name, and
	// tells whether that could be done.
	Fetch  func(key, name string, done func(ok bool))
	TryNow func()
}

// Deps are what a panel needs from around it.
type Deps struct {
	On Handlers

	// Attempt calls a method that may throw, Construct a constructor of the
	// window; a thrown exception is their error.
	Attempt   func(target js.Value, method string, args ...any) (js.Value, error)
	Construct func(name string, args ...any) (js.Value, error)

	// Title is the team's name as the page has it, "" to take Rocket.Chat's.
	Title string

	// Contact is a link to where visitors can turn when the chat cannot
	// help, "" for none. It has one of the schemes mailto, tel and https.
	Contact string

	// Draft is what was typed before there was a panel.
	Draft string
}

// A Panel is the widget's panel in a page. It belongs to the goroutine
// that calls its methods.
type Panel struct {
	deps      Deps
	root      js.Value // the ShadowRoot
	doc, win  js.Value
	w         *workshop
	sheet     *sheet
	section   element
	inner     element
	launcher  element // nil when there is none
	badge     element
	announcer *announcer

	head   *head
	strips *strips
	notice *notice
	form   *form
	log    *log
	writer *writer
	ended  *ended
	bones  element // what stands for a conversation that is being loaded

	screen view.Screen
	shown  bool // once
	came   bool // rows made now come in while the visitor watches
	draft  string
	wants  bool   // focus, as soon as there is something to focus
	fit    func() // takes the part of the page that can be seen
	funcs  []func()
}

// New makes a panel in a shadow root, hidden until Show says otherwise.
func New(root js.Value, deps Deps) *Panel {
	p := &Panel{deps: deps, root: root, doc: root.Get("ownerDocument"), draft: deps.Draft}
	p.win = p.doc.Get("defaultView")
	p.w = newWorkshop(p.doc)
	p.sheet = p.newSheet()
	p.section = p.w.stamps["panel"].print()
	p.inner = find(p.section, "sheet")
	if v := root.Call("querySelector", "[data-part=launcher]"); !v.IsNull() {
		p.launcher = adopt(v)
		if b := v.Call("querySelector", "[data-part=badge]"); !b.IsNull() {
			p.badge = adopt(b)
		}
	}
	p.head = newHead(p.inner)
	p.strips = newStrips(p.inner, deps.Contact)
	p.notice = newNotice(p.inner, deps.Contact)
	p.form = newForm(p)
	p.log = newLog(p)
	p.writer = newWriter(p)
	p.ended = newEnded(p.inner)
	p.bones = find(p.inner, "skeleton")
	p.announcer = newAnnouncer(p)
	root.Call("append", p.section.Underlying(), p.announcer.root.Underlying())
	p.listen()
	p.watchViewport()
	return p
}

// Show makes the page agree with s.
func (p *Panel) Show(s view.Screen) {
	old := p.screen
	first := !p.shown
	if p.deps.Title != "" && s.Head.Team {
		s.Head.Title = p.deps.Title
	}
	p.screen, p.shown = s, true
	if first || s.Color != old.Color {
		p.sheet.tint(tint.Parse(s.Color))
	}
	if first || s.Words != old.Words || s.Tag != old.Tag || s.Dir != old.Dir {
		p.speak(s)
	}
	if first {
		class(p.section, "still", s.Open) // it takes the place of a frame that stands already
	}
	focused := p.focused()
	p.open(old, s)
	p.head.set(s.Head)
	p.strips.set(s)
	p.notice.set(s.Notice)
	show(p.notice.root, s.Kind != view.Chat && s.Notice != (view.Notice{}))
	show(p.bones, s.Kind == view.Loading)
	p.form.set(s, old, first)
	p.writer.set(s.Writer, first)
	p.ended.set(s.Footer)
	p.log.set(s, old)
	p.setBadge(s.Badge, old.Badge, first)
	p.announcer.hear(old, s, first)
	p.settleFocus(old, s, focused, first)
	p.log.saw()
}

// speak puts the visitor's language and its words everywhere.
func (p *Panel) speak(s view.Screen) {
	w := s.Words
	p.section.SetAttribute("lang", s.Tag)
	p.section.SetAttribute("aria-label", w.Panel)
	p.inner.SetAttribute("dir", s.Dir)
	p.log.box.SetAttribute("aria-label", w.Log)
	label(act(p.inner, "minimize"), w.Close)
	label(act(p.inner, "end"), w.End)
	label(p.log.latest, w.Latest)
	label(p.writer.send, w.Send)
	p.strips.speak(w)
}

// open opens or closes the panel.
func (p *Panel) open(old, s view.Screen) {
	if old.Open == s.Open {
		return
	}
	show(p.section, s.Open)
	if p.launcher != nil {
		p.launcher.SetAttribute("aria-expanded", boolean(s.Open))
	}
	if !s.Open {
		class(p.section, "still", false)
		p.strips.askEnd(false)
		p.log.settle()
	}
	p.fit()
	p.modal()
	p.sheet.refresh() // the page may have changed its colours
}

func boolean(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func (p *Panel) setBadge(b, old view.Badge, first bool) {
	if p.launcher == nil || b == old && !first {
		return
	}
	p.launcher.SetAttribute("aria-label", b.Label)
	if p.badge != nil {
		write(p.badge, b.Text)
	}
}

// Close takes the panel out of the page for good.
func (p *Panel) Close() {
	for i := len(p.funcs) - 1; i >= 0; i-- {
		p.funcs[i]()
	}
	p.funcs = nil
	p.announcer.stop()
	p.section.Remove()
	p.announcer.root.Remove()
	p.sheet.remove()
}

// attempt is for calls whose failure changes nothing.
func (p *Panel) attempt(target js.Value, method string, args ...any) {
	_, _ = p.deps.Attempt(target, method, args...) // a page may forbid or replace it
}
