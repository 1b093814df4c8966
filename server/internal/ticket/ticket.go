// Package ticket makes a caller work before he may do something costly, such
// as becoming a visitor of Rocket.Chat: he has to bring the solution of a
// puzzle (package puzzle) that was set for this very act. One costs a browser
// a moment and a sender of millions a data centre.
//
// A challenge is one text,
//
//	purpose.bits.expires.nonce.mac
//
// with expires in Unix seconds, a random nonce, and a MAC over all of it and
// the origin of the page. So the server keeps nothing about the challenges it
// has handed out, and another instance with the same secret accepts them. A
// ticket is the challenge with ".number" behind it. It is good for five
// minutes and for one use; of those used a server remembers the nonces until
// they have expired. Several instances do not tell each other, so behind a
// load balancer a ticket is good once at each.
package ticket

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"capsule/wasm/puzzle"
)

// A Purpose is what a ticket is for.
type Purpose string

// The purposes there are.
const (
	Visitor Purpose = "visitor" // registration
	Upload  Purpose = "upload"
	Offline Purpose = "offline" // a message left while nobody is there
)

// Life is how long a challenge may take to come back as a ticket.
const Life = 5 * time.Minute

// Used is how many tickets may be used in one Life. It bounds the memory:
// 100,000 nonces are about 10 MB.
const Used = 100_000

// Under load puzzles get harder: once more than calm tickets a minute are
// used, every doubling adds a bit, up to harder bits.
const (
	calm   = 60
	harder = 6
)

// What is wrong with a ticket.
var (
	ErrInvalid = errors.New("ticket: not one of ours, not for this, or not solved")
	ErrExpired = errors.New("ticket: expired")
	ErrUsed    = errors.New("ticket: used before")
	ErrFull    = errors.New("ticket: too many were used in the last minutes")
)

// A Challenge is what has to be solved.
type Challenge struct {
	Text string
	Bits int
}

// An Office hands out challenges and takes tickets. All methods may be called
// concurrently.
type Office struct {
	bits int
	key  []byte

	mu     sync.Mutex
	load   float64   // tickets used, of which half are forgotten every minute
	loadAt time.Time // of load
	recent map[string]struct{}
	before map[string]struct{} // the nonces of the Life before
	turned time.Time           // since when recent is collected
}

// New makes an office whose puzzles have so many bits, 1 to puzzle.MaxBits,
// and more under load. Offices with the same secret accept each other's
// tickets.
func New(bits int, secret []byte) *Office {
	if bits < 1 || bits > puzzle.MaxBits {
		panic("ticket: bits out of range")
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "capsule ticket", 32)
	if err != nil {
		panic("ticket: " + err.Error()) // only for lengths that are not 32
	}
	return &Office{bits: bits, key: key, recent: map[string]struct{}{}}
}

// Issue makes a challenge for one act on a page of origin.
func (o *Office) Issue(p Purpose, origin string, now time.Time) Challenge {
	var nonce [12]byte
	_, _ = rand.Read(nonce[:]) // never fails: it ends the program instead
	bits := o.difficulty(now)
	text := strings.Join([]string{
		string(p), strconv.Itoa(bits), strconv.FormatInt(now.Add(Life).Unix(), 10), base64.RawURLEncoding.EncodeToString(nonce[:]),
	}, ".")
	return Challenge{Text: text + "." + o.mac(text, origin), Bits: bits}
}

// Take uses a ticket up. Its errors are this package's.
func (o *Office) Take(ticket string, p Purpose, origin string, now time.Time) error {
	part := strings.Split(ticket, ".")
	if len(ticket) > 200 || len(part) != 6 || part[0] != string(p) {
		return ErrInvalid
	}
	text := strings.Join(part[:4], ".")
	if !hmac.Equal([]byte(part[4]), []byte(o.mac(text, origin))) {
		return ErrInvalid
	}
	// From here on text is as we wrote it.
	bits, _ := strconv.Atoi(part[1])
	expires, _ := strconv.ParseInt(part[2], 10, 64)
	if !now.Before(time.Unix(expires, 0)) {
		return ErrExpired
	}
	if !puzzle.Solved(ticket, bits) {
		return ErrInvalid
	}
	return o.use(part[3], now)
}

// FullFor is how long a full memory stays so at most.
func (o *Office) FullFor(now time.Time) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return max(o.turned.Add(Life).Sub(now), time.Second)
}

func (o *Office) use(nonce string, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	// Whatever was used a Life ago has expired.
	if age := now.Sub(o.turned); age >= Life {
		o.before, o.recent, o.turned = o.recent, map[string]struct{}{}, now
		if age >= 2*Life {
			o.before = nil
		}
	}
	_, old := o.before[nonce]
	if _, used := o.recent[nonce]; used || old {
		return ErrUsed
	}
	if len(o.recent) >= Used {
		return ErrFull // to forget some would let them be used again
	}
	o.recent[strings.Clone(nonce)] = struct{}{}
	o.load, o.loadAt = o.loadNow(now)+1, now
	return nil
}

// loadNow is about how many tickets a minute are used, times 1.44.
func (o *Office) loadNow(now time.Time) float64 {
	return o.load * math.Exp2(-max(now.Sub(o.loadAt), 0).Minutes())
}

func (o *Office) difficulty(now time.Time) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	more := 0
	if load := o.loadNow(now) * math.Ln2; load > calm {
		more = min(1+int(math.Log2(load/calm)), harder)
	}
	return min(o.bits+more, puzzle.MaxBits)
}

// mac is 128 bits over a text and the origin, neither of which has a line end.
func (o *Office) mac(text, origin string) string {
	h := hmac.New(sha256.New, o.key)
	h.Write([]byte(text + "\n" + origin))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
