package prose

import "strings"

// emoji are the short names people use most; any other stays as written.
var emoji = map[string]string{
	"smile": "😄", "smiley": "😃", "grinning": "😀", "grin": "😁", "blush": "😊", "slight_smile": "🙂",
	"wink": "😉", "joy": "😂", "rofl": "🤣", "laughing": "😆", "sweat_smile": "😅", "heart_eyes": "😍",
	"sunglasses": "😎", "thinking": "🤔", "neutral_face": "😐", "frowning": "😦", "slight_frown": "🙁",
	"disappointed": "😞", "cry": "😢", "sob": "😭", "angry": "😠", "confused": "😕", "worried": "😟",
	"stuck_out_tongue": "😛", "kissing_heart": "😘", "relieved": "😌", "sleeping": "😴", "scream": "😱",
	"hugging": "🤗", "innocent": "😇", "upside_down": "🙃", "rolling_eyes": "🙄", "partying_face": "🥳",
	"thumbsup": "👍", "+1": "👍", "thumbsdown": "👎", "-1": "👎", "ok_hand": "👌", "clap": "👏",
	"wave": "👋", "pray": "🙏", "muscle": "💪", "raised_hands": "🙌", "point_right": "👉", "point_up": "☝️",
	"handshake": "🤝", "eyes": "👀", "heart": "❤️", "broken_heart": "💔", "fire": "🔥", "star": "⭐",
	"sparkles": "✨", "tada": "🎉", "rocket": "🚀", "100": "💯", "white_check_mark": "✅", "heavy_check_mark": "✔️",
	"x": "❌", "warning": "⚠️", "question": "❓", "exclamation": "❗", "bulb": "💡", "link": "🔗", "phone": "📞",
	"email": "📧", "envelope": "✉️", "calendar": "📅", "hourglass": "⌛", "coffee": "☕", "cake": "🎂", "gift": "🎁",
	"computer": "💻", "bug": "🐛", "wrench": "🔧", "key": "🔑", "lock": "🔒", "memo": "📝", "package": "📦",
	"truck": "🚚", "airplane": "✈️", "sunny": "☀️", "dog": "🐶", "cat": "🐱",
}

// smileys are the faces made of signs, when they stand alone.
var smileys = map[string]string{
	":)": "🙂", ":-)": "🙂", ":(": "🙁", ":-(": "🙁", ";)": "😉", ";-)": "😉", ":D": "😀", ":-D": "😀",
	":P": "😛", ":-P": "😛", ":p": "😛", "<3": "❤️", ":o": "😮", ":O": "😮",
}

const longestEmoji = 20

// emoji reads :name:.
func (l *line) emoji() bool {
	rest := l.text[l.pos+1 : min(len(l.text), l.pos+longestEmoji+2)]
	l.steps += len(rest)
	end := strings.IndexByte(rest, ':')
	if end <= 0 {
		return false
	}
	face, ok := emoji[rest[:end]]
	if !ok {
		return false
	}
	l.flush()
	l.put(Span{Text: face})
	l.pos += end + 2
	l.from = l.pos
	return true
}

// smiley reads :) and its like between spaces.
func (l *line) smiley() bool {
	if c := l.text[l.pos]; c != ':' && c != ';' && c != '<' || l.before() != ' ' {
		return false
	}
	for n := 2; n <= 3 && l.pos+n <= len(l.text); n++ {
		if face, ok := smileys[l.text[l.pos:l.pos+n]]; ok && (l.after(n) == ' ') {
			l.flush()
			l.put(Span{Text: face})
			l.pos += n
			l.from = l.pos
			return true
		}
	}
	return false
}
