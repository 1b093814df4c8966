package standin

import "time"

// A Routing tells how a new chat finds its agent.
type Routing string

// The routings.
const (
	AutoSelection   Routing = "Auto_Selection"   // the idlest agent online
	ManualSelection Routing = "Manual_Selection" // agents take from a queue
)

// Settings are what an administrator sets. Change those of a running server
// with Server.Set.
type Settings struct {
	Enabled             bool
	AcceptWithoutAgents bool // rooms are made while nobody is online
	AgentsWhenIdle      bool // an agent who is away counts as online
	Routing             Routing
	AgentLeave          time.Duration // after it, the chats of an agent who left wait again; 0 is never
	ShowAgentInfo       bool
	RealNames           bool // typing notices carry names, not usernames

	RegistrationForm  bool
	NameField         bool
	EmailField        bool
	SwitchDepartments bool
	OfflineForm       bool
	FileUpload        bool
	MaxFileSize       int64
	Language          string
	Transcript        bool
	HistoryMonitor    string // "url" or "title": the page visits that count
	ForceConsent      bool
	ClearStorage      bool
	CharacterLimit    int // of a visitor's message; 0 is none
	HideWatermark     bool
	VisitorsCanClose  bool
	AllowEditing      bool
	ShowDeleted       bool // a deleted message stays as one of type rm
	ValidateOffline   bool // refuse offline messages: 3.4 without a mail domain
	HiddenSystem      []string
	ProtectFiles      bool

	CORS       bool
	CORSOrigin string

	Title        string
	Color        string
	OfflineTitle string
	OfflineColor string
	Position     string
	Background   string

	OfflineMessage     string
	OfflineSuccess     string
	OfflineUnavailable string
	FinishedMessage    string
	FinishedText       string
	TranscriptMessage  string
	RegistrationText   string
	ConsentText        string
}

// DefaultSettings are those of a fresh server.
func DefaultSettings() Settings {
	return Settings{
		Enabled:           true,
		AgentsWhenIdle:    true,
		Routing:           AutoSelection,
		ShowAgentInfo:     true,
		RegistrationForm:  true,
		NameField:         true,
		EmailField:        true,
		SwitchDepartments: true,
		OfflineForm:       true,
		FileUpload:        true,
		MaxFileSize:       104857600,
		HistoryMonitor:    "url",
		VisitorsCanClose:  true,
		AllowEditing:      true,
		ProtectFiles:      true,
		CORSOrigin:        "*",
		Title:             "Rocket.Chat",
		Color:             "#C1272D",
		OfflineTitle:      "Leave a message",
		OfflineColor:      "#666666",
		Position:          "right",
		TranscriptMessage: "Would you like a copy of this chat emailed to you?",
	}
}

// Set changes the settings.
func (s *Server) Set(change func(*Settings)) {
	s.mu.Lock()
	defer s.unlock()
	change(&s.set)
}

// Limit switches the rate limits of REST and of DDP and forgets all counts.
func (s *Server) Limit(rest, ddp bool) {
	s.mu.Lock()
	defer s.unlock()
	s.limits = newLimits(rest, ddp)
	for c := range s.conns {
		c.limits = map[string]*window{}
	}
}
