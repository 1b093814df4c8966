package view

import (
	"time"

	"capsule/wasm/internal/i18n"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// What is over within this time never was, for all the visitor needs to know.
const patience = 2 * time.Second

// again asks for another Build at t, if that is sooner than what is asked
// already.
func (v sight) again(t time.Time) {
	if v.s.Again.IsZero() || t.Before(v.s.Again) {
		v.s.Again = t
	}
}

// seconds counts down to t: how many whole seconds are left, at least one,
// or 0 when it is past. It asks for another look when that changes.
func (v sight) seconds(t time.Time) int {
	left := t.Sub(v.now)
	if left <= 0 {
		return 0
	}
	n := int((left + time.Second - 1) / time.Second)
	v.again(t.Add(-time.Duration(n-1) * time.Second))
	return n
}

// banner tells the one thing that matters most just now, and whatever that
// is, what would be lost with the page.
func (v sight) banner() Banner {
	b := v.matter()
	if !v.fleeting() || v.s.Kind != Chat && v.s.Kind != Loading {
		return b
	}
	v.s.Polite = v.p.Say(i18n.Memory)
	if b.Text != "" {
		b.Text += " "
	}
	b.Text += v.s.Polite
	return b
}

// fleeting reports whether a line waits that is nowhere but in this page, for
// longer than it takes to send one.
func (v sight) fleeting() bool {
	waiting := v.st.Outbox.Items()
	if !v.st.Memory || len(waiting) == 0 {
		return false
	}
	return v.since(waiting[0].At)
}

// since reports whether what began at t has lasted long enough to be worth a
// word. If not, it asks for another look when it has.
func (v sight) since(t time.Time) bool {
	shown := t.Add(patience)
	if v.now.Before(shown) {
		v.again(shown)
		return false
	}
	return true
}

func (v sight) matter() Banner {
	st := v.st
	if v.s.Kind != Chat && v.s.Kind != Loading {
		return Banner{}
	}
	switch lost := v.lost(); {
	case lost.Text != "":
		v.s.Urgent = v.p.Say(i18n.Lost)
		return lost
	case st.Polling && st.Trouble.Kind == session.NoTrouble:
		return v.inform(i18n.Slow)
	case st.Trouble.Kind != session.NoTrouble:
		text, try := v.trouble()
		v.s.Urgent = v.p.Say(troubleKey(st.Trouble.Kind))
		return Banner{Tone: Warning, Text: text, Try: try, Busy: st.Asking, Way: v.way()}
	case st.Expired:
		return v.inform(i18n.Expired)
	}
	return Banner{}
}

// gone reports whether nothing comes any more, for longer than it takes to
// come back unnoticed.
func (v sight) gone() bool {
	st := v.st
	if st.Lost.IsZero() || st.Link == session.LinkUp || st.Fetched {
		return false
	}
	return v.since(st.Lost)
}

func (v sight) inform(k i18n.Key) Banner {
	v.s.Polite = v.p.Say(k)
	return Banner{Text: v.s.Polite}
}

// lost tells about a connection that is gone for longer than it takes to
// come back unnoticed.
func (v sight) lost() Banner {
	st := v.st
	if !v.gone() {
		return Banner{}
	}
	b := Banner{Tone: Warning, Lost: true, Text: v.p.Say(i18n.Lost), Try: v.p.Say(i18n.TryNow)}
	if st.Polling {
		b.Way = v.p.Say(i18n.Contact) // neither Rocket.Chat nor the bridge can be reached
	}
	if st.Link != session.LinkDown {
		b.Text, b.Busy = v.p.Say(i18n.LostDialing), true
		return b
	}
	if n := v.seconds(st.Redial); n > 0 {
		b.Text = v.p.Count(i18n.LostWait, n)
	} else if st.Redial.IsZero() && !st.Polling {
		b.Text = v.p.Say(i18n.LostOffline) // or there would be a next try
	}
	return b
}

// trouble words the trouble there is, and what the visitor can do.
func (v sight) trouble() (text, try string) {
	t := v.st.Trouble
	text = v.p.Say(troubleKey(t.Kind))
	switch t.Kind {
	case session.TroubleBusy:
		if n := v.seconds(t.Until); n > 0 {
			text = v.p.Count(i18n.TroubleBusyWait, n)
		}
	case session.TroubleBridge, session.TroubleRocket, session.TroubleFailed:
		try = v.p.Say(i18n.TryNow)
	}
	if v.st.Outbox.Len() > 0 && !v.st.Memory && t.Kind != session.TroubleBlocked && t.Kind != session.TroubleForbidden {
		text += " " + v.p.Say(i18n.Kept)
	}
	return text, try
}

// way offers another way than the chat, where waiting a little may not help.
func (v sight) way() string {
	switch v.st.Trouble.Kind {
	case session.TroubleBusy, session.TroubleBlocked:
		return ""
	}
	return v.p.Say(i18n.Contact)
}

func troubleKey(k session.TroubleKind) i18n.Key {
	switch k {
	case session.TroubleBridge:
		return i18n.TroubleBridge
	case session.TroubleRocket:
		return i18n.TroubleRocket
	case session.TroubleBusy:
		return i18n.TroubleBusy
	case session.TroubleForbidden:
		return i18n.TroubleForbidden
	case session.TroubleBlocked:
		return i18n.TroubleBlocked
	case session.TroubleNoAgent:
		return i18n.TroubleNoAgent
	}
	return i18n.TroubleFailed
}

// notice fills a screen that has nothing else to show.
func (v sight) notice() Notice {
	st := v.st
	switch v.s.Kind {
	case Failed:
		text, try := v.trouble()
		v.s.Urgent = v.p.Say(troubleKey(st.Trouble.Kind))
		return Notice{Title: v.p.Say(i18n.TroubleTitle), Text: text, Try: try, Busy: st.Asking, Way: v.way()}
	case Offline:
		switch {
		case !st.Config.Enabled:
			return Notice{Title: v.p.Say(i18n.TroubleDisabled), Way: v.p.Say(i18n.Contact)}
		case st.Word == session.WordSent:
			v.s.Polite = v.p.Say(i18n.OfflineSentTitle)
			return Notice{Title: v.s.Polite, Text: v.own(st.Config.Texts.OfflineSent, i18n.OfflineSentText), Good: true}
		case !v.hasWordForm():
			return Notice{Text: v.own(st.Config.Texts.OfflineUnavailable, i18n.OfflineUnavailable), Way: v.p.Say(i18n.Contact)}
		}
	case Chat:
		if len(v.s.Rows) == 0 && st.Room.ID == "" {
			return Notice{Title: v.p.Say(i18n.WelcomeTitle), Text: v.p.Say(i18n.WelcomeText)}
		}
	}
	return Notice{}
}

// own prefers the administrator's wording.
func (v sight) own(text string, k i18n.Key) string {
	if text != "" {
		return text
	}
	return v.p.Say(k)
}

// limit is how long a line may be, in UTF-16 units.
func (v sight) limit() int {
	if n := v.st.Config.TextLimit; n > 0 {
		return n
	}
	return rocket.MaxText
}

// composer says what can be written. As long as it is not known whether a
// form comes first, nothing is sent.
func (v sight) composer() Composer {
	st := v.st
	c := Composer{Text: st.Draft.Text, Version: st.Draft.Version, Limit: v.limit()}
	c.LimitNote = v.p.Say(i18n.Limit, "n", itoa(c.Limit))
	forbidden := st.Trouble.Kind == session.TroubleForbidden
	switch {
	case v.s.Kind == Chat && !st.Over:
		c.Shown, c.Enabled, c.Sends = true, true, true
		c.Placeholder = v.p.Say(i18n.Write)
		if st.Agent.Known() {
			c.Placeholder = v.p.Say(i18n.WriteTo, "name", v.agentName())
		}
	case v.s.Kind == Loading, v.s.Kind == Failed && !forbidden:
		c.Shown, c.Enabled, c.Sends = true, true, st.Introduced
		c.Placeholder = v.p.Say(i18n.WriteLoading)
	}
	if st.Trouble.Kind == session.TroubleBlocked {
		c.Enabled, c.Sends = false, false
		c.Placeholder = v.p.Say(i18n.WriteBlocked)
	}
	return c
}

func (v sight) footer() Footer {
	if !v.st.Over {
		return Footer{}
	}
	texts := v.st.Config.Texts
	f := Footer{
		Title:  v.own(texts.Ended, i18n.EndedTitle),
		Text:   v.own(texts.EndedText, i18n.EndedText),
		Button: v.p.Say(i18n.Renew),
	}
	v.s.Polite = f.Title
	return f
}

// unsent words the newest line that was refused, for screen readers.
func (v sight) unsent() string {
	text := ""
	for _, it := range v.st.Outbox.Items() {
		if it.Delivery == outbox.NotSent {
			text = v.p.Say(i18n.NotSent) + ". " + v.p.Say(whyKey(it.Why))
		}
	}
	return text
}

func words(p *i18n.Phrases) Words {
	return Words{
		Panel: p.Say(i18n.Dialog), Log: p.Say(i18n.Conversation),
		Close: p.Say(i18n.Close), End: p.Say(i18n.End),
		EndAsk: p.Say(i18n.EndAsk), EndYes: p.Say(i18n.EndYes), EndNo: p.Say(i18n.EndNo),
		Send: p.Say(i18n.Send), Latest: p.Say(i18n.Latest),
		Discard: p.Say(i18n.Discard), Copy: p.Say(i18n.Copy), Copied: p.Say(i18n.Copied),
		FileFailed: p.Say(i18n.FileFailed),
		Restored:   p.Say(i18n.Restored), Optional: p.Say(i18n.FormOptional),
		NameMissing: p.Say(i18n.FormNameMissing), EmailMissing: p.Say(i18n.FormEmailMissing),
		EmailBad: p.Say(i18n.FormEmailBad), TextMissing: p.Say(i18n.FormTextMissing),
	}
}
