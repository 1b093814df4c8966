package bridge_test

import "strings"

// What Rocket.Chat and whatever sits before it may say instead of yes, and
// what a client is told of it. Recordings rest-*.json, protocol 1.1 and 00.11.
var answers = []struct {
	name         string
	status       int
	mime, body   string
	wantCode     int
	want         string
	header       string // X-Ratelimit-Reset, in milliseconds from now
	ownAnswerFor string // routes of which this is told in another way
}{
	{"plain code", 400, "application/json", `{"success":false,"error":"invalid-token"}`, 401, `{"error":"invalid-token"}`, "", ""},
	{"code in brackets", 400, "application/json", `{"success":false,"error":"[invalid-token]","errorType":"invalid-token"}`, 401, `{"error":"invalid-token"}`, "", ""},
	{"reason and code", 400, "application/json; charset=utf-8", `{"success":false,"error":"Token is sEcReT [invalid-token]"}`, 401, `{"error":"invalid-token"}`, "", ""},
	{"3.x", 400, "application/json", `{"isClientSafe":true,"error":"invalid-token","message":"[invalid-token]","errorType":"Meteor.Error","success":false}`, 401, `{"error":"invalid-token"}`, "", ""},
	{"3.x with reason", 400, "application/json", `{"isClientSafe":true,"error":"no-agent-online","reason":"Sorry, no online agents","message":"x","errorType":"Meteor.Error","success":false}`, 409, `{"error":"refused","reason":"no-agent-online"}`, "", ""},
	{"no agent", 400, "application/json", `{"success":false,"error":"Sorry, no online agents [no-agent-online]","errorType":"no-agent-online","details":{"sEcReT":1}}`, 409, `{"error":"refused","reason":"no-agent-online"}`, "", ""},
	{"room closed", 400, "application/json", `{"success":false,"error":"room-closed"}`, 409, `{"error":"refused","reason":"room-closed"}`, "", ""},
	{"room unknown", 400, "application/json", `{"success":false,"error":"invalid-room"}`, 409, `{"error":"refused","reason":"invalid-room"}`, "", ""},
	{"room of another", 400, "application/json", `{"success":false,"error":"[cannot-access-room]","errorType":"cannot-access-room"}`, 409, `{"error":"refused","reason":"invalid-room"}`, "", ""},
	{"too long", 400, "application/json", `{"success":false,"error":"message-length-exceeds-character-limit"}`, 409, `{"error":"refused","reason":"too-long"}`, "", ""},
	{"blocked", 400, "application/json", `{"success":false,"error":"error-contact-channel-blocked"}`, 409, `{"error":"refused","reason":"blocked"}`, "", ""},
	{"livechat is off", 400, "application/json", `{"success":false,"error":"[error-omnichannel-is-disabled]"}`, 409, `{"error":"refused","reason":"disabled"}`, "", ""},
	{"closing is off", 400, "application/json", `{"success":false,"error":"error-not-allowed-to-close-conversation"}`, 409, `{"error":"refused","reason":"disabled"}`, "", ""},
	{"bad e-mail", 400, "application/json", `{"success":false,"error":"Invalid email sEcReT@example.com [error-invalid-email]","errorType":"error-invalid-email"}`, 409, `{"error":"refused","reason":"invalid-email"}`, "", ""},
	{"bad department", 400, "application/json", `{"success":false,"error":"The provided department is invalid [error-invalid-department]","errorType":"error-invalid-department"}`, 409, `{"error":"refused","reason":"invalid-department"}`, "", ""},
	{"403 with a code we know", 403, "application/json", `{"success":false,"error":"invalid-token"}`, 401, `{"error":"invalid-token"}`, "", ""},
	{"200 but no success", 200, "application/json", `{"success":false,"error":"room-closed"}`, 409, `{"error":"refused","reason":"room-closed"}`, "", ""},
	{"schema", 400, "application/json", `{"success":false,"errorType":"invalid-params","error":"must have sEcReT"}`, 409, `{"error":"refused","reason":"other"}`, "", "send"},
	{"old schema", 400, "application/json", `{"success":false,"error":"Match error: Expected string, got sEcReT"}`, 409, `{"error":"refused","reason":"other"}`, "", "send"},
	{"failure without a word", 400, "application/json", `{"success":false}`, 409, `{"error":"refused","reason":"other"}`, "", "send"},
	{"a programmer's error", 400, "application/json", `{"success":false,"error":"Cannot convert undefined or null to object"}`, 409, `{"error":"refused","reason":"other"}`, "", "send"},
	{"too many, said in the text", 429, "application/json", `{"success":false,"error":"Error, too many requests. Please slow down. You must wait 42 seconds before trying this endpoint again. [error-too-many-requests]"}`, 429, `{"error":"rate-limited","retryAfter":42}`, "", ""},
	{"too many, said in the header", 429, "application/json", `{"success":false,"error":"You must wait 42 seconds"}`, 429, `{"error":"rate-limited","retryAfter":17}`, "17000", ""},
	{"too many, without a word", 429, "text/html", `<h1>429</h1>`, 429, `{"error":"rate-limited","retryAfter":60}`, "", ""},
	{"too many, as a 400", 400, "application/json", `{"success":false,"error":"wait 7 seconds [error-too-many-requests]"}`, 429, `{"error":"rate-limited","retryAfter":7}`, "", ""},
	{"a wait of years", 429, "application/json", `{"success":false}`, 429, `{"error":"rate-limited","retryAfter":120}`, "99999999999", ""},
	{"a web page", 200, "text/html", `<!DOCTYPE html>sEcReT`, 502, `{"error":"upstream"}`, "", ""},
	{"a web page said to be JSON", 200, "application/json", `<!DOCTYPE html>sEcReT`, 502, `{"error":"upstream"}`, "", ""},
	{"JSON said to be a web page", 200, "text/html", `{"success":true,"sEcReT":1}`, 502, `{"error":"upstream"}`, "", ""},
	{"no type", 200, "", `{"success":true}`, 502, `{"error":"upstream"}`, "", ""},
	{"nothing", 200, "application/json", ``, 502, `{"error":"upstream"}`, "", ""},
	{"null", 200, "application/json", `null`, 502, `{"error":"upstream"}`, "", ""},
	{"a list", 200, "application/json", `[]`, 502, `{"error":"upstream"}`, "", ""},
	{"half an answer", 200, "application/json", `{"success":tr`, 502, `{"error":"upstream"}`, "", ""},
	{"a very deep answer", 200, "application/json", strings.Repeat("[", 100_000), 502, `{"error":"upstream"}`, "", ""},
	{"success and nothing else", 200, "application/json", `{"success":true}`, 502, `{"error":"upstream"}`, "", "send close offline survey transcript move fields page status forget upload"},
	{"success with everything of the wrong kind", 200, "application/json", `{"config":[],"visitor":"x","room":7,"_id":{},"messages":{"0":1},"message":[1],"success":true}`, 502, `{"error":"upstream"}`, "", "send close offline survey transcript move fields page status forget upload"},
	{"a page not found", 404, "text/plain", `404 Not Found`, 502, `{"error":"upstream"}`, "", ""},
	{"not found", 404, "application/json", `{"success":false,"error":"Resource not found"}`, 502, `{"error":"upstream"}`, "", ""},
	{"login wanted", 401, "application/json", `{"status":"error","message":"You must be logged in to do this."}`, 502, `{"error":"upstream"}`, "", ""},
	{"forbidden", 403, "application/json", `{"success":false,"error":"unauthorized"}`, 502, `{"error":"upstream"}`, "", "upload"},
	{"our own room is open", 400, "application/json", `{"success":false,"error":"Cannot remove visitors with opened rooms [visitor-has-open-rooms]","errorType":"visitor-has-open-rooms"}`, 409, `{"error":"refused","reason":"room-open"}`, "", ""},
	{"files are off", 400, "application/json", `{"reason":"error-file-upload-disabled","success":false}`, 409, `{"error":"refused","reason":"disabled"}`, "", ""},
	{"a type nobody wants", 400, "application/json", `{"reason":"error-type-not-allowed","success":false}`, 409, `{"error":"refused","reason":"file-type"}`, "", ""},
	{"a file too large for 8.x", 400, "application/json", `{"success":false,"error":"File size exceeds the allowed limit [error-file-too-large]","errorType":"error-file-too-large"}`, 413, `{"error":"refused","reason":"too-large"}`, "", ""},
	{"a file too large for 3.x", 400, "application/json", `{"reason":"error-size-not-allowed","sizeAllowed":"100 B","success":false}`, 413, `{"error":"refused","reason":"too-large"}`, "", ""},
	{"no such field", 400, "application/json", `{"success":false,"error":"invalid-custom-field"}`, 409, `{"error":"refused","reason":"invalid-field"}`, "", ""},
	{"the room of a transcript is another's", 400, "application/json", `{"success":false,"error":"error-invalid-visitor"}`, 409, `{"error":"refused","reason":"invalid-room"}`, "", ""},
	{"the same department", 400, "application/json", `{"success":false,"error":"error-forwarding-chat-same-department"}`, 409, `{"error":"refused","reason":"invalid-department"}`, "", ""},
	{"no such endpoint", 405, "application/json", `{"status":"error","message":"API endpoint does not exist"}`, 502, `{"error":"upstream"}`, "", ""},
	{"too large for the proxy", 413, "text/html", `<h1>413 Request Entity Too Large</h1>`, 502, `{"error":"upstream"}`, "", "upload"},
	{"an error of the server", 500, "application/json", `{"success":false,"error":"Internal server error"}`, 502, `{"error":"upstream"}`, "", ""},
	{"an error with a code we know", 500, "application/json", `{"success":false,"error":"invalid-token"}`, 502, `{"error":"upstream"}`, "", ""},
	{"a proxy without a server", 502, "text/html", `<h1>502 Bad Gateway</h1>sEcReT`, 502, `{"error":"upstream"}`, "", ""},
	{"moved", 301, "text/html", ``, 502, `{"error":"upstream"}`, "", ""},
	{"found elsewhere", 302, "application/json", `{"success":true,"sEcReT":1}`, 502, `{"error":"upstream"}`, "", ""},
	{"sent elsewhere, with its body", 307, "application/json", `{"success":true}`, 502, `{"error":"upstream"}`, "", ""},
	{"sent elsewhere for good", 308, "text/html", ``, 502, `{"error":"upstream"}`, "", ""},
	{"no content", 204, "", ``, 502, `{"error":"upstream"}`, "", ""},
	{"not modified", 304, "", ``, 502, `{"error":"upstream"}`, "", ""},
	{"a teapot", 418, "application/json", `{"success":true,"sEcReT":1}`, 502, `{"error":"upstream"}`, "", ""},
	{"a status of its own", 999, "application/json", `{"success":true}`, 502, `{"error":"upstream"}`, "", ""},
}
