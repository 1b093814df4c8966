// Package prose reads the markup of a message: bold, italic, struck out,
// code, quotations, links and emoji, as Rocket.Chat writes them.
//
// What it gives are spans of plain text, never HTML: whoever shows them
// makes a text node of each Text and a link of each URL, so that a message
// has no way to be anything but text. Reading takes time in proportion to
// the length of the text whatever is in it, and nests at most maxDepth
// deep. What is no markup, or markup that is not finished, is text.
package prose

import "strings"

// Kind says what a Span is.
type Kind uint8

// The kinds of span. Text, Code, Block and Break have no kids; the others
// have nothing else.
const (
	Text   Kind = iota
	Bold        // *x* or **x**
	Italic      // _x_ or __x__
	Struck      // ~x~ or ~~x~~
	Code        // `x`
	Block       // ```x```, lines kept
	Link        // [x](url), or an address as it stands
	Quote       // lines that begin with >
	Break       // the end of a line
)

// A Span is a piece of a message.
type Span struct {
	Kind Kind
	Text string
	URL  string // of a Link; always Safe
	Kids []Span
}

// Spans is a whole message.
type Spans []Span

// maxDepth limits quotations within quotations and emphasis within
// emphasis. Who reads or shows the spans goes down as deep, on a stack of
// 32 KB under TinyGo, where an overflow ends the program.
const maxDepth = 4

// Parse reads a message.
func Parse(text string) Spans {
	var p parser
	return p.blocks(lines(text), 0)
}

// Plain is what remains of a message when its markup is taken away: what
// a screen reader says.
func Plain(text string) string {
	var b strings.Builder
	plain(&b, Parse(text))
	return strings.TrimSpace(b.String())
}

func plain(b *strings.Builder, spans []Span) {
	for i, s := range spans {
		if i > 0 && (s.Kind == Quote || s.Kind == Block) {
			b.WriteByte('\n')
		}
		switch {
		case s.Kind == Break:
			b.WriteByte('\n')
		case s.Kids != nil:
			plain(b, s.Kids)
		default:
			b.WriteString(s.Text)
		}
		if s.Kind == Quote || s.Kind == Block {
			b.WriteByte('\n')
		}
	}
}

// String writes the spans so that a test can compare them: {bold|x},
// <label|url>, and a slash in a circle for the end of a line.
func (s Spans) String() string {
	var b strings.Builder
	write(&b, s)
	return b.String()
}

func write(b *strings.Builder, spans []Span) {
	for _, s := range spans {
		switch s.Kind {
		case Text:
			b.WriteString(s.Text)
		case Break:
			b.WriteString("⊘")
		case Link:
			b.WriteByte('<')
			write(b, s.Kids)
			b.WriteString("|" + s.URL + ">")
		default:
			b.WriteString("{" + names[s.Kind] + "|" + s.Text)
			write(b, s.Kids)
			b.WriteByte('}')
		}
	}
}

var names = [...]string{Bold: "bold", Italic: "italic", Struck: "struck", Code: "code", Block: "block", Quote: "quote", Break: ""}

// A parser counts its steps, by which a test knows that their number is
// in proportion to the length of the text.
type parser struct{ steps int }

func lines(text string) []string {
	return strings.Split(strings.ReplaceAll(strings.TrimRight(text, " \t\r\n"), "\r\n", "\n"), "\n")
}

const fence = "```"

// blocks takes the lines apart into code blocks, quotations and lines of
// prose.
func (p *parser) blocks(lines []string, depth int) []Span {
	var out []Span
	unfenced := false // no fence closes from here on
	ended := true     // the last thing written needs no Break after it
	for i := 0; i < len(lines); {
		line := lines[i]
		p.steps += len(line) + 1
		if !unfenced && strings.HasPrefix(line, fence) {
			code, after, ok := p.fenced(lines[i:])
			if ok {
				out, ended = append(out, Span{Kind: Block, Text: code}), true
				i += after
				continue
			}
			unfenced = true
		}
		if depth < maxDepth && strings.HasPrefix(line, ">") {
			var inner []string
			for ; i < len(lines) && strings.HasPrefix(lines[i], ">"); i++ {
				p.steps += len(lines[i])
				inner = append(inner, strings.TrimPrefix(lines[i][1:], " "))
			}
			out, ended = append(out, Span{Kind: Quote, Kids: p.blocks(inner, depth+1)}), true
			continue
		}
		if !ended {
			out = append(out, Span{Kind: Break})
		}
		out, ended = append(out, p.inline(line)...), false
		i++
	}
	return out
}

// fenced reads a code block that begins with the first of lines, and says
// how many lines it takes. A block may close on the line it opens on.
func (p *parser) fenced(lines []string) (code string, after int, ok bool) {
	first := lines[0][len(fence):]
	if at := strings.Index(first, fence); at >= 0 {
		if strings.Trim(first[at:], "` \t") != "" || strings.Trim(first[:at], "` \t") == "" {
			return "", 0, false
		}
		return first[:at], 1, true
	}
	for i := 1; i < len(lines); i++ {
		p.steps += len(lines[i]) + 1
		last, found := strings.CutSuffix(strings.TrimRight(lines[i], " \t"), fence)
		if !found {
			continue
		}
		var body []string
		if strings.ContainsAny(first, " \t(){}[]=;<>") {
			body = append(body, first) // no name of a language: it is code already
		}
		body = append(body, lines[1:i]...)
		if strings.TrimSpace(last) != "" {
			body = append(body, last)
		}
		return strings.Join(body, "\n"), i + 1, true
	}
	return "", 0, false
}
