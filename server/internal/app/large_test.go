package app_test

import (
	"net/http"
	"strings"
	"testing"

	"capsule/server/internal/app"
)

func TestAConnectionEndsWithABodyThatIsTooLarge(t *testing.T) {
	a := start(t, &app.App{Files: built(t)}, "-rocketchat", rocketChat(t).URL, "-metrics", "127.0.0.1:0")
	for size, want := range map[int]bool{60 << 10: false, 100 << 10: true} { // net/http itself reads on to 256 KB
		r, err := http.NewRequest("POST", a.URL()+"/v1/session", strings.NewReader(`{"department":"`+strings.Repeat("x", size)+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Content-Type": {"application/json"}, "Origin": {a.URL()}}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // the head tells
		if res.Close != want {
			t.Errorf("%d bytes: answered %d, the server hangs up: %v", size, res.StatusCode, res.Close)
		}
	}
}
