package browser

import "syscall/js"

// listeners are event listeners that are removed together.
type listeners []listener

type listener struct {
	target js.Value
	kind   string
	fn     js.Func
}

// on calls f for each event of a kind. f must not block.
func (l *listeners) on(target js.Value, kind string, f func(event js.Value)) {
	fn := js.FuncOf(func(_ js.Value, args []js.Value) any {
		f(args[0])
		return nil
	})
	target.Call("addEventListener", kind, fn)
	*l = append(*l, listener{target, kind, fn})
}

func (l *listeners) close() {
	for _, x := range *l {
		x.target.Call("removeEventListener", x.kind, x.fn)
		x.fn.Release()
	}
	*l = nil
}
