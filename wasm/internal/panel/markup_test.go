package panel

import (
	"strings"
	"testing"

	"capsule/assets/markup"
)

func TestRead(t *testing.T) {
	in := `<!-- no > -->
<p class="a b" hidden id="x">Hi
  there <b>you</b> <i></i></p><input type="text"><br/>`
	want := `p[class=a b][hidden=][id=x]"Hi there"b"you"/b" "i/i/pinput[type=text]/inputbr/br`
	var b strings.Builder
	for _, tk := range read(in) {
		b.WriteString([]string{`"` + tk.text + `"`, tk.text, "[" + tk.text + "=" + tk.data + "]", "/" + tk.text}[tk.kind])
	}
	if b.String() != want {
		t.Errorf("read(%q) = %s, want %s", in, b.String(), want)
	}
}

// The panel's markup closes what it opens, and has nothing a page's policy
// could object to.
func TestPanelMarkup(t *testing.T) {
	var open []string
	ids := map[string]bool{}
	for _, tk := range read(markup.Panel) {
		switch tk.kind {
		case openToken:
			open = append(open, tk.text)
			if tk.text == "script" || tk.text == "style" || tk.text == "iframe" {
				t.Errorf("<%s> in the markup", tk.text)
			}
		case closeToken:
			if len(open) == 0 || open[len(open)-1] != tk.text {
				t.Fatalf("</%s> closes %v", tk.text, open)
			}
			open = open[:len(open)-1]
		case attributeToken:
			if tk.text == "style" || strings.HasPrefix(tk.text, "on") {
				t.Errorf("attribute %s in the markup", tk.text)
			}
			if tk.text == "id" {
				if ids[tk.data] {
					t.Errorf("two elements have the id %s", tk.data)
				}
				ids[tk.data] = true
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("%v stay open", open)
	}
	for _, tk := range read(markup.Panel) {
		if tk.kind == attributeToken && (tk.text == "for" || strings.HasPrefix(tk.text, "aria-") && strings.HasSuffix(tk.text, "by")) && !ids[tk.data] {
			t.Errorf("%s names %q, which is not there", tk.text, tk.data)
		}
	}
}
