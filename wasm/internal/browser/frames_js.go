package browser

import "syscall/js"

// lateFrame is after how many milliseconds a change is drawn although no
// frame has come: a hidden page gets none, and a page that was frozen in
// between may have lost the one it asked for.
const lateFrame = 250

// Frames draws at most once for each frame of the page.
//
// Drawing happens in a callback of the browser. Such a callback runs only
// while every goroutine waits, so it may read what a goroutine owns that
// never waits in the middle of a change.
type Frames struct {
	page    Page
	draw    func()
	onFrame js.Func // kept: one for all frames
	onTimer js.Func
	frame   js.Value // the frame asked for, or undefined
	timer   js.Value // likewise
	dirty   bool
	over    bool
}

// NewFrames returns frames that are drawn by draw.
func NewFrames(p Page, draw func()) *Frames {
	f := &Frames{page: p, draw: draw}
	f.onFrame = js.FuncOf(func(js.Value, []js.Value) any {
		f.frame = js.Undefined()
		f.now()
		return nil
	})
	f.onTimer = js.FuncOf(func(js.Value, []js.Value) any {
		f.timer = js.Undefined()
		f.cancel()
		f.now()
		return nil
	})
	return f
}

// Want asks for a frame; until it is drawn, asking again changes nothing.
func (f *Frames) Want() {
	if f.dirty || f.over {
		return
	}
	f.dirty = true
	if f.frame.IsUndefined() && !hidden(f.page.global.Get("document")) {
		f.frame = f.page.global.Call("requestAnimationFrame", f.onFrame)
	}
	if f.timer.IsUndefined() {
		f.timer = f.page.global.Call("setTimeout", f.onTimer, lateFrame)
	}
}

func (f *Frames) now() {
	if f.dirty && !f.over {
		f.dirty = false
		f.draw()
	}
}

// cancel takes back what was asked for; the next change asks anew.
func (f *Frames) cancel() {
	if !f.frame.IsUndefined() {
		f.page.global.Call("cancelAnimationFrame", f.frame)
		f.frame = js.Undefined()
	}
}

// Close makes sure that nothing is drawn any more.
func (f *Frames) Close() {
	f.over = true
	f.cancel()
	if !f.timer.IsUndefined() {
		f.page.global.Call("clearTimeout", f.timer)
	}
	f.onFrame.Release()
	f.onTimer.Release()
}
