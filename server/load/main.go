//go:build linux

// Command load measures Capsule's server beside nginx and Caddy, with the same
// files, in the same rounds, and prints a table against the goals.
//
// Only what happened in one round is compared: machines are noisy, and the
// same server may be three times as fast a minute later. In a round each
// measurement goes through the contenders forth and back, A B C C B A; the
// table has medians of the rounds' ratios, with their range. Servers run on
// core 0; this program, and the stub that plays Rocket.Chat, on core 1.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	rounds int
	slot   time.Duration // how long one contender is measured at a time
	warm   time.Duration // before that, unmeasured
	server string        // our binary
	dist   string        // the bundle that is inside it
	only   string        // comma-separated measurements; "" is all
	alone  bool
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "how many `rounds`, up to 50")
	flag.DurationVar(&o.slot, "slot", 3*time.Second, "how long a contender is measured at a `time`, up to a minute")
	flag.DurationVar(&o.warm, "warm", time.Second, "`time` before that which does not count, up to a minute")
	flag.StringVar(&o.server, "server", ".bin/capsule", "our server, a `file`")
	flag.StringVar(&o.dist, "dist", "assets/dist", "the bundle inside it, a `folder`")
	flag.StringVar(&o.only, "only", "", "comma-separated `list` of loader, bundle, registration, idle, slow, overload")
	flag.BoolVar(&o.alone, "alone", false, "without the others")
	bareOn := flag.String("bare", "", "be a bare net/http on that `address`, which passes on to -chat; used by this program itself")
	chat := flag.String("chat", "", "the `address` of the stub")
	stub := flag.Duration("stub", -1, "be the stub, which answers after that `time`; used by this program itself")
	flag.Parse()
	if *stub >= 0 {
		fail(serveStub(*stub, os.Stdout))
		return
	}
	if *bareOn != "" {
		fail(serveBare(*bareOn, o.dist, *chat))
		return
	}
	// Threads share our core by time; goroutines on one thread would wait for
	// each other, and a crowd would count against the server.
	runtime.GOMAXPROCS(4)
	if o.rounds < 1 || o.rounds > 50 || o.slot > time.Minute || o.warm > time.Minute {
		fail(fmt.Errorf("between 1 and 50 rounds, of slots up to a minute"))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// Whatever hangs, it ends.
	ctx, cancel := context.WithTimeout(ctx, time.Duration(o.rounds)*(24*(o.slot+o.warm)+time.Minute)+5*time.Minute)
	defer cancel()
	fail(run(ctx, o, os.Stdout, os.Stderr))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// run measures and prints the table to out, and what goes on to progress.
func run(ctx context.Context, o options, out, progress io.Writer) error {
	b, err := newBench(ctx, o, progress)
	if err != nil {
		return err
	}
	defer b.close()
	for i := range o.rounds {
		fmt.Fprintf(progress, "round %d of %d:", i+1, o.rounds)
		if err := b.round(ctx); err != nil {
			return err
		}
	}
	if err := b.once(ctx); err != nil {
		return err
	}
	b.print(out)
	return nil
}

// wants reports whether the measurement of that name was asked for.
func (o options) wants(name string) bool {
	return o.only == "" || slices.Contains(strings.Split(o.only, ","), name)
}
