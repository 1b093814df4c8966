//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"
)

// How many there are of whom, and for how long.
const (
	idlers     = 10_000
	crawlers   = 8_000
	perBeat    = 20                    // crawlers that come at once, each
	beat       = 10 * time.Millisecond // so that all are there after 4 s
	attackTime = 11 * time.Second      // 5 s after the last has come, and a little
)

// once measures what takes no turns, since it is about limits and not about
// speed: each contender by itself, freshly started. What only ours is measured
// in is measured as often as there are rounds: it is a matter of milliseconds.
func (b *bench) once(ctx context.Context) error {
	for _, m := range []struct {
		name    string
		measure func(context.Context, *contender) error
		ours    bool // nobody else has such a limit
	}{
		{"idle", b.idle, false}, {"slow", b.slow, false}, {"overload", b.overload, true},
	} {
		if !b.wants(m.name) {
			continue
		}
		who := b.contenders
		if m.ours {
			who = slices.Repeat(who[:1], b.rounds)
		}
		for _, c := range who {
			fmt.Fprintf(b.progress, "%s: %s\n", m.name, c.name)
			err := m.measure(ctx, c)
			if err != nil {
				err = errors.Join(fmt.Errorf("%s, %s: %w", m.name, c.name, err), c.complaint())
			}
			c.stop()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// put records a figure.
func (b *bench) put(what string, c *contender, v float64) {
	k := key{what, c.name}
	b.values[k] = append(b.values[k], v)
}

// idle holds idlers connections that were each answered once, while 64 others
// ask for the loader.
func (b *bench) idle(ctx context.Context, c *contender) error {
	if err := c.start(ctx, b.folder, b.stub); err != nil {
		return err
	}
	held := crowd{}
	defer held.close()
	for range idlers {
		conn, err := net.Dial("tcp", c.addr)
		if err != nil {
			return err
		}
		held = append(held, conn)
		if err := getOnce(conn, get(c.addr, b.files.loader.path), b.files.loader.check); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	out, err := b.job("loader", c).do(ctx)
	if err != nil {
		return err
	}
	rss, err := c.resident()
	if err != nil {
		return err
	}
	b.put("idle.open", c, float64(held.open()))
	b.put("idle.p99", c, percentile(out.good, 99).Seconds()*1000)
	b.put("idle.rss", c, rss)
	return nil
}

// slow begins crawlers requests and never ends them, while 20 visitors ask
// for the loader, 200 times a second in all.
func (b *bench) slow(ctx context.Context, c *contender) error {
	if err := c.start(ctx, b.folder, b.stub); err != nil {
		return err
	}
	j := b.job("loader", c)
	j.conns, j.rate, j.warm, j.time, j.every = 20, 200, 0, attackTime, 10
	type result struct {
		out outcome
		err error
	}
	good := make(chan result, 1)
	go func() { // ends with the job
		out, err := j.do(ctx)
		good <- result{out, err}
	}()
	held := crowd{}
	defer held.close()
	var attack error
	for n := range crawlers {
		if n%perBeat == 0 {
			if attack = pause(ctx, beat); attack != nil {
				break
			}
		}
		conn, err := net.Dial("tcp", c.addr)
		if err != nil {
			attack = err
			break
		}
		held = append(held, conn)
		if _, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nX-Slow: ", c.addr); err != nil {
			break // hung up on already
		}
	}
	rss, err := c.resident()
	r := <-good
	if err := errors.Join(attack, err, r.err); err != nil {
		return err
	}
	b.put("slow.p99", c, percentile(r.out.good, 99).Seconds()*1000)
	b.put("slow.rss", c, rss)
	b.put("slow.open", c, float64(held.open()))
	return nil
}

// overload asks for five times as many registrations as get through to a
// Rocket.Chat that takes its time, and looks how soon all is well after it.
func (b *bench) overload(ctx context.Context, c *contender) error {
	stub, stop, err := startStub(busy)
	if err != nil {
		return err
	}
	defer stop()
	if err := c.start(ctx, b.folder, stub); err != nil {
		return err
	}
	j := b.job("registration", c)
	peak, err := j.do(ctx)
	if err != nil {
		return err
	}
	flood := j
	flood.rate, flood.conns, flood.shed = 5*peak.rate(), 2000, true
	over, err := flood.do(ctx)
	if err != nil {
		return err
	}
	// Right after the flood: how long until visitors are served as before.
	calm := j
	calm.rate, calm.conns, calm.warm, calm.time, calm.shed = peak.rate()/10, 64, 0, 5*time.Millisecond, true
	began := time.Now()
	for {
		calm.time = 250 * time.Millisecond
		out, err := calm.do(ctx)
		if err != nil {
			return err
		}
		if len(out.refused) == 0 && out.unsent == 0 && percentile(out.good, 99) < 2*busy || time.Since(began) > 20*time.Second {
			break
		}
	}
	b.put("over.recovery", c, time.Since(began).Seconds())
	b.put("over.peak", c, peak.rate())
	b.put("over.offered", c, flood.rate)
	b.put("over.good", c, 100*over.rate()/peak.rate())
	b.put("over.p99", c, percentile(over.good, 99).Seconds()*1000)
	b.put("over.refused", c, float64(len(over.refused))/over.took.Seconds())
	b.put("over.refused.p50", c, percentile(over.refused, 50).Seconds()*1000)
	b.put("over.refused.p99", c, percentile(over.refused, 99).Seconds()*1000)
	b.put("over.late.p99", c, percentile(over.late, 99).Seconds()*1000)
	b.put("over.unsent", c, float64(over.unsent)/over.took.Seconds())
	return nil
}

// A crowd is connections that are only held.
type crowd []net.Conn

func (cs crowd) close() {
	for _, c := range cs {
		_ = c.Close() // held no longer
	}
}

// open is how many the server has not closed. What it said before it did, such
// as that time is up, is read over.
func (cs crowd) open() (n int) {
	buf := make([]byte, 4096)
	for _, c := range cs {
		for {
			_ = c.SetReadDeadline(time.Now().Add(time.Millisecond)) // an open connection has one
			if _, err := c.Read(buf); err != nil {
				if errors.Is(err, os.ErrDeadlineExceeded) {
					n++
				}
				break
			}
		}
	}
	return n
}
