//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc, USER_HZ, which is 100 on every Linux Go
// runs on.
const tick = 10 * time.Millisecond

// A spent is what one core, or a few processes, used up since they started.
type spent struct {
	user, all, stolen, sum time.Duration // sum: idle time included; of a core only
}

func (a spent) minus(b spent) spent {
	return spent{a.user - b.user, a.all - b.all, a.stolen - b.stolen, a.sum - b.sum}
}

// parseCores reads /proc/stat: for each core what it spent, in order.
func parseCores(stat []byte) ([]spent, error) {
	var cores []spent
	for line := range strings.Lines(string(stat)) {
		f := strings.Fields(line)
		if len(f) == 0 || !strings.HasPrefix(f[0], "cpu") || f[0] == "cpu" {
			continue
		}
		if len(f) < 9 {
			return nil, fmt.Errorf("/proc/stat: %q is too short", strings.TrimSpace(line))
		}
		var n [8]time.Duration // user nice system idle iowait irq softirq steal
		for i := range n {
			v, err := strconv.ParseInt(f[i+1], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("/proc/stat: %w", err)
			}
			n[i] = time.Duration(v) * tick
		}
		c := spent{user: n[0] + n[1], stolen: n[7]}
		for i, d := range n {
			c.sum += d
			if i != 3 && i != 4 {
				c.all += d
			}
		}
		cores = append(cores, c)
	}
	return cores, nil
}

// parseProcess reads /proc/PID/stat. The name in it may hold anything, spaces
// and brackets included.
func parseProcess(stat []byte) (spent, error) {
	_, rest, ok := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(") "))
	f := strings.Fields(string(rest))
	if !ok || len(f) < 13 {
		return spent{}, fmt.Errorf("/proc/PID/stat: %q cannot be read", stat)
	}
	user, err := strconv.ParseInt(f[11], 10, 64)
	if err != nil {
		return spent{}, fmt.Errorf("/proc/PID/stat: %w", err)
	}
	system, err := strconv.ParseInt(f[12], 10, 64)
	if err != nil {
		return spent{}, fmt.Errorf("/proc/PID/stat: %w", err)
	}
	return spent{user: time.Duration(user) * tick, all: time.Duration(user+system) * tick}, nil
}

// parseResident reads the resident size, in bytes, out of
// /proc/PID/smaps_rollup.
func parseResident(rollup []byte) (int64, error) {
	for line := range strings.Lines(string(rollup)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "Rss:" && f[2] == "kB" {
			kb, err := strconv.ParseInt(f[1], 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("smaps_rollup has no Rss")
}

// family is pid and its children: nginx is a master and a worker.
func family(pid int) []int {
	list := []int{pid}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid)) // none, if it cannot be read
	for _, f := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(f); err == nil {
			list = append(list, family(child)...)
		}
	}
	return list
}

// resident is the resident size of pid and its children, in bytes.
func resident(pid int) (sum int64, err error) {
	for _, p := range family(pid) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p))
		if err != nil {
			return 0, err
		}
		rss, err := parseResident(text)
		if err != nil {
			return 0, err
		}
		sum += rss
	}
	return sum, nil
}

// spentBy is what pid and its children spent.
func spentBy(pid int) (sum spent, err error) {
	for _, p := range family(pid) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
		if err != nil {
			return spent{}, err
		}
		one, err := parseProcess(text)
		if err != nil {
			return spent{}, err
		}
		sum.user += one.user
		sum.all += one.all
	}
	return sum, nil
}

// spentOn is what core 0 and core 1 spent.
func spentOn() ([]spent, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return nil, err
	}
	cores, err := parseCores(text)
	if err == nil && len(cores) < 2 {
		err = fmt.Errorf("a server and a load need two cores; here is %d", len(cores))
	}
	return cores, err
}
