package bridge

import (
	"context"
	"errors"
	"strconv"
	"testing"
)

func TestRepeatsAreForgottenWhenThereAreTooMany(t *testing.T) {
	var r repeats
	n := 0
	do := func(key string) {
		t.Helper()
		if err := r.once(t.Context(), sameness(key), func(context.Context) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for i := range repeatsMax + 100 {
		do(strconv.Itoa(i))
	}
	if len(r.acts) != repeatsMax || r.order.Len() != repeatsMax || n != repeatsMax+100 {
		t.Errorf("%d remembered, %d in order, %d done", len(r.acts), r.order.Len(), n)
	}
	do(strconv.Itoa(repeatsMax + 99))
	if n != repeatsMax+100 {
		t.Error("the newest is forgotten")
	}
	do("0")
	if n != repeatsMax+101 {
		t.Error("the oldest is remembered")
	}
}

func TestAnActThatPanicsLeavesNobodyWaiting(t *testing.T) {
	var r repeats
	key := sameness("x")
	func() {
		defer func() { _ = recover() }() // that is the test
		_ = r.once(t.Context(), key, func(context.Context) error { panic("x") })
	}()
	if err := r.once(t.Context(), key, func(context.Context) error { return errors.New("again") }); err == nil || err.Error() != "again" {
		t.Errorf("the next is told %v", err)
	}
}

func TestSamenessKnowsWhereAPartEnds(t *testing.T) {
	if sameness("ab", "c") == sameness("a", "bc") || sameness("a", "") == sameness("a") || sameness() == sameness("") {
		t.Error("different parts are the same")
	}
	if parts := []string{"a", "b"}; sameness(parts...) != sameness("a", "b") {
		t.Error("the same parts are different")
	}
}
