//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"syscall"
	"time"
)

// A job is what to ask a server for, and how.
//
// This is not wrk because wrk does not look into what it gets, and here a
// wrong byte is to fail the run; and not net/http, which would be slower than
// what it measures.
type job struct {
	addr    string // of the server: an IPv4 address with a port
	conns   int    // that are kept open
	rate    float64
	warm    time.Duration // does not count
	time    time.Duration
	request func(conn int) []byte
	// check looks at the body of every n-th answer of status 200.
	check func(conn int, body []byte) error
	every int
	// shed allows a server to refuse, with 429 or 503.
	shed bool
}

// An outcome is how a job went. Times are from when a request was due to its
// whole answer.
type outcome struct {
	took    time.Duration
	good    []time.Duration // of status 200
	refused []time.Duration
	bytes   int64           // of bodies
	unsent  int             // due while no connection was free
	late    []time.Duration // from when a request was due until it was sent, with a rate: our own delay
	checked int
}

// rate is the number of good answers per second.
func (o outcome) rate() float64 { return float64(len(o.good)) / o.took.Seconds() }

// A driver carries out a job: one thread, one epoll, as little work per
// request as can be.
type driver struct {
	job
	poll  int
	conns []*client
	free  []*client // of a job with a rate
	buf   []byte
	from  time.Time // what is done before does not count
	count int
	out   outcome
}

type client struct {
	n       int
	fd      int
	request []byte
	due     time.Time
	answer  answer
}

// do carries j out. Without a rate every connection asks again as soon as it
// has its answer; with one, requests are due at even intervals whether or not
// the server keeps up. An answer that is not as expected ends it.
func (j job) do(ctx context.Context) (outcome, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	d := &driver{job: j, buf: make([]byte, 256<<10)}
	defer d.close()
	if err := d.open(); err != nil {
		return outcome{}, err
	}
	begin := time.Now()
	d.from = begin.Add(j.warm)
	end := d.from.Add(j.time)
	for sent := 0; ; {
		now := time.Now()
		if now.After(end) || ctx.Err() != nil {
			d.out.took = now.Sub(d.from)
			return d.out, ctx.Err()
		}
		wait := 100
		if j.rate > 0 {
			wait = 1
			for {
				due := begin.Add(time.Duration(float64(sent) / j.rate * float64(time.Second)))
				if due.After(now) {
					break
				}
				sent++
				if err := d.spend(due); err != nil {
					return outcome{}, err
				}
			}
		}
		if err := d.turn(wait); err != nil {
			return outcome{}, err
		}
	}
}

// spend sends a request that is due, if a connection is free.
func (d *driver) spend(due time.Time) error {
	if len(d.free) == 0 {
		if due.After(d.from) {
			d.out.unsent++
		}
		return nil
	}
	c := d.free[0] // in turns: a connection that is not used is closed
	d.free = d.free[1:]
	if due.After(d.from) {
		d.out.late = append(d.out.late, time.Since(due))
	}
	return d.send(c, due)
}

func (d *driver) open() error {
	to, err := netip.ParseAddrPort(d.addr)
	if err != nil {
		return err
	}
	if d.poll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	for n := range d.job.conns {
		fd, err := dial(to)
		if err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		c := &client{n: n, fd: fd, request: d.request(n)}
		d.conns = append(d.conns, c)
		ev := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(n)} // #nosec G115 -- there are a few thousand at most
		if err := syscall.EpollCtl(d.poll, syscall.EPOLL_CTL_ADD, fd, &ev); err != nil {
			return fmt.Errorf("epoll: %w", err)
		}
	}
	d.free = append(d.free, d.conns...)
	if d.rate > 0 {
		return nil
	}
	for _, c := range d.conns {
		if err := d.send(c, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// dial connects and waits for it: on loopback that is at once.
func dial(to netip.AddrPort) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	err = errors.Join(
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}),
		syscall.SetNonblock(fd, true),
	)
	if err != nil {
		_ = syscall.Close(fd)
		return 0, err
	}
	return fd, nil
}

func (d *driver) close() {
	for _, c := range d.conns {
		_ = syscall.Close(c.fd) // nothing is left to be said
	}
	if d.poll > 0 {
		_ = syscall.Close(d.poll)
	}
}

func (d *driver) send(c *client, due time.Time) error {
	c.due = due
	d.count++
	c.answer.reset(d.every > 0 && d.count%d.every == 0)
	// A request is far smaller than any socket's buffer.
	if n, err := syscall.Write(c.fd, c.request); err != nil || n != len(c.request) {
		return fmt.Errorf("send: %d bytes of %d, %w", n, len(c.request), err)
	}
	return nil
}

// turn waits up to so many milliseconds for answers, and takes them in.
func (d *driver) turn(milliseconds int) error {
	var events [256]syscall.EpollEvent
	n, err := syscall.EpollWait(d.poll, events[:], milliseconds)
	if err != nil && err != syscall.EINTR {
		return fmt.Errorf("epoll: %w", err)
	}
	for _, ev := range events[:max(n, 0)] {
		if err := d.read(d.conns[ev.Fd]); err != nil {
			return err
		}
	}
	return nil
}

func (d *driver) read(c *client) error {
	n, err := syscall.Read(c.fd, d.buf)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return nil
	case err != nil:
		return fmt.Errorf("receive: %w", err)
	case n == 0:
		return errors.New("the server hung up")
	}
	whole, err := c.answer.feed(d.buf[:n])
	if err != nil || !whole {
		return err
	}
	now := time.Now()
	if err := d.note(c, now); err != nil {
		return err
	}
	if d.rate > 0 {
		d.free = append(d.free, c)
		return nil
	}
	return d.send(c, now)
}

// note counts the answer c has.
func (d *driver) note(c *client, now time.Time) error {
	a := &c.answer
	counts := now.After(d.from)
	switch {
	case a.status == 200:
		if a.keep {
			if err := d.check(c.n, a.body); err != nil {
				return err
			}
			d.out.checked++
		}
		if counts {
			d.out.good = append(d.out.good, now.Sub(c.due))
			d.out.bytes += a.size
		}
	case d.shed && (a.status == 503 || a.status == 429):
		if counts {
			d.out.refused = append(d.out.refused, now.Sub(c.due))
		}
	default:
		return fmt.Errorf("status %d", a.status)
	}
	return nil
}
