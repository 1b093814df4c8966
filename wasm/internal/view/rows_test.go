package view

import (
	"strings"
	"testing"
	"time"

	"capsule/wasm/internal/outbox"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// sketch writes rows one a line: what a visitor sees, and no more.
func sketch(rows []Row) string {
	var b strings.Builder
	for _, r := range rows {
		switch r.Kind {
		case Day:
			b.WriteString("== " + r.Text)
		case New:
			b.WriteString("-- " + r.Text)
		case System:
			b.WriteString("** " + r.Text)
		default:
			b.WriteString(r.Author + ":")
			if r.First {
				b.WriteString(" /")
			}
			if r.Quote != "" {
				b.WriteString(" [" + r.QuoteBy + ": " + r.Quote + "]")
			}
			if r.File != "" {
				b.WriteString(" <" + r.File + " " + r.FileURL + strings.Replace(" "+r.FileKey+">", " >", ">", 1))
			}
			if r.Text != "" {
				b.WriteString(" " + r.Text)
			}
			if r.Last {
				b.WriteString(" \\ " + r.Time)
			}
			if r.Mark != NoMark {
				b.WriteString(" (" + r.MarkText + ")")
			}
			if r.Why != "" {
				b.WriteString(" " + r.Why)
			}
			if r.Edited != "" {
				b.WriteString(" " + r.Edited)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestRows(t *testing.T) {
	minute := time.Minute
	kim := rocket.User{ID: "k", Username: "kim"}
	for _, tt := range []struct {
		name, want string
		st         *session.State
		change     func(*session.State)
	}{
		{
			name: "lines of one author within five minutes are a group",
			st: talking(said("a", sam, "one", 20*minute), said("b", sam, "two", 16*minute), said("c", sam, "three", 10*minute),
				said("d", kim, "four", 9*minute), said("e", ann, "five", 8*minute), said("f", ann, "six", 8*minute-1)),
			want: `
== Today
Sam Rivera: / one
Sam Rivera: two \ 10:04
Sam Rivera: / three \ 10:10
kim: / four \ 10:11
You: / five (Sent)
You: six \ 10:12 (Sent)
`},
		{
			name: "days part",
			st: talking(said("a", sam, "one", 100*time.Hour), said("b", sam, "two", 10*time.Hour+21*minute),
				said("c", sam, "three", 10*time.Hour+19*minute)),
			want: `
== 27 February 2026
Sam Rivera: / one \ 06:20
== Yesterday
Sam Rivera: / two \ 23:59
== Today
Sam Rivera: / three \ 00:01
`},
		{
			name: "what happens to the conversation is said in words of ours",
			st: talking(
				typed(said("a", ann, "", 9*minute), rocket.TypeStarted), typed(said("b", sam, "sam", 8*minute), rocket.TypeJoined),
				transfer("c", 7*minute, rocket.Transfer{Scope: "department", Department: "Repairs"}),
				transfer("d", 6*minute, rocket.Transfer{Scope: "agent", Agent: "Kim"}),
				transfer("e", 5*minute, rocket.Transfer{Scope: "queue"}), transfer("f", 4*minute, rocket.Transfer{Scope: "autoTransferUnansweredChatsToQueue"}),
				transfer("g", 3*minute, rocket.Transfer{}), typed(said("h", kim, "x", 2*minute), rocket.TypeLeft),
				typed(said("i", kim, "secret", minute), rocket.TypeRemoved), typed(said("j", kim, "", minute-1), rocket.TypeVideo)),
			want: `
== Today
** Conversation started
** Sam Rivera joined
** Handed over to Repairs
** You’re now talking to Kim
** Finding someone else for you
** Finding someone else for you
** The conversation was handed over
** kim left
** Message removed
** kim started a video call
`},
		{
			name: "everything else is not for visitors",
			st: talking(typed(said("a", sam, "https://x", 9*minute), "livechat_navigation_history"), typed(said("b", sam, "connected", 8*minute), rocket.TypeCommand),
				typed(said("c", sam, "secret", 7*minute), "omnichannel_placed_chat_on_hold"), typed(said("d", sam, "x", 6*minute), "anything-new"),
				said("e", sam, " ", 5*minute), typed(said("f", sam, "sam", minute), rocket.TypeJoined)),
			change: func(st *session.State) { st.Config.Hidden = []string{rocket.TypeJoined} },
			want:   "\n",
		},
		{
			name: "the comment on the end is not for visitors, and the footer tells of the end",
			st: talking(typed(said("a", sam, "was rude", 9*minute), rocket.TypeClosed), said("b", sam, "again", 8*minute),
				typed(said("c", sam, "solved", 2*minute), rocket.TypeClosed), typed(said("d", sam, "promptTranscript", minute), rocket.TypeCommand)),
			change: func(st *session.State) { st.Over = true },
			want: `
== Today
** Conversation ended
Sam Rivera: / again \ 10:12
`},
		{
			name: "own lines show how far they have come",
			st:   talking(said("a", ann, "one", 2*minute), said("dup", ann, "two", 2*minute-1)),
			change: func(st *session.State) {
				st.Outbox.Put(outbox.Item{ID: "dup", Text: "two", At: now, N: 1, Delivery: outbox.Unknown})
				st.Outbox.Put(outbox.Item{ID: "x", Text: "three", At: now, N: 2, Delivery: outbox.Unknown})
				st.Outbox.Put(outbox.Item{ID: "y", Text: "four", At: now, N: 3, Delivery: outbox.NotSent, Why: outbox.WhyTooLong})
				st.Outbox.Put(outbox.Item{ID: "z", Text: "five", At: now, N: 4, Delivery: outbox.Sending})
				st.Outbox.Put(outbox.Item{ID: "zz", Text: "six", At: now, N: 5})
			},
			want: `
== Today
You: / one (Sent)
You: two (Sent)
You: three (Checking whether it arrived)
You: four (Not sent) It is too long.
You: five (Sending)
You: six \ 10:20 (Waiting to be sent)
`},
		{
			name: "what was not seen is below a divider, counted without own and system lines",
			st: talking(said("a", sam, "one", 9*minute), said("b", sam, "two", 8*minute), said("c", ann, "mine", 7*minute),
				typed(said("d", kim, "kim", 6*minute), rocket.TypeJoined), said("e", sam, "three", 5*minute)),
			change: func(st *session.State) { st.Unread = 2 },
			want: `
== Today
Sam Rivera: / one \ 10:11
-- 2 new messages
Sam Rivera: / two \ 10:12
You: / mine \ 10:13 (Sent)
** kim joined
Sam Rivera: / three \ 10:15
`},
		{
			name: "quotations and files",
			st: talking(attached(said("a", sam, "yes", 3*minute), rocket.Attachment{By: "guest-1", Text: "is it *green*?"}, rocket.Attachment{By: "kim", Text: "second"}),
				attached(said("b", sam, "", 2*minute), rocket.Attachment{Title: "a.pdf", Link: "/file-upload/x/a.pdf", Text: "the receipt"}),
				attached(said("c", sam, "", minute), rocket.Attachment{Link: "javascript:alert(1)", Image: "//evil.example/x"})),
			want: `
== Today
Sam Rivera: / [You: is it green?] yes
Sam Rivera: <a.pdf https://chat.example/file-upload/x/a.pdf room=R&id=x&name=a.pdf> the receipt
Sam Rivera: <File > \ 10:19
`},
		{
			name: "agents stay anonymous where the server says so",
			st: talking(typed(said("a", sam, "sam", 9*minute), rocket.TypeJoined), attached(said("b", sam, "hi", 8*minute), rocket.Attachment{By: "kim", Text: "x"}),
				transfer("d", 6*minute, rocket.Transfer{Scope: "agent", Agent: "Kim"})),
			change: func(st *session.State) { st.Config.HideAgent = true },
			want: `
== Today
** Support joined
Support: / [Support: x] hi \ 10:12
** The conversation was handed over
`},
		{
			name: "an edited line says so",
			st:   talking(edited(said("a", sam, "one", minute))),
			want: `
== Today
Sam Rivera: / one \ 10:19 edited
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.change != nil {
				tt.change(tt.st)
			}
			if got := "\n" + sketch(build(tt.st).Rows); got != tt.want {
				t.Errorf("got:%swant:%s", got, tt.want)
			}
		})
	}
}

func transfer(id string, before time.Duration, to rocket.Transfer) rocket.Message {
	m := typed(said(id, sam, "INTERNAL", before), rocket.TypeTransfer)
	m.Transfer = to
	return m
}

func attached(m rocket.Message, as ...rocket.Attachment) rocket.Message {
	m.Attachments = as
	return m
}

func edited(m rocket.Message) rocket.Message {
	m.Edited = true
	return m
}

func TestKeysAreUniqueAndStay(t *testing.T) {
	st := talking(attached(said("a", sam, "x", time.Hour), rocket.Attachment{Title: "f"}, rocket.Attachment{Title: "g"}))
	st.Outbox.Put(outbox.Item{ID: "own", Text: "hello", At: now, N: 1, Delivery: outbox.Sending})
	before := build(st).Rows
	st.Outbox.Remove("own")
	st.Timeline.Put(said("own", ann, "hello", 0))
	after := build(st).Rows
	seen := map[string]bool{}
	for i, r := range after {
		if seen[r.Key] {
			t.Errorf("two rows have the key %s", r.Key)
		}
		seen[r.Key] = true
		if before[i].Key != r.Key {
			t.Errorf("row %d was %s and is %s", i, before[i].Key, r.Key)
		}
	}
	if got := Added(before, after); len(got) != 0 {
		t.Errorf("a line that was sent counts as new: %v", got)
	}
}

func TestAdded(t *testing.T) {
	rows := func(keys string) []Row {
		var out []Row
		for _, k := range strings.Fields(keys) {
			out = append(out, Row{Key: k})
		}
		return out
	}
	for _, tt := range []struct{ name, before, after, want string }{
		{"the first rows are not news", "", "a b", ""},
		{"a row at the end is", "a", "a b", "b"},
		{"several are", "a", "a b c", "b c"},
		{"older ones are not", "b", "a b", ""},
		{"nor one in between", "a c", "a b c", ""},
		{"what is gone is gone", "a b", "a", ""},
	} {
		got := ""
		for _, r := range Added(rows(tt.before), rows(tt.after)) {
			got = strings.TrimSpace(got + " " + r.Key)
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestKeep(t *testing.T) {
	st := talking(said("a", sam, "one", 3*time.Minute), said("b", sam, "two", 2*time.Minute))
	st.Unread = 1
	with := build(st).Rows
	st.Unread = 0
	without := build(st).Rows
	if got, want := sketch(Keep(with[2], "m/b", without)), sketch(with); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	if got := Keep(with[2], "m/b", with); sketch(got) != sketch(with) {
		t.Errorf("a divider was added to one: %s", sketch(got))
	}
	if got := Keep(with[2], "gone", without); sketch(got) != sketch(without) {
		t.Errorf("a divider stands before nothing: %s", sketch(got))
	}
	if without[1].Last {
		t.Error("Keep wrote to the rows it was given")
	}
}

func TestSaid(t *testing.T) {
	for _, tt := range []struct {
		r    Row
		want string
	}{
		{Row{Author: "Sam", Text: "*Hi* [you](https://x.y)"}, "Sam: Hi you"},
		{Row{Author: "Sam", File: "a.pdf"}, "Sam: a.pdf "},
		{Row{Author: "You", Mine: true, Text: "x"}, ""},
		{Row{Kind: System, Text: "Kim joined"}, "Kim joined"},
		{Row{Kind: Day, Text: "Today"}, ""},
	} {
		if got := tt.r.Said(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestAnAgentKeepsTheNameAfterHandingOver(t *testing.T) {
	st := talking(said("a", rocket.User{ID: "u", Username: "sam"}, "hi", 2*time.Minute))
	st.Names = map[string]string{"u": "Sam Rivera", "k": "Kim Lee"}
	st.Agent = rocket.Agent{User: rocket.User{ID: "k", Username: "kim", Name: "Kim Lee"}}
	if got := build(st).Rows[len(build(st).Rows)-1].Author; got != "Sam Rivera" {
		t.Errorf("sam is called %q", got)
	}
	st.Config.HideAgent = true
	if got := build(st).Rows[len(build(st).Rows)-1].Author; got != "Support" {
		t.Errorf("though agents are to stay anonymous, sam is called %q", got)
	}
}

func TestARowTellsWhatIsNotPlain(t *testing.T) {
	for _, tt := range []struct {
		name string
		row  Row
		want bool
	}{
		{"of somebody else, in the middle of a group", Row{}, false},
		{"the last of a group", Row{Last: true}, true},
		{"edited", Row{Edited: "edited"}, true},
		{"queued", Row{Mark: Queued}, true},
		{"sending", Row{Mark: Sending}, true},
		{"unknown", Row{Mark: Unknown}, true},
		{"sent, and more follows", Row{Mark: Sent}, false},
		{"sent, the last", Row{Mark: Sent, Last: true}, true},
		{"not sent", Row{Mark: NotSent}, true},
	} {
		if got := tt.row.Tells(); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
