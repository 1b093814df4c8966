//go:build linux

package main

import (
	"fmt"
	"slices"
	"time"
)

// median is the middle of values, or the mean of the middle two; 0 of none.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	switch n := len(s); {
	case n == 0:
		return 0
	case n%2 == 1:
		return s[n/2]
	default:
		return (s[n/2-1] + s[n/2]) / 2
	}
}

// percentile is the smallest of times that at least p percent do not exceed;
// 0 of none. It sorts times.
func percentile(times []time.Duration, p float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	i := int(float64(len(times))*p/100+0.999999) - 1
	return times[min(max(i, 0), len(times)-1)]
}

// ratios are a's values by b's, round by round. A round in which b has nothing
// is left out.
func ratios(a, b []float64) []float64 {
	var list []float64
	for i := range min(len(a), len(b)) {
		if b[i] > 0 {
			list = append(list, a[i]/b[i])
		}
	}
	return list
}

// spread is the median of values with their range, each with digits decimals.
func spread(values []float64, digits int) string {
	switch len(values) {
	case 0:
		return "-"
	case 1:
		return fmt.Sprintf("%.*f", digits, values[0])
	}
	return fmt.Sprintf("%.*f (%.*f to %.*f)", digits, median(values), digits, slices.Min(values), digits, slices.Max(values))
}
