// Package style holds the panel's style sheet.
package style

import _ "embed"

// Panel is the sheet. The launcher and the frame that stands in for the
// panel while it loads have theirs in the loader.
var Panel = panel + header + conversation + status + notice + form + composer + media

// The parts of the sheet. Where two rules weigh the same, the later one holds.
var (
	//go:embed panel.css
	panel string
	//go:embed header.css
	header string
	//go:embed conversation.css
	conversation string
	//go:embed status.css
	status string
	//go:embed notice.css
	notice string
	//go:embed form.css
	form string
	//go:embed composer.css
	composer string
	//go:embed media.css
	media string
)
