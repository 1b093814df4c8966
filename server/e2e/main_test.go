// Package e2e_test tries the built widget in a real browser: a page on one
// origin, Capsule's server on another, a stand-in for Rocket.Chat on a
// third. Tests see what a person sees: roles, names and words.
package e2e_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	root  = "../.."
	limit = 15 * time.Second // how long a test waits for what has to happen
)

// dist is the site that is tried: that of another compiler, say.
var dist = cmp.Or(os.Getenv("CAPSULE_DIST"), root+"/assets/dist")

// chromium is the browser all tests share; each has a profile of its own in
// it.
var chromium context.Context

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	program, err := browser()
	if err == nil {
		err = fresh()
	}
	var stale staleError
	switch {
	case errors.As(err, &stale), err != nil && os.Getenv("CI") == "true":
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	case err != nil:
		fmt.Fprintln(os.Stderr, "e2e: skipped:", err)
		return 0
	}
	profile, err := os.MkdirTemp("", "capsule-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer os.RemoveAll(profile)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(profile),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	// The library does not know every field of a newer browser, and says so.
	ctx, stop := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	defer stop()
	if err := chromedp.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: start", program+":", err)
		return 1
	}
	chromium = ctx
	return m.Run()
}

func browser() (string, error) {
	if program := os.Getenv("CAPSULE_BROWSER"); program != "" {
		return program, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"} {
		if program, err := exec.LookPath(name); err == nil {
			return program, nil
		}
	}
	return "", errors.New("no Chromium found (Debian: apt-get install chromium)")
}

// A staleError is a bundle that does not show what the sources say.
type staleError string

func (e staleError) Error() string {
	return string(e) + " is newer than " + dist + ": run ./build.sh pack"
}

// apart are folders that do not get into the bundle.
var apart = []string{"dist", "shots", "testdata", "model", "storetest", "leaktest"}

// fresh returns an error unless the bundle is there and newer than all it
// is made of.
func fresh() error {
	built, err := os.Stat(filepath.Join(dist, "manifest.json"))
	if err != nil {
		return errors.New(dist + " is empty: run ./build.sh pack")
	}
	for _, folder := range []string{"wasm", "assets"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && slices.Contains(apart, d.Name()):
				return fs.SkipDir
			case d.IsDir() || strings.HasSuffix(name, "_test.go"):
				return nil
			}
			info, err := d.Info()
			if err == nil && info.ModTime().After(built.ModTime()) {
				return staleError(strings.TrimPrefix(filepath.ToSlash(name), root+"/"))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
