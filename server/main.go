// Command server serves Capsule: the widget, and the bridge between it and
// Rocket.Chat. Run it with -h for its flags.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"capsule/assets"
	"capsule/server/internal/app"
)

func main() { os.Exit(run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)) }

// run is main with its surroundings as parameters. It returns the exit code.
func run(args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	a := &app.App{Files: assets.FS(), Stdout: stdout}
	switch err := a.ParseFlags(args, getenv); {
	case errors.Is(err, app.ErrHelp):
		fmt.Fprint(stdout, app.Usage)
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "capsule:", err)
		return 2
	}
	a.Logf = logger(a.LogJSON(), stderr)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := a.Run(ctx); err != nil {
		fmt.Fprintln(stderr, "capsule:", err)
		return 1
	}
	code := 0
	select {
	case <-ctx.Done():
		stop() // a second signal ends the program at once
		a.Logf("stopping: waiting for requests under way")
	case err := <-a.Failed():
		fmt.Fprintln(stderr, "capsule:", err)
		code = 1
	}
	if err := a.Close(); err != nil {
		fmt.Fprintln(stderr, "capsule:", err)
		code = 1
	}
	return code
}

// logger is what the packages of the server log with. They know facts and
// not slog.
func logger(asJSON bool, to io.Writer) func(string, ...any) {
	var h slog.Handler = slog.NewTextHandler(to, nil)
	if asJSON {
		h = slog.NewJSONHandler(to, nil)
	}
	l := slog.New(h)
	return func(format string, args ...any) { l.Info(fmt.Sprintf(format, args...)) }
}
