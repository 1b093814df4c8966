package standin_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
)

// note does what a note of a scenario tells and reports whether that is all
// there is to do in the step.
func (p *replayer) note(c *client, text string, st step) bool {
	says := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(text, part) {
				return true
			}
		}
		return false
	}
	one, two := p.srv.Agent("agent1"), p.srv.Agent("agent2")
	rid := p.rid
	check := func(err error) bool {
		if err != nil {
			p.t.Fatalf("%s: %v", text, err)
		}
		return true
	}
	if e, ok := p.within[text]; ok {
		for _, d := range p.exchange(e) {
			p.t.Errorf("%s: %s", e.Name, d)
		}
		return true
	}
	switch {
	case says("visitor closes by REST", "closed by visitor", "the room was closed before"):
		return check(p.post("room.close", object{"token": p.token, "rid": rid}))
	case says("closed by agent", "agent closes", "agent1 closes"):
		return check(one.Close(rid, p.recordedText(st, "livechat-close")))
	case says("agent1 transfers to agent2"):
		return check(one.Transfer(rid, "agent2", "please take over"))
	case says("agent2 transfers back"):
		return check(two.Transfer(rid, "agent1", ""))
	case says("agent1 transfers to department"):
		return check(one.Transfer(rid, "Sales", ""))
	case says("REST room.transfer"):
		return check(p.post("room.transfer", object{"token": p.token, "rid": rid, "department": p.org.sales}))
	case says("agent1 returns"):
		return check(one.Return(rid))
	case says("agent1 takes"):
		return check(one.Take(rid))
	case says("agent1 disconnects"):
		one.Online(false)
	case says("agent1 comes back"):
		one.Online(true)
	case says("not-available"):
		one.Available(false)
	case says("agent goes away"):
		one.Presence("away")
	case says("agent back online"):
		one.Presence("online")
	case says("agent status busy"):
		one.Presence("busy")
	case says("agent edits"):
		m := p.recordedMessage(st)
		return check(one.Edit(p.tr.live(m["_id"].(string)), m["msg"].(string)))
	case says("agent deletes"):
		return check(one.Delete(p.deleted(st)))
	case says("agent reacts", "agent unreacts"):
		return check(one.React(p.tr.live(p.recordedMessage(st)["_id"].(string)), ":smile:"))
	case says("visitor edits"):
		m := p.recordedMessage(st)
		must(p.t, "PUT", p.base+api+"message/"+p.tr.live(m["_id"].(string)), object{"token": p.token, "rid": rid, "msg": m["msg"]})
		return true
	case says("visitor deletes"):
		must(p.t, "DELETE", p.base+api+"message/"+p.deleted(st), object{"token": p.token, "rid": rid})
		return true
	case says("visitor uploads"):
		return check(p.upload("n.txt", "note"))
	case says("POST livechat/message"):
		return check(p.post("message", object{"token": p.token, "rid": rid, "msg": "by REST"}))
	case says("page.visited"):
		return check(p.post("page.visited", object{"token": p.token, "rid": rid, "pageInfo": object{"change": "url", "title": "T", "location": object{"href": "http://example.com/"}}}))
	case says("visitor renamed"):
		return check(p.post("visitor", object{"visitor": object{"token": p.token, "name": "New Name"}}))
	case says("transcript by REST"):
		return check(p.post("transcript", object{"token": p.token, "rid": rid, "email": "me@example.com"}))
	case says("server gets SIGTERM"):
		p.srv.DropAll()
	case says("terminated without a close frame"):
		_ = c.sock.CloseNow() // that is what the note says
	default:
		return false
	}
	return true
}

// post does a REST call that a note tells of.
func (p *replayer) post(path string, body object) error {
	must(p.t, "POST", p.base+api+path, body)
	return nil
}

// upload sends a text file as the visitor.
func (p *replayer) upload(name, text string) error { return p.form("file", name, text) }

// form sends a text file in a field of a form.
func (p *replayer) form(field, name, text string) error {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="` + field + `"; filename="` + name + `"`}, "Content-Type": {"text/plain"}})
	if err != nil {
		return err
	}
	if _, err := part.Write([]byte(text)); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(deadline(p.t), "POST", p.base+api+"upload/"+p.rid, &b)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("X-Visitor-Token", p.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// recordedMessage is the first message among the frames of a step.
func (p *replayer) recordedMessage(st step) object {
	for _, f := range st.in {
		var d struct {
			Collection string
			Fields     struct{ Args []object }
		}
		if json.Unmarshal([]byte(f.text()), &d) == nil && d.Collection == "stream-room-messages" {
			return d.Fields.Args[0]
		}
	}
	p.t.Fatalf("no message in the step %s", st.act.text())
	return nil
}

// recordedText is the text of the system message of a kind in a step.
func (p *replayer) recordedText(st step, kind string) string {
	for _, f := range st.in {
		var d struct {
			Fields struct{ Args []struct{ T, Msg string } }
		}
		if json.Unmarshal([]byte(f.text()), &d) == nil && len(d.Fields.Args) > 0 && d.Fields.Args[0].T == kind {
			return d.Fields.Args[0].Msg
		}
	}
	return ""
}

// deleted is the live id of the message that a step deletes.
func (p *replayer) deleted(st step) string {
	for _, f := range st.in {
		var d struct {
			Fields struct {
				EventName string
				Args      []object
			}
		}
		if json.Unmarshal([]byte(f.text()), &d) == nil && strings.HasSuffix(d.Fields.EventName, "/deleteMessage") {
			return p.tr.live(d.Fields.Args[0]["_id"].(string))
		}
	}
	p.t.Fatalf("nothing is deleted in the step %s", st.act.text())
	return ""
}
