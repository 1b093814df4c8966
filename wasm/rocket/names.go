package rocket

import "capsule/wasm/ejson"

// Paths of the REST calls a visitor needs (protocol 1). They follow the
// base URL of Rocket.Chat.
const (
	PathInfo         = "/api/info"
	PathConfig       = "/api/v1/livechat/config"
	PathVisitor      = "/api/v1/livechat/visitor"
	PathRoom         = "/api/v1/livechat/room"
	PathRoomClose    = "/api/v1/livechat/room.close"
	PathMessage      = "/api/v1/livechat/message"          // GET, PUT and DELETE: + "/" + id
	PathHistory      = "/api/v1/livechat/messages.history" // + "/" + room
	PathOffline      = "/api/v1/livechat/offline.message"
	PathUpload       = "/api/v1/livechat/upload" // + "/" + room
	PathFile         = "/file-upload"            // + "/" + id + "/" + name
	PathSurvey       = "/api/v1/livechat/room.survey"
	PathTranscript   = "/api/v1/livechat/transcript"
	PathMove         = "/api/v1/livechat/visitor/department.transfer" // since 8
	PathMoveOld      = "/api/v1/livechat/room.transfer"               // before
	PathFields       = "/api/v1/livechat/custom.fields"
	PathPage         = "/api/v1/livechat/page.visited"
	PathStatus       = "/api/v1/livechat/visitor.status"
	PathWebsocket    = "/websocket"
	HeaderToken      = "X-Visitor-Token"
	HeaderFile       = "X-File-Name"                    // between widget and bridge: percent-encoded UTF-8
	CookieWidget     = "rc_is_widget=t; rc_room_type=l" // makes agents see "widget" as the source (protocol 1.4)
	DefaultHistory   = 20
	IDAlphabet       = "23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz"
	IDLength         = 17
	MaxWord          = 5000  // characters of a message left while nobody is there
	MaxText          = 20000 // characters; Rocket.Chat itself often sets no limit
	ReasonNoAgent    = "no-agent-online"
	ReasonRoomClosed = "room-closed"
)

// SurveyComment is the answer of a survey that is free text.
const SurveyComment = "additionalFeedback"

// SurveyItems are the other ones, each from "1" to "5". The third is spelt as
// in Rocket.Chat (protocol 1.5).
func SurveyItems() []string {
	return []string{"satisfaction", "agentKnowledge", "agentResposiveness", "agentFriendliness"}
}

// Streams a visitor may subscribe to (protocol 2.5), each with the name of
// a room as its event; that of StreamNotify has a suffix.
const (
	StreamMessages = "stream-room-messages"
	StreamRoom     = "stream-livechat-room"
	StreamNotify   = "stream-notify-room"

	NotifyActivity = "/user-activity" // typing, since 4.x
	NotifyTyping   = "/typing"        // typing before that
	NotifyDeleted  = "/deleteMessage"
)

// MethodSend is the DDP method by which a visitor sends (protocol 2.6).
// Rocket.Chat 9 no longer has it.
const MethodSend = "sendMessageLivechat"

// ActivityTyping is the activity that means typing.
const ActivityTyping = "user-typing"

// StreamParams are the parameters of a subscription to event with the
// visitor's token, in the one form that every version understands.
func StreamParams(event string, token Token) []ejson.Value {
	extra := ejson.Object(
		ejson.F("token", ejson.String(string(token))),
		ejson.F("visitorToken", ejson.String(string(token))),
	)
	return []ejson.Value{
		ejson.String(event),
		ejson.Object(ejson.F("useCollection", ejson.Bool(false)), ejson.F("args", ejson.List(extra))),
	}
}

// SendParams are the parameters of MethodSend.
func SendParams(id, room, text string, token Token) []ejson.Value {
	return []ejson.Value{ejson.Object(
		ejson.F("_id", ejson.String(id)),
		ejson.F("rid", ejson.String(room)),
		ejson.F("msg", ejson.String(text)),
		ejson.F("token", ejson.String(string(token))),
	)}
}

// TypingParams are the parameters of the method StreamNotify by which a
// visitor named username says that he types or stopped (protocol 2.5);
// old selects the form of servers before 4.x.
func TypingParams(room, username string, typing, old bool, token Token) []ejson.Value {
	extra := ejson.Object(ejson.F("token", ejson.String(string(token))))
	if old {
		return []ejson.Value{ejson.String(room + NotifyTyping), ejson.String(username), ejson.Bool(typing), extra}
	}
	activities := ejson.List()
	if typing {
		activities = ejson.List(ejson.String(ActivityTyping))
	}
	return []ejson.Value{ejson.String(room + NotifyActivity), ejson.String(username), activities, extra}
}
