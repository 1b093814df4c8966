// Package style holds the panel's style sheet.
package style

import _ "embed"

// Panel is the sheet. The launcher and the frame that stands in for the
// panel while it loads have theirs in the loader.
//
//go:embed widget.css
var Panel string
