package tint

import "testing"

func TestFrom(t *testing.T) {
	for _, tt := range []struct{ name, in, on, day, night string }{
		{"our blue", "#0b6bcb", "#ffffff", "#0b6bcb", "#609fdd"},
		{"Rocket.Chat's red", "#C1272D", "#ffffff", "#c1272d", "#da7d81"},
		{"yellow wants dark text", "#ffd400", "#14181d", "#806a00", "#ffd400"},
		{"white", "#fff", "#14181d", "#666666", "#ffffff"},
		{"black", "#000", "#ffffff", "#000000", "#999999"},
		{"a middle grey", "#767676", "#ffffff", "#6a6a6a", "#989898"},
		{"coral", "#f5455c", "#14181d", "#c4374a", "#f76174"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, ok := Parse(tt.in)
			got := From(c)
			if !ok || got.On.String() != tt.on || got.Day.String() != tt.day || got.Night.String() != tt.night {
				t.Errorf("From(%s) = on %v day %v night %v, want %s %s %s", tt.in, got.On, got.Day, got.Night, tt.on, tt.day, tt.night)
			}
		})
	}
}

// Whatever the accent, what follows from it can be read.
func TestEveryAccentIsReadable(t *testing.T) {
	for r := 0; r < 256; r += 15 {
		for g := 0; g < 256; g += 15 {
			for b := 0; b < 256; b += 15 {
				c := Color{uint8(r), uint8(g), uint8(b)}
				th := From(c)
				for _, pair := range [][2]Color{{th.On, c}, {th.On, th.Deep}, {th.Day, day}, {th.Day, white}, {th.Night, night}, {th.Night, ink}} {
					if got := Contrast(pair[0], pair[1]); got < Readable {
						t.Fatalf("accent %v: %v on %v has contrast %.2f", c, pair[0], pair[1], got)
					}
				}
			}
		}
	}
}

func TestContrast(t *testing.T) {
	if got := Contrast(white, black); got != 21 {
		t.Errorf("white on black: %v, want 21", got)
	}
	if got := Contrast(white, white); got != 1 {
		t.Errorf("white on white: %v, want 1", got)
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"#C1272D": "#c1272d", " #abc ": "#aabbcc", "#abcd": "#aabbcc", "#11223344": "#112233",
		"rgb(1, 2, 255)": "#0102ff", "rgba(1,2,3,0.5)": "#010203", "rgb(1 2 3 / 50%)": "#010203", "rgb(0.6 1 2)": "#010102",
		"": "", "#": "", "#ab": "", "#ggg": "", "red": "", "rgb(1,2)": "", "rgb(1,2,300)": "", "rgb(NaN,1,1)": "", "url(x)": "", "rgb(1,2,3": "", "#+12345": "",
	} {
		got := ""
		if c, ok := Parse(in); ok {
			got = c.String()
		}
		if got != want {
			t.Errorf("Parse(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseUnit(t *testing.T) {
	for in, want := range map[string]string{
		"0 0.5 1": "#0080ff", " 1 1 1 / 0.5": "#ffffff", "-1 2 0": "#00ff00", "": "", "1 1": "", "a b c": "", "NaN 0 0": "",
	} {
		got := ""
		if c, ok := ParseUnit(in); ok {
			got = c.String()
		}
		if got != want {
			t.Errorf("ParseUnit(%q) = %q, want %q", in, got, want)
		}
	}
}
