package e2e_test

import (
	"strings"
	"testing"
)

// TestDeepTextCannotEndTheProgram has an agent nest what can be nested, far
// deeper than anything is shown: TinyGo's stacks are small, and overflow
// without a word.
func TestDeepTextCannotEndTheProgram(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	const deep = 320
	for _, text := range []string{
		strings.Repeat("> ", deep) + "quoted",
		strings.Repeat(">", deep) + "quoted without spaces",
		strings.Repeat("*_~", deep) + "emphasis" + strings.Repeat("~_*", deep),
		strings.Repeat("*a ", deep) + "begun" + strings.Repeat(" *", deep),
		strings.Repeat("[", deep) + "links" + strings.Repeat("](https://a.example)", deep),
		strings.Repeat("(", deep) + "https://a.example/" + strings.Repeat("(", deep),
		strings.Repeat("`", deep) + "code" + strings.Repeat("```\n", deep),
	} {
		w.say(room, text)
	}
	w.say(room, "and now something else")
	p.reads("and now something else")
	p.reads("hello")
}
