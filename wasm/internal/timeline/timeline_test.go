package timeline_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"capsule/wasm/internal/timeline"
	"capsule/wasm/rocket"
)

// at is the time of second s.
func at(s int) time.Time { return time.Unix(1769853600+int64(s), 0).UTC() }

func message(id string, second int) rocket.Message {
	return rocket.Message{ID: id, Room: "R", At: at(second), Updated: at(second)}
}

func edited(id string, second, when int, text string) rocket.Message {
	m := message(id, second)
	m.Updated, m.Text = at(when), text
	return m
}

func show(t *timeline.Timeline) string {
	var b strings.Builder
	for _, m := range t.Messages() {
		b.WriteString(m.ID + m.Text + " ")
	}
	return strings.TrimSpace(b.String())
}

func TestPut(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []rocket.Message
		want string
	}{
		{"by time, then by id", []rocket.Message{message("c", 2), message("b", 1), message("a", 2)}, "b a c"},
		{"the same message twice is there once", []rocket.Message{message("a", 1), message("a", 1)}, "a"},
		{"a later state replaces", []rocket.Message{message("a", 1), edited("a", 1, 5, "!")}, "a!"},
		{"an older state does not", []rocket.Message{edited("a", 1, 5, "!"), message("a", 1)}, "a!"},
		{"a later state does not move", []rocket.Message{message("a", 1), message("b", 2), edited("a", 9, 9, "!")}, "a! b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var line timeline.Timeline
			for _, m := range tt.in {
				line.Put(m)
			}
			if got := show(&line); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestAnyOrderGivesTheSame(t *testing.T) {
	all := []rocket.Message{message("a", 1), message("b", 1), message("c", 2), edited("c", 2, 8, "!"), message("d", 3), message("e", 3)}
	for range 200 {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var line timeline.Timeline
		added := 0
		for _, m := range append(all, all...) {
			if line.Put(m) {
				added++
			}
		}
		if got := show(&line); got != "a b c! d e" || added != 5 {
			t.Fatalf("got %s after %d additions", got, added)
		}
	}
}

func TestMerge(t *testing.T) {
	for _, tt := range []struct {
		name  string
		known []rocket.Message
		page  []rocket.Message // newest first
		until time.Time
		last  bool
		heard map[string]bool
		want  string
		added string
	}{
		{"into nothing", nil, []rocket.Message{message("b", 2), message("a", 1)}, time.Time{}, false, nil, "a b", "a b"},
		{"what was missed", []rocket.Message{message("a", 1)}, []rocket.Message{message("b", 2), message("a", 1)}, time.Time{}, false, nil, "a b", "b"},
		{"what was deleted goes, also at the end", []rocket.Message{message("a", 1), message("b", 2), message("c", 3)},
			[]rocket.Message{message("a", 1)}, time.Time{}, false, nil, "a", ""},
		{"what the socket brought meanwhile stays", []rocket.Message{message("a", 1), message("b", 2), message("c", 3)},
			[]rocket.Message{message("a", 1)}, time.Time{}, false, map[string]bool{"c": true}, "a c", ""},
		{"what was deleted meanwhile stays away", []rocket.Message{message("a", 1)},
			[]rocket.Message{message("b", 2), message("a", 1)}, time.Time{}, false, map[string]bool{"b": false}, "a", ""},
		{"an older page says nothing of what is newer", []rocket.Message{message("a", 1), message("b", 2), message("x", 3), message("c", 5)},
			[]rocket.Message{message("b", 2), message("a", 1)}, at(4), false, nil, "a b c", ""},
		{"nor of what is older", []rocket.Message{message("a", 1), message("b", 2)}, []rocket.Message{message("c", 3)}, time.Time{}, false, nil, "a b c", "c"},
		{"unless there is nothing older", []rocket.Message{message("a", 1), message("b", 2)}, []rocket.Message{message("c", 3)}, time.Time{}, true, nil, "c", "c"},
		{"the first message may be deleted", []rocket.Message{message("a", 1), message("b", 2)}, []rocket.Message{message("b", 2)}, time.Time{}, true, nil, "b", ""},
		{"all may be", []rocket.Message{message("a", 1)}, nil, time.Time{}, true, nil, "", ""},
		{"of its oldest millisecond a page may list a part", []rocket.Message{message("a", 1), message("b", 1)}, []rocket.Message{message("c", 2), message("b", 1)}, time.Time{}, false, nil, "a b c", "c"},
		{"an empty page says nothing", []rocket.Message{message("a", 1)}, nil, time.Time{}, false, nil, "a", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var line timeline.Timeline
			for _, m := range tt.known {
				line.Put(m)
			}
			var added []string
			for _, m := range line.Merge(tt.page, tt.until, tt.last, tt.heard) {
				added = append(added, m.ID)
			}
			if got := show(&line); got != tt.want || strings.Join(added, " ") != tt.added {
				t.Errorf("got %s, added %v; want %s, added %s", got, added, tt.want, tt.added)
			}
		})
	}
}

func TestRemoveAndNewest(t *testing.T) {
	var line timeline.Timeline
	if _, ok := line.Newest(); ok {
		t.Fatal("nothing has no newest")
	}
	line.Put(message("a", 1))
	line.Put(message("b", 2))
	if m, ok := line.Newest(); !ok || m.ID != "b" || !line.Has("a") || line.Len() != 2 {
		t.Errorf("newest is %s", m.ID)
	}
	if !line.Remove("b") || line.Remove("b") || show(&line) != "a" {
		t.Errorf("after removing: %s", show(&line))
	}
}
