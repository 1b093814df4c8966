package rocket

import (
	"errors"
	"time"

	"capsule/wasm/ejson"
)

// The types of system message that mean something to a visitor
// (protocol 3.2). Any other type is never shown.
const (
	TypeStarted  = "livechat-started"
	TypeClosed   = "livechat-close"
	TypeTransfer = "livechat_transfer_history"
	TypeJoined   = "uj"
	TypeLeft     = "ul"
	TypeCommand  = "command"
	TypeRemoved  = "rm"
	TypeFallback = "livechat_transfer_history_fallback"
	TypeVideo    = "videoconf"
)

// A Message is what Rocket.Chat has stored: a text, a file or a system
// message.
type Message struct {
	ID          string
	Room        string
	Text        string
	Type        string // "" for what a person wrote
	From        User
	Alias       string // the name shown instead of the user's, if any
	Token       Token  // on a visitor's own messages only; the bridge takes it out
	At          time.Time
	Updated     time.Time
	Edited      bool
	Attachments []Attachment
	Transfer    Transfer // of TypeTransfer
}

// An Attachment is a file or a quotation. Rocket.Chat combines several
// kinds in one object (protocol 3.1).
type Attachment struct {
	Title string
	Text  string // description or quoted text
	Link  string // path below the base URL of Rocket.Chat
	Image string // likewise, when it is a picture
	By    string // author of a quotation
}

// A Transfer says where a conversation went. The agents' comment on it is
// not read: it is not for visitors.
type Transfer struct {
	Scope      string // "agent", "department", "queue", ...
	Agent      string // display name
	Department string // name
}

// ErrNoMessage is returned for an object that lacks the ids of a message.
var ErrNoMessage = errors.New("rocket: not a message")

// MessageFrom reads a message of REST or DDP.
func MessageFrom(v ejson.Value) (Message, error) {
	m := Message{
		ID:      v.Get("_id").Str(),
		Room:    v.Get("rid").Str(),
		Text:    v.Get("msg").Str(),
		Type:    v.Get("t").Str(),
		From:    UserFrom(v.Get("u")),
		Alias:   v.Get("alias").Str(),
		Token:   Token(v.Get("token").Str()),
		At:      v.Get("ts").Time(),
		Updated: v.Get("_updatedAt").Time(),
		Edited:  !v.Get("editedAt").IsNull(),
	}
	if m.ID == "" || m.Room == "" {
		return Message{}, ErrNoMessage
	}
	for _, a := range v.Get("attachments").Items() {
		m.Attachments = append(m.Attachments, attachmentFrom(a))
	}
	if t := v.Get("transferData"); !t.IsNull() {
		to := AgentFrom(t.Get("transferredTo"))
		m.Transfer = Transfer{t.Get("scope").Str(), to.DisplayName(), t.Get("nextDepartment").Get("name").Str()}
	}
	return m, nil
}

// MessagesFrom reads a list of messages, leaving out what is none.
func MessagesFrom(v ejson.Value) []Message {
	var out []Message
	for _, item := range v.Items() {
		if m, err := MessageFrom(item); err == nil {
			out = append(out, m)
		}
	}
	return out
}

func attachmentFrom(v ejson.Value) Attachment {
	a := Attachment{
		Title: v.Get("title").Str(),
		Text:  v.Get("description").Str(),
		Link:  v.Get("title_link").Str(),
		Image: v.Get("image_url").Str(),
		By:    v.Get("author_name").Str(),
	}
	if a.Text == "" {
		a.Text = v.Get("text").Str()
	}
	return a
}

func (a Attachment) value() ejson.Value {
	var o object
	o.text("title", a.Title)
	o.text("text", a.Text)
	o.text("title_link", a.Link)
	o.text("image_url", a.Image)
	o.text("author_name", a.By)
	return o.value()
}

// Value writes the message in the form of REST, with the fields that
// MessageFrom reads and no others.
func (m Message) Value() ejson.Value {
	var o object
	o.text("_id", m.ID)
	o.text("rid", m.Room)
	o.add("msg", ejson.String(m.Text))
	o.text("t", m.Type)
	o.add("u", m.From.Value())
	o.text("alias", m.Alias)
	o.text("token", string(m.Token))
	o.add("ts", ejson.ISO(m.At))
	o.add("_updatedAt", ejson.ISO(m.Updated))
	if m.Edited {
		o.add("editedAt", ejson.ISO(m.Updated))
	}
	if len(m.Attachments) > 0 {
		list := make([]ejson.Value, len(m.Attachments))
		for i, a := range m.Attachments {
			list[i] = a.value()
		}
		o.add("attachments", ejson.List(list...))
	}
	if m.Transfer != (Transfer{}) {
		o.add("transferData", m.Transfer.value())
	}
	return o.value()
}

func (t Transfer) value() ejson.Value {
	var o object
	o.text("scope", t.Scope)
	if t.Agent != "" {
		o.add("transferredTo", User{Username: t.Agent}.Value())
	}
	if t.Department != "" {
		o.add("nextDepartment", ejson.Object(ejson.F("name", ejson.String(t.Department))))
	}
	return o.value()
}

// DisplayName is the name to show for who wrote m, by the rule of the
// official widget: a user's real name only where an alias says that names
// are public (protocol 3.1).
func (m Message) DisplayName() string {
	if m.Alias != "" && m.From.Name != "" {
		return m.From.Name
	}
	return m.From.Username
}

// Newer reports whether m is a later state of the same message than old.
func (m Message) Newer(old Message) bool { return !m.Updated.Before(old.Updated) }
