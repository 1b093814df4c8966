//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A contender is one server, which may be started and stopped many times.
type contender struct {
	name    string
	command func(addr, stub string) ([]string, error) // writes its configuration first
	files   site

	addr  string
	ready time.Duration // from exec to the first answer, at the last start
	cmd   *exec.Cmd
	log   *os.File
	ended chan error
}

// start starts c on a free port, pinned to core 0, and returns when it serves
// the loader. Its log goes to folder.
func (c *contender) start(ctx context.Context, folder, stub string) error {
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	args, err := c.command(addr, stub)
	if err != nil {
		return err
	}
	c.log, err = os.OpenFile(filepath.Join(folder, c.name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600) // #nosec G304 -- in a folder of our own
	if err != nil {
		return err
	}
	c.cmd = exec.Command("taskset", append([]string{"-c", "0"}, args...)...) // #nosec G204 -- servers this program knows
	c.cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "HOME="+folder, "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder)
	c.cmd.Stdout, c.cmd.Stderr = c.log, c.log
	c.cmd.SysProcAttr = endsWithUs()
	c.addr = addr
	began := time.Now()
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", c.name, err)
	}
	c.ended = make(chan error, 1)
	go func(cmd *exec.Cmd, ended chan<- error) { ended <- cmd.Wait() }(c.cmd, c.ended) // ends with the process
	for {
		if err := c.serves(); err == nil {
			c.ready = time.Since(began)
			return nil
		} else if time.Since(began) > 10*time.Second || ctx.Err() != nil {
			return errors.Join(fmt.Errorf("%s does not serve: %w", c.name, err), c.complaint())
		}
		select {
		case err := <-c.ended:
			c.ended <- err
			return errors.Join(fmt.Errorf("%s ended: %w", c.name, err), c.complaint())
		case <-time.After(time.Millisecond):
		}
	}
}

// serves gets the loader once.
func (c *contender) serves() error {
	conn, err := net.Dial("tcp", c.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	return getOnce(conn, get(c.addr, c.files.loader.path), c.files.loader.check)
}

// getOnce sends a request and checks its answer.
func getOnce(conn net.Conn, request []byte, check func(int, []byte) error) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	var a answer
	a.reset(true)
	buf := make([]byte, 32<<10)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return err
		}
		whole, err := a.feed(buf[:n])
		if err != nil {
			return err
		}
		if whole {
			break
		}
	}
	if a.status != 200 {
		return fmt.Errorf("status %d", a.status)
	}
	return check(0, a.body)
}

// complaint is the end of what c wrote, if it wrote anything.
func (c *contender) complaint() error {
	text, err := os.ReadFile(c.log.Name())
	if err != nil || len(text) == 0 {
		return nil
	}
	return errors.New(strings.TrimSpace(string(text[max(0, len(text)-600):])))
}

// stop ends c and waits for it.
func (c *contender) stop() {
	if c.cmd == nil || c.cmd.Process == nil {
		return
	}
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // if it has ended already, the better
	select {
	case <-c.ended:
	case <-time.After(15 * time.Second):
		_ = c.cmd.Process.Kill()
		<-c.ended
	}
	_ = c.log.Close()
	c.cmd = nil
}

func (c *contender) pid() int { return c.cmd.Process.Pid }

// resident is what c has in memory, in MB of 10^6 bytes.
func (c *contender) resident() (float64, error) {
	n, err := resident(c.pid())
	return float64(n) / 1e6, err
}

// endsWithUs makes the kernel end a process when this one is gone.
func endsWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
