package bridge_test

import (
	"fmt"
	"strings"
)

var badIDs = []string{
	"", " ", "a b", "a/b", "../x", "a.b", "$ne", "{}", "[object Object]", "a\x00", "a\n", "é", "a%20b", "a?b", "a#b", "a;b", "a:b",
	"<x>", "'", `"`, "\\", "a@b", strings.Repeat("x", 129), "\u202eabc", "a,b", "*", "a+b", "~", "(x)",
}

func hostileIDs() (all []hostile) {
	for _, bad := range badIDs {
		quoted, escaped := strings.Trim(quote(bad), `"`), escape(bad)
		add := func(what, method, target, body string, header ...string) {
			all = append(all, asking(fmt.Sprintf("%s %.20q", what, bad), method, target, body, header...))
		}
		add("room to close", "POST", "/v1/room/close", `{"room":"`+quoted+`"}`)
		add("room of a line", "POST", "/v1/messages", `{"id":"`+id+`","room":"`+quoted+`","text":"x"}`)
		add("id of a line", "POST", "/v1/messages", `{"id":"`+quoted+`","room":"`+room+`","text":"x"}`)
		add("room of a history", "GET", "/v1/messages?room="+escaped, "")
		add("room of a look-up", "GET", "/v1/messages/"+id+"?room="+escaped, "")
		if bad != "" { // else it is another route
			add("id of a look-up", "GET", "/v1/messages/"+escaped+"?room="+room, "")
			add("room of a page", "POST", "/v1/visitor/page", `{"url":"`+site+`/","room":"`+quoted+`"}`)
		}
		add("room to leave the department", "POST", "/v1/room/department", `{"room":"`+quoted+`","department":"dHelp"}`)
		add("room of a survey", "POST", "/v1/room/survey", `{"room":"`+quoted+`","answers":[{"key":"satisfaction","value":"5"}]}`)
		add("room of a transcript", "POST", "/v1/room/transcript", `{"room":"`+quoted+`","email":"ann@example.com"}`)
		add("room of an upload", "POST", "/v1/room/files?room="+escaped, picture, fileHeader...)
		add("room of a file", "GET", "/v1/room/files?room="+escaped+"&id="+fileID+"&name=cat.png", "")
		add("id of a file", "GET", "/v1/room/files?room="+room+"&id="+escaped+"&name=cat.png", "")
		add("name of a field", "POST", "/v1/visitor/fields", `{"fields":[{"key":"`+quoted+`","value":"x"}]}`)
		add("question of a survey", "POST", "/v1/room/survey", `{"room":"`+room+`","answers":[{"key":"`+quoted+`","value":"5"}]}`)
		add("answer of a survey", "POST", "/v1/room/survey", `{"room":"`+room+`","answers":[{"key":"satisfaction","value":"`+quoted+`"}]}`)
	}
	return all
}

func hostileQueries() (all []hostile) {
	good := "room=" + room
	for _, q := range []string{
		"", "room", "room=", "room[$ne]=" + room, "room[]=" + room, "room=" + room + "&room=" + room, "Room=" + room, "rid=" + room,
		good + "&token=" + token, good + "&token[$ne]=x", good + "&offset=5", good + "&sort={}", good + "&query={}", good + "&fields={}",
		good + "&limit=0", good + "&limit=-1", good + "&limit=101", good + "&limit=1e3", good + "&limit=x", good + "&limit[$gt]=1", good + "&limit=20&limit=20",
		good + "&before=yesterday", good + "&before=1", good + "&before=2026-01-31", good + "&before=2026-13-31T00:00:00Z", good + "&before[$lt]=x",
		good + "&before=9999999-01-31T00:00:00Z", good + "&searchText=.*", good + "&ls=x", good + "&_=1", good + ";limit=5", good + "&%zz=1", good + "&%ff=1", good + "&limit=%00",
		"room=" + room + "%00", "room=" + room + "%0d%0aX:y", "room=" + room + "/../../users.list", "room=.." + room, good + "&$where=1", good + "&__proto__=x",
	} {
		all = append(all, asking("history ?"+q, "GET", "/v1/messages?"+q, ""))
	}
	for _, q := range []string{"token=" + token, "department=x&department=y", "department[$ne]=x", "businessUnit=x", "department=%ff", "x"} {
		all = append(all, asking("config ?"+q, "GET", "/v1/config?"+q, ""))
	}
	for _, q := range []string{
		"", "room", good + "&" + good, "room[]=" + room, "room[$ne]=x", "rid=" + room, good + "&token=" + token, good + "&msg=x", good + "&description=x",
		good + "&name=x", good + ";x", good + "&%ff=1", good + "%00", good + "%0d%0aX:y", good + "/../other", "room=%2e%2e", "Room=" + room,
	} {
		all = append(all, asking("upload ?"+q, "POST", "/v1/room/files?"+q, picture, fileHeader...))
	}
	file := good + "&id=" + fileID
	for _, q := range []string{
		good, file, file + "&name=", file + "&name=.", file + "&name=..", file + "&name=../x", file + "&name=..%2f..%2fapi%2fv1%2fusers.list", file + "&name=a%2fb",
		file + "&name=a%5cb", file + "&name=%00", file + "&name=a%0d%0aX:y", file + "&name=%e2%80%aefdp.exe", file + "&name=%ff", file + "&name=x&name=y",
		file + "&name[]=x", file + "&name[$ne]=x", file + "&name=x&rc_token=" + token, file + "&name=x&rc_rid=other", file + "&name=x&token=" + token,
		file + "&name=x&url=http://169.254.169.254/", file + "&name=x&host=evil.example", file + "&name=x&download", file + "&name=" + strings.Repeat("x", 256),
		good + "&id=..&name=x", good + "&id=a/b&name=x", good + "&id=http:%2f%2fevil.example&name=x", good + "&id=%2e%2e&name=x", good + "&id[$ne]=x&name=x", good + "&name=x",
		"id=" + fileID + "&name=x",
	} {
		all = append(all, asking("file ?"+q, "GET", "/v1/room/files?"+q, ""))
	}
	for _, p := range posts {
		if p.path != "/v1/room/survey" || p.member == "room" {
			all = append(all, asking("a query on "+p.path+" with "+p.member, "POST", p.path+"?rid="+room, `{}`))
		}
	}
	return all
}

func hostilePaths() (all []hostile) {
	for _, path := range []string{
		"/v1/", "/v1//config", "/v1/config/", "/v1/config/x.css", "/v1/config;x", "/v1/./config", "/v1/../v1/config", "/v1/%63onfig", "/v1/Config",
		"/v1/config%00", "/v1/config%2f..", "/v1/room/close/", "/v1/messages/", "/v1/messages/../config", "/v1/messages/..%2fconfig", "/v1/messages/%2e%2e",
		"/v1/messages/..;/users.list", "/v1/messages/" + id + "/x", "/v1/messages//" + id, "/v1/messages/" + id + "%2fx", "/v1/messages/@evil.example",
		"/v1/messages/http:%2f%2fevil.example", "/v1/messages/\\evil", "/v1/api/v1/users.list", "/v1/livechat/config", "/v1/visitors.info", "/v1/sms-incoming",
		"/v1/room/files/", "/v1/room/files/../close", "/v1/room/files/" + fileID + "/cat.png", "/v1/room/%66iles", "/v1/room/files%2f" + fileID, "/v1/room//files",
		"/v1/file-upload/" + fileID + "/cat.png", "/file-upload/" + fileID + "/cat.png", "/v1/room/survey", "/v1/room/transcript", "/v1/visitor/forget", "/v1/visitor/" + token,
		"/v1/room/upload", "/v1/upload/" + room, "/v1/..;/room/files", "/v1/visitor/fields/..", "/v1/room/files/..%2f..%2f..%2fapi/info", "/v1/room/files\\x", "/v1/room/.%2e/files",
	} {
		all = append(all, asking("GET "+path, "GET", path, ""))
	}
	for _, path := range []string{"/v1/config", "/v1/room/files", "/v1/visitor/forget", "/v1/room/survey"} {
		for _, method := range []string{"PUT", "DELETE", "PATCH", "HEAD", "TRACE", "CONNECT", "post", "BREW"} {
			all = append(all, asking(method+" "+path, method, path, ""))
		}
	}
	return append(all, asking("GET /v1/room", "GET", "/v1/room", ""), asking("POST /v1/config", "POST", "/v1/config", ""))
}
