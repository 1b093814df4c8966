package main

import (
	"encoding/binary"
	"errors"
)

// A module is what cost needs of a wasm.
type module struct {
	imports int            // functions that come from outside; they are numbered first
	code    []int          // size of each function that follows
	data    int            // size of the data section
	names   map[int]string // of functions, by number
}

var errForm = errors.New("not a wasm, or cut short")

// Numbers of sections, and of the part of the name section that names
// functions.
const (
	customSection = 0
	importSection = 2
	codeSection   = 10
	dataSection   = 11
	functionNames = 1
)

func parse(file []byte) (m module, err error) {
	if len(file) < 8 || string(file[:4]) != "\x00asm" {
		return m, errForm
	}
	defer func() {
		if recover() != nil { // a reader that ran over the end
			err = errForm
		}
	}()
	m.names = map[int]string{}
	for r := (reader{file[8:]}); len(r.rest) > 0; {
		id := r.byte()
		body := reader{r.bytes()}
		switch id {
		case importSection:
			m.readImports(body)
		case codeSection:
			for n := body.number(); n > 0; n-- {
				m.code = append(m.code, len(body.bytes()))
			}
		case dataSection:
			m.data = len(body.rest)
		case customSection:
			if string(body.bytes()) == "name" {
				m.readNames(body)
			}
		}
	}
	return m, nil
}

func (m *module) readImports(r reader) {
	for n := r.number(); n > 0; n-- {
		r.bytes()
		r.bytes()
		switch kind := r.byte(); kind {
		case 0: // function
			r.number()
			m.imports++
		case 1: // table
			r.byte()
			r.limits()
		case 2: // memory
			r.limits()
		case 3: // global
			r.byte()
			r.byte()
		default:
			panic(errForm)
		}
	}
}

func (m *module) readNames(r reader) {
	for len(r.rest) > 0 {
		id := r.byte()
		part := reader{r.bytes()}
		if id != functionNames {
			continue
		}
		for n := part.number(); n > 0; n-- {
			i := part.number()
			m.names[i] = string(part.bytes())
		}
	}
}

// A reader takes values off the front of rest, and panics at its end.
type reader struct{ rest []byte }

func (r *reader) byte() byte {
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) number() int {
	v, n := binary.Uvarint(r.rest)
	r.rest = r.rest[n:]
	if n <= 0 {
		panic(errForm)
	}
	return int(v)
}

func (r *reader) bytes() []byte {
	n := r.number()
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) limits() {
	if r.byte()&1 == 1 {
		r.number()
	}
	r.number()
}
