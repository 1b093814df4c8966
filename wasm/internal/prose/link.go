package prose

import "strings"

// schemes are those a link may have; what follows each is required too.
var schemes = [...]string{"https://", "http://", "mailto:", "tel:"}

// schemed reports whether url begins with one of schemes.
func schemed(url string) bool { return schemeOf(url) != "" }

func schemeOf(url string) string {
	for _, s := range schemes {
		if len(url) >= len(s) && strings.EqualFold(url[:len(s)], s) {
			return s
		}
	}
	return ""
}

// Safe reports whether url may become a link: absolute, of a scheme that
// runs nothing, without anything that a browser would read over.
func Safe(url string) bool {
	s := schemeOf(url)
	if s == "" || len(url) == len(s) || len(url) > 4096 {
		return false
	}
	for i := 0; i < len(url); i++ {
		if c := url[i]; c <= ' ' || c == 0x7f || c == '\\' || c == '"' || c == '<' || c == '>' || c == '`' {
			return false
		}
	}
	return true
}

// address reads an address that begins here as it stands in the text.
func (l *line) address() bool {
	rest := l.text[l.pos:]
	if l.pos < l.dead {
		return false
	}
	scheme, prefix := schemeOf(rest), ""
	if scheme == "" {
		if len(rest) < 5 || !strings.EqualFold(rest[:4], "www.") {
			return false
		}
		scheme, prefix = rest[:4], "https://"
	}
	stop := " \t\u00a0<>\"`\\"
	if l.labels() {
		stop += "]"
	}
	end := strings.IndexAny(rest, stop)
	if end < 0 {
		end = len(rest)
	}
	l.steps += end
	l.dead = l.pos + end // if this is none, nothing within it is
	end = trim(rest[:end])
	if end <= len(scheme) || !Safe(prefix+rest[:end]) {
		return false
	}
	if scheme == "tel:" || scheme == "mailto:" {
		if c := rest[len(scheme)]; c != '+' && !mailbox(c) {
			return false
		}
	}
	l.link(prefix+rest[:end], end)
	return true
}

// labels reports whether this may be the label of a link.
func (l *line) labels() bool {
	for _, o := range l.open {
		if o.mark == "[" {
			return true
		}
	}
	return false
}

// link puts the next n bytes into out as a link.
func (l *line) link(url string, n int) {
	l.flush()
	l.put(Span{Kind: Link, URL: url, Kids: []Span{{Text: l.text[l.pos : l.pos+n]}}})
	l.pos += n
	l.from = l.pos
}

// trim returns where an address ends when what closes the sentence around
// it is left out: "(see https://x.y/a_(b).)".
func trim(s string) int {
	round := strings.Count(s, ")") - strings.Count(s, "(")
	square := strings.Count(s, "]") - strings.Count(s, "[")
	end := len(s)
	for end > 0 {
		switch c := s[end-1]; {
		case strings.IndexByte(".,;:!?'*_~|", c) >= 0:
		case c == ')' && round > 0:
			round--
		case c == ']' && square > 0:
			square--
		default:
			return end
		}
		end--
	}
	return end
}

func mailbox(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._%+-", c) >= 0
}

// mail reads an e-mail address that begins here. It is looked for only
// where a run of its letters begins, so that no run is read twice.
func (l *line) mail() bool {
	if !mailbox(l.text[l.pos]) || l.pos > 0 && mailbox(l.text[l.pos-1]) {
		return false
	}
	i := l.pos
	for i < len(l.text) && mailbox(l.text[i]) {
		i++
	}
	l.steps += i - l.pos
	if i == len(l.text) || l.text[i] != '@' || i-l.pos > 64 || strings.IndexByte("._%+-", l.text[l.pos]) >= 0 {
		return false
	}
	start := i + 1
	for i = start; i < len(l.text) && i-start < 256 && (mailbox(l.text[i])) && strings.IndexByte("_%+", l.text[i]) < 0; i++ {
		l.steps++
	}
	host := strings.TrimRight(l.text[start:i], ".-")
	if at := strings.LastIndexByte(host, '.'); at <= 0 || len(host)-at < 3 || strings.Contains(host, "..") {
		return false
	}
	end := start + len(host) - l.pos
	l.link("mailto:"+l.text[l.pos:l.pos+end], end)
	return true
}
