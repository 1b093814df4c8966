//go:build unix && delivery

package e2e_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestASleepingMachine is row 10: the whole browser stands still, while the
// server gives the connection up.
func TestASleepingMachine(t *testing.T) {
	t.Parallel()
	program, err := browser()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "capsule-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // processes of the browser may still be at it
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.UserDataDir(profile),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(stop)
	if err := chromedp.Run(ctx); err != nil {
		t.Fatal(err)
	}
	pid := chromedp.FromContext(ctx).Browser.Process().Pid
	signal := func(s syscall.Signal) {
		for _, pid := range family(t, pid) {
			_ = syscall.Kill(pid, s) // it may have ended by itself
		}
	}
	k := talkOn(t, build(t), tab(t, ctx))
	asleep := 20 * time.Second
	if long {
		asleep = 2 * time.Minute
	}
	signal(syscall.SIGSTOP)
	t.Cleanup(func() { signal(syscall.SIGCONT) })
	k.chat.DropAll()
	k.say("while it slept")
	timer := time.NewTimer(asleep)
	<-timer.C
	signal(syscall.SIGCONT)
	if took := k.p.within(patience, "what was said", k.p.offered("while it slept")); took > 6*time.Second {
		t.Errorf("it is shown %v after the machine woke", took)
	}
	k.write("good morning")
	k.settled()
}

// family finds a process and all that come from it.
func family(t *testing.T, pid int) (found []int) {
	t.Helper()
	tasks, err := os.ReadDir("/proc")
	if err != nil {
		t.Skip("no /proc to find the browser's processes in")
	}
	parents := map[int]int{}
	for _, task := range tasks {
		n, err := strconv.Atoi(task.Name())
		if err != nil {
			continue
		}
		if stat, err := os.ReadFile("/proc/" + task.Name() + "/stat"); err == nil {
			parents[n] = parentIn(string(stat))
		}
	}
	for n := range parents {
		for p := n; p > 1; p = parents[p] {
			if p == pid {
				found = append(found, n)
				break
			}
		}
	}
	return found
}

// parentIn reads the fourth field of a stat file, whose second may hold
// anything in parentheses.
func parentIn(stat string) (pid int) {
	if i := strings.LastIndexByte(stat, ')'); i >= 0 {
		var state string
		_, _ = fmt.Sscan(stat[i+1:], &state, &pid) // 0 stands for none
	}
	return pid
}
