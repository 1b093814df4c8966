package standin_test

import (
	"encoding/json"
	"regexp"
	"strings"

	"capsule/server/standin"
)

// planFor tells what the recorder did around an exchange or scenario: his
// notes, in the names he gave.
func planFor(p *replayer, file, name string) plan {
	pl := plan{rest: strings.HasPrefix(file, "rest-ratelimit"), ddp: file == "ws-ratelimit", uncounted: file == "rest-ratelimit-per-route"}
	for _, rule := range rules {
		if rule.name.MatchString(file + "/" + name) {
			pl.before = append(pl.before, rule.do)
		}
	}
	if file+"/"+name == "rest-room/department without online agent" {
		pl.department = p.org.sales
	}
	return pl
}

func settings(change func(*standin.Settings)) func(*replayer, string) {
	return func(p *replayer, _ string) { p.srv.Set(change) }
}

func nobody(p *replayer, _ string) { p.srv.Agent("agent1").Online(false) }

func both(p *replayer, _ string) { p.srv.Agent("agent2").Online(true) }

// inRoom opens a room for the visitor whose token is in the request.
func inRoom(p *replayer, text string) {
	token := tokenText.FindString(text)
	if !p.known[token] {
		p.register(token)
	}
	must(p.t, "GET", p.base+api+"room?token="+token, nil)
}

// closed closes the open room of the visitor whose token is in the request.
func closed(p *replayer, text string) {
	p.prepare(text, "", true)
	token := tokenText.FindString(text)
	for _, r := range p.srv.Rooms() {
		if r.Token == token && r.Open {
			must(p.t, "POST", p.base+api+"room.close", object{"token": token, "rid": r.ID})
		}
	}
}

var messagePath = regexp.MustCompile(`livechat/message/(\w{17})`)

// agentWrote has the agent write the message that the request names.
func agentWrote(p *replayer, text string) {
	id := messagePath.FindStringSubmatch(text)[1]
	if p.tr[id] != "" {
		return
	}
	p.prepare(text, "", true)
	for _, r := range p.srv.Rooms() {
		if r.Token == tokenText.FindString(text) && r.Open {
			live, err := p.srv.Agent("agent1").Say(r.ID, "agent says hi")
			if err != nil {
				p.t.Fatal(err)
			}
			p.tr[id] = live
		}
	}
}

func customised(s *standin.Settings) {
	s.Title, s.Color = "My Support", "#123456"
	s.OfflineTitle, s.OfflineColor = "We are away", "#777777"
	s.OfflineMessage, s.OfflineSuccess, s.OfflineUnavailable = "Leave a *message* please", "Thanks, sent", "No form now"
	s.FinishedMessage, s.FinishedText = "Chat is over", "Closing text **bold**"
	s.RegistrationForm, s.NameField, s.EmailField = false, false, false
	s.RegistrationText, s.TranscriptMessage = "Tell us who you are", "Copy by email?"
	s.FileUpload, s.HistoryMonitor, s.Language = false, "title", "de"
	s.ForceConsent, s.ConsentText = true, "I accept the terms"
}

// rules are what the recorder did before an exchange or scenario of a name.
var rules = []struct {
	name *regexp.Regexp
	do   func(p *replayer, request string)
}{
	{regexp.MustCompile(`no agent online|nobody (is )?online|no token, no agent|rest-config/unknown token|customised, offline|/restored|Livechat_enabled=false$|^rest-ratelimit/`), nobody},
	{regexp.MustCompile(`^rest-cors/`), func(p *replayer, _ string) { p.srv.Agent("agent1").Online(p.mode == standin.V3) }},
	{regexp.MustCompile(`^ws-transfer/|/transfer to (Sales|the same)|^rest-misc/transfer to unknown`), both},
	{regexp.MustCompile(`Manual_Selection|^ws-queue/`), settings(func(s *standin.Settings) { s.Routing = standin.ManualSelection })},
	{regexp.MustCompile(`accept_chats_with_no_agents`), settings(func(s *standin.Settings) { s.AcceptWithoutAgents = true })},
	{regexp.MustCompile(`^assign-close/closed by`), settings(func(s *standin.Settings) { s.Transcript = false })},
	{regexp.MustCompile(`^message-limit/`), settings(func(s *standin.Settings) { s.CharacterLimit = 20 })},
	{regexp.MustCompile(`/everything customised`), settings(customised)},
	{regexp.MustCompile(`Livechat_enabled=false`), settings(func(s *standin.Settings) { s.Enabled = false })},
	{regexp.MustCompile(`/API_Enable_CORS=true|rest-config/OPTIONS`), settings(func(s *standin.Settings) { s.CORS = true })},
	{regexp.MustCompile(`/API_CORS_Origin=`), settings(func(s *standin.Settings) { s.CORS, s.CORSOrigin = true, "http://one.example" })},
	{regexp.MustCompile(`/too large`), settings(func(s *standin.Settings) { s.MaxFileSize = 100 })},
	{regexp.MustCompile(`Livechat_fileupload_enabled=false`), settings(func(s *standin.Settings) { s.FileUpload = false })},
	{regexp.MustCompile(`offline form disabled`), settings(func(s *standin.Settings) { s.OfflineForm = false })},
	{regexp.MustCompile(`default Livechat_validate_offline_email=true`), settings(func(s *standin.Settings) { s.ValidateOffline = true })},
	{regexp.MustCompile(`Livechat_show_agent_info=false`), settings(func(s *standin.Settings) { s.ShowAgentInfo = false })},
	{regexp.MustCompile(`UI_Use_Real_Name=true`), settings(func(s *standin.Settings) { s.RealNames = true })},

	{regexp.MustCompile(`with an open room served|^message-limit/config|config with Livechat_show_agent|^rest-ratelimit-per-route/config|Manual_Selection: config`), inRoom},
	{regexp.MustCompile(`after the close: a new room|/send into a closed room|^rest-upload/closed room|/history of a closed room`), closed},
	{regexp.MustCompile(`^ws-malformed/method with(out params| unknown extra keys)`), func(p *replayer, _ string) {
		must(p.t, "POST", p.base+api+"visitor", object{"visitor": object{"token": "x"}})
	}},
	{regexp.MustCompile(`(PUT edit|DELETE) agent message`), agentWrote},
}

// triggers gives the stand-in the triggers that a recorded config tells:
// what an administrator wrote.
func (p *replayer) triggers(recorded any) {
	body, _ := recorded.(object)
	config, _ := body["config"].(object)
	list, ok := config["triggers"].([]any)
	if !ok || p.srv == nil {
		return
	}
	var raw []json.RawMessage
	for _, t := range list {
		b, err := json.Marshal(t)
		if err != nil {
			p.t.Fatal(err)
		}
		raw = append(raw, b)
	}
	p.srv.SetTriggers(raw...)
}
