package model

import (
	"fmt"
	"strings"
	"testing"

	"capsule/wasm/internal/mutant"
)

// TestMutants weakens the policy in one way at a time. Each must be noticed
// within 20,000 schedules; the table says when it first was, and by which
// invariant.
func TestMutants(t *testing.T) {
	if !mutant.Built {
		t.Skip("this is about the model, and takes a while: -tags mutants")
	}
	var table strings.Builder
	killed, all := 0, 0
	try := func(name string, weak *Weakness) {
		all++
		got := tally{}
		for from := uint64(1); from < 20001 && len(got.failed) == 0; from += 200 {
			got = playWeak(from, 200, 1000, weak, Generate)
		}
		if len(got.failed) == 0 {
			table.WriteString("SURVIVES  " + name + "\n")
			t.Errorf("nobody notices: %s", name)
			return
		}
		killed++
		first := got.failed[0]
		table.WriteString(line(name, first, len(got.failed), got.why[first]))
	}
	for _, w := range Weaknesses() {
		try(w.Name, &w)
	}
	defer mutant.Set(mutant.None)
	for m := mutant.None + 1; m < mutant.Mutants; m++ {
		mutant.Set(m)
		try(m.String(), &Weakness{})
	}
	t.Logf("%d of %d mutants killed; with the seed that first did, how many of its 200 did, and why:\n%s", killed, all, table.String())
}

func line(name string, seed uint64, bad int, why string) string {
	if len(why) > 90 {
		why = why[:90] + "..."
	}
	return fmt.Sprintf("%-46s seed %5d  %3d/200  %s\n", name, seed, bad, why)
}
