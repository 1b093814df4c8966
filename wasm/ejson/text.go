package ejson

import (
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a quoted string. Without escapes the result shares the
// memory of the text.
func (p *Parser) string() (string, bool) {
	p.at++
	start := p.at
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			s := p.text[start:p.at]
			p.at++
			if !utf8.ValidString(s) {
				s = string([]rune(s)) // each bad byte becomes U+FFFD
			}
			return s, true
		case c == '\\':
			return p.escaped(append([]byte(nil), p.text[start:p.at]...))
		case c < ' ':
			return "", false
		}
		p.at++
	}
	return "", false
}

// escaped reads the rest of a string from its first escape on.
func (p *Parser) escaped(b []byte) (string, bool) {
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			s := string(b)
			if !utf8.ValidString(s) {
				s = string([]rune(s))
			}
			return s, true
		case c < ' ':
			return "", false
		case c != '\\':
			b = append(b, c)
			continue
		}
		if p.at == len(p.text) {
			return "", false
		}
		c = p.text[p.at]
		p.at++
		switch c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			r, ok := p.hex4()
			if !ok {
				return "", false
			}
			b = utf8.AppendRune(b, p.pair(r))
		default:
			return "", false
		}
	}
	return "", false
}

// pair joins r with a following escaped low surrogate. Half a pair
// becomes U+FFFD.
func (p *Parser) pair(r rune) rune {
	if !utf16.IsSurrogate(r) {
		return r
	}
	at := p.at
	if p.eat('\\') && p.eat('u') {
		if low, ok := p.hex4(); ok {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				return both
			}
		}
	}
	p.at = at
	return utf8.RuneError
}

func (p *Parser) hex4() (rune, bool) {
	if len(p.text)-p.at < 4 {
		return 0, false
	}
	var r rune
	for _, c := range []byte(p.text[p.at : p.at+4]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	p.at += 4
	return r, true
}
