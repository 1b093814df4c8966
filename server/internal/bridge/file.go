package bridge

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// file hands out a file of a room, so that the token which Rocket.Chat wants
// in the file's address (protocol 1.11) is in none that a page, a history or
// a log gets to see: the page fetches it with the token in its header and
// shows the blob. Where Rocket.Chat keeps files elsewhere and redirects there
// (S3 without proxying), the answer is upstream, for nothing is followed.
//
// A file is streamed. One that turns out to be too large or to be cut only
// when part of it has gone ends with a broken connection.
func (b *Bridge) file(w http.ResponseWriter, r *http.Request) error {
	var room, id, name string
	if err := query(r, fields{"room": &room, "id": &id, "name": &name}); err != nil {
		return err
	}
	t, err := b.claim(r, room, id)
	if err != nil {
		return err
	}
	if err := pathElement(name); err != nil {
		return err
	}
	leave, err := b.up.lanes.enter(b.address(r))
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), allowance(maxDownload))
	defer cancel()
	control := http.NewResponseController(w)
	pace := newPace(func() {
		_ = control.SetWriteDeadline(time.Now()) // not every writer knows deadlines
		cancel()
	})
	defer pace.stop()
	pace.wait(patience)

	from := b.caller(r)
	res, err := b.up.open(ctx, call{op: "read file", path: rocket.PathFile + "/" + id + "/" + name, caller: from, query: url.Values{
		"rc_rid": {room}, "rc_token": {string(t)}, "rc_room_type": {"l"},
	}})
	if err != nil {
		if statusOf(err) == http.StatusForbidden {
			// To who has no token that is known, this is told; to others not
			// whose the file is.
			if err := b.check(ctx, from, t); err != nil {
				return err
			}
			return problem(NotFound)
		}
		return err
	}
	defer res.Body.Close()
	_ = control.SetWriteDeadline(time.Now().Add(allowance(maxDownload)))
	describe(w.Header(), res, name)
	out := &outlet{w: w, pace: pace}
	pace.move(0)
	n, err := io.Copy(out, io.LimitReader(res.Body, maxDownload+1))
	if err != nil || n > maxDownload || res.ContentLength >= 0 && n != res.ContentLength {
		if !out.begun {
			for _, key := range []string{"Content-Disposition", "Content-Security-Policy", "Content-Length"} {
				w.Header().Del(key) // the answer is to be about the problem
			}
			return unreachable(err)
		}
		if !out.gone {
			b.logf("bridge: GET /v1/room/files: Rocket.Chat broke off after %d bytes, or the file is larger than it said", n)
		}
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

// describe sets the headers of a file so that a browser runs nothing of it,
// whatever is inside and however it came to be opened.
func describe(h http.Header, res *http.Response, name string) {
	k, known := kindNamed(res.Header.Get("Content-Type"))
	if !known {
		k.mime = "application/octet-stream"
	} else {
		name = k.name(name)
	}
	h.Set("Content-Type", k.mime)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if res.ContentLength >= 0 {
		h.Set("Content-Length", strconv.FormatInt(res.ContentLength, 10))
	}
}

// pathElement accepts the name of a file as Rocket.Chat tells it.
func pathElement(name string) error {
	if name == "" || name == "." || name == ".." || utf8.RuneCountInString(name) > 255 ||
		strings.ContainsAny(name, `/\`) || strings.ContainsFunc(name, unpathy) {
		return bad("not the name of a file")
	}
	return nil
}

func unpathy(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError
}

// open starts to read a file. The caller closes the body.
func (u *upstream) open(ctx context.Context, c call) (res *http.Response, err error) {
	defer u.called(c, time.Now(), &err)
	req := u.request(ctx, c)
	req.Header.Set("Accept", "*/*")
	req.Header.Set("Accept-Encoding", "identity") // its length is to be known
	res, err = u.to.RoundTrip(req)
	if err != nil {
		return nil, unreachable(err)
	}
	switch {
	case res.StatusCode == http.StatusNotFound:
		err = problem(NotFound)
	case res.StatusCode == http.StatusTooManyRequests:
		err = &Problem{Code: RateLimited, RetryAfter: rocket.RetryAfter(res.Header.Get("X-Ratelimit-Reset"), ejson.Value{}, time.Now())}
	case res.StatusCode != http.StatusOK, res.Header.Get("Content-Encoding") != "",
		// Files come as attachments; without it this is a page of something.
		res.Header.Get("Content-Disposition") == "":
		err = odd(c.op, res.StatusCode, false)
	case res.ContentLength > maxDownload:
		err = refusal(TooLarge)
	}
	if err != nil {
		_ = res.Body.Close() // nothing in it is wanted
		return nil, err
	}
	return res, nil
}

// An outlet passes a file on, at a pace.
type outlet struct {
	w     io.Writer
	pace  *pace
	begun bool
	gone  bool // who it was for does not take it any more
}

func (o *outlet) Write(p []byte) (int, error) {
	o.begun = true
	n, err := o.w.Write(p)
	o.pace.move(n)
	o.gone = err != nil
	return n, err
}
