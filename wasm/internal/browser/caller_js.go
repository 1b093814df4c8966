package browser

import (
	"context"
	"errors"
	"strconv"
	"syscall/js"

	"capsule/wasm/puzzle"
	"capsule/wasm/rocket"
)

// ReplyLimit is the size of the largest answer that is read, in UTF-16
// units.
const ReplyLimit = 1 << 20

var (
	errTooLarge = errors.New("the answer is too large")
	errOdd      = errors.New("what fetch gave is no answer")
)

// A Caller calls the bridge by the page's own fetch.
type Caller struct {
	Page Page
	Base string // the bridge's URL, without a slash at its end
}

// Call sends a request and returns the status and the text of its answer.
func (c Caller) Call(ctx context.Context, method, path string, token rocket.Token, ticket, body string) (int, string, error) {
	abort, err := c.Page.Construct("AbortController")
	if err != nil {
		return 0, "", err
	}
	promise, err := c.Page.Attempt(c.Page.global, "fetch", c.Base+path, options(method, token, ticket, body, abort.Get("signal")))
	if err != nil {
		return 0, "", err
	}
	x := newExchange(c.Page)
	defer x.release()
	x.follow(promise, js.TypeObject, x.headers)
	select {
	case <-x.done:
	case <-ctx.Done():
		abort.Call("abort")
		<-x.done // at once: the promise is rejected
		return 0, "", ctx.Err()
	}
	return x.status, x.reply, x.err
}

func options(method string, token rocket.Token, ticket, body string, signal js.Value) map[string]any {
	headers := map[string]any{}
	if token != "" {
		headers[rocket.HeaderToken] = string(token)
	}
	if ticket != "" {
		headers[puzzle.Header] = ticket
	}
	o := map[string]any{
		"method": method, "headers": headers, "signal": signal, "mode": "cors", "cache": "no-store",
		"credentials": "omit", "referrerPolicy": "no-referrer", "redirect": "error",
	}
	if body != "" {
		headers["Content-Type"] = "application/json"
		o["body"] = body
	}
	return o
}

// An exchange follows the two promises of one fetch, of which each is
// settled once: the headers', then the text's.
type exchange struct {
	page   Page
	done   chan struct{}
	status int
	reply  string
	err    error
	funcs  []js.Func
}

func newExchange(p Page) *exchange { return &exchange{page: p, done: make(chan struct{})} }

// follow calls then with what promise is fulfilled with, if that is of the
// kind; otherwise, or when it is rejected, the exchange has failed. Some
// pages have a fetch of their own, which may give anything.
func (x *exchange) follow(promise js.Value, kind js.Type, then func(js.Value)) {
	fulfilled := js.FuncOf(func(_ js.Value, args []js.Value) any {
		if len(args) == 0 || args[0].Type() != kind {
			x.end(errOdd)
			return nil
		}
		then(args[0])
		return nil
	})
	rejected := js.FuncOf(func(_ js.Value, args []js.Value) any {
		why := ""
		if len(args) > 0 && args[0].Type() == js.TypeObject {
			why = text(args[0].Get("message"))
		}
		x.end(errors.New("no answer: " + why))
		return nil
	})
	x.funcs = append(x.funcs, fulfilled, rejected)
	if _, err := x.page.Attempt(promise, "then", fulfilled, rejected); err != nil {
		x.end(err)
	}
}

func (x *exchange) headers(response js.Value) {
	status := response.Get("status")
	if status.Type() != js.TypeNumber {
		x.end(errOdd)
		return
	}
	x.status = status.Int()
	length, err := x.page.Attempt(response.Get("headers"), "get", "content-length")
	if n, bad := strconv.Atoi(text(length)); err == nil && bad == nil && n > 3*ReplyLimit {
		x.end(errTooLarge)
		return
	}
	promise, err := x.page.Attempt(response, "text")
	if err != nil {
		x.end(err)
		return
	}
	x.follow(promise, js.TypeString, func(body js.Value) {
		// A string has no properties for Go, its object has.
		if x.page.global.Get("Object").Invoke(body).Length() > ReplyLimit {
			x.end(errTooLarge)
			return
		}
		x.reply = body.String()
		x.end(nil)
	})
}

func (x *exchange) end(err error) {
	if err != nil {
		x.status, x.err = 0, err
	}
	close(x.done)
}

func (x *exchange) release() {
	for _, f := range x.funcs {
		f.Release()
	}
}
