package rocket

import "capsule/wasm/ejson"

// A Config is what Rocket.Chat's administrator has set for livechat
// (protocol 1.5).
type Config struct {
	Enabled     bool
	Online      bool // an agent is there
	Form        Form
	Closable    bool   // visitors may end a conversation
	Files       bool   // visitors may send files
	Transcript  bool   // visitors may have a conversation sent by mail
	Switch      bool   // visitors may go to another department
	Monitor     string // what makes a page visit worth telling: "url" or "title"
	TextLimit   int    // characters; 0: none set
	HideAgent   bool   // agents stay anonymous
	Language    string
	Hidden      []string // types of system messages not to show
	Theme       Theme
	Texts       Texts
	Departments []Department
}

// A Form says what is asked before a conversation and while nobody is
// there.
type Form struct {
	Ask         bool // before a conversation
	Name, Email bool // with these fields
	Offline     bool // while nobody is there
}

// A Theme is how the administrator wants the widget to look.
type Theme struct {
	Title, Color               string
	OfflineTitle, OfflineColor string
}

// Texts are the administrator's own wordings; "" for the widget's.
type Texts struct {
	Register           string // above the form
	Offline            string // above the offline form
	OfflineSent        string // after it
	OfflineUnavailable string // in its place
	Ended, EndedText   string // when a conversation is over
}

// A Department that a visitor may choose.
type Department struct {
	ID, Name  string
	OnForm    bool
	OnOffline bool
}

// ConfigFrom reads the "config" of an answer. What is absent gets the
// default of a fresh Rocket.Chat.
func ConfigFrom(v ejson.Value) Config {
	s, t, m := v.Get("settings"), v.Get("theme"), v.Get("messages")
	c := Config{
		Enabled: truth(v, "enabled", true),
		Online:  v.Get("online").Bool(),
		Form: Form{
			Ask:     truth(s, "registrationForm", true),
			Name:    truth(s, "nameFieldRegistrationForm", true),
			Email:   truth(s, "emailFieldRegistrationForm", true),
			Offline: truth(s, "displayOfflineForm", true),
		},
		Closable:   truth(s, "visitorsCanCloseChat", true),
		Files:      truth(s, "fileUpload", true),
		Transcript: s.Get("transcript").Bool(),
		Switch:     truth(s, "allowSwitchingDepartments", true),
		Monitor:    s.Get("historyMonitorType").Str(),
		TextLimit:  int(max(0, min(s.Get("limitTextLength").Int(), MaxText))),
		HideAgent:  s.Get("agentHiddenInfo").Bool(),
		Language:   s.Get("language").Str(),
		Theme: Theme{
			Title: t.Get("title").Str(), Color: t.Get("color").Str(),
			OfflineTitle: t.Get("offlineTitle").Str(), OfflineColor: t.Get("offlineColor").Str(),
		},
		Texts: Texts{
			Register:           m.Get("registrationFormMessage").Str(),
			Offline:            m.Get("offlineMessage").Str(),
			OfflineSent:        m.Get("offlineSuccessMessage").Str(),
			OfflineUnavailable: m.Get("offlineUnavailableMessage").Str(),
			Ended:              m.Get("conversationFinishedMessage").Str(),
			EndedText:          m.Get("conversationFinishedText").Str(),
		},
	}
	for _, t := range s.Get("hiddenSystemMessages").Items() {
		c.Hidden = append(c.Hidden, t.Str())
	}
	for _, d := range v.Get("departments").Items() {
		if id := d.Get("_id").Str(); id != "" {
			c.Departments = append(c.Departments, Department{id, d.Get("name").Str(), d.Get("showOnRegistration").Bool(), d.Get("showOnOfflineForm").Bool()})
		}
	}
	return c
}

func truth(v ejson.Value, key string, absent bool) bool {
	if x := v.Get(key); x.Kind() == ejson.KindBool {
		return x.Bool()
	}
	return absent
}

// Value writes the config with the fields that ConfigFrom reads and no
// others.
func (c Config) Value() ejson.Value {
	var s, t, m object
	s.add("registrationForm", ejson.Bool(c.Form.Ask))
	s.add("nameFieldRegistrationForm", ejson.Bool(c.Form.Name))
	s.add("emailFieldRegistrationForm", ejson.Bool(c.Form.Email))
	s.add("displayOfflineForm", ejson.Bool(c.Form.Offline))
	s.add("visitorsCanCloseChat", ejson.Bool(c.Closable))
	s.add("fileUpload", ejson.Bool(c.Files))
	s.truth("transcript", c.Transcript)
	s.add("allowSwitchingDepartments", ejson.Bool(c.Switch))
	s.text("historyMonitorType", c.Monitor)
	if c.TextLimit > 0 {
		s.add("limitTextLength", ejson.Int(int64(c.TextLimit)))
	}
	s.truth("agentHiddenInfo", c.HideAgent)
	s.text("language", c.Language)
	if len(c.Hidden) > 0 {
		s.add("hiddenSystemMessages", ejson.Strings(c.Hidden))
	}
	t.text("title", c.Theme.Title)
	t.text("color", c.Theme.Color)
	t.text("offlineTitle", c.Theme.OfflineTitle)
	t.text("offlineColor", c.Theme.OfflineColor)
	m.text("registrationFormMessage", c.Texts.Register)
	m.text("offlineMessage", c.Texts.Offline)
	m.text("offlineSuccessMessage", c.Texts.OfflineSent)
	m.text("offlineUnavailableMessage", c.Texts.OfflineUnavailable)
	m.text("conversationFinishedMessage", c.Texts.Ended)
	m.text("conversationFinishedText", c.Texts.EndedText)
	departments := make([]ejson.Value, len(c.Departments))
	for i, d := range c.Departments {
		departments[i] = ejson.Object(
			ejson.F("_id", ejson.String(d.ID)), ejson.F("name", ejson.String(d.Name)),
			ejson.F("showOnRegistration", ejson.Bool(d.OnForm)), ejson.F("showOnOfflineForm", ejson.Bool(d.OnOffline)),
		)
	}
	return ejson.Object(
		ejson.F("enabled", ejson.Bool(c.Enabled)), ejson.F("online", ejson.Bool(c.Online)),
		ejson.F("settings", s.value()), ejson.F("theme", t.value()), ejson.F("messages", m.value()),
		ejson.F("departments", ejson.List(departments...)),
	)
}
