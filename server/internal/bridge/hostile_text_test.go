package bridge_test

import (
	"fmt"
	"strings"
	"testing"
)

func hostileTexts() (all []hostile) {
	for _, tt := range []struct{ name, path, body string }{
		{"an empty line", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":""}`},
		{"a blank line", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":" \n\t"}`},
		{"a line without text", "/v1/messages", `{"id":"` + id + `","room":"` + room + `"}`},
		{"a line with NUL", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":"a\u0000b"}`},
		{"20,001 characters", "/v1/messages", `{"id":"` + id + `","room":"` + room + `","text":"` + strings.Repeat("é", 20_001) + `"}`},
		{"a name that starts a header", "/v1/visitor", `{"name":"Ann\r\nBcc: all@example.com"}`},
		{"a name of 101 characters", "/v1/visitor", `{"name":"` + strings.Repeat("é", 101) + `"}`},
		{"an address that starts a header", "/v1/visitor", `{"email":"a@b.example\nBcc: all@example.com"}`},
		{"two addresses", "/v1/visitor", `{"email":"a@b.example,c@d.example"}`},
		{"an address with a name", "/v1/visitor", `{"email":"Ann <a@b.example>"}`},
		{"no address", "/v1/visitor", `{"email":"ann"}`},
		{"an address without host", "/v1/visitor", `{"email":"ann@"}`},
		{"a long address", "/v1/visitor", `{"email":"` + strings.Repeat("a", 250) + `@b.example"}`},
		{"an offline message without address", "/v1/offline", `{"name":"Ann","text":"hi"}`},
		{"an offline message without text", "/v1/offline", `{"email":"a@b.example","text":" "}`},
		{"an offline message that starts a header", "/v1/offline", `{"email":"a@b.example","name":"x\nBcc: all@example.com","text":"hi"}`},
		{"an offline message that is too long", "/v1/offline", `{"email":"a@b.example","text":"` + strings.Repeat("é", 5001) + `"}`},
		{"a long phone number", "/v1/visitor", `{"phone":"` + strings.Repeat("1", 41) + `"}`},
		{"fields without any", "/v1/visitor/fields", `{"fields":[]}`},
		{"a field twice", "/v1/visitor/fields", `{"fields":[{"key":"company","value":"x"},{"key":"company","value":"y"}]}`},
		{"a field of JavaScript", "/v1/visitor/fields", `{"fields":[{"key":"__proto__","value":"x"}]}`},
		{"another of JavaScript", "/v1/visitor/fields", `{"fields":[{"key":"constructor","value":"x"}]}`},
		{"a field with a long name", "/v1/visitor/fields", `{"fields":[{"key":"` + strings.Repeat("x", 65) + `","value":"x"}]}`},
		{"a field one character too long", "/v1/visitor/fields", `{"fields":[{"key":"company","value":"` + strings.Repeat("é", 1001) + `"}]}`},
		{"a field that ends a line", "/v1/visitor/fields", `{"fields":[{"key":"company","value":"x\r\ny"}]}`},
		{"a survey without answers", "/v1/room/survey", `{"room":"` + room + `","answers":[]}`},
		{"a survey with an answer twice", "/v1/room/survey", `{"room":"` + room + `","answers":[{"key":"satisfaction","value":"1"},{"key":"satisfaction","value":"5"}]}`},
		{"a survey with six", "/v1/room/survey", `{"room":"` + room + `","answers":[{"key":"satisfaction","value":"6"}]}`},
		{"a survey with zero", "/v1/room/survey", `{"room":"` + room + `","answers":[{"key":"satisfaction","value":"0"}]}`},
		{"a survey with ten", "/v1/room/survey", `{"room":"` + room + `","answers":[{"key":"satisfaction","value":"10"}]}`},
		{"a comment one character too long", "/v1/room/survey", `{"room":"` + room + `","answers":[{"key":"additionalFeedback","value":"` + strings.Repeat("é", 5001) + `"}]}`},
		{"a comment with NUL", "/v1/room/survey", `{"room":"` + room + `","answers":[{"key":"additionalFeedback","value":"a\u0000"}]}`},
		{"a transcript to nobody", "/v1/room/transcript", `{"room":"` + room + `","email":""}`},
		{"a transcript to two", "/v1/room/transcript", `{"room":"` + room + `","email":"ann@example.com,eve@example.com"}`},
		{"a transcript that starts a header", "/v1/room/transcript", `{"room":"` + room + `","email":"ann@example.com\r\nBcc: eve@example.com"}`},
		{"a transcript with a subject", "/v1/room/transcript", `{"room":"` + room + `","email":"ann@example.com","subject":"Buy now"}`},
		{"a department that is none", "/v1/room/department", `{"room":"` + room + `","department":""}`},
		{"a status that is none", "/v1/visitor/status", `{"status":"busy"}`},
		{"an empty status", "/v1/visitor/status", `{}`},
		{"a page of another site", "/v1/visitor/page", `{"url":"https://evil.example/"}`},
		{"a page of a site that begins like ours", "/v1/visitor/page", `{"url":"` + site + `.evil.example/"}`},
		{"a page of another scheme", "/v1/visitor/page", `{"url":"http://www.example.com/"}`},
		{"a page of another port", "/v1/visitor/page", `{"url":"` + site + `:8443/"}`},
		{"a script for a page", "/v1/visitor/page", `{"url":"javascript:alert(1)"}`},
		{"data for a page", "/v1/visitor/page", `{"url":"data:text/html,x"}`},
		{"a page with a user", "/v1/visitor/page", `{"url":"https://www.example.com@evil.example/"}`},
		{"a page with a user before our site", "/v1/visitor/page", `{"url":"https://evil.example@www.example.com/"}`},
		{"a page without a site", "/v1/visitor/page", `{"url":"/shop"}`},
		{"a page with backslashes", "/v1/visitor/page", `{"url":"https:\\\\www.example.com\\x"}`},
		{"no page", "/v1/visitor/page", `{"title":"x"}`},
		{"a page that ends a line", "/v1/visitor/page", `{"url":"` + site + `/\r\nx"}`},
		{"a page of 2,001 bytes", "/v1/visitor/page", `{"url":"` + site + "/" + strings.Repeat("x", 2001-len(site)-1) + `"}`},
		{"a title that ends a line", "/v1/visitor/page", `{"url":"` + site + `/","title":"x\ny"}`},
		{"a title of 201 characters", "/v1/visitor/page", `{"url":"` + site + `/","title":"` + strings.Repeat("é", 201) + `"}`},
	} {
		all = append(all, asking(tt.name, "POST", tt.path, tt.body))
	}
	return all
}

func TestWhatIsJustNotTooMuch(t *testing.T) {
	t.Run("20,000 characters are welcome", func(t *testing.T) {
		c := newChat()
		w := ask(newBridge(t, c), "POST", "/v1/messages", `{"id":"`+id+`","room":"`+room+`","text":"`+strings.Repeat("é", 20_000)+`"}`)
		if w.Code != 200 {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
	t.Run("64 KiB are welcome", func(t *testing.T) {
		c := newChat()
		w := ask(newBridge(t, c), "POST", "/v1/room", strings.Repeat(" ", 64<<10-2)+`{}`)
		if w.Code != 200 {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
	t.Run("50 fields of 1,000 characters are welcome", func(t *testing.T) {
		var list []string
		for i := range 50 {
			list = append(list, fmt.Sprintf(`{"key":"field%d","value":%q}`, i, strings.Repeat("x", 1000)))
		}
		c := newChat()
		if w := ask(newBridge(t, c), "POST", "/v1/visitor/fields", `{"fields":[`+strings.Join(list, ",")+`]}`); w.Code != 200 {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
	t.Run("an unknown department is refused by us", func(t *testing.T) {
		c := newChat()
		w := ask(newBridge(t, c), "POST", "/v1/visitor", `{"name":"Ann","department":"../x"}`)
		if got := c.calls(); w.Code != 409 || len(got) != 1 || got[0] != "GET config" {
			t.Errorf("answered %d %s, asked %q", w.Code, w.Body, got)
		}
	})
}
