// Package metrics counts what the server does, for Prometheus, and serves
// the counts and Go's profiles.
//
// The rule of the package: a label's value comes from a fixed set. Nothing a
// visitor chose or is known by becomes one, so that there is nothing to leak
// and nothing to grow.
package metrics

import (
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"capsule/server/internal/bridge"
)

// Metrics are the counts of one server. All methods may be called
// concurrently, and those of a nil Metrics do nothing.
type Metrics struct {
	registry      *prometheus.Registry
	requests      *prometheus.CounterVec
	latency       *prometheus.HistogramVec
	open          prometheus.Gauge
	calls         *prometheus.CounterVec
	callLatency   *prometheus.HistogramVec
	refusals      *prometheus.CounterVec
	registrations prometheus.Counter
	conflicts     prometheus.Counter
}

// buckets are of seconds: from a file out of memory to a call that Rocket.Chat
// took its whole time for.
var buckets = []float64{.001, .005, .025, .1, .25, .5, 1, 2.5, 5, 10}

// New makes a Metrics for a server of that version.
func New(version string) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "capsule", Name: name, Help: help}, labels)
	}
	seconds := func(name, help, label string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "capsule", Name: name, Help: help, Buckets: buckets}, []string{label})
	}
	m := &Metrics{
		registry:    prometheus.NewRegistry(),
		requests:    counter("requests_total", "Requests answered, by route and status.", "route", "status"),
		latency:     seconds("request_seconds", "How long requests took, by route.", "route"),
		open:        prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "capsule", Name: "requests_in_flight", Help: "Requests being answered."}),
		calls:       counter("rocketchat_calls_total", "Calls to Rocket.Chat, by what they are for and how they ended.", "call", "outcome"),
		callLatency: seconds("rocketchat_call_seconds", "How long calls to Rocket.Chat took, the wait for a slot included.", "call"),
		refusals:    counter("refusals_total", "Requests to the bridge not answered with 200, by the code the caller was told. rate-limited is by our limits or by Rocket.Chat's; the latter also count as outcome of the call.", "code"),
		registrations: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "capsule", Name: "registrations_total", Help: "Visitors registered or changed."}),
		conflicts: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "capsule", Name: "identity_conflicts_total", Help: "Times Rocket.Chat took a visitor for another one."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: "capsule", Name: "build_info", Help: "Always 1; the label names the widget's build.",
		ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.latency, m.open, m.calls, m.callLatency, m.refusals, m.registrations, m.conflicts, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Load makes the calls to Rocket.Chat that are under way and those that wait
// for a slot visible.
func (m *Metrics) Load(load func() (inFlight, waiting int)) {
	if m == nil {
		return
	}
	gauge := func(name, help string, value func() int) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "capsule", Name: name, Help: help},
			func() float64 { return float64(value()) }))
	}
	gauge("rocketchat_calls_in_flight", "Calls to Rocket.Chat under way.", func() int { n, _ := load(); return n })
	gauge("rocketchat_calls_waiting", "Calls to Rocket.Chat that wait for a slot.", func() int { _, n := load(); return n })
}

// Request counts a request that was answered. The route is one of a fixed set.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.latency.WithLabelValues(route).Observe(took.Seconds())
}

// InFlight counts the requests that next is answering.
func (m *Metrics) InFlight(next http.Handler) http.Handler {
	if m == nil {
		return next
	}
	return promhttp.InstrumentHandlerInFlight(m.open, next)
}

// Bridge counts what the bridge tells.
func (m *Metrics) Bridge(ev bridge.Event) {
	if m == nil {
		return
	}
	switch ev.Kind {
	case bridge.Called:
		m.calls.WithLabelValues(ev.Name, ev.Outcome).Inc()
		m.callLatency.WithLabelValues(ev.Name).Observe(ev.Took.Seconds())
	case bridge.Declined:
		m.refusals.WithLabelValues(ev.Outcome).Inc()
	case bridge.Registered:
		m.registrations.Inc()
	case bridge.Conflict:
		m.conflicts.Inc()
	}
}

// Handler serves /metrics and /debug/pprof/. It is for the operator alone:
// profiles show what is in memory.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
