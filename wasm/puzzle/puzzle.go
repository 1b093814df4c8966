// Package puzzle is the small work that the server asks of a widget before it
// does something costly: to find a number which, written behind a text, gives
// a SHA-256 sum that begins with so many zero bits. To find it takes 2^bits
// sums on average, to check it takes one.
package puzzle

import (
	"math/bits"
	"strconv"
)

// Header is the header of a request that carries a solution.
const Header = "X-Capsule-Ticket"

// MaxBits is the hardest puzzle there is.
const MaxBits = 24

// Solved reports whether solution, which is the text, a dot and the number in
// decimal digits, has a sum that begins with n zero bits.
func Solved(solution string, n int) bool { return zeros(sum256([]byte(solution))) >= n }

// Search tries count numbers from first on and returns the solution, if it is
// among them. Searches of a few thousand are short enough for a page that
// must stay alive.
func Search(text string, n int, first uint64, count int) (solution string, found bool) {
	b := append(make([]byte, 0, len(text)+21), text...)
	b = append(b, '.')
	head := len(b)
	for i := first; i < first+uint64(count); i++ {
		b = strconv.AppendUint(b[:head], i, 10)
		if zeros(sum256(b)) >= n {
			return string(b), true
		}
	}
	return "", false
}

func zeros(sum [32]byte) int {
	n := 0
	for _, b := range sum {
		if b != 0 {
			return n + bits.LeadingZeros8(b)
		}
		n += 8
	}
	return n
}
