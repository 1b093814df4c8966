package standin

import (
	"encoding/json"
	"time"
)

// A Mode is the version of Rocket.Chat that a Server behaves like.
type Mode int

// The modes. V6 is the zero value.
const (
	V6 Mode = iota // 6.14
	V3             // 3.4.0
	V8             // 8.4
	V9             // 9.0: no sendMessageLivechat
)

func (m Mode) major() int {
	switch m {
	case V3:
		return 3
	case V8:
		return 8
	case V9:
		return 9
	}
	return 6
}

// String returns the version as GET /api/info tells it.
func (m Mode) String() string {
	switch m {
	case V3:
		return "3.4.0"
	case V8:
		return "8.4"
	case V9:
		return "9.0"
	}
	return "6.14"
}

// An Order is the order of the frames that one method call causes on the
// connection of its caller.
type Order int

// The orders that real servers show (protocol 00.7).
const (
	Watched   Order = iota // changed, updated, result: with database watchers
	Unwatched              // updated, result, changed
	Shuffled               // any order, from Options.Seed
)

// Options are what a Server starts with. The zero value is a 6.14 server
// without agents, departments or rate limits.
type Options struct {
	Mode         Mode
	Settings     *Settings // nil means DefaultSettings
	Departments  []Department
	Agents       []Agent
	CustomFields []CustomField
	Triggers     []json.RawMessage // as config gives them to a visitor

	Order Order
	Seed  uint64 // of Shuffled

	RESTLimits bool // per address and route, protocol 1.2
	DDPLimits  bool // per connection and method, protocol 2.7

	// Heartbeat is the silence after which the server pings and
	// HeartbeatTimeout how long it waits then; each is 15 s when zero.
	Heartbeat        time.Duration
	HeartbeatTimeout time.Duration

	// Preview is how long after a message with a link its update with the
	// link's preview comes; 50 ms when zero, never when negative.
	Preview time.Duration

	// Now and NewID are the clock and the source of ids. Tests may replace
	// them; both are called with the state locked.
	Now   func() time.Time
	NewID func() string

	// SiteURL is the address the server believes to have. When empty, that
	// of each request is used.
	SiteURL string

	// WidgetDir is a directory with the official widget's build, served
	// under /livechat. When empty there is no /livechat.
	WidgetDir string
}

// A Department of the server.
type Department struct {
	ID                 string // made up when empty
	Name               string
	Agents             []string // usernames
	ShowOnRegistration bool
	ShowOnOfflineForm  bool
}

// An Agent of the server. A new agent is offline.
type Agent struct {
	ID       string // made up when empty
	Username string
	Name     string
	Email    string // username@example.com when empty
	Password string // of a DDP login; none is possible when empty
}

// A CustomField that a visitor may set.
type CustomField struct {
	Key      string
	Label    string
	Room     bool // belongs to the room and not to the visitor
	Pattern  string
	Required bool
	Hidden   bool // not told to visitors
}
