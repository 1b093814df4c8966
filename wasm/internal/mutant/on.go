//go:build mutants

package mutant

// Built reports whether there are mutants in this build.
const Built = true

var on Mutant

// Is reports whether m is switched on.
func Is(m Mutant) bool { return on == m }

// Set switches m on, and whatever was on off. No session may be in a step.
func Set(m Mutant) { on = m }
