package app_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"capsule/server/internal/app"
)

func TestReadyTellsWhetherRocketChatCanBeReached(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"it answers", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"version":"8.4","success":true}`)
		}, `200 {"ready":true}`},
		{"it says that we ask too often", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, `200 {"ready":true}`},
		{"it answers a web page", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, `503 {"ready":false,"reason":"upstream"}`},
		{"it breaks", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, `503 {"ready":false,"reason":"upstream"}`},
		{"it hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, `503 {"ready":false,"reason":"unavailable"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var asked atomic.Int32
			up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				tt.answer(w, r)
			}))
			defer up.Close()
			a := start(t, &app.App{Files: built(t)}, "-rocketchat", up.URL)
			for range 20 {
				res, body := get(t, a.URL()+"/readyz")
				if got := res.Status[:3] + " " + strings.TrimSpace(body); got != tt.want {
					t.Fatalf("answered %s, want %s", got, tt.want)
				}
			}
			// net/http itself repeats a GET on a connection that was cut.
			if n := asked.Load(); n < 1 || n > 2 {
				t.Errorf("Rocket.Chat was asked %d times", n)
			}
			if res, _ := get(t, a.URL()+"/healthz"); res.StatusCode != 200 {
				t.Errorf("/healthz: %d", res.StatusCode)
			}
		})
	}
}

func TestADrainingServerSaysSoAndServesOn(t *testing.T) {
	a := &app.App{Files: built(t), Logf: t.Logf}
	if err := a.ParseFlags([]string{"-addr", "127.0.0.1:0", "-rocketchat", rocketChat(t).URL, "-drain", "1s"}, none); err != nil {
		t.Fatal(err)
	}
	if err := a.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if res, body := get(t, a.URL()+"/readyz"); res.StatusCode != 200 {
		t.Fatalf("before: %d %s", res.StatusCode, body)
	}
	drained := make(chan struct{})
	go func() { a.Drain(); close(drained) }()
	waitFor(t, "draining", func() bool {
		res, body := get(t, a.URL()+"/readyz")
		return res.StatusCode == 503 && body == `{"ready":false,"reason":"draining"}`+"\n"
	})
	res, _ := get(t, a.URL()+"/v1/config")
	if res.StatusCode != 200 || !res.Close {
		t.Errorf("while draining: %d, hangs up: %v", res.StatusCode, res.Close)
	}
	<-drained
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(a.URL() + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}

func TestTimesToDrain(t *testing.T) {
	for drain, ok := range map[string]bool{"0s": true, "9s": true, "1500ms": true, "10s": false, "-1s": false, "5": false, "soon": false} {
		err := new(app.App).ParseFlags([]string{"-demo", "-drain", drain}, none)
		if (err == nil) != ok {
			t.Errorf("-drain %s: %v", drain, err)
		}
	}
}
