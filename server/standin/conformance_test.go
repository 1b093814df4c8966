package standin_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"capsule/server/standin"
)

// servers are the recorded servers and the stand-in that must answer alike.
var servers = []struct {
	name  string
	mode  standin.Mode
	order standin.Order
	org   staff
}{
	{"rocketchat-6.14", standin.V6, standin.Watched,
		staff{"gjhf3vCtrzbA7esPg", "JdKqrgRkMGjpSQsiu", "6b02ddc249caa2adc18c2222", "6b02ddf82533709fcce9380c"}},
	{"rocketchat-6.14-unwatched", standin.V6, standin.Unwatched,
		staff{"8CgzAHe3K38aEF3Pj", "sH9nJQokHJgMggTpK", "6b02e1f85e9e7c965278a3ff", "6b02e2076ca8a3cf808c7453"}},
	{"rocketchat-3.4.0", standin.V3, standin.Watched,
		staff{"GYvArMoZjmAhjnXon", "ihjsP57p5mMrn2w8H", "7ehoqXoGJZ6RuhMdE", "jgwPSGZqv6E8xTNaY"}},
}

// TestConformance replays what real servers were asked, and compares.
func TestConformance(t *testing.T) {
	used := map[string]bool{}
	replayed, listed := 0, 0
	for _, server := range servers {
		t.Run(server.name, func(t *testing.T) {
			for _, r := range load(t, server.name) {
				t.Run(r.Name, func(t *testing.T) {
					beat := time.Minute
					if r.Name == "ws-ping" {
						beat = heartbeat
					}
					p := newReplayer(t, server.mode, server.order, server.org, beat)
					p.within = elsewhere(r)
					pl := planFor(p, r.Name, "")
					p.srv.Limit(pl.rest, pl.ddp)
					each := func(name, request string, run func() []string) {
						key := server.name + "/" + r.Name + "/" + name
						reason, ok := lookup(notReplayed, key)
						if ok {
							used[reason.key] = true
							listed++
							return
						}
						replayed++
						p.skip = map[string]bool{}
						for k := range notReplayed {
							if frame, ok := strings.CutPrefix(k, key+"#"); ok {
								p.skip[frame], used[k] = true, true
								listed++
							}
						}
						p.reset(planFor(p, r.Name, name), request)
						for _, d := range run() {
							t.Errorf("%s: %s", name, d)
						}
					}
					exchanges, later := r.Exchanges, r.Exchanges[:0:0]
					if r.Name == "dup-id" { // the scenario came in between
						exchanges, later = exchanges[:4], exchanges[4:]
					}
					for _, e := range exchanges {
						each(e.Name, e.request(), func() []string {
							if inScenario[r.Name+"/"+e.Name] != "" {
								return nil // done there
							}
							return p.exchange(e)
						})
					}
					for _, s := range r.Scenarios {
						if s.HTTP != nil {
							each(s.Name, s.HTTP.request(), func() []string { return p.exchange(*s.HTTP) })
						} else {
							each(s.Name, "", func() []string { return p.play(s) })
						}
					}
					for _, e := range later {
						each(e.Name, e.request(), func() []string { return p.exchange(e) })
					}
				})
			}
		})
	}
	for key := range notReplayed {
		if !used[key] {
			t.Errorf("listed as not replayed, but there is no such exchange: %s", key)
		}
	}
	fmt.Fprintf(os.Stdout, "conformance: %d replayed, %d listed\n", replayed, listed)
}

// inScenario are exchanges that took place during a scenario, with the note
// that tells when.
var inScenario = map[string]string{
	"open-room-offline/close":      "room is closed by REST while subscribed",
	"open-room-offline/transcript": "transcript by REST: still seen on the old subscription",
}

func elsewhere(r recording) map[string]exchange {
	out := map[string]exchange{}
	for _, e := range r.Exchanges {
		if note := inScenario[r.Name+"/"+e.Name]; note != "" {
			out[note] = e
		}
	}
	return out
}

type listing struct{ key, reason string }

// lookup finds the entry of a table for a recording: its own, or one that
// ends in a star and is the beginning of its name.
func lookup(table map[string]string, key string) (listing, bool) {
	if reason, ok := table[key]; ok {
		return listing{key, reason}, true
	}
	for k, reason := range table {
		if prefix, ok := strings.CutSuffix(k, "*"); ok && strings.HasPrefix(key, prefix) {
			return listing{k, reason}, true
		}
	}
	return listing{}, false
}

// notReplayed lists what is recorded and not replayed, each with the reason.
// A key that ends in a star stands for all that begin like it; what follows a
// # is one frame of a scenario, by its signature.
var notReplayed = map[string]string{
	"rocketchat-3.4.0/rest-upload/wrong field name":         "the answer never comes: see TestAWrongFieldIsNeverAnsweredBy3",
	"rocketchat-3.4.0/ws-methods/no agent online#result 2 ": "asks for nobody and is told of whoever came first to the server",

	"rocketchat-6.14/rest-cors/Livechat_AllowedDomainsList: GET /livechat*":  "the official widget's page is served from a build of it, if at all",
	"rocketchat-3.4.0/rest-cors/Livechat_AllowedDomainsList: GET /livechat*": "the official widget's page is served from a build of it, if at all",

	"rocketchat-6.14/ws-big/message of 20000 characters": "the recorder cut the frame that was sent",
	"rocketchat-3.4.0/ws-big/*":                          "the recorder cut the frames that were sent",
	"rocketchat-6.14/ws-restart/connection attempt*":     "there is no server to compare",
	"rocketchat-3.4.0/ws-restart/connection attempt*":    "there is no server to compare",
	"rocketchat-6.14/ws-reconnect/two sockets of one*":   "two sockets at once: see TestR7EveryMessageGoesToEverySubscriber",
	"rocketchat-3.4.0/ws-reconnect/two sockets of one*":  "two sockets at once: see TestR7EveryMessageGoesToEverySubscriber",
	"rocketchat-6.14/ws-ping/no connect sent for 40 s":   "says only that 40 s of silence have no effect",
	"rocketchat-3.4.0/ws-ping/no connect sent for 40 s":  "says only that 40 s of silence have no effect",
}
