//go:build !mutants

package mutant

// Built reports whether there are mutants in this build.
const Built = false

// Is reports whether m is switched on.
func Is(Mutant) bool { return false }

// Set switches m on, and whatever was on off.
func Set(Mutant) {}
