// Package locale holds the widget's texts: one catalog a language, in the
// form package i18n reads. English is part of the widget; the others are
// files it loads when a visitor wants them.
package locale

import _ "embed"

// English is the complete catalog.
//
//go:embed en.txt
var English string

// Tags are the languages there are catalogs of, "<tag>.txt" in this
// folder.
func Tags() []string { return []string{"ar", "de", "en", "es", "fr"} }
