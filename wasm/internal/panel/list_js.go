package panel

// A list keeps the children of a node in step with a slice of rows,
// reusing a child as long as its key is present.
type list[R comparable] struct {
	parent element
	key    func(R) string
	make   func(R) item[R]
	items  map[string]item[R]
	order  []string
}

// An item is one child. set writes only what differs from the last row.
type item[R comparable] interface {
	node() element
	set(R)
}

// sync shows rows. Of two rows with the same key the second is left out.
func (l *list[R]) sync(rows []R) {
	wanted := make(map[string]bool, len(rows))
	keys := make([]string, 0, len(rows))
	for _, r := range rows {
		key := l.key(r)
		if wanted[key] {
			continue
		}
		wanted[key] = true
		keys = append(keys, key)
		it, ok := l.items[key]
		if !ok {
			if l.items == nil {
				l.items = map[string]item[R]{}
			}
			it = l.make(r)
			l.items[key] = it
		}
		it.set(r)
	}
	kept := l.order[:0]
	for _, key := range l.order {
		if wanted[key] {
			kept = append(kept, key)
			continue
		}
		l.items[key].node().Remove()
		delete(l.items, key)
	}
	for _, step := range placements(kept, keys) {
		node := l.items[step.key].node()
		if step.before == "" {
			l.parent.AppendChild(node)
		} else {
			l.parent.InsertBefore(node, l.items[step.before].node())
		}
	}
	l.order = keys
}
