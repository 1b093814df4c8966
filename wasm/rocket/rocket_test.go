package rocket_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

var versions = []string{"3.4.0", "6.14"}

// lines returns what real servers answered: a line each of testdata.
func lines(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func parse(t testing.TB, text string) ejson.Value {
	t.Helper()
	v, err := ejson.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestRecordedMessagesSurvive(t *testing.T) {
	for _, version := range versions {
		for _, line := range lines(t, "messages-"+version) {
			v := parse(t, line)
			m, err := rocket.MessageFrom(v)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			if m.ID != v.Get("_id").Str() || m.Text != v.Get("msg").Str() || m.Type != v.Get("t").Str() || m.From.Username == "" || m.At.IsZero() || m.Updated.IsZero() {
				t.Errorf("%s\nread as %+v", line, m)
			}
			again, err := rocket.MessageFrom(parse(t, m.Value().String()))
			if err != nil || !reflect.DeepEqual(m, again) {
				t.Errorf("%s\nwritten as %s", line, m.Value())
			}
		}
	}
}

func TestRecordedConfigsSurvive(t *testing.T) {
	for _, version := range versions {
		for _, line := range lines(t, "configs-"+version) {
			c := rocket.ConfigFrom(parse(t, line))
			if again := rocket.ConfigFrom(parse(t, c.Value().String())); !reflect.DeepEqual(c, again) {
				t.Errorf("%s\nread as %+v\nafter writing %+v", line, c, again)
			}
		}
	}
	c := rocket.ConfigFrom(parse(t, lines(t, "configs-6.14")[1]))
	want := rocket.Config{
		Enabled: true, Online: true, Closable: true, Language: "de",
		Transcript: true, Switch: true, Monitor: "title",
		Form:  rocket.Form{Offline: true},
		Theme: rocket.Theme{Title: "My Support", Color: "#123456", OfflineTitle: "We are away", OfflineColor: "#777777"},
		Texts: rocket.Texts{Register: "Tell us who you are", Offline: "Leave a *message* please", OfflineSent: "Thanks, sent",
			OfflineUnavailable: "No form now", Ended: "Chat is over", EndedText: "Closing text **bold**"},
		Departments: []rocket.Department{{"6b02ddc249caa2adc18c2222", "Chats", true, true}, {"6b02ddf82533709fcce9380c", "Sales", true, true}},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestAnEmptyConfigIsThatOfAFreshServer(t *testing.T) {
	want := rocket.Config{Enabled: true, Closable: true, Files: true, Switch: true, Form: rocket.Form{Ask: true, Name: true, Email: true, Offline: true}}
	if got := rocket.ConfigFrom(ejson.Null()); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestErrorCode reads the code out of each kind of refusal in the recordings.
func TestErrorCode(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"a bare code", `{"success":false,"error":"invalid-token"}`, "invalid-token"},
		{"a code in brackets", `{"success":false,"error":"[invalid-token]","errorType":"invalid-token"}`, "invalid-token"},
		{"a reason and a code", `{"success":false,"error":"Sorry, no online agents [no-agent-online]","errorType":"no-agent-online"}`, "no-agent-online"},
		{"a code in brackets without type", `{"success":false,"error":"Error, too many requests. You must wait 60 seconds. [error-too-many-requests]"}`, "error-too-many-requests"},
		{"a Meteor error of 3.4", `{"isClientSafe":true,"error":"room-closed","message":"[room-closed]","errorType":"Meteor.Error","success":false}`, "room-closed"},
		{"a failed check", `{"success":false,"error":"Match error: Missing key 'token'"}`, "invalid-params"},
		{"a failed check of 3.4", `{"message":"Match error: Missing key 'token'","errorType":"Match.Error","success":false}`, "invalid-params"},
		{"a reason alone, as uploads give it", `{"reason":"error-type-not-allowed","success":false}`, "error-type-not-allowed"},
		{"nothing", `{"success":false}`, ""},
		{"no bracket before the last", `{"error":"]"}`, "]"},
		{"a number", `{"error":404}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := rocket.ErrorCode(parse(t, tt.body)); got != tt.want {
				t.Errorf("ErrorCode(%s) = %q, want %q", tt.body, got, tt.want)
			}
		})
	}
	for _, version := range versions {
		for _, line := range lines(t, "errors-"+version) {
			_, body, _ := strings.Cut(line, " ")
			code := rocket.ErrorCode(parse(t, body))
			silent := strings.Contains(body, `"status":"error"`) || !strings.Contains(body, `"error"`) && !strings.Contains(body, `"reason"`) && !strings.Contains(body, `"errorType"`)
			if (code == "") != silent {
				t.Errorf("%s: ErrorCode(%s) = %q", version, body, code)
			}
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.UnixMilli(1769853600000)
	text := `{"error":"Error, too many requests. Please slow down. You must wait 42 seconds before trying this endpoint again. [error-too-many-requests]"}`
	for _, tt := range []struct {
		name, reset, body string
		want              time.Duration
	}{
		{"the header", "1769853607000", text, 7 * time.Second},
		{"the text without header", "", text, 42 * time.Second},
		{"neither", "", `{}`, time.Minute},
		{"a header of the past", "1769853500000", text, time.Second},
		{"a header that is far off", "9999999999999", text, 2 * time.Minute},
		{"a header that is no number", "soon", `{"error":"wait 999999999999999999999 seconds"}`, 2 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := rocket.RetryAfter(tt.reset, parse(t, tt.body), now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestATokenDoesNotPrint(t *testing.T) {
	token := rocket.Token("f3GQ8cSZKgjRKB4ah9dAPsK7TuebNYKAuY3LaMomv2T9xMsyrMmg7Nq5wCnJ9Gaq")
	v := rocket.Visitor{User: rocket.User{ID: "v1"}, Token: token}
	for _, s := range []string{fmt.Sprint(token), fmt.Sprintf("%v %+v %#v %s %q", v, v, v, v, token), v.Value().String(), rocket.Token("").String()} {
		if strings.Contains(s, string(token)) {
			t.Errorf("the token is in %s", s)
		}
	}
	if !token.Valid() || rocket.Token("short").Valid() || rocket.Token(strings.Repeat("x", 40)+"$").Valid() {
		t.Error("Valid is wrong")
	}
}

func TestValidID(t *testing.T) {
	for id, want := range map[string]bool{
		"": false, "a": true, "6b02ddc249caa2adc18c2222": true, "3f2504e0-4f89-41d3-9a0c-0305e82c3301": true, "a_b": true,
		"a b": false, "a/b": false, "..": false, "ä": false, "a\x00": false, strings.Repeat("a", 128): true, strings.Repeat("a", 129): false,
	} {
		if got := rocket.ValidID(id); got != want {
			t.Errorf("ValidID(%q) = %v", id, got)
		}
	}
}

func TestPeople(t *testing.T) {
	visitor := rocket.VisitorFrom(parse(t, `{"_id":"v1","username":"guest-3","token":"T","name":"Ann","visitorEmails":[{"address":"a@x.y"}],"phone":[{"phoneNumber":"+49"}],"department":"d1"}`))
	if got, want := visitor.Value().String(), `{"_id":"v1","username":"guest-3","name":"Ann","department":"d1","email":"a@x.y","phone":"+49"}`; got != want {
		t.Errorf("visitor is written as %s, want %s", got, want)
	}
	if again := rocket.VisitorFrom(visitor.Value()); again.Email != "a@x.y" || again.Phone != "+49" {
		t.Errorf("read again as %+v", again)
	}
	hidden := rocket.AgentFrom(parse(t, `{"hiddenInfo":true,"_id":"u1","username":"bob"}`))
	if hidden.DisplayName() != "" || !hidden.Known() || hidden.Value().String() != `{"hiddenInfo":true}` {
		t.Errorf("a hidden agent shows: %+v", hidden)
	}
	agent := rocket.AgentFrom(parse(t, `{"_id":"u1","username":"bob","status":"away","emails":[{"address":"b@x.y"}]}`))
	if got, want := agent.Value().String(), `{"_id":"u1","username":"bob","status":"away"}`; got != want || agent.DisplayName() != "bob" {
		t.Errorf("agent is written as %s, want %s", got, want)
	}
	if rocket.AgentFrom(ejson.Null()).Known() {
		t.Error("nobody is known")
	}
}

func TestRooms(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"an open room", `{"_id":"R","open":true,"departmentId":"d1","servedBy":{"_id":"u1","username":"bob","ts":"x"},"v":{"token":"T"}}`,
			`{"_id":"R","open":true,"departmentId":"d1","servedBy":{"_id":"u1","username":"bob"}}`},
		{"a room of an old server", `{"_id":"R"}`, `{"_id":"R","open":true}`},
		{"a closed room of an old server", `{"_id":"R","closedAt":"2026-01-31T10:00:00.000Z"}`, `{"_id":"R","open":false}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := rocket.RoomFrom(parse(t, tt.in)).Value().String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRoomEvents(t *testing.T) {
	for in, want := range map[string]rocket.RoomEvent{
		`{"type":"agentData","data":{"_id":"u1","username":"bob"}}`: {Type: "agentData", Agent: rocket.Agent{User: rocket.User{ID: "u1", Username: "bob"}}},
		`{"type":"agentData"}`:                     {Type: "agentData"},
		`{"type":"agentStatus","status":"away"}`:   {Type: "agentStatus", Status: "away"},
		`{"type":"queueData","data":{"spot":2}}`:   {Type: "queueData", Spot: 2},
		`{"type":"visitorData","visitor":{"a":1}}`: {Type: "visitorData"},
		`7`: {},
	} {
		if got := rocket.RoomEventFrom(parse(t, in)); got != want {
			t.Errorf("%s is read as %+v", in, got)
		}
	}
}

func TestDisplayNameKeepsWhatIsNotPublic(t *testing.T) {
	bob := rocket.User{Username: "bob", Name: "Robert Real"}
	if got := (rocket.Message{From: bob}).DisplayName(); got != "bob" {
		t.Errorf("without alias: %q", got)
	}
	if got := (rocket.Message{From: bob, Alias: "x"}).DisplayName(); got != "Robert Real" {
		t.Errorf("with alias: %q", got)
	}
}

func TestMessagesFromLeavesOutWhatIsNone(t *testing.T) {
	got := rocket.MessagesFrom(parse(t, `[{"_id":"a","rid":"R"},7,null,{"_id":"b"},{"rid":"R"}]`))
	if len(got) != 1 || got[0].ID != "a" {
		t.Errorf("got %+v", got)
	}
}

func FuzzMessageFrom(f *testing.F) {
	for _, version := range versions {
		for _, line := range lines(f, "messages-"+version) {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ejson.Parse(text)
		if err != nil {
			return
		}
		_ = rocket.ConfigFrom(v).Value().String()
		_ = rocket.VisitorFrom(v).Value().String()
		_ = rocket.RoomEventFrom(v)
		_ = rocket.ErrorCode(v)
		m, err := rocket.MessageFrom(v)
		if err != nil {
			return
		}
		if _, err := rocket.MessageFrom(m.Value()); err != nil {
			t.Fatalf("%s is written as %s", text, m.Value())
		}
	})
}

func ExampleStreamParams() {
	for _, p := range rocket.StreamParams("R", "T") {
		fmt.Println(p)
	}
	// Output:
	// "R"
	// {"useCollection":false,"args":[{"token":"T","visitorToken":"T"}]}
}

func ExampleTypingParams() {
	fmt.Println(rocket.TypingParams("R", "guest-3", true, false, "T"))
	fmt.Println(rocket.TypingParams("R", "guest-3", false, true, "T"))
	// Output:
	// ["R/user-activity" "guest-3" ["user-typing"] {"token":"T"}]
	// ["R/typing" "guest-3" false {"token":"T"}]
}

func TestVisitorName(t *testing.T) {
	for in, want := range map[string]string{
		"Ann": "Ann", "  Ann\tLee\r\n": "Ann Lee", "Ann\x00Lee": "Ann Lee", "": "", "\n": "",
		strings.Repeat("ü", 120): strings.Repeat("ü", 100), strings.Repeat("a", 99) + " b": strings.Repeat("a", 99),
	} {
		if got := rocket.VisitorName(in); got != want {
			t.Errorf("VisitorName(%q) = %q, want %q", in, got, want)
		}
	}
}
