package view

import "time"

// Format writes times the way the visitor is used to, in the zone of the
// page. In a browser Intl does it; the zero Format writes UTC, plainly.
type Format struct {
	Clock func(time.Time) string // the time of day
	Date  func(time.Time) string // the day, in words
	Full  func(time.Time) string // both
	Day   func(time.Time) int    // a number that is the same all day long and one more on the next
}

// Remembering returns a Format that asks f once for each minute and keeps
// the answer: a screen is built often, and its rows seldom change.
func Remembering(f Format) Format {
	return Format{Clock: remembering(f.clock), Date: remembering(f.date), Full: remembering(f.full), Day: remembering(f.day)}
}

func remembering[T any](ask func(time.Time) T) func(time.Time) T {
	answers := map[int64]T{}
	return func(t time.Time) T {
		minute := t.Unix() / 60
		if answer, ok := answers[minute]; ok {
			return answer
		}
		if len(answers) > 2000 {
			clear(answers)
		}
		answer := ask(t)
		answers[minute] = answer
		return answer
	}
}

func (f Format) clock(t time.Time) string {
	if f.Clock == nil {
		return t.UTC().Format("15:04")
	}
	return f.Clock(t)
}

func (f Format) date(t time.Time) string {
	if f.Date == nil {
		return t.UTC().Format("2 January 2006")
	}
	return f.Date(t)
}

func (f Format) full(t time.Time) string {
	if f.Full == nil {
		return t.UTC().Format("2 January 2006, 15:04")
	}
	return f.Full(t)
}

func (f Format) day(t time.Time) int {
	if f.Day == nil {
		return int(t.Unix() / 86400)
	}
	return f.Day(t)
}
