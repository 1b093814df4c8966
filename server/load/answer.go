//go:build linux

package main

import (
	"bytes"
	"fmt"
	"strconv"
)

// maxHead is the size of the largest head of an answer.
const maxHead = 16 << 10

// An answer is one HTTP answer as its bytes come in. The zero value waits for
// the first.
type answer struct {
	status int
	size   int64 // of the body so far
	keep   bool  // whether body is wanted
	body   []byte

	head []byte
	left int64
}

// reset makes a ready for the next answer and says whether its body is wanted.
func (a *answer) reset(keep bool) {
	*a = answer{keep: keep, body: a.body[:0], head: a.head[:0]}
}

// feed takes in p and reports whether the answer is whole. Bytes behind it are
// an error, since nothing was asked for yet.
func (a *answer) feed(p []byte) (whole bool, err error) {
	if a.status == 0 {
		before := len(a.head)
		a.head = append(a.head, p[:min(len(p), maxHead)]...)
		end := bytes.Index(a.head, []byte("\r\n\r\n"))
		if end < 0 {
			if len(a.head) >= maxHead {
				return false, fmt.Errorf("the head of an answer is over %d bytes", maxHead)
			}
			return false, nil
		}
		if a.status, a.left, err = parseHead(a.head[:end]); err != nil {
			return false, err
		}
		p = p[end+4-before:]
	}
	if int64(len(p)) > a.left {
		return false, fmt.Errorf("%d bytes follow an answer", int64(len(p))-a.left)
	}
	a.left -= int64(len(p))
	a.size += int64(len(p))
	if a.keep {
		a.body = append(a.body, p...)
	}
	return a.left == 0, nil
}

// parseHead reads the status and the length of the body out of the head of an
// answer. A server that does not tell the length in advance, or is about to
// hang up, is not measured as intended: that is an error.
func parseHead(head []byte) (status int, length int64, err error) {
	first, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if len(first) < 12 || !bytes.HasPrefix(first, []byte("HTTP/1.1 ")) {
		return 0, 0, fmt.Errorf("not an answer: %.40q", first)
	}
	if status, err = strconv.Atoi(string(first[9:12])); err != nil || status < 200 {
		return 0, 0, fmt.Errorf("not an answer: %.40q", first)
	}
	length = -1
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		key, value, _ := bytes.Cut(line, []byte(":"))
		switch value = bytes.TrimSpace(value); {
		case len(key) == len("Content-Length") && bytes.EqualFold(key, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil || length < 0 {
				return 0, 0, fmt.Errorf("Content-Length %q", value)
			}
		case len(key) == len("Connection") && bytes.EqualFold(key, []byte("Connection")) && bytes.EqualFold(value, []byte("close")):
			return 0, 0, fmt.Errorf("the server hangs up after an answer of status %d", status)
		}
	}
	if length < 0 {
		return 0, 0, fmt.Errorf("an answer of status %d without Content-Length", status)
	}
	return status, length, nil
}
