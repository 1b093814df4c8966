// Package ddp reads and writes the frames of DDP, the protocol that
// Rocket.Chat speaks over its websocket: one JSON object a text frame.
//
// One Frame type serves both directions, since the widget, the stand-in
// server and their tests speak the same language. The package does no
// input or output.
package ddp

import (
	"errors"

	"capsule/wasm/ejson"
)

// Kind is the kind of a frame: the value of its "msg" key.
type Kind string

// The kinds both ends know. A frame of any other kind parses as Unknown
// and is to be ignored (protocol 2.1).
const (
	Unknown   Kind = ""
	Connect   Kind = "connect"
	Connected Kind = "connected"
	Failed    Kind = "failed"
	Ping      Kind = "ping"
	Pong      Kind = "pong"
	Method    Kind = "method"
	Result    Kind = "result"
	Updated   Kind = "updated"
	Sub       Kind = "sub"
	Unsub     Kind = "unsub"
	Ready     Kind = "ready"
	NoSub     Kind = "nosub"
	Added     Kind = "added"
	Changed   Kind = "changed"
	Removed   Kind = "removed"
	Fault     Kind = "error" // the other end did not understand a frame
)

// Version is the version of DDP that Rocket.Chat speaks.
const Version = "1"

// A Frame is one message of either direction. Which fields count follows
// from Kind; the others are zero.
type Frame struct {
	Kind Kind

	// ID of a method, result, sub, unsub, nosub, added, changed or
	// removed; of a ping or pong it may be "".
	ID string

	// IDs are the methods that are Updated or the subs that are Ready.
	IDs []string

	// Name of the method, of the publication to Sub, or of the
	// collection that Changed (for a stream: "stream-room-messages").
	Name string

	// Params of a Method or Sub.
	Params []ejson.Value

	// Event and Args of a Changed frame of a stream.
	Event string
	Args  []ejson.Value

	// Fields of an Added frame, or of a Changed one that is no stream's.
	Fields ejson.Value

	// Value of a Result; null when the method returns nothing.
	Value ejson.Value

	// Err of a Result or NoSub, nil when there is none.
	Err *Error

	Session string      // of Connected
	Version string      // of Connect and Failed
	Support []string    // of Connect
	Reason  string      // of Fault
	Offense ejson.Value // of Fault: the frame that was not understood
}

// ErrNoFrame is returned for text that is no JSON object.
var ErrNoFrame = errors.New("ddp: not a frame")

// Parse reads a frame. Text that is no JSON object is an error; an object
// of a kind not known, like the {"server_id":"0"} of older servers, is a
// Frame of kind Unknown.
func Parse(text string) (Frame, error) { return Read(new(ejson.Parser), text) }

// Read is Parse for who reads one frame after the other with p.
func Read(p *ejson.Parser, text string) (Frame, error) {
	v, err := p.Parse(text)
	if err != nil {
		return Frame{}, err
	}
	if v.Kind() != ejson.KindObject {
		return Frame{}, ErrNoFrame
	}
	f := Frame{Kind: Kind(v.Get("msg").Str()), ID: v.Get("id").Str()}
	switch f.Kind {
	case Connect:
		f.Version, f.Support = v.Get("version").Str(), texts(v.Get("support"))
	case Connected:
		f.Session = v.Get("session").Str()
	case Failed:
		f.Version = v.Get("version").Str()
	case Ping, Pong, Unsub, Removed:
		f.Name = v.Get("collection").Str()
	case Method:
		f.Name, f.Params = v.Get("method").Str(), v.Get("params").Items()
	case Sub:
		f.Name, f.Params = v.Get("name").Str(), v.Get("params").Items()
	case Result:
		f.Value, f.Err = v.Get("result"), errorFrom(v.Get("error"))
	case NoSub:
		f.Err = errorFrom(v.Get("error"))
	case Updated:
		f.IDs = texts(v.Get("methods"))
	case Ready:
		f.IDs = texts(v.Get("subs"))
	case Added, Changed:
		f.Name, f.Fields = v.Get("collection").Str(), v.Get("fields")
		if f.Kind == Changed && f.Fields.Has("eventName") {
			f.Event, f.Args = f.Fields.Get("eventName").Str(), f.Fields.Get("args").Items()
			f.Fields = ejson.Value{}
		}
	case Fault:
		f.Reason, f.Offense = v.Get("reason").Str(), v.Get("offendingMessage")
	default:
		return Frame{}, nil
	}
	return f, nil
}

func texts(v ejson.Value) []string {
	var out []string
	for _, item := range v.Items() {
		out = append(out, item.Str())
	}
	return out
}

// Text returns the frame as it goes over the socket.
func (f Frame) Text() string {
	m := []ejson.Member{ejson.F("msg", ejson.String(string(f.Kind)))}
	add := func(key string, v ejson.Value) { m = append(m, ejson.F(key, v)) }
	if f.ID != "" {
		add("id", ejson.String(f.ID))
	}
	switch f.Kind {
	case Connect:
		add("version", ejson.String(f.Version))
		add("support", ejson.Strings(f.Support))
	case Connected:
		add("session", ejson.String(f.Session))
	case Failed:
		add("version", ejson.String(f.Version))
	case Method:
		add("method", ejson.String(f.Name))
		add("params", ejson.List(f.Params...))
	case Sub:
		add("name", ejson.String(f.Name))
		add("params", ejson.List(f.Params...))
	case Result:
		if f.Err != nil {
			add("error", f.Err.value())
		} else if !f.Value.IsNull() {
			add("result", f.Value)
		}
	case NoSub:
		if f.Err != nil {
			add("error", f.Err.value())
		}
	case Updated:
		add("methods", ejson.Strings(f.IDs))
	case Ready:
		add("subs", ejson.Strings(f.IDs))
	case Added, Changed, Removed:
		add("collection", ejson.String(f.Name))
		switch {
		case f.Event != "":
			add("fields", ejson.Object(ejson.F("eventName", ejson.String(f.Event)), ejson.F("args", ejson.List(f.Args...))))
		case !f.Fields.IsNull():
			add("fields", f.Fields)
		}
	case Fault:
		add("reason", ejson.String(f.Reason))
		if !f.Offense.IsNull() {
			add("offendingMessage", f.Offense)
		}
	}
	return ejson.Object(m...).String()
}
