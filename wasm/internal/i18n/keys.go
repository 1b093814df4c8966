package i18n

// The panel and its header.
const (
	Title        Key = "title"        // when neither agent nor team has a name
	Dialog       Key = "dialog"       // the panel, to a screen reader
	Conversation Key = "conversation" // the list of lines, likewise
	Close        Key = "close"
	End          Key = "end"
	EndAsk       Key = "end.ask"
	EndYes       Key = "end.yes"
	EndNo        Key = "end.no"
	Agent        Key = "agent" // one whose name is not told
	You          Key = "you"
)

// The line below the name in the header.
const (
	StatusOnline  Key = "status.online"
	StatusAway    Key = "status.away"
	StatusBusy    Key = "status.busy"
	StatusOffline Key = "status.offline"
	StatusTeam    Key = "status.team"    // somebody is there
	StatusClosed  Key = "status.closed"  // nobody is there
	StatusWaiting Key = "status.waiting" // nobody has taken the conversation yet
	StatusSpot    Key = "status.spot"    // {n}: place in the queue
	StatusEnded   Key = "status.ended"
	StatusLoading Key = "status.loading"
)

// The launcher.
const (
	LauncherOpen   Key = "launcher.open"
	LauncherClose  Key = "launcher.close"
	LauncherUnread Key = "launcher.unread" // by number
)

// The conversation.
const (
	WelcomeTitle   Key = "welcome.title"
	WelcomeText    Key = "welcome.text"
	Today          Key = "today"
	Yesterday      Key = "yesterday"
	Unread         Key = "unread" // by number
	Latest         Key = "latest"
	Edited         Key = "edited"
	File           Key = "file" // one without a name
	FileFailed     Key = "file.failed"
	TypingOne      Key = "typing.one"
	TypingMany     Key = "typing.many"
	LineStarted    Key = "line.started"
	LineJoined     Key = "line.joined"
	LineLeft       Key = "line.left"
	LineMovedAgent Key = "line.moved.agent"
	LineMovedTeam  Key = "line.moved.team"
	LineMoved      Key = "line.moved"
	LineQueued     Key = "line.queued"
	LineClosed     Key = "line.closed"
	LineRemoved    Key = "line.removed"
	LineVideo      Key = "line.video"
)

// The visitor's own lines.
const (
	Queued  Key = "delivery.queued"
	Sending Key = "delivery.sending"
	Unknown Key = "delivery.unknown"
	Sent    Key = "delivery.sent"
	NotSent Key = "delivery.notsent"

	WhyNone    Key = "why.none"
	WhyClosed  Key = "why.closed"
	WhyTooLong Key = "why.too-long"
	WhyBlocked Key = "why.blocked"
	WhyNoAgent Key = "why.no-agent"
	WhyRefused Key = "why.refused"
	WhyOld     Key = "why.old"

	Retry    Key = "retry"
	RetryNew Key = "retry.new" // when the conversation is over
	Discard  Key = "discard"
	Copy     Key = "copy"
	Copied   Key = "copied"
)

// The composer.
const (
	Write        Key = "write"
	WriteTo      Key = "write.to" // {name}
	WriteLoading Key = "write.loading"
	WriteBlocked Key = "write.blocked"
	Send         Key = "send"
	Limit        Key = "limit" // {n}: characters
)

// The end of a conversation.
const (
	EndedTitle Key = "ended.title"
	EndedText  Key = "ended.text"
	Renew      Key = "renew"
	Expired    Key = "expired"
)

// The form before a conversation.
const (
	FormTitle         Key = "form.title"
	FormIntro         Key = "form.intro"
	FormName          Key = "form.name"
	FormEmail         Key = "form.email"
	FormDepartment    Key = "form.department"
	FormAny           Key = "form.any" // no department in particular
	FormMessage       Key = "form.message"
	FormOptional      Key = "form.optional"
	FormStart         Key = "form.start"
	FormNameMissing   Key = "form.name.missing"
	FormEmailMissing  Key = "form.email.missing"
	FormEmailBad      Key = "form.email.bad"
	FormTextMissing   Key = "form.text.missing"
	FormDepartmentBad Key = "form.department.bad"
)

// The form while nobody is there.
const (
	OfflineTitle       Key = "offline.title"
	OfflineIntro       Key = "offline.intro"
	OfflineMessage     Key = "offline.message"
	OfflineSend        Key = "offline.send"
	OfflineSending     Key = "offline.sending"
	OfflineSentTitle   Key = "offline.sent.title"
	OfflineSentText    Key = "offline.sent.text"
	OfflineFailed      Key = "offline.failed"
	OfflineUnavailable Key = "offline.unavailable"
)

// Trouble, and the banner that tells about it.
const (
	TryNow           Key = "try"
	Lost             Key = "lost"
	LostDialing      Key = "lost.dialing"
	LostOffline      Key = "lost.offline"
	LostWait         Key = "lost.wait" // by number: seconds
	Slow             Key = "slow"      // no socket can be had: messages are asked for
	Restored         Key = "restored"
	Memory           Key = "memory"
	TroubleTitle     Key = "trouble.title"
	TroubleBridge    Key = "trouble.bridge"
	TroubleRocket    Key = "trouble.rocket"
	TroubleBusy      Key = "trouble.busy"
	TroubleBusyWait  Key = "trouble.busy.wait" // by number: seconds
	TroubleForbidden Key = "trouble.forbidden"
	TroubleBlocked   Key = "trouble.blocked"
	TroubleNoAgent   Key = "trouble.no-agent"
	TroubleFailed    Key = "trouble.failed"
	TroubleDisabled  Key = "trouble.disabled"
	Kept             Key = "kept"    // what was written is not lost
	Contact          Key = "contact" // before an address outside of the chat
)

// Counted are the keys that depend on a number.
func Counted() []Key {
	return []Key{LauncherUnread, Unread, LostWait, TroubleBusyWait}
}
