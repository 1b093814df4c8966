//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// tokenStart begins the token of every visitor of ours; see visitorToken.
const tokenStart = "load-visitor-token-"

// visitorToken is the token of the visitor on connection n. Each has its own,
// since the bridge does one thing at a time for a visitor.
func visitorToken(n int) string { return fmt.Sprintf("%s%024d", tokenStart, n) }

// serveStub is a Rocket.Chat that knows one answer, to a registration, and
// gives it after delay. It prints where it listens, and ends with the program
// that started it. It is not net/http, whose cost would count against whoever
// asks most of it.
func serveStub(delay time.Duration, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, l.Addr())
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() { // ends with the connection
			defer c.Close()
			_ = answerAll(c, delay) // whoever hangs up has had enough
		}()
	}
}

// answerAll answers the requests that come in by c until it ends.
func answerAll(c io.ReadWriter, delay time.Duration) error {
	r := bufio.NewReader(c)
	var request bytes.Buffer
	for {
		request.Reset()
		length := 0
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return err
			}
			if len(line) <= 2 {
				break
			}
			request.Write(line)
			if key, value, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(string(key), "Content-Length") {
				if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
					return err
				}
			}
		}
		if _, err := io.CopyN(&request, r, int64(length)); err != nil {
			return err
		}
		body := registered(tokenIn(request.Bytes()))
		time.Sleep(delay)
		if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
			return err
		}
	}
}

// registered is what Rocket.Chat says of a new visitor. His id here is the
// token's end, so that an answer can be told from another's.
func registered(token string) string {
	return `{"visitor":{"_id":"` + strings.TrimPrefix(token, tokenStart) + `","username":"guest-3","name":"Ann","token":"` + token + `","status":"online"},"success":true}`
}

// tokenIn finds a visitor's token, be it in a header or in the body.
func tokenIn(request []byte) string {
	i := bytes.Index(request, []byte(tokenStart))
	if i < 0 || len(request) < i+len(visitorToken(0)) {
		return ""
	}
	return string(request[i : i+len(visitorToken(0))])
}

// startStub starts a stub as a process of its own and returns where it
// listens.
func startStub(delay time.Duration) (addr string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command("taskset", "-c", "1", self, "-stub", delay.String()) // #nosec G204 -- this program itself
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = endsWithUs()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("start the stub: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}
