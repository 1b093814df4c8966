//go:build js

// Command sockets does to coder/websocket what the widget avoids, under the
// runtime that the widget has: each of these calls would end a program by
// TinyGo, or leave a socket open under standard Go, if the WebSocket that Go
// sees were the page's own. It is started by the loader, and reports in
// attributes of the loader's element.
package main

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"github.com/coder/websocket"

	"capsule/wasm/ejson"
)

// Rounds are repeated to see whether anything piles up: each is so many
// messages and connections.
const (
	rounds      = 10
	messages    = 1000
	connections = 100
)

var background = context.Background()

func main() {
	capsule := js.Global().Get("capsule")
	base := capsule.Get("options").Get("sockets").String()
	report := func(name, text string) { capsule.Get("host").Call("setAttribute", "data-"+name, text) }

	// The loader waits for a panel.
	panel := js.Global().Get("document").Call("createElement", "section")
	panel.Call("setAttribute", "data-part", "panel")
	capsule.Get("root").Call("appendChild", panel)
	capsule.Call("ready", map[string]any{"call": js.FuncOf(func(js.Value, []js.Value) any { return nil })})

	if capsule.Get("host").Call("hasAttribute", "data-crashing").Bool() {
		report("again", " well")
		select {}
	}

	report("refused", outcome(fails(base+"/refuse")))
	report("bad-url", outcome(fails("ws://a b/")+fails("nonsense:x")+fails("ws://a/#b")))
	report("timed-out", outcome(timedOut(base+"/late")))
	report("close-now", outcome(closeNow(base+"/end?by=close-now")))
	report("cancelled", outcome(cancelled(base+"/end?by=cancelled")))
	report("large", outcome(large(base+"/large?by=large")))
	report("gone", outcome(gone(base+"/gone")))
	report("after", outcome(after(base+"/end?by=after")))
	report("echo", outcome(echo(base+"/echo", 10)))
	report("deep", outcome(deep()))

	for round := range rounds {
		why := echo(base+"/echo", messages)
		for range connections {
			if why == "" {
				why = reconnect(base + "/end")
			}
		}
		// Twice, since a JavaScript value goes after the Go value that held it.
		for range 2 {
			runtime.GC()
			time.Sleep(time.Millisecond)
		}
		report("round", strconv.Itoa(round)+outcome(why))
		<-turn(capsule)
	}
	report("crashing", " well")
	panic("on purpose")
}

// outcome is how a trial ended: why is "" for as it should.
func outcome(why string) string {
	if why == "" {
		return " well"
	}
	return " " + why
}

// turn is closed when the page calls the function that it is given.
func turn(capsule js.Value) <-chan struct{} {
	done := make(chan struct{})
	capsule.Get("host").Set("next", js.FuncOf(func(js.Value, []js.Value) any {
		close(done)
		return nil
	}))
	return done
}

func fails(url string) string {
	if _, _, err := websocket.Dial(background, url, nil); err == nil {
		return "a dial of " + url + " succeeded; "
	}
	return ""
}

func timedOut(url string) string {
	ctx, stop := context.WithTimeout(background, 20*time.Millisecond)
	defer stop()
	if _, _, err := websocket.Dial(ctx, url, nil); err == nil {
		return "a dial did not time out"
	}
	return ""
}

func closeNow(url string) string {
	c, _, err := websocket.Dial(background, url, nil)
	if err != nil {
		return err.Error()
	}
	if err := c.CloseNow(); err != nil {
		return "CloseNow: " + err.Error()
	}
	return ""
}

func cancelled(url string) string {
	c, _, err := websocket.Dial(background, url, nil)
	if err != nil {
		return err.Error()
	}
	ctx, stop := context.WithTimeout(background, 20*time.Millisecond)
	defer stop()
	if _, _, err := c.Read(ctx); err == nil {
		return "a cancelled Read read"
	}
	return ""
}

func large(url string) string {
	c, _, err := websocket.Dial(background, url, nil)
	if err != nil {
		return err.Error()
	}
	c.SetReadLimit(10)
	if _, _, err := c.Read(background); err == nil {
		return "too large a message was read"
	}
	return ""
}

func gone(url string) string {
	c, _, err := websocket.Dial(background, url, nil)
	if err != nil {
		return err.Error()
	}
	if _, _, err := c.Read(background); err == nil {
		return "read from a server that is gone"
	}
	_ = c.CloseNow()
	return ""
}

func after(url string) string {
	c, _, err := websocket.Dial(background, url, nil)
	if err != nil {
		return err.Error()
	}
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		return "Close: " + err.Error()
	}
	if err := c.Write(background, websocket.MessageText, []byte("late")); err == nil {
		return "wrote after the close"
	}
	_ = c.Close(websocket.StatusInternalError, "again")
	return ""
}

// deep reads and writes what is nested ten times as deep as anything may be: TinyGo's stacks
// are small, and overflow without a word.
func deep() string {
	for _, pair := range []string{"[]", `{"a":}`} {
		open, end := pair[:len(pair)-1], pair[len(pair)-1:]
		if _, err := ejson.Parse(strings.Repeat(open, 10*ejson.MaxDepth) + "1" + strings.Repeat(end, 10*ejson.MaxDepth)); err != nil {
			return err.Error() // what is deeper is null
		}
		flat, err := ejson.Parse(strings.Repeat(open, ejson.MaxDepth) + "1" + strings.Repeat(end, ejson.MaxDepth))
		if err != nil {
			return err.Error()
		}
		if got := len(flat.String()); got != ejson.MaxDepth*len(pair)+1 {
			return "wrote " + strconv.Itoa(got) + " bytes of " + pair
		}
	}
	return ""
}

// echo sends n messages one after the other, and reads what comes back.
func echo(url string, n int) string {
	c, _, err := websocket.Dial(background, url, nil)
	if err != nil {
		return err.Error()
	}
	for i := range n {
		text := "message " + strconv.Itoa(i)
		if err := c.Write(background, websocket.MessageText, []byte(text)); err != nil {
			return err.Error()
		}
		_, data, err := c.Read(background)
		if err != nil {
			return err.Error()
		}
		if string(data) != text {
			return "sent " + text + ", read " + string(data)
		}
	}
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		return err.Error()
	}
	return ""
}

func reconnect(url string) string {
	c, _, err := websocket.Dial(background, url, nil)
	if err != nil {
		return err.Error()
	}
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		return err.Error()
	}
	return ""
}
