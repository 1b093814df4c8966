package prose

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain text stays", "hello there", "hello there"},
		{"nothing is nothing", "", ""},
		{"lines end", "a\nb\r\nc", "a⊘b⊘c"},
		{"space at the end goes", "a \n\n", "a"},
		{"a star makes bold", "so *very* good", "so {bold|very} good"},
		{"two stars make bold", "so **very** good", "so {bold|very} good"},
		{"an underscore makes italic", "_no_", "{italic|no}"},
		{"a tilde strikes out", "~old~ new", "{struck|old} new"},
		{"emphasis nests", "*a _b ~c~_*", "{bold|a {italic|b {struck|c}}}"},
		{"crossed marks close the outer one", "*a _b* c_", "{bold|a _b} c_"},
		{"a sum is no emphasis", "2*3*4 = 24", "2*3*4 = 24"},
		{"a name with underscores is one", "my_snake_case", "my_snake_case"},
		{"a lone mark is text", "a * b", "a * b"},
		{"an open mark is text", "*a", "*a"},
		{"empty emphasis is text", "** and __", "** and __"},
		{"a row of marks is text", "*****", "*****"},
		{"emphasis ends with its line", "*a\nb*", "*a⊘b*"},
		{"emphasis takes letters of any script", "*привет* _مرحبا_", "{bold|привет} {italic|مرحبا}"},
		{"code is not read further", "`*a*`", "{code|*a*}"},
		{"code closes with as many ticks", "``a`b``", "{code|a`b}"},
		{"an open tick is text", "it`s", "it`s"},
		{"a block keeps its lines", "```\na\n  b\n```", "{block|a\n  b}"},
		{"the language of a block is left out", "```go\nx := 1\n```", "{block|x := 1}"},
		{"a block on one line", "```x = 1```", "{block|x = 1}"},
		{"code right after the fence stays", "```x = 1\ny = 2```", "{block|x = 1\ny = 2}"},
		{"an open block is text", "```\na", "```⊘a"},
		{"text goes on after a block", "a\n```\nb\n```\nc", "a{block|b}c"},
		{"a link keeps its text", "see [x](https://x.y)", "see <x|https://x.y>"},
		{"a label may be bold", "[*x* y](https://x.y)", "<{bold|x} y|https://x.y>"},
		{"bold may hold a link", "*[x](https://x.y)*", "{bold|<x|https://x.y>}"},
		{"an address in a label is no link of its own", "[https://a.b](https://x.y)", "<https://a.b|https://x.y>"},
		{"the mark of a reply is not shown", "[ ](https://x.y/live/R?msg=1) yes", "yes"},
		{"parentheses in an address", "[x](https://x.y/a_(b))", "<x|https://x.y/a_(b)>"},
		{"no script becomes a link", "[x](javascript:alert(1))", "[x](javascript:alert(1))"},
		{"nor data", "[x](data:text/html,y)", "[x](data:text/html,y)"},
		{"nor a relative address", "[x](/y)", "[x](/y)"},
		{"nor one with a space", "[x](https://x.y a)", "[x](https://x.y a)"},
		{"an address in brackets", "[https://x.y] [www.x.y]", "[<https://x.y|https://x.y>] [<www.x.y|https://www.x.y>]"},
		{"brackets are text", "a [b] c](d", "a [b] c](d"},
		{"an address is a link", "at https://x.y/z?a=b#c now", "at <https://x.y/z?a=b#c|https://x.y/z?a=b#c> now"},
		{"the sentence around an address is not part of it", "(see https://x.y/a_(b).)", "(see <https://x.y/a_(b)|https://x.y/a_(b)>.)"},
		{"a bold address", "*https://x.y/a*", "{bold|<https://x.y/a|https://x.y/a>}"},
		{"underscores in an address stay", "https://x.y/_a_b_c", "<https://x.y/_a_b_c|https://x.y/_a_b_c>"},
		{"www is an address", "www.x.y.", "<www.x.y|https://www.x.y>."},
		{"a scheme alone is text", "https:// and mailto:", "https:// and mailto:"},
		{"an address inside a word is text", "ahttps://x.y", "ahttps://x.y"},
		{"upper case is a scheme too", "HTTPS://X.Y", "<HTTPS://X.Y|HTTPS://X.Y>"},
		{"a mailbox is a link", "to ann.b+c@x-y.org.", "to <ann.b+c@x-y.org|mailto:ann.b+c@x-y.org>."},
		{"an at sign is no mailbox", "a@b @c d@", "a@b @c d@"},
		{"a telephone", "tel:+4930123", "<tel:+4930123|tel:+4930123>"},
		{"a quotation", "> a\n>b\nc", "{quote|a⊘b}c"},
		{"a quotation in a quotation", "> > a\n> b", "{quote|{quote|a}b}"},
		{"markup in a quotation", "> *a*", "{quote|{bold|a}}"},
		{"a greater-than within a line is text", "a > b", "a > b"},
		{"emoji by name", "ok :thumbsup: :+1:", "ok 👍 👍"},
		{"an unknown name stays", "at :10:30: and ::", "at :10:30: and ::"},
		{"a face of signs", "fine :) and 8:)", "fine 🙂 and 8:)"},
		{"markup of HTML is text", "<b>x</b> &amp;", "<b>x</b> &amp;"},
		{"a broken letter is no harm", "a\xff*b*", "a\xff{bold|b}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Parse(tt.in).String(); got != tt.want {
				t.Errorf("Parse(%q) = %s, want %s", tt.in, got, tt.want)
			}
		})
	}
}

func TestPlain(t *testing.T) {
	in, want := "*Hi* [you](https://x.y)\n> a `b`\n:tada:", "Hi you\na b\n🎉"
	if got := Plain(in); got != want {
		t.Errorf("Plain(%q) = %q, want %q", in, got, want)
	}
}

func TestSafe(t *testing.T) {
	for url, want := range map[string]bool{
		"https://x.y": true, "http://x": true, "mailto:a@b.c": true, "tel:+1": true, "HTTPS://x": true,
		"": false, "https://": false, "javascript:alert(1)": false, "JaVaScRiPt:1": false, " https://x": false,
		"https:/x": false, "//x.y": false, "/x": false, "data:text/html,x": false, "vbscript:x": false,
		"https://x\n.y": false, "https://x\\y": false, "java\tscript:1": false, "https://x y": false, "file:///x": false,
	} {
		if got := Safe(url); got != want {
			t.Errorf("Safe(%q) = %v, want %v", url, got, want)
		}
	}
}

// Twice the text must not take much more than twice the steps, whatever it
// is made of.
func TestTimeIsLinear(t *testing.T) {
	for _, unit := range []string{
		"*", "* a", "*a ", "*a_b~", "_a*", "`", "``a`", "` ``", "[", "]", "[a", "](", "[a](", "[a](b", "[a](https://", "[](https://x.y",
		"(", ")", "https://", "https://)", "https://x.y(", "www.", "http://a ", "a@", "a.b@c", "a@b.c", "a_", "@", ":a", ":", "::smile", "> ", ">", "> a\n", ">\n",
		"```", "```\n", "```a\n", "```\na\n", "\n", "*a* ", "a *b _c ~d", "**a __b ~~c", "[*", "*[", "é*", "\xff", "[a](https://x.y) ", "mailto:", "tel:", ":) ", "(https://a.b/c)", "[https://a](x)", "[https://a]", "[www.",
	} {
		count := func(n int) int {
			var p parser
			p.blocks(lines(strings.Repeat(unit, n)), 0)
			return p.steps
		}
		const n = 2000
		if one, two := count(n), count(2*n); two > 2*one+one/5+100 {
			t.Errorf("%q: %d times take %d steps, %d times %d", unit, n, one, 2*n, two)
		}
		if one := count(n); one > 60*n*(len(unit)+1) {
			t.Errorf("%q: %d times take %d steps", unit, n, one)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"*a _b_*", "[a](https://b.c)", "> > x\n```\ny\n```", "`a` :smile: www.x.y", "a@b.cc ~~x~~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var p parser
		spans := p.blocks(lines(in), 0)
		if p.steps > 200*(len(in)+10) {
			t.Errorf("%d steps for %d bytes", p.steps, len(in))
		}
		check(t, spans, 0)
		if utf8.ValidString(in) && !utf8.ValidString(Spans(spans).String()) {
			t.Errorf("Parse(%q) cuts a letter in two", in)
		}
	})
}

func check(t *testing.T, spans []Span, depth int) {
	if depth > 2*maxDepth+2 {
		t.Fatalf("%d deep", depth)
	}
	for _, s := range spans {
		if s.Kind == Link && !Safe(s.URL) || s.Kind != Link && s.URL != "" {
			t.Errorf("link to %q", s.URL)
		}
		check(t, s.Kids, depth+1)
	}
}
