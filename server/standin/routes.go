package standin

import "net/http"

// v1 is the root of most routes.
const v1 = "api/v1/livechat/"

const (
	get  = http.MethodGet
	post = http.MethodPost
	del  = http.MethodDelete
)

// routes are the endpoints a visitor or a widget may try, those included that
// answer nothing but "log in".
var routes = []route{
	{method: get, path: "api/info", handle: getInfo},
	{method: get, path: "api/v1/info", until: 6, handle: getInfoV1},

	{method: get, path: v1 + "config", handle: getConfig},
	{method: post, path: v1 + "visitor", limit: perMinute(5), handle: postVisitor},
	{method: get, path: v1 + "visitor/:token", handle: getVisitor},
	{method: del, path: v1 + "visitor/:token", limit: rate{calls: 5, ms: 60000, since: 8}, uncaught: true, handle: deleteVisitor},
	{method: post, path: v1 + "visitor.status", handle: postVisitorStatus},
	{method: post, path: v1 + "visitor.callStatus", since: 6, until: 8, handle: postCallStatus},

	{method: get, path: v1 + "room", limit: perMinute(5), handle: getRoom},
	{method: post, path: v1 + "room.close", handle: postRoomClose},
	{method: post, path: v1 + "room.transfer", until: 8, handle: postRoomTransfer},
	{method: post, path: v1 + "visitor/department.transfer", since: 8, handle: postDepartmentTransfer},
	{method: post, path: v1 + "room.survey", handle: postSurvey},

	{method: post, path: v1 + "message", handle: postMessage},
	{method: get, path: v1 + "message/:id", handle: getMessage},
	{method: http.MethodPut, path: v1 + "message/:id", handle: putMessage},
	{method: del, path: v1 + "message/:id", handle: deleteMessage},
	{method: get, path: v1 + "messages.history/:rid", handle: getHistory},
	{method: post, path: v1 + "upload/:rid", uncaught: true, handle: postUpload},

	{method: post, path: v1 + "offline.message", limit: rate{calls: 1, ms: 5000, since: 8}, handle: postOffline},
	{method: post, path: v1 + "page.visited", handle: postPageVisited},
	{method: post, path: v1 + "custom.field", handle: postCustomField},
	{method: post, path: v1 + "custom.fields", uncaught: true, handle: postCustomFields},
	{method: post, path: v1 + "transcript", limit: rate{calls: 5, ms: 60000, since: 8}, handle: postTranscript},
	{method: get, path: v1 + "agent.info/:rid/:token", handle: getAgentInfo},
	{method: get, path: v1 + "agent.next/:token", handle: getAgentNext},
	{method: get, path: v1 + "video.call/:token", until: 6, handle: func(*request) (any, error) { return nil, bare() }},

	{method: post, path: "api/v1/method.callAnon/:method", handle: postCallAnon},

	{method: get, path: v1 + "visitor/:token/room", login: true},
	{method: post, path: v1 + "messages", login: true},
	{method: post, path: v1 + "room.forward", login: true},
	{method: get, path: v1 + "department", login: true},
	{method: get, path: v1 + "rooms", login: true},
	{method: get, path: v1 + "triggers", login: true},
	{method: get, path: v1 + "webrtc.call", until: 8, login: true},
	{method: get, path: v1 + "config/routing", login: true},
}

func getInfo(q *request) (any, error) {
	d := doc{"version": q.s.opt.Mode.String()}
	if q.s.since(6) {
		d["minimumClientVersions"] = doc{"desktop": "3.9.6", "mobile": "4.39.0"}
		d["cloudWorkspaceId"] = ""
	}
	return d, nil
}

func getInfoV1(q *request) (any, error) {
	return doc{"info": doc{"version": q.s.opt.Mode.String()}}, nil
}

func getConfig(q *request) (any, error) {
	fields := []field{maybe("token"), maybe("department")}
	if q.s.since(6) {
		fields = append(fields, maybe("businessUnit"))
	}
	if err := q.checkQuery(fields...); err != nil {
		return nil, err
	}
	dep := str(q.query["department"])
	if d := q.s.department(dep); d != nil {
		dep = d.ID
	}
	return doc{"config": q.s.config(q.r, str(q.query["token"]), dep)}, nil
}
