package e2e_test

import (
	"testing"

	"capsule/server/standin"
)

// TestAFileIsFetchedByWhoMayHaveIt, since Rocket.Chat gives it to nobody else,
// and no address has the visitor's token in it.
func TestAFileIsFetchedByWhoMayHaveIt(t *testing.T) {
	w := build(t, func(o *standin.Options) {
		set := standin.DefaultSettings()
		set.FileUpload = true
		o.Settings = &set
	})
	p := open(t)
	p.before(`
		window.kept = ''
		const make = URL.createObjectURL
		URL.createObjectURL = (blob) => { blob.text().then((text) => { kept += text }); return make.call(URL, blob) }
		const asked = window.fetch
		window.fetch = (url, ...more) => window.broken && String(url).includes('/v1/room/files') ? Promise.reject(new TypeError('no network')) : asked(url, ...more)`)
	p.visit(w.site.URL)
	room := w.start(p, "hello")
	p.eval(`(async () => {
		const [key] = Object.keys(localStorage).filter((key) => key.endsWith('/token'))
		const answer = await asked(%q + '/v1/room/files?room=' + %q, { method: 'POST', body: 'the receipt', headers: {
			'X-Visitor-Token': localStorage[key], 'X-File-Name': 'a%%20b.txt', 'Content-Type': 'application/octet-stream' } })
		window.uploaded = answer.status
	})()`, w.app.URL(), room)
	p.until("the upload", func() (bool, string) {
		status := p.eval(`String(window.uploaded)`)
		return status == "200", status
	})

	p.eval(`window.broken = true`)
	p.click("link", "a b.txt")
	p.until("that it failed", func() (bool, string) {
		said := p.eval(`[...document.querySelector('capsule-chat').shadowRoot.querySelectorAll('[data-failed], [aria-live=assertive] p')].map((e) => e.dataset.failed || e.innerText).join()`)
		return said == say("file.failed")+","+say("file.failed"), said
	})
	p.eval(`window.broken = false`)
	p.click("link", "")
	p.until("the file", func() (bool, string) {
		kept := p.eval(`kept`)
		return kept == "the receipt", kept
	})
	p.until("the end of what was said", func() (bool, string) {
		n := p.eval(`document.querySelector('capsule-chat').shadowRoot.querySelectorAll('[data-failed]').length`)
		return n == "0", n
	})
}
