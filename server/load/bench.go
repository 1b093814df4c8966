//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// How a Rocket.Chat that is asked little answers, and one that is asked much.
const (
	quick = time.Millisecond
	busy  = 50 * time.Millisecond
)

// maxSteal is the part of a round's time that the machine may have taken away
// from both cores before the round says nothing.
const maxSteal = 0.01

// A key names a figure: what was measured, of whom.
type key struct{ what, who string }

// A bench is one run.
type bench struct {
	options
	progress   io.Writer
	folder     string
	files      site
	contenders []*contender // ours first
	stub       string
	stopStub   func()

	values    map[key][]float64 // one per round that counts
	discarded int
	steal     []float64 // percent, of every round
	others    []float64 // percent of core 0 that was somebody else's
	checked   int
	size      int64 // of our binary
}

func newBench(ctx context.Context, o options, progress io.Writer) (b *bench, err error) {
	b = &bench{options: o, progress: progress, values: map[key][]float64{}, stopStub: func() {}}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.folder, err = os.MkdirTemp("", "capsule-load-"); err != nil {
		return b, err
	}
	if b.files, err = copySite(o.dist, b.folder); err != nil {
		return b, err
	}
	// Installed by copying, as the files of the others are: a linker writes a
	// program page by page, and that is how it would lie in memory.
	installed := filepath.Join(b.folder, "capsule")
	program, err := os.ReadFile(o.server)
	if err == nil {
		err = os.WriteFile(installed, program, 0o700) // #nosec G306 -- it is executed
	}
	if err != nil {
		return b, err
	}
	b.size = int64(len(program))
	b.contenders = []*contender{capsule(installed, b.files)}
	if !o.alone {
		for _, make := range []func(string, site) (*contender, error){nginx, caddy, bare(o.dist)} {
			c, err := make(b.folder, b.files)
			if err != nil {
				return b, fmt.Errorf("%w (-alone does without)", err)
			}
			b.contenders = append(b.contenders, c)
		}
	}
	b.stub, b.stopStub, err = startStub(quick)
	return b, err
}

func (b *bench) close() {
	b.stopAll()
	b.stopStub()
	if b.folder != "" {
		_ = os.RemoveAll(b.folder) // in the folder for such
	}
}

func (b *bench) stopAll() {
	for _, c := range b.contenders {
		c.stop()
	}
}

// thereAndBack is the order of a round: A B C C B A, so that what changes
// slowly changes for all alike.
func (b *bench) thereAndBack() []*contender {
	back := slices.Clone(b.contenders)
	slices.Reverse(back)
	return append(slices.Clone(b.contenders), back...)
}

// round starts all contenders, measures them in turns and stops them. Its
// figures count only if the machine was ours.
func (b *bench) round(ctx context.Context) error {
	defer b.stopAll()
	before, err := spentOn()
	if err != nil {
		return err
	}
	got := map[key]float64{}
	for _, c := range b.contenders {
		if err := c.start(ctx, b.folder, b.stub); err != nil {
			return err
		}
		got[key{"ready", c.name}] = float64(c.ready.Microseconds()) / 1000
	}
	if err := pause(ctx, time.Second); err != nil {
		return err
	}
	for _, c := range b.contenders {
		if got[key{"rss", c.name}], err = c.resident(); err != nil {
			return err
		}
	}
	for _, what := range []string{"loader", "bundle", "registration"} {
		if b.wants(what) {
			if err := b.turns(ctx, what, got); err != nil {
				return err
			}
		}
	}
	for _, c := range b.contenders {
		if got[key{"rss.after", c.name}], err = c.resident(); err != nil {
			return err
		}
	}
	after, err := spentOn()
	if err != nil {
		return err
	}
	steal := 0.0
	for i := range 2 {
		d := after[i].minus(before[i])
		steal = max(steal, d.stolen.Seconds()/d.sum.Seconds())
	}
	b.steal = append(b.steal, steal*100)
	if steal > maxSteal {
		b.discarded++
		fmt.Fprintf(b.progress, " discarded, %.1f%% of a core was stolen\n", steal*100)
		return nil
	}
	fmt.Fprintln(b.progress)
	for k, v := range got {
		b.values[k] = append(b.values[k], v)
	}
	return nil
}

// turns measures what of all contenders, forth and back.
func (b *bench) turns(ctx context.Context, what string, got map[key]float64) error {
	fmt.Fprintf(b.progress, " %s", what)
	cpu := map[string]spent{}
	for _, c := range b.thereAndBack() {
		cores, err := spentOn()
		if err != nil {
			return err
		}
		self, err := spentBy(c.pid())
		if err != nil {
			return err
		}
		out, err := b.job(what, c).do(ctx)
		if err != nil {
			return errors.Join(fmt.Errorf("%s of %s: %w", what, c.name, err), c.complaint())
		}
		now, err := spentOn()
		if err != nil {
			return err
		}
		used, err := spentBy(c.pid())
		if err != nil {
			return err
		}
		used, core := used.minus(self), now[0].minus(cores[0])
		b.others = append(b.others, 100*max(0, core.user-used.user).Seconds()/core.sum.Seconds())
		b.checked += out.checked
		got[key{what, c.name}] += out.rate() / 2
		got[key{what + ".p99", c.name}] += percentile(out.good, 99).Seconds() * 1000 / 2
		sum := cpu[c.name]
		sum.all += used.all
		cpu[c.name] = sum
		// The warm-up is in the time as well: as many requests per second.
		got[key{what + ".cpu", c.name}] = sum.all.Seconds() * 1e6 / (2 * got[key{what, c.name}] * (b.slot + b.warm).Seconds())
	}
	return nil
}

// job is the capacity of c: 64 connections that ask again at once.
func (b *bench) job(what string, c *contender) job {
	j := job{addr: c.addr, conns: 64, warm: b.warm, time: b.slot}
	switch what {
	case "loader":
		j.request, j.check, j.every = asks(get(c.addr, b.files.loader.path)), b.files.loader.check, 100
	case "bundle":
		j.request, j.check, j.every = asks(get(c.addr, b.files.bundle.path)), b.files.bundle.check, 50
	case "registration":
		j.request, j.check, j.every = func(n int) []byte { return register(c.addr, n) }, isRegistered, 20
	}
	return j
}

// asks is the same request on all connections.
func asks(request []byte) func(int) []byte { return func(int) []byte { return request } }

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
