package rocket

import (
	"strings"
	"unicode"

	"capsule/wasm/ejson"
)

// A User is who wrote a message: agent, bot or visitor.
type User struct {
	ID       string
	Username string
	Name     string // "" when the server keeps it to itself
}

// UserFrom reads {"_id","username","name"?}.
func UserFrom(v ejson.Value) User {
	return User{ID: v.Get("_id").Str(), Username: v.Get("username").Str(), Name: v.Get("name").Str()}
}

// Value writes {"_id","username","name"?}.
func (u User) Value() ejson.Value {
	var o object
	o.text("_id", u.ID)
	o.text("username", u.Username)
	o.text("name", u.Name)
	return o.value()
}

// A Visitor is a registered visitor.
type Visitor struct {
	User
	Department string // id
	Email      string // the first one
	Phone      string // the first one
	Token      Token  // "" where the bridge has taken it out
}

// VisitorFrom reads the visitor of an answer (protocol 1.6). E-mail and
// phone are read from Rocket.Chat's lists or from our bridge's text.
func VisitorFrom(v ejson.Value) Visitor {
	visitor := Visitor{User: UserFrom(v), Department: v.Get("department").Str(), Token: Token(v.Get("token").Str())}
	visitor.Email, visitor.Phone = v.Get("email").Str(), v.Get("phone").Str()
	if visitor.Email == "" {
		visitor.Email = v.Get("visitorEmails").At(0).Get("address").Str()
	}
	if visitor.Phone == "" {
		visitor.Phone = v.Get("phone").At(0).Get("phoneNumber").Str()
	}
	return visitor
}

// Value writes the visitor as the bridge hands it out: without token.
func (v Visitor) Value() ejson.Value {
	var o object
	o.text("_id", v.ID)
	o.text("username", v.Username)
	o.text("name", v.Name)
	o.text("department", v.Department)
	o.text("email", v.Email)
	o.text("phone", v.Phone)
	return o.value()
}

// An Agent is who serves a room.
type Agent struct {
	User
	Status string // "online", "away", "busy", "offline" or ""
	Hidden bool   // the server keeps agents anonymous
}

// AgentFrom reads an agent, or {"hiddenInfo":true}.
func AgentFrom(v ejson.Value) Agent {
	if v.Get("hiddenInfo").Bool() {
		return Agent{Hidden: true}
	}
	return Agent{User: UserFrom(v), Status: v.Get("status").Str()}
}

// Value writes the agent without contact data.
func (a Agent) Value() ejson.Value {
	if a.Hidden {
		return ejson.Object(ejson.F("hiddenInfo", ejson.Bool(true)))
	}
	var o object
	o.text("_id", a.ID)
	o.text("username", a.Username)
	o.text("name", a.Name)
	o.text("status", a.Status)
	return o.value()
}

// Known reports whether somebody serves the room.
func (a Agent) Known() bool { return a.Hidden || a.ID != "" || a.Username != "" }

// DisplayName is what a visitor may call the agent, or "".
func (a Agent) DisplayName() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Username
}

// object collects the members of an object, leaving out what is empty.
type object []ejson.Member

func (o *object) add(key string, v ejson.Value) { *o = append(*o, ejson.F(key, v)) }

func (o *object) text(key, s string) {
	if s != "" {
		o.add(key, ejson.String(s))
	}
}

func (o *object) truth(key string, b bool) {
	if b {
		o.add(key, ejson.Bool(true))
	}
}

func (o *object) value() ejson.Value { return ejson.Object(*o...) }

// MaxName is how many characters a visitor's name may have.
const MaxName = 100

// VisitorName makes a name the bridge takes of what somebody typed or a page
// says: one line of at most MaxName characters.
func VisitorName(s string) string {
	r := []rune(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " "))
	return strings.TrimSpace(string(r[:min(len(r), MaxName)]))
}
