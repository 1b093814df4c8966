package app

import (
	"net/http"
	"slices"
)

// FlagNames are all flags there are.
func FlagNames() []string { return slices.Concat(texts, truths) }

// RedirectURL is where plain http is sent to https; "" for nowhere.
func (a *App) RedirectURL() string { return a.redirectURL }

// Wrap puts f before all handlers.
func (a *App) Wrap(f func(http.Handler) http.Handler) { a.wrap = f }
