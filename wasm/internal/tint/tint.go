// Package tint computes the colours that follow from the one an
// administrator or a page chooses, so that text on and beside it stays
// readable: a contrast of at least 4.5 to 1 by the measure of WCAG 2. It
// does no input or output.
package tint

import (
	"math"
	"strconv"
	"strings"

	"capsule/wasm/internal/decimal"
)

// A Color is opaque, in sRGB.
type Color struct{ R, G, B uint8 }

// Readable is the least contrast between text and what is behind it.
const Readable = 4.5

// Default is the accent of a widget nobody has given one.
var Default = Color{0x0b, 0x6b, 0xcb}

var (
	white = Color{255, 255, 255}
	ink   = Color{0x14, 0x18, 0x1d}
	black = Color{}
	day   = Color{0xf3, 0xf1, 0xed} // the darkest ground text in the accent stands on by day
	night = Color{0x2a, 0x2d, 0x32} // and the lightest by night
)

// A Theme is what follows from an accent.
type Theme struct {
	Accent Color
	On     Color // text on the accent
	Deep   Color // the accent under a pointer
	Day    Color // the accent as text or thin line on light ground
	Night  Color // and on dark ground
}

// From computes the theme of an accent.
func From(accent Color) Theme {
	on := On(accent)
	deep := Mix(accent, black, 0.12)
	if on != white {
		deep = Mix(accent, white, 0.25)
	}
	return Theme{
		Accent: accent, On: on, Deep: deep,
		Day: Toward(accent, black, day), Night: Toward(accent, white, night),
	}
}

// On returns the colour of text on ground: white where that is readable,
// otherwise a near black, or black.
func On(ground Color) Color {
	for _, c := range []Color{white, ink} {
		if Contrast(c, ground) >= Readable {
			return c
		}
	}
	return black
}

// Toward returns the colour nearest to c on the way to end, which is
// readable on ground.
func Toward(c, end, ground Color) Color {
	for i := range 20 {
		if m := Mix(c, end, float64(i)/20); Contrast(m, ground) >= Readable {
			return m
		}
	}
	return end
}

// Mix returns the colour part of the way from a to b.
func Mix(a, b Color, part float64) Color {
	f := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*part)) }
	return Color{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B)}
}

// Contrast is the contrast ratio of two colours, from 1 to 21.
func Contrast(a, b Color) float64 {
	x, y := a.luminance(), b.luminance()
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func (c Color) luminance() float64 {
	f := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*f(c.R) + 0.7152*f(c.G) + 0.0722*f(c.B)
}

// String writes the colour as #rrggbb.
func (c Color) String() string {
	const hex = "0123456789abcdef"
	b := []byte{'#', 0, 0, 0, 0, 0, 0}
	for i, v := range [...]uint8{c.R, c.G, c.B} {
		b[1+2*i], b[2+2*i] = hex[v>>4], hex[v&15]
	}
	return string(b)
}

// Parse reads #rgb, #rrggbb, or rgb() and rgba() with numbers, as a style
// sheet or a browser's computed style has them. Transparency is passed
// over.
func Parse(s string) (Color, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if hex, ok := strings.CutPrefix(s, "#"); ok {
		return parseHex(hex)
	}
	args, ok := strings.CutSuffix(s, ")")
	if !ok {
		return Color{}, false
	}
	if args, ok = strings.CutPrefix(args, "rgba("); !ok {
		if args, ok = strings.CutPrefix(args, "rgb("); !ok {
			return Color{}, false
		}
	}
	parts := strings.FieldsFunc(args, func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
	if len(parts) < 3 || len(parts) > 4 {
		return Color{}, false
	}
	var c Color
	for i, to := range [...]*uint8{&c.R, &c.G, &c.B} {
		v, ok := decimal.Parse(parts[i])
		if !ok || !(v >= 0 && v <= 255) {
			return Color{}, false
		}
		*to = uint8(math.Round(v))
	}
	return c, true
}

func parseHex(hex string) (Color, bool) {
	switch len(hex) {
	case 3, 4:
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	case 6, 8:
		hex = hex[:6]
	default:
		return Color{}, false
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	return Color{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil
}

// ParseUnit reads three numbers from 0 to 1, as in color(srgb 0.1 0.2 1).
// What lies outside is cut off, and transparency passed over.
func ParseUnit(s string) (Color, bool) {
	s, _, _ = strings.Cut(s, "/")
	parts := strings.Fields(s)
	if len(parts) != 3 {
		return Color{}, false
	}
	var c Color
	for i, to := range [...]*uint8{&c.R, &c.G, &c.B} {
		v, ok := decimal.Parse(parts[i])
		if !ok {
			return Color{}, false
		}
		*to = uint8(math.Round(255 * min(max(v, 0), 1)))
	}
	return c, true
}
