// Package bridge carries the few REST calls a visitor's widget needs to
// Rocket.Chat, because a browser on another site may not make them itself.
//
// The rule of the package is typed in, typed out. A request is read into a
// struct of strings with limits, every call to Rocket.Chat is built from
// scratch out of those, and every answer is read into the types of package
// rocket and written again field by field. No path, query, header or text
// passes through by itself in either direction, so there is nothing to smuggle
// things in, and what Rocket.Chat says beyond its contract stays here.
//
// A visitor's token comes in the header X-Visitor-Token and nowhere else. It
// is never logged; Rocket.Chat wants it in URLs, so those are never logged
// either.
//
// # Routes
//
// Members of a body are strings; pairs is a list of {"key","value"}. A
// question mark means optional. All but the files are JSON in both directions.
// Besides the errors named, every route may answer bad-request (400),
// invalid-token (401), forbidden-origin (403), rate-limited (429), upstream
// (502), unavailable (503, 504) and refused (409) with the reason other. Errors
// named are further reasons of refused (too-large is 413), or not-found (404).
//
//	GET  /v1/config?department=          {config, server}
//	POST /v1/session                     {department?, identity?}
//	                                     -> {config, server, token?, visitor?, room?, agent?, ticket?, card?}
//	                                     invalid-identity
//	POST /v1/visitor                (3)  {name?, email?, phone?, department?, card?} -> {visitor}
//	                                     invalid-email, invalid-department
//	POST /v1/visitor/fields              {fields: pairs} -> {}                    invalid-field
//	POST /v1/visitor/page                {url, title?, room?} -> {}               invalid-room
//	POST /v1/visitor/status              {status: online or away} -> {}
//	POST /v1/visitor/forget              {} -> {}                                 room-open
//	POST /v1/room                        {} -> {room, new}
//	                                     no-agent-online, blocked, disabled
//	POST /v1/room/close                  {room} -> {}                             room-closed, invalid-room, disabled
//	POST /v1/room/department             {room, department} -> {}
//	                                     invalid-department, no-agent-online, invalid-room, room-closed, disabled
//	POST /v1/room/survey            (1)  {room, answers: pairs} -> {}             invalid-room
//	POST /v1/room/transcript        (1)  {room, email} -> {}                      invalid-email, invalid-room, disabled
//	POST /v1/room/files?room=    (2, 3)  the file -> {message?}
//	                                     too-large, file-type, invalid-room, disabled
//	GET  /v1/room/files?room=&id=&name=  the file                                 too-large, not-found
//	GET  /v1/messages?room=&before=&limit=  {messages}                            invalid-room
//	GET  /v1/messages/{id}?room=         {message}                                not-found, invalid-room
//	POST /v1/messages                    {id, room, text} -> {message}
//	                                     room-closed, invalid-room, too-long
//	POST /v1/offline             (1, 3)  {email, text, name?, department?} -> {}
//	                                     invalid-email, invalid-department, too-long
//
// (1) Done once: who asks for the same within ten minutes of its success, or
// while it is under way, gets the same answer, and Rocket.Chat is not asked
// again.
//
// (2) With Content-Type: application/octet-stream, a Content-Length and the
// percent-encoded name in X-File-Name. Nobody repeats an upload whose answer
// was lost: Rocket.Chat would make a second message of it.
//
// (3) Where tickets are asked for, ticket-required (428) carries the puzzle,
// whose solution comes in the header of package puzzle.
package bridge
