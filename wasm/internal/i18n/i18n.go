// Package i18n says things in the visitor's language.
//
// A catalog is a text file: "key = text" on a line of its own, # begins a
// comment, {name} in a text is replaced, and a key that depends on a
// number has one line for each plural form the language has: unread.one,
// unread.other. The keys are the constants in keys.go. English is always
// complete; any other catalog may lack keys, and English stands in for
// them one by one. The package does no input or output.
package i18n

import (
	"strconv"
	"strings"
)

// A Key names a text. One that depends on a number names the texts
// key.one, key.other and so on.
type Key string

// A Catalog is the texts of one language.
type Catalog map[Key]string

// Parse reads a catalog. Lines that are neither comment nor "key = text"
// are passed over, and counted in bad.
func Parse(text string) (c Catalog, bad int) {
	c = Catalog{}
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			bad++
			continue
		}
		c[Key(key)] = strings.TrimSpace(value)
	}
	return c, bad
}

// Phrases are the texts of a language with what stands in for those it
// lacks. They do not change.
type Phrases struct {
	tag   string
	chain []spoken
}

type spoken struct {
	catalog Catalog
	tag     string
}

// New makes phrases of English, which is asked last.
func New(english Catalog) *Phrases {
	return &Phrases{tag: "en", chain: []spoken{{english, "en"}}}
}

// With returns phrases that ask c, a catalog in the language of tag,
// before p.
func (p *Phrases) With(tag string, c Catalog) *Phrases {
	return &Phrases{tag: tag, chain: append([]spoken{{c, tag}}, p.chain...)}
}

// Tag is the language, as in an HTML lang attribute.
func (p *Phrases) Tag() string { return p.tag }

// Dir is "rtl" or "ltr".
func (p *Phrases) Dir() string {
	switch base(p.tag) {
	case "ar", "he", "fa", "ur", "ps", "yi", "dv", "ckb", "sd", "ug":
		return "rtl"
	}
	return "ltr"
}

// Say returns the text of key. args are pairs of the name of a
// placeholder and what takes its place.
func (p *Phrases) Say(key Key, args ...string) string {
	for _, s := range p.chain {
		if text, ok := s.catalog[key]; ok && text != "" {
			return fill(text, args)
		}
	}
	return string(key)
}

// Count returns the text of key for n of something; {n} is the number.
func (p *Phrases) Count(key Key, n int, args ...string) string {
	args = append(args, "n", strconv.Itoa(n))
	for _, s := range p.chain {
		for _, form := range []string{Plural(s.tag, n), "other"} {
			if text, ok := s.catalog[key+"."+Key(form)]; ok && text != "" {
				return fill(text, args)
			}
		}
	}
	return string(key)
}

// fill goes through text once, so that a visitor's name cannot hold a
// placeholder of its own.
func fill(text string, args []string) string {
	if strings.IndexByte(text, '{') < 0 {
		return text
	}
	var b strings.Builder
	for {
		start := strings.IndexByte(text, '{')
		length := -1
		if start >= 0 {
			length = strings.IndexByte(text[start:], '}')
		}
		if length < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:start])
		b.WriteString(value(text[start:start+length+1], args))
		text = text[start+length+1:]
	}
}

// value returns what replaces a placeholder, or itself.
func value(placeholder string, args []string) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == placeholder[1:len(placeholder)-1] {
			return args[i+1]
		}
	}
	return placeholder
}

// Regional returns the first of tags that is in the language of tag, and so
// may say more: en-GB writes times otherwise than en. If none is, it is tag.
func Regional(tag string, tags ...string) string {
	for _, t := range tags {
		if base(t) == base(tag) {
			return t
		}
	}
	return tag
}

// base is the language of a tag without script and region.
func base(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	return strings.ToLower(tag)
}
