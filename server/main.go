// Command server serves Capsule: the widget, and the bridge between it and
// Rocket.Chat. Run it with -h for its flags; "doctor" as the first word
// examines a set-up instead.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"capsule/assets"
	"capsule/server/internal/app"
	"capsule/server/internal/logs"
)

func main() {
	reserve := tuneMemory()
	code := run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	runtime.KeepAlive(reserve)
	os.Exit(code)
}

// run is main with its surroundings as parameters. It returns the exit code.
func run(args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "doctor" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		return app.Doctor(ctx, args[1:], getenv, stdout, stderr)
	}
	a := &app.App{Files: assets.FS(), Stdout: stdout}
	switch err := a.ParseFlags(args, getenv); {
	case errors.Is(err, app.ErrHelp):
		fmt.Fprint(stdout, app.Usage)
		return 0
	case err != nil:
		complain(stderr, err)
		return 2
	}
	a.Log = logger(a.LogJSON(), stderr)
	a.Logf = func(format string, args ...any) { a.Log.Info(fmt.Sprintf(format, args...)) }
	if a.Checking() {
		if err := a.Check(stdout); err != nil {
			complain(stderr, err)
			return 2
		}
		return 0
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := a.Run(ctx); err != nil {
		complain(stderr, err)
		return 1
	}
	code := 0
	select {
	case <-ctx.Done():
		stop() // a second signal ends the program at once
		a.Logf("stopping: waiting for requests under way")
		a.Drain()
	case err := <-a.Failed():
		complain(stderr, err)
		code = 1
	}
	if err := a.Close(); err != nil {
		complain(stderr, err)
		code = 1
	}
	return code
}

// complain prints err, which may be of several lines.
func complain(to io.Writer, err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(to, "capsule:", strings.TrimSuffix(line, "\n"))
	}
}

// logger masks what it is given: see package logs. The packages of the server
// know facts and, but for the line per request, not slog.
func logger(asJSON bool, to io.Writer) *slog.Logger {
	var h slog.Handler = slog.NewTextHandler(to, nil)
	if asJSON {
		h = slog.NewJSONHandler(to, nil)
	}
	return slog.New(logs.Mask(h))
}
