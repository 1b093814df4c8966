package model

import "time"

// A chance is a stream of random numbers (splitmix64). Each part of the
// world has its own, so that leaving a fault out disturbs the others
// little.
type chance uint64

func (c *chance) next() uint64 {
	*c += 0x9e3779b97f4a7c15
	z := uint64(*c)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1, and 0 when n is not positive.
func (c *chance) below(n int) int {
	if n <= 0 {
		return 0
	}
	return int(c.next() % uint64(n))
}

// upTo is a time from 0 up to d.
func (c *chance) upTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(c.next() % uint64(d))
}

func (c *chance) between(from, to time.Duration) time.Duration { return from + c.upTo(to-from) }

// percent is true that often in a hundred.
func (c *chance) percent(p int) bool { return c.below(100) < p }

// split begins a stream of its own.
func (c *chance) split() chance { return chance(c.next()) }
