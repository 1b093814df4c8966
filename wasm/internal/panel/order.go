package panel

// A placement puts one child before another, or last where before is "".
type placement struct{ key, before string }

// placements says, step by step, how children in the order have come into
// the order want, which has all of them and perhaps more. Children that
// stand right already are left alone: appending one is one step.
func placements(have, want []string) []placement {
	var out []placement
	placed := map[string]bool{}
	i := 0 // of have: what stands at the place to fill
	for _, key := range want {
		for i < len(have) && placed[have[i]] {
			i++
		}
		if i < len(have) && have[i] == key {
			i++
			continue
		}
		before := ""
		if i < len(have) {
			before = have[i]
		}
		out = append(out, placement{key, before})
		placed[key] = true
	}
	return out
}
