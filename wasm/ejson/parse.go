package ejson

import "errors"

// Limits of Parse.
const (
	MaxDepth = 32      // deeper values are read as null
	MaxSize  = 8 << 20 // bytes of text; larger than any answer we ask for
)

// Errors of Parse.
var (
	ErrSyntax = errors.New("ejson: not valid JSON")
	ErrSize   = errors.New("ejson: text too large")
)

// Parse reads one JSON value that fills text.
func Parse(text string) (Value, error) {
	var p Parser
	return p.Parse(text)
}

// A Parser reads one text after the other, and keeps the room it needs for
// that. The zero Parser is ready.
//
// It collects the items and members of what it is inside of on two stacks,
// and copies a list or an object out when its size is known.
type Parser struct {
	text    string
	at      int
	list    []Value
	members []Member
}

// What a Parser keeps room for.
const (
	fewMembers = 16      // few frames have more at once
	longText   = 1 << 16 // after a longer one it begins anew
)

// Parse is Parse with what p has kept.
func (p *Parser) Parse(text string) (Value, error) {
	if len(text) > MaxSize {
		return Value{}, ErrSize
	}
	if p.members == nil {
		p.members = make([]Member, 0, fewMembers)
	}
	p.text, p.at, p.list, p.members = text, 0, p.list[:0], p.members[:0]
	v, ok := p.value(0)
	p.space()
	ok = ok && p.at == len(text)
	p.text = ""
	if len(text) > longText {
		*p = Parser{}
	}
	if !ok {
		return Value{}, ErrSyntax
	}
	return v, nil
}

func (p *Parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// eat moves past c, which must come next.
func (p *Parser) eat(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *Parser) word(w string, v Value) (Value, bool) {
	if len(p.text)-p.at < len(w) || p.text[p.at:p.at+len(w)] != w {
		return Value{}, false
	}
	p.at += len(w)
	return v, true
}

func (p *Parser) value(depth int) (Value, bool) {
	p.space()
	if p.at == len(p.text) {
		return Value{}, false
	}
	switch c := p.text[p.at]; {
	case c == '{' && depth < MaxDepth:
		return p.object(depth)
	case c == '[' && depth < MaxDepth:
		return p.array(depth)
	case c == '{' || c == '[':
		return Value{}, p.skip()
	case c == '"':
		s, ok := p.string()
		return Value{kind: KindString, text: s}, ok
	case c == 't':
		return p.word("true", Bool(true))
	case c == 'f':
		return p.word("false", Bool(false))
	case c == 'n':
		return p.word("null", Value{})
	default:
		return p.number()
	}
}

func (p *Parser) object(depth int) (Value, bool) {
	p.at++
	p.space()
	if p.eat('}') {
		return Value{kind: KindObject}, true
	}
	first := len(p.members)
	for {
		p.space()
		if p.at == len(p.text) || p.text[p.at] != '"' {
			return Value{}, false
		}
		key, ok := p.string()
		if !ok {
			return Value{}, false
		}
		p.space()
		if !p.eat(':') {
			return Value{}, false
		}
		x, ok := p.value(depth + 1)
		if !ok {
			return Value{}, false
		}
		p.members = append(p.members, Member{key, x})
		p.space()
		if p.eat('}') {
			v := Value{kind: KindObject, members: append([]Member(nil), p.members[first:]...)}
			p.members = p.members[:first]
			return v, true
		}
		if !p.eat(',') {
			return Value{}, false
		}
	}
}

func (p *Parser) array(depth int) (Value, bool) {
	p.at++
	p.space()
	if p.eat(']') {
		return Value{kind: KindList}, true
	}
	first := len(p.list)
	for {
		x, ok := p.value(depth + 1)
		if !ok {
			return Value{}, false
		}
		p.list = append(p.list, x)
		p.space()
		if p.eat(']') {
			v := Value{kind: KindList, list: append([]Value(nil), p.list[first:]...)}
			p.list = p.list[:first]
			return v, true
		}
		if !p.eat(',') {
			return Value{}, false
		}
	}
}

// skip moves past a list or object without recursion. It minds strings
// and brackets only: what is thrown away need not be flawless.
func (p *Parser) skip() bool {
	open := 0
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case '"':
			if _, ok := p.string(); !ok {
				return false
			}
			continue
		case '{', '[':
			open++
		case '}', ']':
			open--
		}
		p.at++
		if open == 0 {
			return true
		}
	}
	return false
}

// number reads what the JSON grammar calls a number and keeps its text.
func (p *Parser) number() (Value, bool) {
	start := p.at
	p.eat('-')
	if !p.eat('0') && !p.digits() {
		return Value{}, false
	}
	if p.eat('.') && !p.digits() {
		return Value{}, false
	}
	if p.eat('e') || p.eat('E') {
		if !p.eat('+') {
			p.eat('-')
		}
		if !p.digits() {
			return Value{}, false
		}
	}
	return Value{kind: KindNumber, text: p.text[start:p.at]}, true
}

func (p *Parser) digits() bool {
	start := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	return p.at > start
}
