package model

import (
	"fmt"
	"slices"
	"strings"
)

// Shrink leaves out of a failing schedule what is not needed for it to
// fail: faults first, then what people do, one by one until nothing more
// can go.
func Shrink(s Schedule, weak *Weakness) Schedule {
	invariant, _, broken := strings.Cut(RunWeak(s, weak, nil).Violation, ":")
	if !broken {
		return s
	}
	fails := func(s Schedule) bool { return strings.HasPrefix(RunWeak(s, weak, nil).Violation, invariant+":") }
	for again := true; again; {
		again = false
		for _, faults := range []bool{true, false} {
			for i := 0; i < len(s.Acts); i++ {
				if s.Acts[i].Kind.Fault() != faults {
					continue
				}
				less := s
				less.Acts = slices.Delete(slices.Clone(s.Acts), i, i+1)
				if fails(less) {
					s, again = less, true
					i--
				}
			}
		}
	}
	return s
}

// Transcript plays the shrunk form of a failing schedule and writes down
// what happens, beginning with the acts that it takes.
func Transcript(s Schedule, weak *Weakness) string {
	s = Shrink(s, weak)
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: people %d, tabs %d, form %v, no method %v, marks %v, result first %v, storage blocked %v, sockets blocked %v\n",
		s.Seed, s.People, s.Tabs, s.Form, s.NoMethod, s.Marks, s.ResultFirst, s.Blocked, s.NoSocket)
	for _, a := range s.Acts {
		fmt.Fprintln(&b, a)
	}
	RunWeak(s, weak, func(line string) {
		if len(line) > 400 {
			line = line[:400] + "..."
		}
		b.WriteString(line + "\n")
	})
	return b.String()
}
