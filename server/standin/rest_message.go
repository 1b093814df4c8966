package standin

import "strconv"

var agentField = field{name: "agent", optional: true, kind: "object", fields: []field{text("agentId"), text("username")}}

func postMessage(q *request) (any, error) {
	if err := q.check(maybe("_id"), text("token"), text("rid"), text("msg"), agentField); err != nil {
		return nil, err
	}
	d := q.object()
	v, r, err := q.s.own(str(d["token"]), str(d["rid"]))
	if err != nil {
		return nil, err
	}
	if !r.open {
		return nil, plain("room-closed")
	}
	if q.s.tooLong(str(d["msg"])) {
		return nil, plain("message-length-exceeds-character-limit")
	}
	m, err := q.s.write(v, r, str(d["_id"]), str(d["msg"]), nil)
	if err != nil {
		return nil, err
	}
	return doc{"message": m.doc()}, nil
}

// message finds the one that a call names.
func (q *request) message(d doc) (*visitor, *room, *message, error) {
	v, r, err := q.s.own(str(d["token"]), str(d["rid"]))
	if err != nil {
		return nil, nil, nil, err
	}
	m := q.s.messages[q.path["id"]]
	if m == nil || m.rid != r.id {
		return nil, nil, nil, plain("invalid-message")
	}
	return v, r, m, nil
}

func getMessage(q *request) (any, error) {
	if err := q.checkQuery(text("token"), text("rid")); err != nil {
		return nil, err
	}
	_, _, m, err := q.message(q.query)
	if err != nil {
		return nil, err
	}
	return doc{"message": m.doc()}, nil
}

func putMessage(q *request) (any, error) {
	if err := q.check(text("token"), text("rid"), text("msg")); err != nil {
		return nil, err
	}
	v, r, m, err := q.message(q.object())
	if err != nil {
		return nil, err
	}
	if !q.s.set.AllowEditing || m.u["_id"] != v.id {
		return nil, q.notAllowed("Message editing not allowed", "livechatUpdateMessage")
	}
	q.s.edit(r, m, doc{"_id": v.id, "username": v.username}, str(q.object()["msg"]))
	return doc{"message": m.doc()}, nil
}

func deleteMessage(q *request) (any, error) {
	if err := q.check(text("token"), text("rid")); err != nil {
		return nil, err
	}
	v, r, m, err := q.message(q.object())
	if err != nil {
		return nil, err
	}
	if m.u["_id"] != v.id {
		return nil, q.notAllowed("Message deleting not allowed", "livechatDeleteMessage")
	}
	q.s.remove(r, m)
	return doc{"message": doc{"_id": m.id, "ts": q.s.tick()}}, nil
}

func (q *request) notAllowed(reason, method string) error {
	if q.s.opt.Mode == V3 {
		return meteorWith("error-action-not-allowed", reason, doc{"method": method})
	}
	return plain("error-action-not-allowed")
}

func getHistory(q *request) (any, error) {
	if q.s.opt.Mode == V3 {
		if q.query["token"] == nil {
			return nil, meteor("error-token-param-not-provided", `The required "token" query param is missing.`)
		}
	} else if err := q.checkQuery(text("token"), maybe("ls"), maybe("end"), maybe("limit"), maybe("offset"),
		maybe("count"), maybe("sort"), maybe("searchText"), maybe("query"), maybe("fields")); err != nil {
		return nil, err
	}
	_, r, err := q.s.own(str(q.query["token"]), q.path["rid"])
	if err != nil {
		return nil, err
	}
	limit, offset := 20, 0
	if n, err := strconv.Atoi(str(q.query["limit"])); err == nil && n > 0 {
		limit = n
	}
	// 3.x takes offset and ignores it.
	if n, err := strconv.Atoi(str(q.query["offset"])); err == nil && n > 0 && q.s.since(6) {
		offset = n
	}
	end, _ := timeOf(q.query["end"])
	list := q.s.history(r, end, offset, limit)
	for _, m := range list {
		q.publicFile(m.(doc))
	}
	return doc{"messages": list}, nil
}
