package outbox_test

import (
	"testing"
	"time"

	"capsule/wasm/internal/outbox"
)

func item(id string, n int, d outbox.Delivery) outbox.Item {
	return outbox.Item{ID: id, Room: "R", Text: "hi " + id, At: time.UnixMilli(1769853600000).UTC(), N: n, Attempts: 1, Delivery: d, Why: outbox.WhyNone}
}

func TestEncodeSurvives(t *testing.T) {
	for _, d := range []outbox.Delivery{outbox.Queued, outbox.Unknown, outbox.NotSent} {
		it := item("m1", 3, d)
		if d == outbox.NotSent {
			it.Why = outbox.WhyClosed
		}
		got, ok := outbox.Decode(it.Key(), it.Encode())
		if !ok || got != it {
			t.Errorf("%v is read as %+v, %v", d, got, ok)
		}
	}
}

func TestAnAttemptUnderWayIsReadAsUnknown(t *testing.T) {
	it := item("m1", 1, outbox.Sending)
	got, ok := outbox.Decode(it.Key(), it.Encode())
	if !ok || got.Delivery != outbox.Unknown {
		t.Errorf("read as %v, %v", got.Delivery, ok)
	}
}

func TestDecodeLeavesAloneWhatIsNotItsOwn(t *testing.T) {
	good := item("m1", 1, outbox.Queued)
	for _, tt := range []struct{ name, key, value string }{
		{"another key", "draft", good.Encode()},
		{"no id", outbox.KeyPrefix, good.Encode()},
		{"no JSON", good.Key(), "{"},
		{"no text", good.Key(), `{"state":"queued"}`},
		{"a state of a later version", good.Key(), `{"text":"x","state":"scheduled"}`},
		{"sent, which is not kept", good.Key(), `{"text":"x","state":"sent"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if it, ok := outbox.Decode(tt.key, tt.value); ok {
				t.Errorf("read as %+v", it)
			}
		})
	}
}

func ids(b *outbox.Box) string {
	s := ""
	for _, it := range b.Items() {
		s += it.ID + " "
	}
	return s
}

func TestBoxKeepsTheOrderWritten(t *testing.T) {
	var b outbox.Box
	if _, ok := b.Head(); ok || b.NextN() != 1 || b.Len() != 0 {
		t.Fatal("an empty box is not empty")
	}
	b.Put(item("c", 3, outbox.Queued))
	b.Put(item("a", 1, outbox.NotSent))
	b.Put(item("b", 2, outbox.Unknown))
	if got := ids(&b); got != "a b c " {
		t.Errorf("order %s", got)
	}
	if head, _ := b.Head(); head.ID != "b" {
		t.Errorf("it is the turn of %s, want b: a is not sent", head.ID)
	}
	b.Put(item("b", 2, outbox.Sending))
	if it, ok := b.Get("b"); !ok || it.Delivery != outbox.Sending || b.Len() != 3 || b.NextN() != 4 {
		t.Errorf("after replacing: %+v, %d items", it, b.Len())
	}
	if !b.Remove("b") || b.Remove("b") || ids(&b) != "a c " {
		t.Errorf("after removing: %s", ids(&b))
	}
	if _, ok := b.Get("b"); ok {
		t.Error("b is still there")
	}
}
