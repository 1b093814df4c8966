package rocket

// A Token is the only credential of a visitor: who knows it can read and
// write that visitor's conversations. It prints as a mark, so that a log
// line or a test failure cannot spill it; convert it with string(t) where
// it has to be sent.
type Token string

// String hides the token.
func (t Token) String() string {
	if t == "" {
		return ""
	}
	return "(token)"
}

// GoString hides the token from %#v.
func (t Token) GoString() string { return t.String() }

// Valid reports whether t could be a token of ours or of the official
// widget: 32 to 128 letters, digits, dashes and underscores.
func (t Token) Valid() bool { return len(t) >= 32 && ValidID(string(t)) }

// ValidID reports whether id is safe as an identifier of a room, message,
// department or visitor: 1 to 128 letters, digits, dashes and underscores.
func ValidID(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for i := 0; i < len(id); i++ {
		c := id[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}
