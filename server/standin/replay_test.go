package standin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"capsule/server/standin"
)

// A replayer does again what was done to a recorded server.
type replayer struct {
	t     *testing.T
	base  string
	srv   *standin.Server // nil against a live server
	org   staff
	mode  standin.Mode
	tr    translation
	known map[string]bool // tokens registered and rooms opened
	plan  plan

	skip       map[string]bool     // frames of the scenario that are listed
	within     map[string]exchange // done where a scenario's note tells
	token, rid string              // live, of the scenario
}

// staff are the ids of the recorded server's agents and departments.
type staff struct{ agent1, agent2, chats, sales string }

// A plan tells what was done around an exchange or scenario.
type plan struct {
	before     []func(p *replayer, request string)
	department string // of visitors who are registered outside the recording
	rest, ddp  bool   // limits are on
	uncounted  bool   // the recorder's own calls counted too
}

var (
	tokenText = regexp.MustCompile(`[0-9A-Za-z]{64}`)
	ridText   = regexp.MustCompile(`\b[23456789A-HJ-NP-Za-km-z]{17}\b`)
)

func newReplayer(t *testing.T, mode standin.Mode, order standin.Order, org staff, beat time.Duration) *replayer {
	set := recordedSettings()
	s, base := start(t, standin.Options{
		Mode: mode, Order: order, Preview: -1, Settings: &set, Heartbeat: beat, HeartbeatTimeout: beat,
		Agents: []standin.Agent{
			{ID: org.agent1, Username: "agent1", Name: "Agent One"},
			{ID: org.agent2, Username: "agent2", Name: "Agent Two"},
		},
		Departments: []standin.Department{
			{ID: org.chats, Name: "Chats", Agents: []string{"agent1"}, ShowOnRegistration: true, ShowOnOfflineForm: true},
			{ID: org.sales, Name: "Sales", Agents: []string{"agent2"}, ShowOnRegistration: true, ShowOnOfflineForm: true},
		},
		CustomFields: []standin.CustomField{{Key: "company"}, {Key: "order", Room: true}},
	})
	return &replayer{t: t, base: base, srv: s, org: org, mode: mode, tr: translation{}, known: map[string]bool{}}
}

// recordedSettings are those the recorded servers ran with.
func recordedSettings() standin.Settings {
	set := standin.DefaultSettings()
	set.Transcript = true
	return set
}

// reset puts agents and settings as they were unless a plan says otherwise.
func (p *replayer) reset(pl plan, request string) {
	p.plan = pl
	if p.srv == nil {
		return
	}
	p.srv.Set(func(s *standin.Settings) { *s = recordedSettings() })
	p.srv.Agent("agent1").Online(true)
	p.srv.Agent("agent1").Presence("online")
	p.srv.Agent("agent1").Available(true)
	p.srv.Agent("agent2").Online(false)
	for _, do := range pl.before {
		do(p, request)
	}
}

// prepare registers the visitors and opens the rooms that a request needs and
// that no recorded request made: the recorder did so by itself.
func (p *replayer) prepare(text, expected string, opens bool) {
	if strings.Contains(text, `"visitor":`) || strings.Contains(text, "visitor%5B") || strings.Contains(text, "registerGuest") {
		for _, token := range tokenText.FindAllString(text, -1) {
			p.known[token] = true
		}
		return
	}
	token := tokenText.FindString(text)
	if token == "" {
		return
	}
	if !p.known[token] {
		p.register(token)
	}
	for _, rid := range ridText.FindAllString(tokenText.ReplaceAllString(text, ""), -1) {
		if p.tr[rid] != "" || p.known[rid] || rid == p.org.agent1 || rid == p.org.agent2 || rid == p.org.chats || rid == p.org.sales {
			continue
		}
		if !isRoom(text, rid) {
			continue
		}
		if !opens {
			p.known[rid] = true // the client's own invention
			continue
		}
		owner := token
		if strings.Contains(expected, "cannot-access-room") || strings.Contains(expected, "another") {
			owner = "other-" + rid
			p.register(owner)
		}
		p.open(rid, owner)
	}
}

// isRoom tells whether an id stands where a room's does.
func isRoom(text, id string) bool {
	for _, form := range []string{`"rid":"` + id, `rid=` + id, `"roomId":"` + id, `"params":["` + id, `["` + id, "history/" + id, "upload/" + id, "agent.info/" + id, "/live/" + id} {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

func (p *replayer) register(token string) {
	p.known[token] = true
	token = p.tr.live(token)
	v := object{"token": token, "name": "Vis Itor", "email": "v" + strings.ToLower(token[:6]) + "@example.com"}
	if p.plan.department != "" {
		v["department"] = p.plan.department
	}
	if status, d := rest(p.t, "POST", p.base+api+"visitor", object{"visitor": v}); status != http.StatusOK {
		p.t.Fatalf("register %s = %d %v", token, status, d)
	}
}

// open makes the room that the recording calls rid.
func (p *replayer) open(rid, token string) {
	p.known[rid] = true
	status, d := rest(p.t, "GET", p.base+api+"room?token="+p.tr.live(token), nil)
	if status != http.StatusOK {
		p.t.Fatalf("open room %s = %d %v", rid, status, d)
	}
	p.tr[rid] = d["room"].(object)["_id"].(string)
}

// request is what an exchange asks, as text to look for tokens and ids in.
func (e exchange) request() string {
	body, _ := bodyText(e.Request.Body)
	token, _ := e.Request.Headers["x-visitor-token"].(string)
	return e.Request.Path + " " + body + " " + token
}

// exchange does a request and returns how its answer differs.
func (p *replayer) exchange(e exchange) []string {
	recordedText, isText := bodyText(e.Response.Body)
	var recorded any
	_ = json.Unmarshal([]byte(recordedText), &recorded) // no JSON: compared as text
	requestBody, _ := bodyText(e.Request.Body)
	opens := !strings.Contains(recordedText, "invalid-room") && !strings.Contains(recordedText, `"newRoom":true,"success"`) ||
		strings.Contains(e.Name, "another visitor")
	if !strings.Contains(e.Request.Path, "livechat/config") || strings.Contains(recordedText, `"guest"`) {
		p.prepare(e.request(), recordedText, opens)
	}
	if p.srv != nil && strings.Contains(e.Request.Path, "messages.history") {
		p.fill(recorded)
	}
	p.triggers(recorded)

	var body io.Reader
	var binary struct{ Base64 []byte }
	if requestBody != "" {
		body = strings.NewReader(p.tr.live(requestBody))
	} else if json.Unmarshal(e.Request.Body, &binary) == nil && binary.Base64 != nil {
		body = strings.NewReader(string(binary.Base64))
	}
	req, err := http.NewRequestWithContext(deadline(p.t), e.Request.Method, p.base+p.tr.live(e.Request.Path), body)
	if err != nil {
		p.t.Fatal(err)
	}
	for k, v := range e.Request.Headers {
		req.Header.Set(k, v.(string))
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}

	var out []string
	if res.StatusCode != e.Response.Status {
		out = append(out, "status: recorded "+http.StatusText(e.Response.Status)+", got "+http.StatusText(res.StatusCode)+" "+string(data))
	}
	for k, v := range e.Response.Headers {
		if k == "x-ratelimit-remaining" && p.plan.uncounted {
			continue
		}
		if got := res.Header.Get(k); !strings.EqualFold(strings.ReplaceAll(got, " ", ""), strings.ReplaceAll(v.(string), " ", "")) {
			out = append(out, k+": recorded "+v.(string)+", got "+got)
		}
	}
	if recorded == nil {
		// Of what is no JSON only the text counts, and of pages and
		// pictures only that there is one.
		if isText && !strings.HasPrefix(recordedText, "<!DOCTYPE") && !strings.HasPrefix(recordedText, "ID3") && !strings.HasPrefix(recordedText, "(recorder:") && recordedText != string(data) {
			out = append(out, "body: recorded "+recordedText+", got "+string(data))
		}
		return out
	}
	var live any
	if json.Unmarshal(data, &live) != nil {
		return append(out, "body: not JSON: "+string(data))
	}
	p.tr.learn(recorded, live)
	return append(out, p.tr.differences(recorded, live, "body")...)
}

// fill writes the messages that a recorded history has and the room has not:
// visitor and agent went on between the exchanges.
func (p *replayer) fill(recorded any) {
	history, _ := recorded.(object)
	list, _ := history["messages"].([]any)
	for i := len(list) - 1; i >= 0; i-- {
		m := list[i].(object)
		id := m["_id"].(string)
		if m["t"] != nil || m["file"] != nil || p.tr[id] != "" || p.known[id] {
			continue
		}
		rid := p.tr.live(m["rid"].(string))
		if p.has(rid, id) {
			continue
		}
		if token, ok := m["token"].(string); ok {
			got := must(p.t, "POST", p.base+api+"message", object{"token": token, "rid": rid, "msg": m["msg"]})
			p.tr[id] = got["message"].(object)["_id"].(string)
			continue
		}
		live, err := p.srv.Agent("agent1").Say(rid, m["msg"].(string))
		if err != nil {
			p.t.Fatal(err)
		}
		p.tr[id] = live
	}
}

func (p *replayer) has(rid, id string) bool {
	for _, m := range p.srv.Messages(rid) {
		if m.ID == id {
			return true
		}
	}
	return false
}
