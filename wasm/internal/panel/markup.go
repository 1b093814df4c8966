package panel

import "strings"

// A token is a piece of markup.
type token struct {
	kind tokenKind
	text string // of text; name of a tag or attribute
	data string // value of an attribute
}

type tokenKind uint8

const (
	textToken tokenKind = iota
	openToken
	attributeToken // of the tag opened last
	closeToken
)

// read takes markup apart: elements, attributes in double quotes or
// without value, text, comments. It is for the markup that is part of the
// widget, and panics on any other. White space between tags is left out.
func read(markup string) []token {
	var out []token
	for markup != "" {
		text, rest, found := strings.Cut(markup, "<")
		if strings.TrimSpace(text) != "" {
			out = append(out, token{textToken, strings.Join(strings.Fields(text), " "), ""})
		} else if text != "" && !strings.Contains(text, "\n") {
			out = append(out, token{textToken, " ", ""})
		}
		if !found {
			break
		}
		if strings.HasPrefix(rest, "!--") {
			_, markup, found = strings.Cut(rest, "-->")
			must(found, "comment without end")
			continue
		}
		tag, after, ok := strings.Cut(rest, ">")
		must(ok, "tag without end")
		out, markup = readTag(out, tag), after
	}
	return out
}

func readTag(out []token, tag string) []token {
	if name, ok := strings.CutPrefix(tag, "/"); ok {
		return append(out, token{closeToken, name, ""})
	}
	tag, closed := strings.CutSuffix(tag, "/")
	name, rest, _ := strings.Cut(tag, " ")
	out = append(out, token{openToken, name, ""})
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		if bare := strings.IndexAny(rest, "= "); bare < 0 || rest[bare] == ' ' {
			var attribute string
			attribute, rest, _ = strings.Cut(rest, " ")
			out = append(out, token{attributeToken, attribute, ""})
			continue
		}
		attribute, value, _ := strings.Cut(rest, "=")
		must(strings.HasPrefix(value, `"`), "attribute without quotes")
		value, after, ok := strings.Cut(value[1:], `"`)
		must(ok, "attribute without end")
		out = append(out, token{attributeToken, attribute, value})
		rest = after
	}
	if closed || name == "input" {
		out = append(out, token{closeToken, name, ""})
	}
	return out
}

func must(ok bool, what string) {
	if !ok {
		panic("panel: markup: " + what)
	}
}
