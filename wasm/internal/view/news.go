package view

import "capsule/wasm/internal/prose"

// Said is a row as a screen reader is to say it, without its markup: who
// says what. Of own lines, days and dividers nothing need be said.
func (r Row) Said() string {
	switch {
	case r.Kind == Day || r.Kind == New || r.Mine:
		return ""
	case r.Kind == System:
		return r.Text
	case r.File != "":
		return r.Author + ": " + r.File + " " + prose.Plain(r.Text)
	}
	return r.Author + ": " + prose.Plain(r.Text)
}

// Added returns the rows of after that follow all rows of before: what has
// come in. Where before is empty, nothing has: the conversation has only
// come into view.
func Added(before, after []Row) []Row {
	if len(before) == 0 {
		return nil
	}
	known := make(map[string]bool, len(before))
	for _, r := range before {
		known[r.Key] = true
	}
	at := len(after)
	for at > 0 && !known[after[at-1].Key] {
		at--
	}
	return after[at:]
}

// Keep puts a divider that State has forgotten, because the visitor has
// seen what is below it, back in front of the row with the key next: it
// stays where it is as long as the panel is open. Where there is no such
// row, or a divider already, rows stay as they are.
func Keep(divider Row, next string, rows []Row) []Row {
	at := -1
	for i, r := range rows {
		if r.Kind == New {
			return rows
		}
		if r.Key == next {
			at = i
		}
	}
	if at < 0 {
		return rows
	}
	out := make([]Row, 0, len(rows)+1)
	out = append(append(append(out, rows[:at]...), divider), rows[at:]...)
	if at > 0 {
		out[at-1].Last = out[at-1].Kind == Message
	}
	out[at+1].First = out[at+1].Kind == Message
	return out
}
