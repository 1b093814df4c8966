package view

import (
	"strings"

	"capsule/wasm/internal/i18n"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// departments are what the visitor may choose from. With only one there is
// nothing to choose.
func (v sight) departments(offline bool) []Choice {
	var out []Choice
	for _, d := range v.st.Config.Departments {
		if d.OnForm && !offline || d.OnOffline && offline {
			out = append(out, Choice{d.ID, d.Name})
		}
	}
	return out
}

// choose makes the field for cs; none in particular is a choice as well.
func (v sight) choose(cs []Choice) (Field, []Choice) {
	f := Field{Label: v.p.Say(i18n.FormDepartment), Value: v.st.Department}
	switch len(cs) {
	case 0:
		return f, nil
	case 1:
		f.Value = cs[0].ID
		return f, nil
	}
	f.Asked = true
	if v.st.FormError == session.FormBadDepartment {
		f.Error = v.p.Say(i18n.FormDepartmentBad)
	}
	return f, append([]Choice{{"", v.p.Say(i18n.FormAny)}}, cs...)
}

// form is what is asked before a conversation. The message may stay empty.
func (v sight) form() (Entry, []Choice) {
	st := v.st
	e := Entry{
		Title:   v.p.Say(i18n.FormTitle),
		Text:    v.own(st.Config.Texts.Register, i18n.FormIntro),
		Name:    Field{Asked: st.Config.Form.Name, Required: true, Label: v.p.Say(i18n.FormName), Value: st.Visitor.Name},
		Email:   v.email(st.Config.Form.Email),
		Message: v.written(i18n.FormMessage, st.Draft.Text, v.limit()),
		Button:  v.p.Say(i18n.FormStart),
	}
	var cs []Choice
	e.Department, cs = v.choose(v.departments(false))
	return e, cs
}

// offline is what is asked while nobody is there, unless there is nothing
// to ask any more.
func (v sight) offline() (Entry, []Choice) {
	st := v.st
	if !v.hasWordForm() || st.Word == session.WordSent {
		return Entry{}, nil
	}
	e := Entry{
		Title:   v.p.Say(i18n.OfflineTitle),
		Text:    v.own(st.Config.Texts.Offline, i18n.OfflineIntro),
		Name:    Field{Asked: true, Required: true, Label: v.p.Say(i18n.FormName), Value: st.Visitor.Name},
		Email:   v.email(true),
		Message: v.written(i18n.OfflineMessage, st.WordText(), rocket.MaxWord),
		Button:  v.p.Say(i18n.OfflineSend),
		Busy:    st.Word == session.WordSending,
	}
	e.Message.Required = true
	switch st.Word {
	case session.WordSending:
		e.Button = v.p.Say(i18n.OfflineSending)
		v.s.Polite = e.Button
	case session.WordFailed:
		e.Failed = v.p.Say(i18n.OfflineFailed)
		v.s.Urgent = e.Failed
	}
	var cs []Choice
	e.Department, cs = v.choose(v.departments(true))
	return e, cs
}

// written is a question whose answer is a text of several lines, of at most limit
// UTF-16 units.
func (v sight) written(label i18n.Key, text string, limit int) Field {
	return Field{Asked: true, Label: v.p.Say(label), Value: text, Limit: limit, TooLong: v.p.Say(i18n.Limit, "n", itoa(limit))}
}

func (v sight) email(asked bool) Field {
	// A bad one may have come from the page.
	f := Field{Asked: asked || v.st.FormError == session.FormBadEmail, Required: true, Label: v.p.Say(i18n.FormEmail), Value: v.st.Visitor.Email}
	if v.st.FormError == session.FormBadEmail {
		f.Error = v.p.Say(i18n.FormEmailBad)
		v.s.Urgent = f.Error
	}
	return f
}

// Answers are what the visitor wrote into a form.
type Answers struct{ Name, Email, Department, Text string }

// Check says what is wrong with the answers to e, as errors in the place
// of answers; the zero Answers when nothing is.
func (e Entry) Check(a Answers, w Words) Answers {
	var wrong Answers
	if e.Name.Asked && e.Name.Required && strings.TrimSpace(a.Name) == "" {
		wrong.Name = w.NameMissing
	}
	if e.Email.Asked {
		switch email := strings.TrimSpace(a.Email); {
		case email == "" && e.Email.Required:
			wrong.Email = w.EmailMissing
		case email != "" && !plausible(email):
			wrong.Email = w.EmailBad
		}
	}
	if e.Message.Asked && e.Message.Required && strings.TrimSpace(a.Text) == "" {
		wrong.Text = w.TextMissing
	}
	if e.Message.Limit > 0 && units(a.Text) > e.Message.Limit {
		wrong.Text = e.Message.TooLong
	}
	return wrong
}

// units is the length of text as JavaScript counts it.
func units(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// plausible reports whether email could be an address. Whether it is one,
// only a mail can tell; Rocket.Chat is as strict as it likes.
func plausible(email string) bool {
	at := strings.LastIndexByte(email, '@')
	if at <= 0 || len(email) > 254 || strings.ContainsAny(email, " \t\r\n<>()[],;:\\\"") || strings.Count(email, "@") > 1 {
		return false
	}
	host := email[at+1:]
	dot := strings.LastIndexByte(host, '.')
	return dot > 0 && len(host)-dot > 2 && !strings.Contains(host, "..") && host[0] != '-' && host[0] != '.'
}
