package model

import "time"

// A clock is the event loop of a world: what is to happen, by time, and by
// the order it was set when times are equal.
type clock struct {
	now   time.Duration // since the schedule began
	seq   uint64
	queue []entry
}

type entry struct {
	at  time.Duration
	seq uint64
	do  func()
}

func (e entry) before(o entry) bool { return e.at < o.at || e.at == o.at && e.seq < o.seq }

// at lets do happen at a time, at once if that has passed.
func (c *clock) at(when time.Duration, do func()) {
	c.seq++
	c.queue = append(c.queue, entry{max(when, c.now), c.seq, do})
	i := len(c.queue) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !c.queue[i].before(c.queue[up]) {
			break
		}
		c.queue[i], c.queue[up] = c.queue[up], c.queue[i]
		i = up
	}
}

func (c *clock) after(d time.Duration, do func()) { c.at(c.now+d, do) }

// run lets everything happen that is due until end, or until stop says so.
func (c *clock) run(end time.Duration, stop func() bool) {
	for len(c.queue) > 0 && c.queue[0].at <= end && !stop() {
		e := c.pop()
		c.now = e.at
		e.do()
	}
	c.now = max(c.now, end)
}

func (c *clock) pop() entry {
	first := c.queue[0]
	last := len(c.queue) - 1
	c.queue[0] = c.queue[last]
	c.queue[last] = entry{}
	c.queue = c.queue[:last]
	for i := 0; ; {
		least := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < last && c.queue[down].before(c.queue[least]) {
				least = down
			}
		}
		if least == i {
			return first
		}
		c.queue[i], c.queue[least] = c.queue[least], c.queue[i]
		i = least
	}
}
