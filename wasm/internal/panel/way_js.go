package panel

import "strings"

// A way leads out of the chat, to where the page says its people can be
// reached.
type way struct {
	root, text element
	known      bool
}

func newWay(in element, contact string) *way {
	root := find(in, "way")
	link := find(root, "way-link")
	if contact != "" {
		link.SetAttribute("href", contact)
		// The address is worth reading where no program is set up for it.
		_, address, _ := strings.Cut(contact, ":")
		link.SetTextContent(strings.TrimLeft(address, "/"))
	}
	return &way{root: root, text: find(root, "way-text"), known: contact != ""}
}

// set shows the way after some words, or hides it when there are none.
func (w *way) set(words string) {
	w.text.SetTextContent(words)
	show(w.root, w.known && words != "")
}
