package ejson_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"capsule/wasm/ejson"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"an object keeps its order", ` {"b":1,"a":[true,false,null]} `, `{"b":1,"a":[true,false,null]}`},
		{"escapes are resolved", `"a\u00e9\n\ud83d\ude00\/"`, `"aé\n😀/"`},
		{"half a surrogate pair is replaced", `"\ud83dx"`, "\"\uFFFDx\""},
		{"bytes that are no text are replaced", "\"a\xff\\n\"", "\"a\uFFFD\\n\""},
		{"line separators are escaped", "\"\u2028\"", `"\u2028"`},
		{"numbers keep their text", `[0,-0,1.50,1e3,-2E-7]`, `[0,-0,1.50,1e3,-2E-7]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := ejson.Parse(tt.in)
			if err != nil {
				t.Fatalf("Parse(%q): %v", tt.in, err)
			}
			if got := v.String(); got != tt.want {
				t.Errorf("Parse(%q) = %s, want %s", tt.in, got, tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, in := range []string{
		``, ` `, `{`, `[`, `"`, `{"a"}`, `{"a":}`, `{a:1}`, `[1,]`, `{"a":1,}`, `01`, `1.`, `.5`, `+1`, `-`, `1e`,
		`tru`, `nul`, `1 2`, `"\x"`, `"\u12g4"`, "\"\n\"", `[1}`, `{"a":1]`, `<html>`, "\ufeff{}", `"\`, `"\u12`,
	} {
		if v, err := ejson.Parse(in); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", in, v)
		}
	}
	if _, err := ejson.Parse(strings.Repeat(" ", ejson.MaxSize+1)); err != ejson.ErrSize {
		t.Errorf("Parse of too much text: %v, want %v", err, ejson.ErrSize)
	}
}

// TestAParserReadsAsIfItWereNew gives one Parser texts of all kinds, and looks
// at what it made of them when it has gone on.
func TestAParserReadsAsIfItWereNew(t *testing.T) {
	long := `[` + strings.Repeat(`{"a":[1,"b"]},`, 6000) + `0]`
	texts := []string{`{"a":[1,{"b":"c"}],"d":null}`, `[{"a":1},{"b":`, `{"a":[1,2,3`, `["x","y\n"]`, `7`, ``, `{"e":{"f":[true,[]]}}`, long, `[1] 2`, `{"g":"h"}`}
	var p ejson.Parser
	var got []ejson.Value
	for _, text := range texts {
		v, err := p.Parse(text)
		if _, want := ejson.Parse(text); err != want {
			t.Errorf("%.40s: %v, a new one says %v", text, err, want)
		}
		got = append(got, v)
	}
	for i, text := range texts {
		if want, _ := ejson.Parse(text); got[i].String() != want.String() {
			t.Errorf("%.40s became %.80s", text, got[i])
		}
	}
}

func TestDeepNestingCostsOnlyTheDeepPart(t *testing.T) {
	for _, deep := range []int{ejson.MaxDepth - 1, ejson.MaxDepth * 10, 200_000} {
		in := `{"id":"m1","md":` + strings.Repeat("[", deep) + `"]"` + strings.Repeat("]", deep) + `,"msg":"hi"}`
		v, err := ejson.Parse(in)
		if err != nil {
			t.Fatalf("depth %d: %v", deep, err)
		}
		if got := v.Get("id").Str() + v.Get("msg").Str(); got != "m1hi" {
			t.Errorf("depth %d: read %q, want m1hi", deep, got)
		}
	}
	if _, err := ejson.Parse(strings.Repeat("[", 200_000)); err == nil {
		t.Error("brackets that never close were accepted")
	}
}

func TestReadersForgive(t *testing.T) {
	v, err := ejson.Parse(`{"s":"x","n":3.9,"big":1e300,"neg":-1e300,"b":true,"l":[1],"s2":1,"s2":2}`)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	check("absent", v.Get("no").Get("no").At(3).Str(), "")
	check("string as number", v.Get("s").Int(), int64(0))
	check("number as string", v.Get("n").Str(), "")
	check("fraction", v.Get("n").Int(), int64(3))
	check("large", v.Get("big").Int(), int64(math.MaxInt64))
	check("small", v.Get("neg").Int(), int64(math.MinInt64))
	check("last of two", v.Get("s2").Int(), int64(2))
	check("has", v.Has("b") && !v.Has("c"), true)
	check("len", v.Len()+v.Get("l").Len(), 9)
	check("not a number", ejson.Float(math.NaN()).IsNull() && ejson.Float(math.Inf(1)).IsNull(), true)
	check("with", v.Get("l").Kind() == ejson.KindList, true)
	check("with replaces", ejson.Object(ejson.F("a", ejson.Int(1))).With("a", ejson.Bool(true)).With("b", ejson.Null()).String(), `{"a":true,"b":null}`)
}

func TestTimeHasThreeForms(t *testing.T) {
	want := time.Date(2026, 1, 31, 10, 0, 0, 5e6, time.UTC)
	for _, in := range []string{`{"$date":1769853600005}`, `"2026-01-31T10:00:00.005Z"`, `"2026-01-31T11:00:00.005+01:00"`, `1769853600005`} {
		v, err := ejson.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Time(); !got.Equal(want) {
			t.Errorf("Time(%s) = %v, want %v", in, got, want)
		}
	}
	for _, in := range []string{`null`, `"soon"`, `{}`, `{"$date":"x"}`, `[]`, `true`} {
		v, _ := ejson.Parse(in)
		if got := v.Time(); !got.IsZero() {
			t.Errorf("Time(%s) = %v, want none", in, got)
		}
	}
	if got := ejson.Date(want).String() + ejson.ISO(want).String(); got != `{"$date":1769853600005}"2026-01-31T10:00:00.005Z"` {
		t.Errorf("written as %s", got)
	}
	if !ejson.Date(time.Time{}).IsNull() || !ejson.ISO(time.Time{}).IsNull() {
		t.Error("no time must be null")
	}
}

// plain turns v into what encoding/json makes of the same text.
func plain(v ejson.Value) any {
	switch v.Kind() {
	case ejson.KindBool:
		return v.Bool()
	case ejson.KindNumber:
		return v.Float()
	case ejson.KindString:
		return v.Str()
	case ejson.KindList:
		list := make([]any, 0, v.Len())
		for _, item := range v.Items() {
			list = append(list, plain(item))
		}
		return list
	case ejson.KindObject:
		object := map[string]any{}
		for _, m := range v.Members() {
			object[m.Key] = plain(m.Value)
		}
		return object
	}
	return nil
}

// depth returns how deep brackets nest outside of strings.
func depth(text string) int {
	most, now, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '[' || c == '{'):
			now++
			most = max(most, now)
		case !quoted && (c == ']' || c == '}'):
			now--
		}
	}
	return most
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"msg":"changed","collection":"stream-room-messages","id":"id","fields":{"eventName":"R","args":[{"_id":"m1","ts":{"$date":1769853600000}}]}}`,
		`[1.5e3,-0,"\ud83d\ude00\u00e9",true,false,null,{"a":{}}]`, `"\ud800"`, "\"\xff\"", `{"a":1,"a":2}`, `1e999`, strings.Repeat("[", 40),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ejson.Parse(text)
		out := v.String()
		if !utf8.ValidString(out) || (err == nil && !json.Valid([]byte(out))) {
			t.Fatalf("Parse(%q) writes %q, which is not JSON", text, out)
		}
		if again, err2 := ejson.Parse(out); err == nil && (err2 != nil || again.String() != out) {
			t.Fatalf("%q does not survive a second reading: %v", out, err2)
		}
		if depth(text) > ejson.MaxDepth {
			return // read as null by design, where encoding/json reads on
		}
		var want any
		wantErr := json.Unmarshal([]byte(text), &want)
		if wantErr != nil && strings.Contains(wantErr.Error(), "cannot unmarshal number") {
			return // beyond a float64: we keep the text
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("Parse(%q): %v, encoding/json: %v", text, err, wantErr)
		}
		if err == nil && !reflect.DeepEqual(plain(v), want) {
			t.Fatalf("Parse(%q) = %v, encoding/json: %v", text, plain(v), want)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	const frame = `{"msg":"changed","collection":"stream-room-messages","id":"id","fields":{"eventName":"R","args":[{"_id":"m1","rid":"R","msg":"hello","ts":{"$date":1769853600000},"token":"T","alias":"Ann","u":{"_id":"v1","username":"guest-3","name":"Ann"},"_updatedAt":{"$date":1769853600020},"urls":[],"mentions":[],"channels":[],"md":[{"type":"PARAGRAPH","value":[{"type":"PLAIN_TEXT","value":"hello"}]}]}]}}`
	for b.Loop() {
		if _, err := ejson.Parse(frame); err != nil {
			b.Fatal(err)
		}
	}
}

func Example() {
	v, _ := ejson.Parse(`{"u":{"username":"bob"},"ts":{"$date":1769853600000}}`)
	fmt.Println(v.Get("u").Get("username").Str(), v.Get("ts").Time().Format(time.Kitchen))
	fmt.Println(ejson.Object(ejson.F("msg", ejson.String("pong"))))
	// Output:
	// bob 10:00AM
	// {"msg":"pong"}
}
