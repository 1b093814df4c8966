package main

import (
	"runtime/debug"
	"testing"
)

func TestWhatTheOperatorSaysOfMemoryStands(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	for _, tt := range []struct {
		name, gogc, limit string
		percent, reserve  int
	}{
		{"GOGC is set", "50", "", 100, 0},
		{"GOMEMLIMIT is set", "", "64MiB", 100, 0},
		{"nothing is set", "", "", garbage, reserve},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GOGC", tt.gogc)
			t.Setenv("GOMEMLIMIT", tt.limit)
			kept := len(tuneMemory())
			if percent := debug.SetGCPercent(100); percent != tt.percent || kept != tt.reserve {
				t.Errorf("%d percent and a reserve of %d, want %d and %d", percent, kept, tt.percent, tt.reserve)
			}
		})
	}
}
