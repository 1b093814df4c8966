package model

import (
	"strconv"
	"time"
)

const (
	streamMessages = "stream-room-messages"
	streamRoom     = "stream-livechat-room"
	streamNotify   = "stream-notify-room"
)

// epoch0 is when every schedule begins, in milliseconds.
const epoch0 = 1769853600000

func changed(stream, event, arg string) string {
	return `{"msg":"changed","collection":"` + stream + `","id":"id","fields":{"eventName":"` + event + `","args":[` + arg + `]}}`
}

func agentJSON(id string) string {
	return `{"_id":"` + id + `","username":"agent-` + id + `","name":"Agent ` + id + `","status":"online"}`
}

// json is a message as DDP or REST has it.
func (m *message) json(ddp bool) string {
	form := &m.rest
	if ddp {
		form = &m.ddp
	}
	if form.of != m.updated {
		*form = written{m.updated, m.write(ddp)}
	}
	return form.text
}

func (m *message) write(ddp bool) string {
	b := make([]byte, 0, 256)
	b = append(b, `{"_id":"`...)
	b = append(b, m.id...)
	b = append(b, `","rid":"`...)
	b = append(b, m.rid...)
	b = append(b, `","msg":"`...)
	b = append(b, m.text...)
	if m.kind != "" {
		b = append(b, `","t":"`...)
		b = append(b, m.kind...)
	}
	if m.token != "" && ddp {
		b = append(b, `","token":"`...)
		b = append(b, m.token...)
	}
	b = append(b, `","u":{"_id":"`...)
	b = append(b, m.from...)
	b = append(b, `","username":"user-`...)
	b = append(b, m.from...)
	b = append(b, `"},"ts":`...)
	b = appendTime(b, m.ts, ddp)
	b = append(b, `,"_updatedAt":`...)
	b = appendTime(b, m.updated, ddp)
	return string(append(b, '}'))
}

func appendTime(b []byte, ms int64, ddp bool) []byte {
	if ddp {
		b = append(b, `{"$date":`...)
		b = strconv.AppendInt(b, ms, 10)
		return append(b, '}')
	}
	b = append(b, '"')
	b = time.UnixMilli(ms).UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	return append(b, '"')
}
