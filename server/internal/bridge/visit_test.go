package bridge_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Rocket.Chat opens a further room for every call that finds none open yet
// (protocol 7.4).
func TestTwoTabsOpenOneRoom(t *testing.T) {
	for _, version := range []string{"3.4.0", "6.14"} {
		synctest.Test(t, func(t *testing.T) {
			var rooms atomic.Int32
			c := newChat()
			c.on("GET", "/api/info", ok(`{"version":"`+version+`","success":true}`))
			c.on("GET", "/api/v1/livechat/room", func(w http.ResponseWriter, r *http.Request) {
				had := rooms.Load()
				pass(time.Second) // of the bubble: between looking and making
				if had == 0 || version == "3.4.0" {
					had = rooms.Add(1)
					ok(fmt.Sprintf(`{"room":{"_id":"room%d","open":true},"newRoom":true,"success":true}`, had))(w, r)
					return
				}
				ok(fmt.Sprintf(`{"room":{"_id":"room%d","open":true},"newRoom":false,"success":true}`, had))(w, r)
			})
			c.on("GET", "/api/v1/livechat/config", func(w http.ResponseWriter, r *http.Request) {
				if n := rooms.Load(); n > 0 {
					ok(fmt.Sprintf(`{"config":{"enabled":true,"room":{"_id":"room%d","open":true}},"success":true}`, n))(w, r)
					return
				}
				ok(`{"config":{"enabled":true},"success":true}`)(w, r)
			})
			b := newBridge(t, c)
			var wg sync.WaitGroup
			var fresh atomic.Int32
			for range 5 {
				wg.Go(func() {
					w := ask(b, "POST", "/v1/room", `{}`)
					if w.Code != 200 || !strings.Contains(w.Body.String(), `"room1"`) {
						t.Errorf("%s: answered %d %s", version, w.Code, w.Body)
					}
					if strings.Contains(w.Body.String(), `"new":true`) {
						fresh.Add(1)
					}
				})
			}
			wg.Wait()
			if rooms.Load() != 1 || fresh.Load() != 1 {
				t.Errorf("%s: %d rooms, %d times new", version, rooms.Load(), fresh.Load())
			}
		})
	}
}

func TestSendingAgain(t *testing.T) {
	line := `{"id":"` + id + `","room":"` + room + `","text":"hello"}`
	stored := ok(`{"message":` + storedMessage + `,"success":true}`)
	another := func(from, to string) http.HandlerFunc {
		return ok(`{"message":` + strings.ReplaceAll(storedMessage, from, to) + `,"success":true}`)
	}
	for _, tt := range []struct {
		name         string
		send, lookup http.HandlerFunc
		code         int
		want         string
	}{
		{"6.14: an error that says nothing, and it is there", text(400, "application/json", `{"success":false,"error":"Cannot convert undefined or null to object"}`), stored, 200, `{"message":` + outMessage + `}`},
		{"3.4: an error without words, and it is there", text(400, "application/json", `{"success":false}`), stored, 200, `{"message":` + outMessage + `}`},
		{"yes without the message, and it is there", ok(`{"newRoom":false,"showConnecting":false,"success":true}`), stored, 200, `{"message":` + outMessage + `}`},
		{"an error, and it is not there", text(400, "application/json", `{"success":false}`), refused("invalid-message"), 409, `{"error":"refused","reason":"other"}`},
		{"yes without the message, and it is not there", ok(`{"success":true}`), refused("invalid-message"), 502, `{"error":"upstream"}`},
		{"an error, and it is the visitor's own in another room", text(400, "application/json", `{"success":false}`), another(room, "another"), 200, `{"message":` + strings.ReplaceAll(outMessage, room, "another") + `}`},
		{"an error, and the id is another's", text(400, "application/json", `{"success":false}`), another(token, strings.Repeat("y", 43)), 409, `{"error":"refused","reason":"other"}`},
		{"an answer about another message", another(id, "other"), refused("invalid-message"), 502, `{"error":"upstream"}`},
		{"a closed room is not looked into", refused("room-closed"), stored, 409, `{"error":"refused","reason":"room-closed"}`},
		{"nor is an unknown token", refused("invalid-token"), stored, 401, `{"error":"invalid-token"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			c.on("POST", "/api/v1/livechat/message", tt.send)
			c.on("GET", "/api/v1/livechat/message/"+id, tt.lookup)
			w := ask(newBridge(t, c), "POST", "/v1/messages", line)
			if w.Code != tt.code {
				t.Errorf("answered %d, want %d", w.Code, tt.code)
			}
			same(t, w.Body.String(), tt.want)
		})
	}
}

func TestALookUpStaysInItsRoom(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"Rocket.Chat does not have it":  refused("invalid-message"),
		"it belongs to another room":    ok(`{"message":` + strings.ReplaceAll(strings.ReplaceAll(storedMessage, room, "another"), token, strings.Repeat("y", 43)) + `,"success":true}`),
		"it has another id":             ok(`{"message":` + strings.ReplaceAll(storedMessage, id, "another") + `,"success":true}`),
		"there is none in the answer":   ok(`{"success":true}`),
		"the answer has a list instead": ok(`{"message":[],"success":true}`),
	} {
		c := newChat()
		c.on("GET", "/api/v1/livechat/message/"+id, h)
		if w := ask(newBridge(t, c), "GET", "/v1/messages/"+id+"?room="+room, ""); w.Code != 404 {
			t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
		}
	}
	c := newChat()
	c.on("GET", "/api/v1/livechat/message/"+id, ok(`{"message":`+strings.ReplaceAll(storedMessage, room, "another")+`,"success":true}`))
	if w := ask(newBridge(t, c), "GET", "/v1/messages/"+id+"?room="+room, ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"rid":"another"`) {
		t.Errorf("the visitor's own line in another room: answered %d %s", w.Code, w.Body)
	}
	c.on("GET", "/api/v1/livechat/messages.history/"+room, ok(`{"messages":[`+storedMessage+`,`+strings.ReplaceAll(storedMessage, room, "another")+`,{},7],"success":true}`))
	same(t, ask(newBridge(t, c), "GET", "/v1/messages?room="+room+"&limit=100&before=2026-01-31T12:00:00.5%2B02:00", "").Body.String(), `{"messages":[`+outMessage+`]}`)
	if q := c.all("messages.history/" + room)[0].query; q.Get("end") != "2026-01-31T10:00:00.500Z" || q.Get("limit") != "100" || len(q) != 3 {
		t.Errorf("asked with %v", q)
	}
}
