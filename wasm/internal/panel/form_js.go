package panel

import (
	"syscall/js"

	"honnef.co/go/js/dom/v2"

	"capsule/wasm/internal/view"
	"capsule/wasm/rocket"
)

// A form asks who the visitor is, or takes a message while nobody is
// there: the same fields, asked and worded as the Screen says.
type form struct {
	p                                *Panel
	root, title, text, failed, start element
	name, email, department, message *field
	choices                          []view.Choice
	last                             view.Entry
	kind                             view.Kind
}

// A field is one question.
type field struct {
	root, label, note, wrong element
	input                    *dom.HTMLInputElement // or select or textarea: all have what is used of it
}

func newForm(p *Panel) *form {
	root := find(p.inner, "form")
	f := &form{
		p: p, root: root, title: find(root, "form-title"), text: find(root, "form-text"),
		failed: find(root, "form-failed"), start: find(root, "button"),
	}
	for name, to := range map[string]**field{"name": &f.name, "email": &f.email, "department": &f.department, "message": &f.message} {
		e := adopt(root.Call("querySelector", `[data-field="`+name+`"]`))
		*to = &field{
			root: e, label: find(e, "label-text"), note: find(e, "label-note"), wrong: find(e, "error"),
			input: &dom.HTMLInputElement{BasicHTMLElement: find(e, "input")},
		}
	}
	return f
}

func (f *form) fields() []*field { return []*field{f.name, f.email, f.department, f.message} }

// set shows the form. Its fields belong to the visitor: they are filled
// when the form appears, and one that is empty when something becomes
// known.
func (f *form) set(s, old view.Screen, first bool) {
	asked := s.Form.Button != ""
	show(f.root, asked)
	if !asked {
		f.last, f.kind = view.Entry{}, s.Kind
		return
	}
	e := s.Form
	appears := f.last.Button == "" || f.kind != s.Kind
	f.setChoices(s.Choices)
	f.name.set(e.Name, f.last.Name, s.Words, appears)
	f.email.set(e.Email, f.last.Email, s.Words, appears)
	f.department.set(e.Department, f.last.Department, s.Words, appears)
	f.message.set(e.Message, f.last.Message, s.Words, false)
	if appears {
		f.begin(s.Kind, e.Message.Value)
	}
	if e.Title != f.last.Title || appears {
		f.title.SetTextContent(e.Title)
	}
	if e.Text != f.last.Text {
		f.text.SetTextContent(e.Text)
	}
	if e.Button != f.last.Button {
		f.start.SetTextContent(e.Button)
	}
	if e.Busy != f.last.Busy {
		disable(f.start, e.Busy)
	}
	if e.Failed != f.last.Failed || appears {
		write(f.failed, e.Failed)
	}
	f.last, f.kind = e, s.Kind
}

// begin fills the message with what has been typed so far. The form that
// becomes a mail also takes the lines which found nobody.
func (f *form) begin(kind view.Kind, text string) {
	if kind != view.Offline || text == "" {
		text = f.p.draft
	}
	f.setMessage(text)
}

func (f *form) setMessage(text string) {
	if f.message.input.Value() != text {
		f.message.input.SetValue(text)
	}
}

func (f *form) setChoices(cs []view.Choice) {
	if equal(cs, f.choices) {
		return
	}
	f.choices = cs
	chosen := f.department.input.Value()
	f.department.input.SetTextContent("")
	for _, c := range cs {
		option := f.p.w.element("option")
		option.SetAttribute("value", c.ID)
		option.SetTextContent(c.Name)
		f.department.input.AppendChild(option)
	}
	f.department.input.SetValue(chosen)
}

func equal(a, b []view.Choice) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func (fd *field) set(s, old view.Field, w view.Words, appears bool) {
	show(fd.root, s.Asked)
	if s.Label != old.Label || s.Required != old.Required || appears {
		fd.label.SetTextContent(s.Label)
		note := ""
		if !s.Required && fd.input.TagName() != "SELECT" { // which has a choice for that
			note = "(" + w.Optional + ")"
		}
		fd.note.SetTextContent(note)
		fd.input.Set("required", s.Required)
	}
	if appears || s.Value != old.Value && fd.input.Value() == "" {
		fd.input.SetValue(s.Value)
	}
	if s.Error != old.Error || appears {
		fd.fail(s.Error)
	}
}

// fail says what is wrong with the answer, "" that nothing is.
func (fd *field) fail(why string) {
	write(fd.wrong, why)
	if why != "" {
		fd.input.SetAttribute("aria-invalid", "true")
	} else {
		fd.input.RemoveAttribute("aria-invalid")
	}
}

// edited is called when the visitor changes an answer: what was wrong with
// it may be right now.
func (f *form) edited(input js.Value) {
	for _, fd := range f.fields() {
		if same(fd.input.Underlying(), input) {
			fd.fail("")
		}
	}
	if same(f.message.input.Underlying(), input) {
		f.p.draft = f.message.input.Value()
		f.p.deps.On.Type(f.p.draft)
	}
}

// submit hands the answers over, or puts the visitor in front of the first
// one that is wrong.
func (f *form) submit() {
	if disabled(f.start) {
		return
	}
	a := view.Answers{
		Name: rocket.VisitorName(f.name.input.Value()), Email: f.email.input.Value(),
		Department: f.department.input.Value(), Text: f.message.input.Value(),
	}
	if !f.last.Department.Asked {
		a.Department = f.last.Department.Value
	}
	wrong := f.last.Check(a, f.p.screen.Words)
	f.name.fail(wrong.Name)
	f.email.fail(wrong.Email)
	f.department.fail("")
	f.message.fail(wrong.Text)
	if wrong != (view.Answers{}) {
		for _, fd := range f.fields() {
			if fd.input.HasAttribute("aria-invalid") {
				f.p.focus(fd.input.Underlying())
				break
			}
		}
		return
	}
	if f.kind == view.Offline {
		f.p.deps.On.LeaveWord(a.Name, a.Email, a.Department, a.Text)
		return
	}
	f.p.deps.On.Introduce(a.Name, a.Email, a.Department, a.Text)
}

// firstField is where to begin: the first field that was refused, else the
// message if the visitor is writing it already, else the first empty one.
func (f *form) firstField() js.Value {
	var shown []*field
	for _, fd := range f.fields() {
		if fd.root.Get("hidden").Bool() {
			continue
		}
		if fd.input.HasAttribute("aria-invalid") {
			return fd.input.Underlying()
		}
		shown = append(shown, fd)
	}
	if f.p.draft != "" {
		return f.message.input.Underlying()
	}
	for _, fd := range shown {
		if fd.input.Value() == "" && fd != f.department || fd == f.message {
			return fd.input.Underlying()
		}
	}
	return js.Undefined()
}
