package ddp_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"capsule/wasm/ddp"
	"capsule/wasm/ejson"
)

// golden calls f with each frame that a real server sent ("in") or was
// sent ("out"): one line of testdata for each shape in the recordings.
func golden(t *testing.T, f func(t *testing.T, dir, text string)) {
	t.Helper()
	for _, version := range []string{"3.4.0", "6.14"} {
		data, err := os.ReadFile("testdata/frames-" + version + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(data)), "\n")
		if len(lines) < 50 {
			t.Fatalf("%s: only %d frames", version, len(lines))
		}
		for i, line := range lines {
			dir, text, _ := strings.Cut(line, " ")
			t.Run(fmt.Sprintf("%s/%d", version, i+1), func(t *testing.T) { f(t, dir, text) })
		}
	}
}

func TestRecordedFramesSurvive(t *testing.T) {
	golden(t, func(t *testing.T, dir, text string) {
		f, err := ddp.Parse(text)
		v, _ := ejson.Parse(text)
		if v.Kind() != ejson.KindObject {
			if err == nil {
				t.Fatalf("Parse(%s): no error", text)
			}
			return
		}
		if err != nil {
			t.Fatalf("Parse(%s): %v", text, err)
		}
		if dir == "out" {
			return // many are wrong on purpose: not to fail is enough
		}
		if f.Kind == ddp.Unknown {
			if v.Has("msg") {
				t.Fatalf("a server's frame is unknown: %s", text)
			}
			return
		}
		again, err := ddp.Parse(f.Text())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(f, again) {
			t.Errorf("read %s\nwrote %s", text, f.Text())
		}
		if want := sorted(v); sorted(must(ejson.Parse(f.Text()))) != want {
			t.Errorf("wrote %s\n want %s", f.Text(), text)
		}
	})
}

func must(v ejson.Value, err error) ejson.Value {
	if err != nil {
		panic(err)
	}
	return v
}

// sorted writes v with its keys in one fixed order.
func sorted(v ejson.Value) string {
	switch v.Kind() {
	case ejson.KindObject:
		keys := map[string]string{}
		for _, m := range v.Members() {
			keys[m.Key] = sorted(m.Value)
		}
		return fmt.Sprint(keys)
	case ejson.KindList:
		var b strings.Builder
		for _, item := range v.Items() {
			b.WriteString(sorted(item) + ",")
		}
		return "[" + b.String() + "]"
	}
	return v.String()
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     ddp.Frame
	}{
		{"a greeting of old servers is unknown", `{"server_id":"0"}`, ddp.Frame{}},
		{"an unknown kind is unknown", `{"msg":"later","id":"1"}`, ddp.Frame{}},
		{"a ping without id", `{"msg":"ping"}`, ddp.Frame{Kind: ddp.Ping}},
		{"a ping with a numeric id has none to echo", `{"msg":"ping","id":7}`, ddp.Frame{Kind: ddp.Ping}},
		{"a numeric error code becomes text", `{"msg":"result","id":"1","error":{"error":404,"reason":"Method 'x' not found"}}`,
			ddp.Frame{Kind: ddp.Result, ID: "1", Err: &ddp.Error{Code: "404", Number: true, Reason: "Method 'x' not found"}}},
		{"a refusal without error", `{"msg":"nosub","id":"s1"}`, ddp.Frame{Kind: ddp.NoSub, ID: "s1"}},
		{"an event of a stream", `{"msg":"changed","collection":"stream-notify-room","id":"id","fields":{"eventName":"R/typing","args":["bob",true]}}`,
			ddp.Frame{Kind: ddp.Changed, ID: "id", Name: "stream-notify-room", Event: "R/typing", Args: []ejson.Value{ejson.String("bob"), ejson.Bool(true)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ddp.Parse(tt.in)
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Parse(%s) = %+v, %v, want %+v", tt.in, got, err, tt.want)
			}
		})
	}
	for _, in := range []string{``, `[]`, `"x"`, `<html>`, `{"msg":`, `null`} {
		if f, err := ddp.Parse(in); err == nil {
			t.Errorf("Parse(%q) = %+v, want an error", in, f)
		}
	}
}

func TestWaitOfATooManyRequestsErrorIsBounded(t *testing.T) {
	for _, tt := range []struct {
		details string
		want    time.Duration
	}{
		{`{"timeToReset":6800}`, 6800 * time.Millisecond},
		{`{"timeToReset":1}`, time.Second},
		{`{"timeToReset":1e12}`, time.Minute},
		{`{"timeToReset":-5}`, time.Second},
		{`null`, time.Second},
	} {
		e := &ddp.Error{Code: ddp.CodeTooMany, Details: must(ejson.Parse(tt.details))}
		if got := e.Wait(); got != tt.want {
			t.Errorf("Wait of %s = %v, want %v", tt.details, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, version := range []string{"3.4.0", "6.14"} {
		data, err := os.ReadFile("testdata/frames-" + version + ".txt")
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range strings.Split(string(data), "\n") {
			_, text, _ := strings.Cut(line, " ")
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		frame, err := ddp.Parse(text)
		if err != nil || frame.Kind == ddp.Unknown {
			return
		}
		again, err := ddp.Parse(frame.Text())
		if err != nil || again.Kind != frame.Kind || again.ID != frame.ID {
			t.Fatalf("%q does not survive: %q, %v", text, frame.Text(), err)
		}
	})
}

func Example() {
	f, _ := ddp.Parse(`{"msg":"ping","id":"7"}`)
	fmt.Println(ddp.Frame{Kind: ddp.Pong, ID: f.ID}.Text())
	fmt.Println(ddp.Frame{Kind: ddp.Connect, Version: ddp.Version, Support: []string{"1"}}.Text())
	// Output:
	// {"msg":"pong","id":"7"}
	// {"msg":"connect","version":"1","support":["1"]}
}
