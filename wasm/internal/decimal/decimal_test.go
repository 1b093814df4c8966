package decimal_test

import (
	"math"
	"strconv"
	"testing"

	"capsule/wasm/internal/decimal"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     float64
		ok       bool
	}{
		{"a whole number", "42", 42, true},
		{"a time in milliseconds is exact", "1769853600123", 1769853600123, true},
		{"the largest exact whole number", "9007199254740991", 1<<53 - 1, true},
		{"a fraction", "0.5", 0.5, true},
		{"no digit before the point", ".25", 0.25, true},
		{"no digit behind it", "3.", 3, true},
		{"signs", "-1.5", -1.5, true},
		{"plus", "+7", 7, true},
		{"an exponent", "12e2", 1200, true},
		{"a negative one", "125e-2", 1.25, true},
		{"a capital one", "1E+3", 1000, true},
		{"zero", "-0", 0, true},
		{"beyond all", "1e999", math.Inf(1), true},
		{"an exponent beyond an int", "-1e99999999999999999999", math.Inf(-1), true},
		{"below all", "1e-999", 0, true},
		{"nothing", "", 0, false},
		{"a sign", "-", 0, false},
		{"a point", ".", 0, false},
		{"two points", "1.2.3", 0, false},
		{"a word", "NaN", 0, false},
		{"an infinity", "Inf", 0, false},
		{"hexadecimal", "0x10", 0, false},
		{"a percent sign", "50%", 0, false},
		{"an exponent without a number", "1e", 0, false},
		{"a space", " 1", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := decimal.Parse(tt.in); got != tt.want || ok != tt.ok {
				t.Errorf("Parse(%q) = %v, %v; want %v, %v", tt.in, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestTenths(t *testing.T) {
	for in, want := range map[float64]string{0: "0.0", 640: "640.0", 12.34: "12.3", 12.36: "12.4", 0.96: "1.0"} {
		if got := decimal.Tenths(in); got != want {
			t.Errorf("Tenths(%v) = %s, want %s", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "1.5", "-2e10", "123456789012345678901234567890", "1e-310", "4.9e-324", "00001.5e-7", "1e400", "9999999999999999999", "0E18700000000000000000A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := decimal.Parse(s)
		want, err := strconv.ParseFloat(s, 64)
		if !ok {
			return // strconv knows more: hexadecimal, words
		}
		if err != nil && !math.IsInf(want, 0) {
			t.Fatalf("Parse(%q) = %v, strconv: %v", s, got, err)
		}
		if math.IsInf(want, 0) || math.Abs(want) < 1e-290 || math.Abs(want) > 1e290 {
			return // the last steps before the end are coarse
		}
		if math.Abs(got-want) > 4e-15*math.Abs(want) {
			t.Errorf("Parse(%q) = %v, want %v", s, got, want)
		}
	})
}
