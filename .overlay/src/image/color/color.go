// Package color takes the place of the standard library's package in programs
// for browsers, where a colour is a text of CSS.
package color

// A Color is a pixel of dom/v2's ImageData (dom.go), which nobody makes.
type Color interface {
	RGBA() (r, g, b, a uint32)
}

// A Model converts pixels.
type Model interface {
	Convert(c Color) Color
}

// An NRGBA is the kind of Color that dom/v2 (dom.go) uses.
type NRGBA struct {
	R, G, B, A uint8
}

// RGBA panics. It makes NRGBA a Color, which dom/v2 (dom.go) returns it as.
func (NRGBA) RGBA() (r, g, b, a uint32) {
	panic("image/color: not in this program, see .overlay")
}

// NRGBAModel is what dom/v2 (dom.go) returns from ImageData.ColorModel. There
// is none.
var NRGBAModel Model
