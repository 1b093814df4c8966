package standin_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// A translation turns what was recorded into what is live: ids and times that
// the server chose. It is learnt by reading a recorded answer beside a live
// one.
type translation map[string]string

var (
	idText    = regexp.MustCompile(`^([23456789A-HJ-NP-Za-km-z]{17}|[0-9a-f]{24})$`)
	timeText  = regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	guestText = regexp.MustCompile(`^guest-\d+$`)
	emailText = regexp.MustCompile(`^\w+@example\.com$`)
	waitText  = regexp.MustCompile(`wait \d+ seconds`)
	hostText  = regexp.MustCompile(`http://127\.0\.0\.1:(3000|3100|3200)`)
)

// live translates a text.
func (tr translation) live(text string) string {
	// Longest first, so that no id is cut by another.
	keys := make([]string, 0, len(tr))
	for k := range tr {
		if strings.Contains(text, k) || strings.Contains(text, url.QueryEscape(k)) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return len(b) - len(a) })
	for _, k := range keys {
		text = strings.ReplaceAll(text, k, tr[k])
		text = strings.ReplaceAll(text, url.QueryEscape(k), url.QueryEscape(tr[k]))
	}
	return text
}

// learn reads two answers of one form and keeps what the server chose.
func (tr translation) learn(recorded, live any) {
	switch r := recorded.(type) {
	case object:
		l, ok := live.(object)
		if !ok {
			return
		}
		for k, v := range r {
			if x, ok := l[k]; ok {
				if list, is := v.([]any); is && k == "messages" {
					v = paired(list)
				}
				if list, is := x.([]any); is && k == "messages" {
					x = paired(list)
				}
				tr.learn(v, x)
			}
		}
	case []any:
		l, ok := live.([]any)
		if !ok {
			return
		}
		for i := range min(len(r), len(l)) {
			tr.learn(r[i], l[i])
		}
	case string:
		l, ok := live.(string)
		if !ok || r == l || tr[r] != "" {
			return
		}
		for _, form := range []*regexp.Regexp{idText, timeText, guestText, emailText} {
			if form.MatchString(r) && form.MatchString(l) {
				tr[r] = l
				return
			}
		}
	}
}

// volatile are properties whose values are nobody's business.
var volatile = []string{
	"session", "publicFilePath", "msgs", "timeToReset", "$date", "_updatedAt", "sound", "image_preview",
	"activity", "lq", "lastActivity", "entropy", "tokenExpires", "ts", "lm", "tlm", "queuedAt", "lastMessageTs",
	"editedAt", "lastMessage", "cloudWorkspaceId", "minimumClientVersions",
}

// differences compares two answers: the same properties, the same JSON types,
// and the same values but for what is volatile.
func (tr translation) differences(recorded, live any, path string) []string {
	report := func(format string, args ...any) []string {
		return []string{path + ": " + fmt.Sprintf(format, args...)}
	}
	switch r := recorded.(type) {
	case object:
		l, ok := live.(object)
		if !ok {
			return report("recorded an object, got %T", live)
		}
		var out []string
		for _, k := range union(r, l) {
			a, inR := r[k]
			b, inL := l[k]
			switch {
			case !inL:
				out = append(out, path+"."+k+": missing")
			case !inR:
				out = append(out, path+"."+k+": not recorded")
			case k == "md" || k == "descriptionMd":
				// The tree of a text is checked for its form alone: the
				// stand-in's grammar is smaller.
				out = append(out, kinds(a, b, path+"."+k)...)
			case slices.Contains(volatile, k):
				out = append(out, kinds(a, b, path+"."+k)...)
			default:
				out = append(out, tr.differences(a, b, path+"."+k)...)
			}
		}
		return out
	case []any:
		l, ok := live.([]any)
		if !ok {
			return report("recorded an array, got %T", live)
		}
		r, l = paired(r), paired(l)
		if len(r) != len(l) {
			return report("recorded %d items, got %d: %v", len(r), len(l), live)
		}
		var out []string
		for i := range r {
			out = append(out, tr.differences(r[i], l[i], fmt.Sprintf("%s[%d]", path, i))...)
		}
		return out
	case string:
		l, ok := live.(string)
		if !ok {
			return report("recorded a string, got %T", live)
		}
		if strings.HasPrefix(r, `{"msg":`) {
			var a, b any
			if json.Unmarshal([]byte(r), &a) == nil && json.Unmarshal([]byte(l), &b) == nil {
				tr.learn(a, b)
				return tr.differences(a, b, path)
			}
		}
		if want := clean(tr.live(r)); want != clean(l) {
			return report("recorded %.200q, got %.200q", want, l)
		}
		return nil
	}
	if recorded != live {
		return report("recorded %v, got %v", recorded, live)
	}
	return nil
}

// paired puts "connected" before the "joined" of the same moment: no order of
// the two is to be relied on.
func paired(list []any) []any {
	kind := func(v any) any {
		m, _ := v.(object)
		return m["t"]
	}
	out := slices.Clone(list)
	for i := 0; i+1 < len(out); i++ {
		if kind(out[i]) == "uj" && kind(out[i+1]) == "command" {
			out[i], out[i+1] = out[i+1], out[i]
		}
	}
	return out
}

// clean takes out of a text what is no matter of the server's.
func clean(s string) string {
	s = hostText.ReplaceAllString(s, "HOST")
	return waitText.ReplaceAllString(s, "wait N seconds")
}

// kinds compares JSON types only.
func kinds(recorded, live any, path string) []string {
	if fmt.Sprintf("%T", recorded) != fmt.Sprintf("%T", live) {
		return []string{fmt.Sprintf("%s: recorded %T, got %T", path, recorded, live)}
	}
	return nil
}

func union(a, b object) []string {
	var keys []string
	for k := range a {
		keys = append(keys, k)
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	return keys
}
