package bridge

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// upload passes a file of the visitor on to a room: the body of the request
// is the file and nothing else, so that there is no form to hide things in.
// The file is streamed, and only once its beginning has shown what it is.
//
// Rocket.Chat makes a message of every upload, so nothing here is ever tried
// twice: an answer that was lost is for the visitor to look up (protocol 1.11).
// Before 4.x the answer is without the message, which comes over the socket.
func (b *Bridge) upload(w http.ResponseWriter, r *http.Request) error {
	var room string
	if err := query(r, fields{"room": &room}); err != nil {
		return err
	}
	t, err := b.claim(r, room)
	if err != nil {
		return err
	}
	if err := fileOnly(r); err != nil {
		return err
	}
	given, err := givenName(r.Header)
	if err != nil {
		return err
	}
	leave, err := b.up.lanes.enter(b.address(r))
	if err != nil {
		return err
	}
	defer leave()

	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), allowance(r.ContentLength)+patience)
	defer cancel() // it outlives the deadline of other requests; the caller is known to be there by his sending
	in := newIntake(w, r, cancel)
	defer in.close()
	enough := int(min(sniffLen, r.ContentLength))
	file := bufio.NewReaderSize(in, enough)
	head, err := file.Peek(enough)
	if err != nil {
		return bad("the file could not be read")
	}
	k, err := kindOf(head)
	if err != nil {
		return err
	}
	from := b.caller(r)
	c, err := b.anonymous(ctx, from, "")
	if err != nil {
		return err
	}
	if !c.Files {
		return refusal(Disabled)
	}
	v, err := b.up.upload(ctx, call{op: "upload", method: http.MethodPost, path: rocket.PathUpload + "/" + room, caller: from},
		t, part{k.name(given), k.mime, r.ContentLength, file})
	if in.failed() {
		return bad("the file could not be read to its end")
	}
	if err != nil {
		return b.uploadRefused(ctx, from, t, err)
	}
	m, err := rocket.MessageFrom(v)
	if err != nil || m.Room != room || m.Token != "" && m.Token != t {
		return answer(w)
	}
	return answer(w, ejson.F("message", shown(m).Value()))
}

// fileOnly accepts a body of known length that is a file: no form, which a
// foreign page could send without asking first.
func fileOnly(r *http.Request) error {
	types := r.Header.Values("Content-Type")
	switch {
	case len(types) != 1 || types[0] != "application/octet-stream", len(r.Header.Values("Content-Encoding")) > 0:
		return bad("not a plain file")
	case r.ContentLength <= 0:
		return bad("a file of no or of unknown length")
	case r.ContentLength > maxUpload:
		return refusal(TooLarge)
	}
	return nil
}

// uploadRefused tells what is behind a refused upload. Rocket.Chat says 403
// to an unknown token and to a room that is closed or another's alike, and a
// proxy before it 413 to what it finds too large.
func (b *Bridge) uploadRefused(ctx context.Context, from caller, t rocket.Token, err error) error {
	switch statusOf(err) {
	case http.StatusRequestEntityTooLarge:
		return &Problem{Code: Refused, Reason: TooLarge, Cause: err}
	case http.StatusForbidden:
		if err := b.check(ctx, from, t); err != nil {
			return err
		}
		return &Problem{Code: Refused, Reason: InvalidRoom, Cause: err}
	}
	return err
}

// check reports whether Rocket.Chat knows a token, as its other calls do.
func (b *Bridge) check(ctx context.Context, from caller, t rocket.Token) error {
	v, err := b.rawConfig(ctx, from, t, "")
	if err != nil {
		return err
	}
	if _, err := guest(v, t); err != nil {
		return err
	}
	return nil
}

// A part is the file of an upload.
type part struct {
	name, mime string
	length     int64
	body       io.Reader
}

// upload is do for a call whose body is a form with a file. The length of it
// all is known before it starts, and it cannot be repeated.
func (u *upstream) upload(ctx context.Context, c call, t rocket.Token, p part) (v ejson.Value, err error) {
	defer u.called(c, time.Now(), &err)
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	_, err = m.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", p.name)},
		"Content-Type":        {p.mime},
	})
	if err != nil {
		return ejson.Value{}, err
	}
	before := form.String()
	form.Reset()
	_ = m.Close() // writes to memory
	req := u.request(ctx, c)
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set(rocket.HeaderToken, string(t))
	req.ContentLength = int64(len(before)) + p.length + int64(form.Len())
	req.Body = io.NopCloser(io.MultiReader(strings.NewReader(before), p.body, &form))
	res, err := u.to.RoundTrip(req)
	if err != nil {
		return ejson.Value{}, unreachable(err)
	}
	return u.read(c, res)
}
