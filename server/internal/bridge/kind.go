package bridge

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// A kind is a type of file that visitors may send. There is none that a
// browser would run: no SVG, no HTML, no XML.
type kind struct {
	mime string
	ends []string // of a file's name; the first is added where none fits
}

var kinds = []kind{
	{"image/png", []string{".png"}},
	{"image/jpeg", []string{".jpg", ".jpeg"}},
	{"image/gif", []string{".gif"}},
	{"image/webp", []string{".webp"}},
	{"application/pdf", []string{".pdf"}},
	{"text/plain", []string{".txt", ".log"}},
	{"video/mp4", []string{".mp4", ".m4v", ".m4a"}},
	{"video/webm", []string{".webm"}},
	{"audio/ogg", []string{".ogg", ".oga", ".opus"}},
	{"audio/mpeg", []string{".mp3"}},
	{"audio/wav", []string{".wav"}},
}

// kindNamed finds a kind by its MIME type, parameters aside.
func kindNamed(contentType string) (kind, bool) {
	name, _, err := mime.ParseMediaType(contentType)
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.mime == name })
	if err != nil || i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

const (
	sniffLen  = 256 << 10  // a JPEG says how large it is only behind its EXIF and ICC data
	maxPixels = 25_000_000 // of a picture: more is a bomb for who opens it
)

// kindOf tells what a file is by how it begins, head being its first sniffLen
// bytes or all there are. What its sender says of it does not count.
func kindOf(head []byte) (kind, error) {
	name, _, _ := mime.ParseMediaType(http.DetectContentType(head))
	switch name {
	case "application/ogg":
		name = "audio/ogg"
	case "audio/wave":
		name = "audio/wav"
	case "application/octet-stream":
		if mp3Frame(head) {
			name = "audio/mpeg"
		}
	case "text/plain":
		if !plainText(head) {
			return kind{}, refusal(FileType)
		}
	}
	k, ok := kindNamed(name)
	if !ok {
		return kind{}, refusal(FileType)
	}
	if strings.HasPrefix(k.mime, "image/") {
		size, err := pictureSize(k.mime, head)
		if err != nil || size.Width <= 0 || size.Height <= 0 {
			return kind{}, refusal(FileType)
		}
		if int64(size.Width)*int64(size.Height) > maxPixels {
			return kind{}, refusal(TooLarge)
		}
	}
	return k, nil
}

// plainText reports whether head is text and not markup: UTF-8, no control
// characters but white space, and no angle bracket before anything else, by
// which a browser that guesses would take it for HTML, SVG or XML.
func plainText(head []byte) bool {
	if len(head) == sniffLen { // the last character may be cut
		for i := 1; i < utf8.UTFMax && !utf8.Valid(head); i++ {
			head = head[:len(head)-1]
		}
	}
	if !utf8.Valid(head) {
		return false
	}
	for _, c := range head {
		if c < ' ' && !strings.ContainsRune("\t\n\r\f", rune(c)) || c == 0x7f {
			return false
		}
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n\f")
	return len(start) > 0 && start[0] != '<'
}

// mp3Frame reports whether head begins with the header of an MPEG layer III
// frame, for files without an ID3 tag.
func mp3Frame(head []byte) bool {
	return len(head) > 3 && head[0] == 0xff && head[1]&0xe6 == 0xe2 && // sync, layer III
		head[1]&0x18 != 0x08 && head[2]&0xf0 != 0xf0 && head[2]&0x0c != 0x0c // version, bit rate, sample rate
}

func pictureSize(mime string, head []byte) (c image.Config, err error) {
	switch mime {
	case "image/png":
		return png.DecodeConfig(bytes.NewReader(head))
	case "image/jpeg":
		return jpeg.DecodeConfig(bytes.NewReader(head))
	case "image/gif":
		return gif.DecodeConfig(bytes.NewReader(head))
	}
	return webpSize(head)
}

// webpSize reads the size of a WebP picture from its first chunk: VP8 (lossy),
// VP8L (lossless) or VP8X (extended), RFC 9649.
func webpSize(head []byte) (image.Config, error) {
	if len(head) < 30 || string(head[:4]) != "RIFF" || string(head[8:12]) != "WEBP" {
		return image.Config{}, image.ErrFormat
	}
	le := binary.LittleEndian
	data := head[20:]
	switch string(head[12:16]) {
	case "VP8 ":
		if !bytes.Equal(data[3:6], []byte{0x9d, 0x01, 0x2a}) {
			return image.Config{}, image.ErrFormat
		}
		return image.Config{Width: int(le.Uint16(data[6:]) & 0x3fff), Height: int(le.Uint16(data[8:]) & 0x3fff)}, nil
	case "VP8L":
		if data[0] != 0x2f {
			return image.Config{}, image.ErrFormat
		}
		bits := le.Uint32(data[1:])
		return image.Config{Width: int(bits&0x3fff) + 1, Height: int(bits>>14&0x3fff) + 1}, nil
	case "VP8X":
		three := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
		return image.Config{Width: three(data[4:]) + 1, Height: three(data[7:]) + 1}, nil
	}
	return image.Config{}, image.ErrFormat
}
