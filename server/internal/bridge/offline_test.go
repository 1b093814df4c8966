package bridge

import "testing"

func TestHarmless(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"markup cannot be markup", `<a href="x">Hi & bye</a>`, `＜a href="x"＞Hi ＆ bye＜/a＞`},
		{"line ends stay, other control characters go", "a\r\n\tb\x00\x1b", "a\n\tb"},
		{"other scripts stay", "سلام 😀", "سلام 😀"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := harmless(tt.in); got != tt.want {
				t.Errorf("harmless(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}
