package model

import (
	"slices"
	"strings"
	"testing"
)

// TestShrinkKeepsWhatItTakes has schedules fail by weakening the policy, and
// expects what is left of each to fail alike, to need every act it has, and to
// be told so that a person can follow.
func TestShrinkKeepsWhatItTakes(t *testing.T) {
	weaknesses := Weaknesses()
	for _, name := range []string{"no look-up before a repeat", "a history that failed is not read again", "only one page of history is read"} {
		t.Run(name, func(t *testing.T) {
			weak := &weaknesses[slices.IndexFunc(weaknesses, func(w Weakness) bool { return w.Name == name })]
			seed := uint64(1)
			for RunWeak(Generate(seed), weak, nil).Violation == "" {
				if seed++; seed > 2000 {
					t.Fatal("nothing fails")
				}
			}
			whole := Generate(seed)
			why := RunWeak(whole, weak, nil).Violation
			invariant, _, _ := strings.Cut(why, ":")
			fails := func(s Schedule) bool { return strings.HasPrefix(RunWeak(s, weak, nil).Violation, invariant+":") }

			small := Shrink(whole, weak)
			if !fails(small) {
				t.Fatalf("seed %d fails with %q, and shrunk with %q", seed, why, RunWeak(small, weak, nil).Violation)
			}
			if len(small.Acts) >= len(whole.Acts) {
				t.Errorf("of %d acts %d are left", len(whole.Acts), len(small.Acts))
			}
			for i := range small.Acts {
				less := small
				less.Acts = slices.Delete(slices.Clone(small.Acts), i, i+1)
				if fails(less) {
					t.Errorf("it does not take %v", small.Acts[i])
				}
			}

			told := Transcript(whole, weak)
			lines := strings.Split(strings.TrimSpace(told), "\n")
			if last := lines[len(lines)-1]; !strings.Contains(last, "VIOLATION "+invariant+":") {
				t.Errorf("the transcript ends with %q", last)
			}
			for _, a := range small.Acts {
				if !strings.Contains(told, a.String()) {
					t.Errorf("the transcript does not say %v", a)
				}
			}
			t.Logf("seed %d: %d acts, %d needed, %d lines", seed, len(whole.Acts), len(small.Acts), len(lines))
		})
	}
}

// TestShrinkLeavesWhatHolds alone.
func TestShrinkLeavesWhatHolds(t *testing.T) {
	s := Generate(1)
	if got := Shrink(s, &Weakness{}); len(got.Acts) != len(s.Acts) {
		t.Errorf("of %d acts %d are left", len(s.Acts), len(got.Acts))
	}
}
