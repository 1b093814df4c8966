package app

import "slices"

// FlagNames are all flags there are.
func FlagNames() []string { return slices.Concat(texts, truths) }

// RedirectURL is where plain http is sent to https; "" for nowhere.
func (a *App) RedirectURL() string { return a.redirectURL }
