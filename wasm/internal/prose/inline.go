package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// An opener is a mark that may turn out to begin something.
type opener struct {
	mark string // "*", "**", "_", "__", "~", "~~" or "["
	at   int    // place in out of the mark's own text
}

// A line is one line of prose being read.
type line struct {
	*parser
	text  string
	pos   int
	from  int // where text not yet in out begins
	out   []Span
	open  []opener
	ticks []int // for each run of backticks, by its place: where the next of its length is
	dead  int   // no address begins before here
	paren int   // the first ")" at or after pos, when not before it; len(text) for none
}

// inline reads the markup within one line.
func (p *parser) inline(text string) []Span {
	l := line{parser: p, text: text, paren: -1}
	if strings.IndexByte(text, '`') >= 0 {
		l.ticks = runs(text)
		p.steps += len(text)
	}
	for l.pos < len(l.text) {
		p.steps++
		switch c := l.text[l.pos]; {
		case c == '*' || c == '_' || c == '~':
			l.emphasis(c)
		case c == '`':
			l.code()
		case c == '[':
			l.flush()
			if len(l.open) < maxDepth {
				l.open = append(l.open, opener{"[", len(l.out)})
			}
			l.text1(1)
		case c == ']':
			l.close()
		case c == ':' && l.emoji(), l.wordStarts() && (l.smiley() || l.address() || l.mail()):
			// what was read is in out
		default:
			l.pos++
		}
	}
	l.flush()
	return l.out
}

// flush puts what was passed over into out.
func (l *line) flush() {
	if l.from < l.pos {
		l.put(Span{Text: l.text[l.from:l.pos]})
	}
	l.from = l.pos
}

func (l *line) put(s Span) { l.out = append(l.out, s) }

// text1 puts the next n bytes into out as a text of their own, so that
// out can be cut there.
func (l *line) text1(n int) {
	l.put(Span{Text: l.text[l.pos : l.pos+n]})
	l.pos += n
	l.from = l.pos
}

func (l *line) before() rune {
	r, _ := utf8.DecodeLastRuneInString(l.text[:l.pos])
	if l.pos == 0 {
		return ' '
	}
	return r
}

func (l *line) after(n int) rune {
	if l.pos+n >= len(l.text) {
		return ' '
	}
	r, _ := utf8.DecodeRuneInString(l.text[l.pos+n:])
	return r
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// wordStarts reports whether no letter or digit stands before pos.
func (l *line) wordStarts() bool { return !wordy(l.before()) }

// emphasis opens or closes bold, italic or struck text. Within a word the
// marks mean themselves: 2*3*4, snake_case.
func (l *line) emphasis(c byte) {
	n := 1
	for l.pos+n < len(l.text) && l.text[l.pos+n] == c {
		n++
	}
	l.steps += n
	l.flush()
	if n > 2 {
		l.text1(n)
		return
	}
	mark := l.text[l.pos : l.pos+n]
	prev, next := l.before(), l.after(n)
	if !unicode.IsSpace(prev) && !wordy(next) {
		if at := l.find(mark); at >= 0 {
			l.pos += n
			l.from = l.pos
			l.wrap(at, Span{Kind: kindOf(c)})
			return
		}
	}
	if !unicode.IsSpace(next) && !wordy(prev) && len(l.open) < maxDepth {
		l.open = append(l.open, opener{mark, len(l.out)})
	}
	l.text1(n)
}

func kindOf(c byte) Kind {
	switch c {
	case '*':
		return Bold
	case '_':
		return Italic
	}
	return Struck
}

// find returns the innermost opener of mark with something after it, or
// -1. The openers are at most maxDepth.
func (l *line) find(mark string) int {
	for i := len(l.open) - 1; i >= 0; i-- {
		if l.open[i].mark == mark && l.open[i].at+1 < len(l.out) {
			return i
		}
	}
	return -1
}

// wrap makes what follows opener i in out the kids of s; openers within
// it are mere text by now.
func (l *line) wrap(i int, s Span) {
	at := l.open[i].at
	s.Kids = append([]Span(nil), l.out[at+1:]...)
	l.out = append(l.out[:at], s)
	l.open = l.open[:i]
}

// code reads `x`. A run of backticks closes with one of its own length.
func (l *line) code() {
	n := 1
	for l.pos+n < len(l.text) && l.text[l.pos+n] == '`' {
		n++
	}
	l.steps += n
	end := l.ticks[l.pos]
	if end < 0 || strings.TrimSpace(l.text[l.pos+n:end]) == "" {
		l.pos += n
		return
	}
	l.flush()
	l.put(Span{Kind: Code, Text: l.text[l.pos+n : end]})
	l.pos = end + n
	l.from = l.pos
}

// runs finds for each run of backticks the next one of the same length,
// or -1, from the back so that every byte is looked at once.
func runs(text string) []int {
	next := make([]int, len(text))
	last := map[int]int{}
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] != '`' {
			continue
		}
		end := i + 1
		for i > 0 && text[i-1] == '`' {
			i--
		}
		next[i] = -1
		if at, ok := last[end-i]; ok {
			next[i] = at
		}
		last[end-i] = i
	}
	return next
}

// close ends the label of [label](url), if it is one. A label of nothing
// but space is how Rocket.Chat marks a reply: it is not shown.
func (l *line) close() {
	l.flush()
	at := l.find("[")
	if at < 0 || l.pos+1 >= len(l.text) || l.text[l.pos+1] != '(' {
		l.pos++
		return
	}
	start := l.pos + 2
	if l.paren < start {
		l.paren = len(l.text)
		if i := strings.IndexByte(l.text[start:], ')'); i >= 0 {
			l.paren = start + i
		}
		l.steps += l.paren - start
	}
	end := l.paren
	if end == len(l.text) || !schemed(l.text[start:end]) {
		l.pos++
		return
	}
	l.steps += end - start
	if end+1 < len(l.text) && l.text[end+1] == ')' && strings.IndexByte(l.text[start:end], '(') >= 0 {
		end++ // https://x.y/a_(b) written in parentheses
	}
	url := l.text[start:end]
	l.pos = end + 1
	l.from = l.pos
	if !Safe(url) {
		l.put(Span{Text: "](" + url + ")"})
		return
	}
	l.wrap(at, Span{Kind: Link, URL: url})
	link := &l.out[len(l.out)-1]
	link.Kids = unlink(link.Kids)
	if blank(link.Kids) {
		l.out = l.out[:len(l.out)-1]
		for l.pos < len(l.text) && l.text[l.pos] == ' ' {
			l.pos++
			l.steps++
		}
		l.from = l.pos
	}
}

// unlink takes links out of a label: a link in a link is not possible.
// They hold no links themselves.
func unlink(spans []Span) []Span {
	var out []Span
	for _, s := range spans {
		if s.Kind == Link {
			out = append(out, s.Kids...)
			continue
		}
		if s.Kids != nil {
			s.Kids = unlink(s.Kids)
		}
		out = append(out, s)
	}
	return out
}

func blank(spans []Span) bool {
	for _, s := range spans {
		if s.Kind != Text || strings.TrimSpace(s.Text) != "" {
			return false
		}
	}
	return true
}
