package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"capsule/assets/locale"
)

func TestParse(t *testing.T) {
	c, bad := Parse("\ufeff# a comment\n a = b = c \r\n\nbroken\n= x\nempty =\n")
	if c["a"] != "b = c" || bad != 2 || len(c) != 2 {
		t.Errorf("got %q with %d bad lines", c, bad)
	}
}

func TestSay(t *testing.T) {
	p := New(Catalog{"a": "{x} and {y}{", "b": "english", "n.one": "{n} thing", "n.other": "{n} things {x}"}).
		With("de", Catalog{"a": "{y} und {x}", "empty": "", "n.one": "{n} Ding", "n.other": "{n} Dinge {x}"})
	for _, tt := range []struct{ got, want string }{
		{p.Say("a", "x", "{y}", "y", "1"), "1 und {y}"},
		{p.Say("a"), "{y} und {x}"},
		{p.Say("b"), "english"},
		{p.Say("c"), "c"},
		{p.Count("n", 1), "1 Ding"},
		{p.Count("n", 2, "x", "!"), "2 Dinge !"},
		{New(Catalog{"a": "{x} and {y}{"}).Say("a", "x", "1"), "1 and {y}{"},
		{p.Tag() + p.Dir(), "deltr"},
		{p.With("ar-EG", nil).Dir(), "rtl"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestPlural(t *testing.T) {
	for _, tt := range []struct{ tag, want string }{
		{"en", "0 other 1 one 2 other 11 other 101 other"},
		{"de-AT", "0 other 1 one 2 other"},
		{"es", "0 other 1 one 2 other"},
		{"fr", "0 one 1 one 2 other 10 other"},
		{"ar", "0 zero 1 one 2 two 3 few 10 few 11 many 99 many 100 other 102 other 103 few 111 many"},
		{"ja", "0 other 1 other 5 other"},
	} {
		parts := strings.Fields(tt.want)
		for i := 0; i < len(parts); i += 2 {
			n, _ := strconv.Atoi(parts[i])
			if got := Plural(tt.tag, n); got != parts[i+1] {
				t.Errorf("Plural(%s, %d) = %s, want %s", tt.tag, n, got, parts[i+1])
			}
		}
	}
}

func TestRegional(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		tags []string
		want string
	}{
		{"en", nil, "en"},
		{"en", []string{"de-AT", "en-GB", "en-US"}, "en-GB"},
		{"de", []string{"DE_ch"}, "DE_ch"},
		{"en", []string{"", "pl", "e"}, "en"},
	} {
		if got := Regional(tt.tag, tt.tags...); got != tt.want {
			t.Errorf("Regional(%q, %q) = %q, want %q", tt.tag, tt.tags, got, tt.want)
		}
	}
}

// keys reads the constants out of keys.go, so that none can be forgotten.
func keys(t *testing.T) []Key {
	f, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []Key
	ast.Inspect(f, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, Key(text))
		}
		return true
	})
	return out
}

// Every catalog says everything there is to say and nothing else, with
// the placeholders of English.
func TestCatalogs(t *testing.T) {
	english, _ := Parse(locale.English)
	for _, tag := range locale.Tags() {
		text, err := os.ReadFile("../../../assets/locale/" + tag + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		c, bad := Parse(string(text))
		if bad > 0 {
			t.Errorf("%s: %d lines are neither comment nor text", tag, bad)
		}
		want := map[Key]string{} // to the English text of the same placeholders
		for _, k := range keys(t) {
			if !slices.Contains(Counted(), k) {
				want[k] = english[k]
				continue
			}
			for _, form := range Forms(tag) {
				want[k+"."+Key(form)] = english[k+".other"]
			}
		}
		for k, like := range want {
			text, ok := c[k]
			if !ok || text == "" {
				t.Errorf("%s lacks %s", tag, k)
				continue
			}
			got, want := placeholders(text), placeholders(like)
			// "One new message" need not say the number.
			form := k[strings.LastIndexByte(string(k), '.')+1:]
			if form == "zero" || form == "one" || form == "two" {
				got, want = drop(got), drop(want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s has placeholders %v, want %v", tag, k, got, want)
			}
		}
		for k := range c {
			if _, ok := want[k]; !ok {
				t.Errorf("%s has %s, which nobody says", tag, k)
			}
		}
	}
}

func placeholders(text string) []string {
	var out []string
	for _, part := range strings.Split(text, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func drop(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "n" })
}
