package standin

import (
	"net"
	"net/url"
	"regexp"
	"strings"
)

var (
	linkText    = regexp.MustCompile(`https?://[^\s<>()\[\]"']+`)
	mentionText = regexp.MustCompile(`@([0-9A-Za-z._-]+)`)
	channelText = regexp.MustCompile(`#([0-9A-Za-z._-]+)`)
	spanText    = regexp.MustCompile("`[^`\n]+`|\\*[^*\n]+\\*|_[^_\n]+_|~[^~\n]+~|\\[[^\\]\n]*\\]\\(https?://[^)\\s]+\\)")
)

// links returns the addresses in a text, each once.
func links(text string) []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range linkText.FindAllString(text, -1) {
		if !seen[l] {
			seen[l] = true
			out = append(out, l)
		}
	}
	return out
}

func (s *Server) mentions(text string) []any {
	out := []any{}
	for _, m := range mentionText.FindAllStringSubmatch(text, -1) {
		if a := s.agentByName(m[1]); a != nil {
			d := doc{"_id": a.ID, "username": a.Username, "name": a.Name}
			if s.since(6) {
				d["type"] = "user"
			}
			out = append(out, d)
		}
	}
	return out
}

// channels knows the one channel that every server has.
func channels(text string) []any {
	out := []any{}
	for _, m := range channelText.FindAllStringSubmatch(text, -1) {
		if m[1] == "general" {
			out = append(out, doc{"_id": "GENERAL", "name": "general"})
		}
	}
	return out
}

// markup is the md tree of a text: paragraphs of spans, as much of the real
// grammar as a widget without its own parser would show.
func markup(text string) []any {
	var out []any
	lines := strings.Split(text, "\n")
	for _, line := range lines {
		if strings.TrimSpace(line) == "" && len(lines) > 1 {
			out = append(out, doc{"type": "LINE_BREAK"})
			continue
		}
		out = append(out, doc{"type": "PARAGRAPH", "value": spans(line)})
	}
	return out
}

func spans(line string) []any {
	out := []any{}
	plainSpan := func(s string) {
		if s != "" {
			out = append(out, doc{"type": "PLAIN_TEXT", "value": s})
		}
	}
	for line != "" {
		at := spanText.FindStringIndex(line)
		if at == nil {
			break
		}
		plainSpan(line[:at[0]])
		out = append(out, span(line[at[0]:at[1]]))
		line = line[at[1]:]
	}
	plainSpan(line)
	return out
}

func span(s string) doc {
	inner := []any{doc{"type": "PLAIN_TEXT", "value": s[1 : len(s)-1]}}
	switch s[0] {
	case '*':
		return doc{"type": "BOLD", "value": inner}
	case '_':
		return doc{"type": "ITALIC", "value": inner}
	case '~':
		return doc{"type": "STRIKE", "value": inner}
	case '`':
		return doc{"type": "INLINE_CODE", "value": inner[0]}
	}
	label, address, _ := strings.Cut(s[1:len(s)-1], "](")
	return doc{"type": "LINK", "value": doc{
		"src": doc{"type": "PLAIN_TEXT", "value": address}, "label": []any{doc{"type": "PLAIN_TEXT", "value": label}}}}
}

func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// local tells whether a server would not ask this host for a preview.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsPrivate())
}
