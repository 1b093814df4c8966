package browser

import (
	"syscall/js"
	"time"

	"capsule/wasm/internal/view"
)

// NewFormat returns a format in the language of tag and the zone of the
// page: Go knows neither names nor the rules of summer time here.
func NewFormat(p Page, tag string) view.Format {
	clock := map[string]any{"hour": "numeric", "minute": "2-digit"}
	date := map[string]any{"weekday": "long", "day": "numeric", "month": "long"}
	full := map[string]any{"dateStyle": "full", "timeStyle": "short"}
	return view.Remembering(view.Format{
		Clock: intl(p, tag, clock),
		Date:  intl(p, tag, date),
		Full:  intl(p, tag, full),
		Day: func(t time.Time) int {
			date, err := p.Construct("Date", t.UnixMilli())
			if err != nil {
				return int(t.Unix() / 86400)
			}
			return int((t.Unix() - 60*int64(date.Call("getTimezoneOffset").Int())) / 86400)
		},
	})
}

// intl returns nil, for the plain form, where Intl is missing or does not
// know the tag or the options.
func intl(p Page, tag string, options map[string]any) func(time.Time) string {
	made, err := p.Attempt(p.global.Get("Intl"), "DateTimeFormat", tag, options)
	if err != nil {
		return nil
	}
	return func(t time.Time) string {
		s, err := p.Attempt(made, "format", js.ValueOf(float64(t.UnixMilli())))
		if err != nil {
			return ""
		}
		return text(s)
	}
}
