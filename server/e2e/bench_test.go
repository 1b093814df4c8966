package e2e_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// TestBench compares Capsule with the official widget: the same page, browser
// and Rocket.Chat, in turns. It is no test of anything and runs only when
// CAPSULE_BENCH says how many rounds; CAPSULE_OFFICIAL_WIDGET names the folder
// of the npm package @rocket.chat/livechat, without which Capsule is measured
// alone. See ./build.sh bench.
func TestBench(t *testing.T) {
	rounds, err := strconv.Atoi(os.Getenv("CAPSULE_BENCH"))
	if err != nil {
		t.Skip("CAPSULE_BENCH says not how many rounds")
	}
	official, err := findPeer(os.Getenv("CAPSULE_OFFICIAL_WIDGET"))
	if err != nil {
		t.Fatal(err)
	}
	widgets := []*widget{capsuleWidget}
	if official != nil {
		widgets = append(widgets, officialWidget)
	}
	all, failed := results{}, 0
	before := load()
	for round := range rounds {
		if !measure(t, official, noWidget, conditions{"unthrottled", false}, true, round, all) {
			failed++
		}
		for _, c := range []conditions{{"unthrottled", false}, {"Slow 4G", true}} {
			for _, rested := range []bool{false, true} {
				for i := range widgets {
					// Each begins as often as the other.
					if !measure(t, official, widgets[(i+round)%len(widgets)], c, rested, round, all) {
						failed++
					}
				}
			}
		}
	}
	fmt.Println(report(all, official, rounds, before))
	if failed > 0 {
		fmt.Printf("%d visits did not come to their end and are left out.\n", failed)
	}
}

func measure(t *testing.T, official *peer, w *widget, c conditions, rested bool, round int, all results) (ok bool) {
	when := "at-once"
	if rested {
		when = "rested"
	}
	return t.Run(fmt.Sprintf("%s/%s/%s/%d", c.name, when, w.name, round+1), func(t *testing.T) {
		s := setUp(t, official, c)
		switch w {
		case officialWidget:
			s.tag = fmt.Sprintf(officialTag, s.url)
		case capsuleWidget:
			load := "intent" // a click before anything was fetched ahead
			if rested {
				load = "idle"
			}
			s.tag = fmt.Sprintf(capsuleTag, s.capsule, load)
		}
		v := begin(t, s, w, c)
		var f figures
		if w == noWidget {
			f = v.alone()
		} else {
			f = v.converse(rested)
		}
		all.add(w.name, c.name, f)
		fmt.Fprintf(os.Stderr, "%s: launcher %.0f ms, form %.0f ms\n", t.Name(), f["launcher"], f["rested.form"]+f["once.form"])
	})
}
