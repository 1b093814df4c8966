// Package style holds the panel's style sheet.
package style

import _ "embed"

// Panel is the sheet, made of the others in this folder: after a change of one
// of them, go generate (or any build by ./build.sh) makes it anew. The launcher
// and the frame that stands in for the panel while it loads have theirs in the
// loader.
//
//go:generate go run capsule/assets/pack -style .
//go:embed panel.min.css
var Panel string
