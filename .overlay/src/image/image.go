// Package image takes the place of the standard library's package in programs
// for browsers, where the page draws.
package image

// A Point and a Rectangle are what dom/v2 (dom.go) describes the size of an
// ImageData by, which nobody makes.
type (
	Point     struct{ X, Y int }
	Rectangle struct{ Min, Max Point }
)

// Rect panics. dom/v2 (dom.go) mentions it in ImageData.Bounds, which nobody
// calls.
func Rect(x0, y0, x1, y1 int) Rectangle {
	panic("image: not in this program, see .overlay")
}
