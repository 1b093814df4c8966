package puzzle

import (
	"crypto/sha256"
	"testing"
)

func TestWhatIsFoundSolves(t *testing.T) {
	for _, tt := range []struct {
		name string
		bits int
		want string // printf TEXT.N | sha256sum
	}{
		{"no work at all", 0, "capsule.0"},
		{"a little", 8, "capsule.14"},
		{"more", 12, "capsule.2391"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, found := Search("capsule", tt.bits, 0, 1<<20)
			if !found || got != tt.want || !Solved(got, tt.bits) {
				t.Errorf("Search = %q, %v; want %q", got, found, tt.want)
			}
		})
	}
}

func TestASearchGoesOnWhereTheLastOneEnded(t *testing.T) {
	whole, _ := Search("capsule", 12, 0, 1<<20)
	for first := uint64(0); ; first += 100 {
		part, found := Search("capsule", 12, first, 100)
		if found {
			if part != whole {
				t.Errorf("in parts %q, at once %q", part, whole)
			}
			return
		}
		if first > 1<<20 {
			t.Fatal("not found in parts")
		}
	}
}

func TestWhatIsNoSolution(t *testing.T) {
	solution, _ := Search("capsule", 12, 0, 1<<20)
	for name, text := range map[string]string{"another text": "c" + solution, "another number": solution + "0", "nothing": ""} {
		if Solved(text, 12) {
			t.Errorf("%s solves", name)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	for first := uint64(0); b.Loop(); first += 1000 {
		Search("visitor.18.1700000000.0123456789abcdef.0123456789012345678901", 255, first, 1000)
	}
}

func TestSum(t *testing.T) {
	text := make([]byte, 300)
	for i := range text {
		text[i] = byte(i * 7)
	}
	for n := range text {
		if got, want := sum256(text[:n]), sha256.Sum256(text[:n]); got != want {
			t.Fatalf("of %d bytes: %x, want %x", n, got, want)
		}
	}
}

func FuzzSum(f *testing.F) {
	f.Add([]byte("abc"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := sum256(text), sha256.Sum256(text); got != want {
			t.Errorf("of %x: %x, want %x", text, got, want)
		}
	})
}
