package bridge

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestKindsAreToldByContent(t *testing.T) {
	mp4 := "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
	for _, tt := range []struct{ name, head, want string }{
		{"PDF", "%PDF-1.7\n%\xe2\xe3", "application/pdf"},
		{"text", "Hello, wörld\r\n\tbye\n", "text/plain"},
		{"text with a byte order mark", "\xef\xbb\xbfhello", "text/plain"},
		{"text with markup further on", "see <b>this</b>", "text/plain"},
		{"long text cut within a character", strings.Repeat("é", sniffLen/2-1) + "a\xc3", "text/plain"},
		{"MP4", mp4, "video/mp4"},
		{"WebM", "\x1a\x45\xdf\xa3\x01\x00", "video/webm"},
		{"Ogg", "OggS\x00\x02", "audio/ogg"},
		{"MP3 with a tag", "ID3\x03\x00", "audio/mpeg"},
		{"MP3 without", "\xff\xfb\x90\x64\x00\x00", "audio/mpeg"},
		{"MP3 of MPEG 2", "\xff\xf3\x84\xc4\x00\x00", "audio/mpeg"},
		{"WAV", "RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"},
		{"lossy WebP", "RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x04\x00\x03\x00", "image/webp"},
		{"lossless WebP", "RIFF\x24\x00\x00\x00WEBPVP8L\x18\x00\x00\x00\x2f\x03\x80\x00\x00\x00\x00\x00\x00\x00", "image/webp"},
		{"extended WebP", "RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x87\x13\x00\x87\x13\x00", "image/webp"},
		{"an MPEG frame of layer II", "\xff\xfd\x90\x64\x00\x00", ""},
		{"an MPEG frame of a reserved rate", "\xff\xfb\x9c\x64\x00\x00", ""},
		{"an MPEG frame of no bit rate there is", "\xff\xfb\xf0\x64\x00\x00", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, err := kindOf([]byte(tt.head))
			if k.mime != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q, %v, want %q", k.mime, err, tt.want)
			}
		})
	}
}

func TestWebpSizes(t *testing.T) {
	for _, tt := range []struct {
		name, chunk   string
		width, height int
	}{
		{"lossy", "VP8 \x18\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x04\xc0\x03\x40", 4, 3}, // with scaling bits
		{"lossless", "VP8L\x18\x00\x00\x00\x2f\x03\x80\x00\x10", 4, 3},
		{"extended", "VP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x87\x13\x00\x86\x13\x00", 5000, 4999},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := webpSize([]byte("RIFF\x24\x00\x00\x00WEBP" + tt.chunk + "\x00\x00\x00\x00\x00"))
			if err != nil || c.Width != tt.width || c.Height != tt.height {
				t.Errorf("got %d by %d, %v, want %d by %d", c.Width, c.Height, err, tt.width, tt.height)
			}
		})
	}
}

func TestFileNamesAreRebuilt(t *testing.T) {
	png, _ := kindNamed("image/png")
	jpeg, _ := kindNamed("image/jpeg")
	text, _ := kindNamed("text/plain; charset=utf-8")
	for _, tt := range []struct {
		name     string
		kind     kind
		in, want string
	}{
		{"a good name stays", png, "my cat (2).png", "my cat (2).png"},
		{"other scripts stay", png, "Übersicht 図 ١.png", "Übersicht 図 ١.png"},
		{"an ending of the kind stays", jpeg, "a.JPEG", "a.jpeg"},
		{"an ending of another kind is not the last one", png, "a.html", "a.html.png"},
		{"a program is none", text, "setup.exe", "setup.exe.txt"},
		{"a path of Unix goes", png, "../../etc/passwd.png", "passwd.png"},
		{"a path of Windows goes", png, `C:\Users\ann\cat.png`, "cat.png"},
		{"a directory alone leaves nothing", png, "a/b/", "file.png"},
		{"dots alone leave nothing", png, "..", "file.png"},
		{"a hidden file is not hidden", png, ".png", "file.png"},
		{"nothing is something", png, "", "file.png"},
		{"text that runs backwards does not", png, "\u202egnp.exe", "gnp.exe.png"},
		{"isolates, joiners and marks of direction go", png, "a\u2066\u2069\u200f\u200b\ufeffb.png", "ab.png"},
		{"control characters go", png, "a\x00\r\n\x1b\x7f\u0085b.png", "ab.png"},
		{"line separators go", png, "a\u2028\u2029b.png", "ab.png"},
		{"quotes and such become underscores", png, `a"b'c<d>e:f|g?h*i;j&k%l$m` + "`n.png", "a_b_c_d_e_f_g_h_i_j_k_l_m_n.png"},
		{"300 characters become 100", png, strings.Repeat("é", 300) + ".png", strings.Repeat("é", 96) + ".png"},
		{"a cut does not end in a space", png, strings.Repeat("a", 95) + " b.png", strings.Repeat("a", 95) + ".png"},
		{"space around goes", png, "  cat .png", "cat.png"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.kind.name(tt.in); got != tt.want {
				t.Errorf("name(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// goodName fails the test unless name could stand anywhere a file's name may.
func goodName(t *testing.T, k kind, name string) {
	t.Helper()
	if n := utf8.RuneCountInString(name); n == 0 || n > maxFileName || !utf8.ValidString(name) {
		t.Errorf("%q has %d characters", name, n)
	}
	if strings.ContainsAny(name, "/\\\"<>:|?*;&%'`$") || strings.HasPrefix(name, ".") || name[0] == ' ' {
		t.Errorf("%q", name)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		t.Errorf("%q has something that cannot be seen", name)
	}
	fits := false
	for _, end := range k.ends {
		fits = fits || strings.HasSuffix(name, end)
	}
	if !fits {
		t.Errorf("%q does not end as a %s", name, k.mime)
	}
}
