// Package markup holds the panel's markup. The panel reads it with a
// reader of its own, not the browser's, so it keeps to what that reads:
// elements, attributes in double quotes, text; no entities.
package markup

import _ "embed"

// Panel is a list of <template> elements, each named by its data-part.
//
//go:embed panel.html
var Panel string
