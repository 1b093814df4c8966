package bridge_test

import (
	"strings"
	"testing"

	"capsule/server/internal/bridge"
)

// Only a handful of fields may ever reach Rocket.Chat, whatever came.
func FuzzRequests(f *testing.F) {
	for _, tt := range bodies {
		f.Add(uint8(0), strings.ReplaceAll(tt.body, "%s", "department"), token)
	}
	for i := range posts {
		f.Add(uint8(i), `{"id":"`+id+`","room":"`+room+`","text":"x"}`, token)
		f.Add(uint8(i), `{"room":"`+room+`"}`, "")
		f.Add(uint8(i), `{"name":"Ann","email":"a@b.example"}`, token)
	}
	for _, rt := range routes {
		for i, p := range posts {
			if p.path == rt.target {
				f.Add(uint8(i), rt.body, token)
			}
		}
	}
	allowed := map[string]string{"config": "token department", "visitor": "", "room": "token", "room.close": "", "message": "", "offline.message": "",
		"custom.fields": "", "page.visited": "", "visitor.status": "", "room.transfer": "", "visitor/department.transfer": "", "room.survey": "", "transcript": ""}
	f.Fuzz(func(t *testing.T, which uint8, body, tok string) {
		c := newChat()
		b := newBridge(t, c, func(o *bridge.Options) { o.Logf = nil })
		w := ask(b, "POST", posts[int(which)%len(posts)].path, body, "X-Visitor-Token", tok)
		if w.Code == 200 && !strings.HasPrefix(w.Body.String(), "{") || w.Code != 200 && !strings.HasPrefix(w.Body.String(), `{"error":"`) {
			t.Errorf("answered %d %q", w.Code, w.Body)
		}
		for _, a := range c.asked {
			if a.path == "/api/info" {
				continue
			}
			path := strings.TrimPrefix(a.path, "/api/v1/livechat/")
			keys, known := allowed[path]
			if strings.HasPrefix(path, "message/") { // a look-up
				keys, known = "token rid", true
			}
			if a.method == "DELETE" && path == "visitor/"+tok {
				known = true
			}
			if !known {
				t.Fatalf("asked for %q", a.path)
			}
			for key, values := range a.query {
				if !strings.Contains(keys, key) || len(values) != 1 {
					t.Errorf("%s with %s=%q", path, key, values)
				}
			}
			if a.body != "" && !built(a.body) {
				t.Errorf("%s with body %s", path, a.body)
			}
		}
	})
}
