package standin

import (
	"encoding/json"
)

const offlineFailed = "Error sending Omnichannel offline message"

func postOffline(q *request) (any, error) {
	if err := q.check(text("name"), text("email"), text("message"), maybe("department"), maybe("host")); err != nil {
		return nil, err
	}
	if q.s.opt.Mode == V3 && q.s.set.OfflineForm && q.s.set.ValidateOffline {
		return nil, meteorWith("error-invalid-email-address", "Invalid email address", doc{"method": "livechat:sendOfflineMessage"})
	}
	if !q.s.leaveMessage(q.object()) {
		if q.s.opt.Mode == V3 {
			return nil, answer(400, doc{"message": offlineFailed, "success": false})
		}
		return nil, script(offlineFailed)
	}
	return doc{"message": "Livechat offline message sent"}, nil
}

// leaveMessage stores an offline message, and tells whether it was taken.
func (s *Server) leaveMessage(d doc) bool {
	empty := str(d["email"]) == "" || str(d["message"]) == ""
	if !s.set.OfflineForm || empty && s.since(6) {
		return false
	}
	s.offline = append(s.offline, d)
	return true
}

func postPageVisited(q *request) (any, error) {
	info := field{name: "pageInfo", kind: "object", fields: []field{text("change"), text("title"),
		{name: "location", kind: "object", fields: []field{text("href")}}}}
	if err := q.check(text("token"), maybe("rid"), info); err != nil {
		return nil, err
	}
	d := q.object()
	page := q.s.visited(str(d["token"]), str(d["rid"]), d["pageInfo"].(doc))
	if page == nil {
		return doc{}, nil
	}
	return doc{"page": page}, nil
}

// visited keeps a page visit as a hidden message. The token is not verified.
func (s *Server) visited(token, rid string, info doc) doc {
	if info["change"] != s.set.HistoryMonitor {
		return nil
	}
	location, _ := info["location"].(doc)
	page := doc{"msg": str(info["title"]) + " - " + str(location["href"]),
		"navigation": doc{"page": info, "token": token}}
	if r := s.room(rid); r != nil {
		s.post(r, &message{kind: "livechat_navigation_history", text: str(page["msg"]), hidden: true,
			u: doc{"_id": "rocket.cat", "username": "rocket.cat"}, more: doc{"_hidden": true, "navigation": page["navigation"]}})
	}
	return page
}

var overwriteField = field{name: "overwrite", kind: "boolean"}

func postCustomField(q *request) (any, error) {
	if err := q.check(text("token"), text("key"), text("value"), overwriteField); err != nil {
		return nil, err
	}
	d := q.object()
	v := q.s.visitorByToken(str(d["token"]))
	if v == nil {
		return nil, plain("invalid-token")
	}
	if err := q.s.setField(v, str(d["key"]), str(d["value"]), d["overwrite"] == true); err != nil {
		return nil, err
	}
	return doc{"field": doc{"key": d["key"], "value": d["value"], "overwrite": d["overwrite"]}}, nil
}

func postCustomFields(q *request) (any, error) {
	list := field{name: "customFields", kind: "array", fields: []field{text("key"), text("value"), overwriteField}}
	if err := q.check(text("token"), list); err != nil {
		return nil, err
	}
	d := q.object()
	v := q.s.visitorByToken(str(d["token"]))
	if v == nil {
		return nil, plain("invalid-token")
	}
	out := []any{}
	for _, item := range d["customFields"].([]any) {
		f := item.(doc)
		if err := q.s.setField(v, str(f["key"]), str(f["value"]), f["overwrite"] == true); err != nil {
			return nil, err
		}
		out = append(out, doc{"Key": f["key"], "value": f["value"], "overwrite": f["overwrite"]})
	}
	return doc{"fields": out}, nil
}

func postTranscript(q *request) (any, error) {
	if err := q.check(text("token"), text("rid"), text("email"), maybe("subject")); err != nil {
		return nil, err
	}
	d := q.object()
	v, r, err := q.s.own(str(d["token"]), str(d["rid"]))
	if err != nil {
		if q.s.opt.Mode == V3 {
			return nil, meteor("error-invalid-room", "Invalid room")
		}
		return nil, plain("error-invalid-visitor")
	}
	cat := doc{"_id": "rocket.cat", "username": "rocket.cat", "name": "Rocket.Cat"}
	u := with(cat)
	asker := doc{"_id": v.id, "username": v.username, "token": v.token}
	if q.s.opt.Mode == V3 {
		delete(u, "name")
		put(asker, "name", v.name)
	} else {
		asker["status"] = r.status
		if !v.lastWrote.IsZero() {
			asker["lastMessageTs"] = v.lastWrote
		}
		q.s.activity(asker, v)
	}
	q.s.post(r, &message{kind: "livechat_transcript_history", u: u,
		more: doc{"requestData": doc{"type": "visitor", "visitor": asker, "user": cat}}})
	return doc{"message": "Omnichannel transcript sent"}, nil
}

// postCallAnon runs a DDP method for somebody without a connection.
func postCallAnon(q *request) (any, error) {
	var in struct {
		ID     string `json:"id"`
		Method string `json:"method"`
		Params []any  `json:"params"`
	}
	if err := json.Unmarshal([]byte(str(q.object()["message"])), &in); err != nil {
		return nil, meteor("error-invalid-params", "Invalid params")
	}
	out := doc{"msg": "result", "id": in.ID}
	v, err := q.s.call(&conn{s: q.s, host: q.r.Host, limits: map[string]*window{}}, q.path["method"], in.Params)
	switch {
	case err != nil:
		out["error"] = err.(*problem).ddp()
	case v != nil:
		out["result"] = v
	}
	return doc{"message": string(ddpText(out))}, nil
}
