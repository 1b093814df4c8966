// Package decimal reads and writes numbers with a fraction. Package strconv
// does so to the last bit, for which it brings along tables that are 5% of the
// widget; a colour or a height needs no last bit.
package decimal

import (
	"math"
	"strconv"
)

// powers are ten to the power of each power of two.
var powers = [...]float64{1e1, 1e2, 1e4, 1e8, 1e16, 1e32, 1e64, 1e128, 1e256}

// Parse reads digits with an optional sign, fraction and exponent, in all
// forms of JSON and those of CSS (".5", "+1"). Whole numbers below 2^53 are
// exact, others right to 15 digits; what is beyond a float64 is an infinity or
// zero. Anything else is not ok.
func Parse(s string) (f float64, ok bool) {
	negative := s != "" && s[0] == '-'
	if negative || s != "" && s[0] == '+' {
		s = s[1:]
	}
	var whole uint64 // the digits, as far as they fit
	exp, digits, point := 0, 0, false
	i := 0
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		digits++
		fits := whole < 1e18
		if fits {
			whole = whole*10 + uint64(c-'0')
		}
		if fits && point {
			exp--
		} else if !fits && !point {
			exp++
		}
	}
	if digits == 0 {
		return 0, false
	}
	if i < len(s) {
		n, ok := exponentOf(s[i:])
		if !ok {
			return 0, false
		}
		exp += n
	}
	f = scale(float64(whole), exp)
	if negative {
		f = -f
	}
	return f, true
}

// exponentOf reads an e or E and a whole number, of which only the first ten
// thousand make a difference.
func exponentOf(s string) (n int, ok bool) {
	if s[0]|0x20 != 'e' {
		return 0, false
	}
	s = s[1:]
	negative := s != "" && s[0] == '-'
	if negative || s != "" && s[0] == '+' {
		s = s[1:]
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = min(10*n+int(s[i]-'0'), 10_000)
	}
	if negative {
		n = -n
	}
	return n, s != ""
}

// scale is f times ten to the power of exp. Small powers come last where they
// divide, so that what is only just above zero does not get lost on the way.
func scale(f float64, exp int) float64 {
	n := min(max(exp, -exp), 700)
	for i := len(powers) - 1; i >= 0; i-- {
		for ; n >= 1<<i; n -= 1 << i {
			if exp < 0 {
				f /= powers[i]
			} else {
				f *= powers[i]
			}
		}
	}
	return f
}

// Tenths writes f, which is finite and not below zero, with one digit behind
// the point.
func Tenths(f float64) string {
	n := int64(math.Round(f * 10))
	return strconv.FormatInt(n/10, 10) + "." + strconv.FormatInt(n%10, 10)
}
