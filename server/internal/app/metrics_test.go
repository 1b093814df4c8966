package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"capsule/server/internal/app"
)

func TestMetricsAreCountedElsewhere(t *testing.T) {
	a := start(t, &app.App{Files: built(t)}, "-rocketchat", rocketChat(t).URL, "-metrics", "127.0.0.1:0")
	for _, path := range []string{"/capsule.js", "/no/such/page", "/v1/config", "/v1/config", "/v1/nothing", "/healthz"} {
		get(t, a.URL()+path)
	}
	r, err := http.NewRequest("BREW", a.URL()+"/v1/config", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	res, body := get(t, a.MetricsURL()+"/metrics")
	if res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	for _, want := range []string{
		`capsule_requests_total{route="/capsule.js",status="200"} 1`,
		`capsule_requests_total{route="/*",status="404"} 1`,
		`capsule_requests_total{route="GET /v1/config",status="200"} 2`,
		`capsule_requests_total{route="unknown",status="404"} 1`,
		`capsule_requests_total{route="unknown",status="403"} 1`,
		`capsule_rocketchat_calls_total{call="read config",outcome="ok"} 1`,
		`capsule_rocketchat_call_seconds_count{call="read config"} 1`,
		`capsule_refusals_total{code="not-found"} 1`,
		`capsule_refusals_total{code="forbidden-origin"} 1`,
		`capsule_requests_in_flight 0`,
		`capsule_rocketchat_calls_in_flight 0`,
		`capsule_registrations_total 0`,
		`capsule_identity_conflicts_total 0`,
		`capsule_build_info{version="1"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
	if res, body := get(t, a.MetricsURL()+"/debug/pprof/goroutine?debug=1"); res.StatusCode != 200 || !strings.Contains(body, "goroutine profile:") {
		t.Errorf("profiles: %d %.80s", res.StatusCode, body)
	}
	// A page elsewhere whose name was pointed at this machine.
	r, err = http.NewRequest("GET", a.MetricsURL()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example:9090"
	if res, err = http.DefaultClient.Do(r); err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 403 {
		t.Errorf("as evil.example: %d", res.StatusCode)
	}
}

func TestVisitorsAreCountedAndNotNamed(t *testing.T) {
	// A Rocket.Chat that takes a telephone number for a known visitor's.
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		token := marks["token"]
		if strings.Contains(string(body), "phone") {
			token = strings.Repeat("o", 43)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"visitor":{"_id":"v1","token":"`+token+`"},"success":true}`)
	}))
	t.Cleanup(up.Close)
	a := start(t, &app.App{Files: built(t)}, "-rocketchat", up.URL, "-origin", "https://www.example.com", "-metrics", "127.0.0.1:0", "-rate", "0")
	visit(t, a.URL(), "POST", "/v1/visitor")
	visit(t, a.URL(), "POST", "/v1/nothing")
	_, body := get(t, a.MetricsURL()+"/metrics")
	for _, want := range []string{
		"capsule_registrations_total 1\n", "capsule_identity_conflicts_total 1\n",
		`capsule_rocketchat_calls_total{call="register visitor",outcome="ok"} 3`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}

func TestWithoutMetricsThereAreNone(t *testing.T) {
	a := start(t, &app.App{Files: built(t)}, "-rocketchat", rocketChat(t).URL)
	if a.MetricsURL() != "" {
		t.Errorf("metrics are at %s", a.MetricsURL())
	}
}

func TestWhereMetricsMayBe(t *testing.T) {
	const others = "-metrics: others could read it there; use 127.0.0.1, or add -metrics-public if that is meant"
	for _, tt := range []struct{ args, want string }{
		{"-metrics 127.0.0.1:9090", ""},
		{"-metrics [::1]:9090", ""},
		{"-metrics localhost:9090", ""},
		{"-metrics :9090", others},
		{"-metrics 0.0.0.0:9090", others},
		{"-metrics [::]:9090", others},
		{"-metrics 10.0.0.7:9090", others},
		{"-metrics metrics.example:9090", others},
		{"-metrics :9090 -metrics-public", ""},
		{"-metrics 9090", `-metrics: "9090" is no address like 127.0.0.1:9090`},
		{"-metrics-public", "-metrics-public: needs -metrics as well"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			got := ""
			if err := new(app.App).ParseFlags(append([]string{"-demo"}, strings.Fields(tt.args)...), none); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("the error is %q, want %q", got, tt.want)
			}
		})
	}
}
