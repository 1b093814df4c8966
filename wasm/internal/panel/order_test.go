package panel

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

func TestPlacements(t *testing.T) {
	for _, tt := range []struct {
		name       string
		have, want []string
		steps      []placement
	}{
		{"nothing changes", []string{"a", "b"}, []string{"a", "b"}, nil},
		{"one is appended", []string{"a"}, []string{"a", "b"}, []placement{{"b", ""}}},
		{"one comes between", []string{"a", "c"}, []string{"a", "b", "c"}, []placement{{"b", "c"}}},
		{"two change places", []string{"a", "b"}, []string{"b", "a"}, []placement{{"b", "a"}}},
		{"older ones come first", []string{"c"}, []string{"a", "b", "c"}, []placement{{"a", "c"}, {"b", "c"}}},
	} {
		if got := placements(tt.have, tt.want); !slices.Equal(got, tt.steps) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.steps)
		}
	}
}

// Whatever the orders, carrying the steps out leads from one to the other.
func TestPlacementsLeadThere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var have, want []string
		for i := range r.IntN(12) {
			key := strconv.Itoa(i)
			want = append(want, key)
			if r.IntN(3) > 0 {
				have = append(have, key)
			}
		}
		r.Shuffle(len(have), func(i, j int) { have[i], have[j] = have[j], have[i] })
		nodes := slices.Clone(have)
		for _, step := range placements(have, want) {
			nodes = slices.DeleteFunc(nodes, func(s string) bool { return s == step.key })
			at := len(nodes)
			if step.before != "" {
				at = slices.Index(nodes, step.before)
			}
			nodes = slices.Insert(nodes, at, step.key)
		}
		if !slices.Equal(nodes, want) {
			t.Fatalf("from %v came %v, want %v", have, nodes, want)
		}
	}
}
