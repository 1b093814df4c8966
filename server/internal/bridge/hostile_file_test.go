package bridge_test

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// pngOf is the beginning of a PNG that claims to be this large.
func pngOf(width, height uint32) string {
	head := []byte("IHDR")
	head = binary.BigEndian.AppendUint32(head, width)
	head = binary.BigEndian.AppendUint32(head, height)
	head = append(head, 8, 2, 0, 0, 0)
	out := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	out = append(out, head...)
	return string(binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head)))
}

// gifOf is the beginning of a GIF that claims to be this large.
func gifOf(width, height uint16) string {
	return string(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16([]byte("GIF89a"), width), height)) + "\x00\x00\x00,"
}

// jpegOf is the beginning of a JPEG that claims to be this large.
func jpegOf(width, height uint16) string {
	out := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xc0\x00\x0b\x08"), height)
	return string(binary.BigEndian.AppendUint16(out, width)) + "\x01\x01\x11\x00"
}

// webpOf is the beginning of a WebP with one chunk.
func webpOf(chunk, data string) string {
	return "RIFF\x40\x00\x00\x00WEBP" + chunk + "\x30\x00\x00\x00" + data + strings.Repeat("\x00", 40)
}

// polyglots are files that are, pretend to be, or hold something that is not
// for a visitor to send.
var polyglots = []struct{ name, body string }{
	{"SVG", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`},
	{"SVG with a declaration", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`},
	{"SVG behind space", " \r\n\t<svg onload=alert(1)>"},
	{"SVG behind a comment", `<!-- hello --><svg onload=alert(1)>`},
	{"SVG behind a byte order mark", "\xef\xbb\xbf<svg onload=alert(1)>"},
	{"SVG in UTF-16", "\xff\xfe<\x00s\x00v\x00g\x00"},
	{"SVG in UTF-16, the other way", "\xfe\xff\x00<\x00s\x00v\x00g"},
	{"a document type", `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">`},
	{"HTML", `<!DOCTYPE html><script>alert(1)</script>`},
	{"HTML in capitals", `<HTML><BODY ONLOAD=alert(1)>`},
	{"a script", `<script>alert(1)</script>`},
	{"an image tag", `<img src=x onerror=alert(1)>`},
	{"an iframe", `<iframe srcdoc="x">`},
	{"an unknown tag", `<x-evil>hi</x-evil>`},
	{"XML", `<?xml version="1.0"?><x/>`},
	{"XML with an entity", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`},
	{"XSLT", `<xsl:stylesheet version="1.0"/>`},
	{"MathML", `<math><mtext></mtext></math>`},
	{"a PNG signature and HTML", "\x89PNG\r\n\x1a\n<html><script>alert(1)</script>"},
	{"a PNG signature alone", "\x89PNG\r\n\x1a\n"},
	{"a PNG cut in its header", pngOf(4, 3)[:20]},
	{"a PNG without a width", pngOf(0, 3)},
	{"a PNG with a wrong sum", pngOf(4, 3)[:29] + "\x00\x00\x00\x00"},
	{"a PNG of 30,000 by 30,000", pngOf(30_000, 30_000)},
	{"a PNG of one pixel too many", pngOf(25_000_001, 1)},
	{"a PNG as large as can be", pngOf(1<<31-1, 1<<31-1)},
	{"a GIF that is JavaScript", "GIF89a=1;alert(1)//"},
	{"a GIF with a comment of JavaScript", "GIF89a/*" + strings.Repeat("\x00", 9) + "*/=1;alert(1)"},
	{"a GIF signature and HTML", "GIF89a<script>alert(1)</script>"},
	{"a GIF signature alone", "GIF87a"},
	{"a GIF without a height", gifOf(4, 0)},
	{"a GIF of 65,535 by 65,535", gifOf(65535, 65535)},
	{"a JPEG signature alone", "\xff\xd8\xff"},
	{"a JPEG signature and PHP", "\xff\xd8\xff\xe0<?php system($_GET[0]); ?>"},
	{"a JPEG of 65,535 by 65,535", jpegOf(65535, 65535)},
	{"a JPEG that never says how large", "\xff\xd8" + strings.Repeat("\xff\xe1\xff\xff"+strings.Repeat("x", 65533), 5)},
	{"a WebP without a chunk", "RIFF\x04\x00\x00\x00WEBP"},
	{"a WebP of an unknown chunk", webpOf("ALPH", "xxxxxxxxxx")},
	{"a WebP of 16,383 by 16,383", webpOf("VP8 ", "\x00\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f")},
	{"a lossless WebP of 16,384 by 16,384", webpOf("VP8L", "\x2f\xff\xff\xff\xff")},
	{"an extended WebP as large as can be", webpOf("VP8X", "\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff")},
	{"a WebP with HTML for a frame", webpOf("VP8 ", "<script>alert(1)</script>")},
	{"a zip", "PK\x03\x04" + strings.Repeat("\x00", 60)},
	{"a zip bomb", "PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("\xff", 60)},
	{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00"},
	{"rar", "Rar!\x1a\x07\x00xxxx"},
	{"7z", "7z\xbc\xaf\x27\x1cxxxx"},
	{"a program of Windows", "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"},
	{"a program of Linux", "\x7fELF\x02\x01\x01\x00"},
	{"a program of macOS", "\xcf\xfa\xed\xfe\x07\x00\x00\x01"},
	{"a class of Java", "\xca\xfe\xba\xbe\x00\x00\x00\x34"},
	{"wasm", "\x00asm\x01\x00\x00\x00"},
	{"Flash", "CWS\x09\x00\x00\x00\x00"},
	{"an old Office file", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
	{"a font", "\x00\x01\x00\x00\x00\x0fOS/2"},
	{"an icon", "\x00\x00\x01\x00\x01\x00\x10\x10"},
	{"a bitmap", "BM\x8a\x00\x00\x00\x00\x00\x00\x00"},
	{"TIFF", "II*\x00\x08\x00\x00\x00"},
	{"HEIC", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1"},
	{"AVIF", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1"},
	{"PostScript", "%!PS-Adobe-3.0\n/x 1 def"},
	{"PDF behind space", " %PDF-1.4\x00\x01"},
	{"text with NUL", "hello\x00world"},
	{"text with an escape", "\x1b]0;evil\x07"},
	{"text that is Latin-1", "na\xefve"},
	{"text that turns binary later", strings.Repeat("hello ", 1000) + "\x00\x01\x02"},
	{"white space", " \n\t "},
	{"a byte order mark", "\xef\xbb\xbf"},
	{"nothing but zeros", strings.Repeat("\x00", 100)},
	{"random bytes", "\x8f\x1d\xa2\x03\x99\xee\x01\x42\x00\xff"},
	{"nothing", ""},
	{"an email with HTML", "<html>\nFrom: x"},
	{"base64 of SVG as SVG data", `<image href="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString([]byte("<svg/>")) + `"/>`},
}

func hostileFiles() (all []hostile) {
	for _, tt := range polyglots {
		for _, as := range []string{"cat.png", "cat.svg"} {
			all = append(all, hostile{"upload of " + tt.name + " as " + as, func(b http.Handler) *httptest.ResponseRecorder {
				return send(b, as, tt.body)
			}})
		}
	}
	for _, tt := range []struct {
		name   string
		header []string
	}{
		{"as JSON", []string{"Content-Type", "application/json"}},
		{"as a form", []string{"Content-Type", "multipart/form-data; boundary=x"}},
		{"as text", []string{"Content-Type", "text/plain"}},
		{"as a picture", []string{"Content-Type", "image/png"}},
		{"with a parameter to its type", []string{"Content-Type", "application/octet-stream; x=y"}},
		{"without a type", []string{"Content-Type", "-"}},
		{"compressed", []string{"Content-Encoding", "gzip"}},
		{"as itself, said aloud", []string{"Content-Encoding", "identity"}},
		{"without a name", []string{"X-File-Name", "-"}},
		{"with half an escape", []string{"X-File-Name", "cat%2"}},
		{"with a name that is not UTF-8", []string{"X-File-Name", "%ff%fe.png"}},
		{"with a name that is too long", []string{"X-File-Name", strings.Repeat("x", 3073)}},
	} {
		all = append(all, hostile{"upload " + tt.name, func(b http.Handler) *httptest.ResponseRecorder {
			return send(b, "cat.png", picture, tt.header...)
		}})
	}
	sized := func(name string, length int64, body io.Reader) {
		all = append(all, hostile{name, func(b http.Handler) *httptest.ResponseRecorder {
			r := newRequest("POST", "/v1/room/files?room="+room, "", fileHeader...)
			r.Body, r.ContentLength = io.NopCloser(body), length
			return serve(b, r)
		}})
	}
	sized("upload one byte too large", 10<<20+1, endless{})
	sized("upload of a gigabyte", 1<<30, endless{})
	sized("upload of unknown length", -1, endless{})
	sized("upload of no length", 0, endless{})
	sized("upload cut within its head", 10<<20, strings.NewReader(picture))
	all = append(all, hostile{"upload with two names", func(b http.Handler) *httptest.ResponseRecorder {
		r := newRequest("POST", "/v1/room/files?room="+room, picture, fileHeader...)
		r.Header["X-File-Name"] = []string{"a.png", "b.png"}
		return serve(b, r)
	}})
	return all
}

// endless is a file without an end: who reads it whole never returns.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, picture), nil }
