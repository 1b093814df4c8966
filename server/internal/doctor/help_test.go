package doctor_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"capsule/server/internal/doctor"
)

// answer is a JSON answer.
func answer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body))
	}
}

// chatter is a websocket that says the same again and again.
func chatter(frame string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		defer func() { _ = c.CloseNow() }()
		for range 50 {
			if c.Write(r.Context(), websocket.MessageText, []byte(frame)) != nil {
				return
			}
		}
		_, _, _ = c.Read(r.Context())
	}
}

// wasmWith has the wasm come with another value of a header, or without it.
func wasmWith(name, value string) func(*world) {
	return func(w *world) {
		w.capsule = changed(func(h http.Header) {
			if h.Get("Content-Type") != "application/wasm" {
				return
			}
			if h.Set(name, value); value == "" {
				h.Del(name)
			}
		})
	}
}

func TestPrint(t *testing.T) {
	found := []doctor.Finding{
		{Topic: "a", Level: doctor.OK, Text: "well"},
		{Topic: "b", Level: doctor.Warning, Text: "so so", Fix: "one\ntwo"},
	}
	var text strings.Builder
	doctor.Print(&text, found)
	const want = "ok       a            well\n" +
		"warning  b            so so\n" +
		"                         one\n                         two\n" +
		"\n1 ok, 1 to look at, 0 wrong\n"
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
	var out strings.Builder
	if err := doctor.PrintJSON(&out, found); err != nil {
		t.Fatal(err)
	}
	var back struct {
		OK       bool
		Findings []doctor.Finding
	}
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || !back.OK || len(back.Findings) != 2 || back.Findings[1] != found[1] {
		t.Errorf("%v: %s", err, out.String())
	}
}
