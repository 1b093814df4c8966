//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// A row is one line of the table: a figure of each contender, or how ours
// compares with another's.
type row struct {
	title, what string
	against     string // a contender: the ratio ours / its
	digits      int
	goal        float64 // 0: none
	least       bool    // the goal is a minimum
}

var rows = []row{
	{title: "loader, requests/s", what: "loader"},
	{title: "  ratio to nginx", what: "loader", against: "nginx", digits: 2, goal: 0.65, least: true},
	{title: "  ratio to Caddy", what: "loader", against: "caddy", digits: 2, goal: 1.5, least: true},
	{title: "  CPU s per million", what: "loader.cpu", digits: 1},
	{title: "  p99, ms", what: "loader.p99", digits: 1},
	{title: "bundle, requests/s", what: "bundle"},
	{title: "  ratio to nginx", what: "bundle", against: "nginx", digits: 2, goal: 0.85, least: true},
	{title: "  ratio to Caddy", what: "bundle", against: "caddy", digits: 2},
	{title: "  CPU s per million", what: "bundle.cpu"},
	{title: "registration, requests/s", what: "registration", goal: 3000, least: true},
	{title: "  ratio to nginx", what: "registration", against: "nginx", digits: 2, goal: 0.38, least: true},
	{title: "  ratio to Caddy", what: "registration", against: "caddy", digits: 2, goal: 1.5, least: true},
	{title: "  CPU s per million", what: "registration.cpu"},
	{title: "  p99, ms", what: "registration.p99", digits: 1},
	{title: "exec to first answer, ms", what: "ready", goal: 100},
	{title: "RSS when idle, MB", what: "rss", digits: 1, goal: 20},
	{title: "RSS after the load, MB", what: "rss.after", digits: 1},
	{title: "10,000 idle connections: RSS, MB", what: "idle.rss", goal: 256},
	{title: "  still open", what: "idle.open", goal: idlers, least: true},
	{title: "  p99 of 64 active, ms", what: "idle.p99", digits: 1, goal: 10},
	{title: "8,000 half-sent heads: open after 11 s", what: "slow.open", goal: 0.5},
	{title: "  p99 of others, ms", what: "slow.p99", digits: 1, goal: 50},
	{title: "  RSS, MB", what: "slow.rss", goal: 256},
	{title: "overload: capacity, registrations/s", what: "over.peak"},
	{title: "  offered/s", what: "over.offered"},
	{title: "  served, % of capacity", what: "over.good", goal: 90, least: true},
	{title: "  p99 of the served, ms", what: "over.p99"},
	{title: "  refused/s", what: "over.refused"},
	{title: "  p50 until refused, ms", what: "over.refused.p50", digits: 1},
	{title: "  p99 until refused, ms", what: "over.refused.p99", digits: 1, goal: 10},
	{title: "  of that, p99 until sent at all, ms", what: "over.late.p99", digits: 1},
	{title: "  not sent for want of a connection/s", what: "over.unsent"},
	{title: "  back to normal after, s", what: "over.recovery", digits: 2, goal: 2},
	{title: "binary with the bundle, MB", what: "binary", digits: 1, goal: 20},
}

// text is r's goal and whether values meet it with their median.
func (r row) text(values []float64) string {
	if r.goal == 0 || len(values) == 0 {
		return ""
	}
	sign, met := "<=", median(values) <= r.goal
	if r.least {
		sign, met = ">=", median(values) >= r.goal
	}
	goal := fmt.Sprintf("%s %v", sign, r.goal)
	if r.what == "slow.open" {
		goal = "none"
	}
	if !met {
		return goal + "  MISSED"
	}
	return goal + "  met"
}

// print writes the table.
func (b *bench) print(out io.Writer) {
	b.put("binary", b.contenders[0], float64(b.size)/1e6)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "median (range)")
	for _, c := range b.contenders {
		fmt.Fprintf(w, "\t%s", c.name)
	}
	fmt.Fprintln(w, "\tgoal for capsule")
	for _, r := range rows {
		cells := []string{r.title}
		ours := b.values[key{r.what, "capsule"}]
		if len(ours) == 0 {
			continue
		}
		if r.against != "" {
			if ours = ratios(ours, b.values[key{r.what, r.against}]); len(ours) == 0 {
				continue
			}
			cells = append(cells, spread(ours, r.digits))
			for range b.contenders[1:] {
				cells = append(cells, "")
			}
		} else {
			for _, c := range b.contenders {
				cells = append(cells, spread(b.values[key{r.what, c.name}], r.digits))
			}
		}
		fmt.Fprintln(w, strings.Join(append(cells, r.text(ours)), "\t"))
	}
	_ = w.Flush() // as for all that is printed
	fmt.Fprintf(out, "\n%d rounds, %d discarded for steal over %.0f%%; %d bodies compared, none wrong.\n", b.rounds, b.discarded, maxSteal*100, b.checked)
	if len(b.steal) > 0 && len(b.others) > 0 {
		fmt.Fprintf(out, "Steal up to %.2f%%; programs of others had %.0f%% of core 0 in the median slot, %.0f%% in the worst.\n",
			slices.Max(b.steal), median(b.others), slices.Max(b.others))
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease") // left out if unreadable
	fmt.Fprintf(out, "Loader %d B, bundle %d B by brotli; slots of %v after %v; Linux %s.\n",
		b.files.loader.size, b.files.bundle.size, b.slot, b.warm, strings.TrimSpace(string(kernel)))
}
