package bridge_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const fileID = "f1f1f1f1f1f1f1f1f"

var (
	picture    = encoded("png", 4, 3)
	fileHeader = []string{"Content-Type", "application/octet-stream", "X-File-Name", "cat.png"}
	fileTarget = "/v1/room/files?room=" + room + "&id=" + fileID + "&name=cat.png"

	storedUpload = `{"_id":"u1u1u1u1u1u1u1u1u","rid":"` + room + `","msg":"","token":"` + token + `","u":{"_id":"v1","username":"guest-3"},"ts":"2026-01-31T10:00:00.000Z","_updatedAt":"2026-01-31T10:00:00.020Z",
		"file":{"_id":"` + fileID + `","name":"cat.png","type":"image/png"},"attachments":[{"type":"file","title":"cat.png","title_link":"/file-upload/` + fileID + `/cat.png","image_url":"/file-upload/` + fileID + `/cat.png"}],"newRoom":false,"showConnecting":false,"success":true}`
	outUpload = `{"message":{"_id":"u1u1u1u1u1u1u1u1u","rid":"` + room + `","msg":"","u":{"_id":"v1","username":"guest-3"},"ts":"2026-01-31T10:00:00.000Z","_updatedAt":"2026-01-31T10:00:00.020Z",
		"attachments":[{"title":"cat.png","title_link":"/file-upload/` + fileID + `/cat.png","image_url":"/file-upload/` + fileID + `/cat.png"}]}}`
)

// encoded is a real picture.
func encoded(format string, width, height int) string {
	var b bytes.Buffer
	var err error
	switch m := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White}); format {
	case "png":
		err = png.Encode(&b, m)
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	case "gif":
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		panic(err)
	}
	return b.String()
}

func attachment(mime, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mime)
		w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''whatever")
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = io.WriteString(w, body)
	}
}

// send uploads body under a name that is percent-encoded already.
func send(b http.Handler, name, body string, header ...string) *httptest.ResponseRecorder {
	return ask(b, "POST", "/v1/room/files?room="+room, body, append([]string{"Content-Type", "application/octet-stream", "X-File-Name", name}, header...)...)
}

// A received file is the one part of the form that Rocket.Chat got.
type receivedFile struct{ name, mime, body string }

// uploads are the forms that reached Rocket.Chat whole.
func uploads(t *testing.T, c *chat) (out []receivedFile) {
	t.Helper()
	for _, a := range c.all("upload/" + room) {
		kind, params, err := mime.ParseMediaType(a.header.Get("Content-Type"))
		if err != nil || kind != "multipart/form-data" {
			t.Fatalf("the type of the upload is %q", a.header.Get("Content-Type"))
		}
		form, err := multipart.NewReader(strings.NewReader(a.body), params["boundary"]).ReadForm(32 << 20)
		if err != nil {
			continue // cut short
		}
		if len(form.Value) != 0 || len(form.File) != 1 || len(form.File["file"]) != 1 {
			t.Fatalf("the form is %+v", form)
		}
		h := form.File["file"][0]
		f, err := h.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, receivedFile{h.Filename, h.Header.Get("Content-Type"), string(body)})
	}
	return out
}
