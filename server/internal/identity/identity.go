// Package identity believes a page that its visitor is who it says, when the
// page brings a proof: a JWT (RFC 7519) that the site's own server has signed
// for a visitor who is logged in there, good for five minutes at most and for
// that site only.
//
// A verified user has a visitor token that is computed from his id and this
// server's secret. So he has one conversation on all his devices, nobody who
// lacks the secret can compute it, and nothing has to be kept.
//
// Keys, proofs and tokens are never part of an error.
package identity

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"capsule/wasm/rocket"
)

// The limits of a proof.
const (
	MaxSize = 4 << 10
	Life    = 5 * time.Minute // from iat to exp
	skew    = 30 * time.Second
	minKey  = 32  // bytes of a shared key
	maxID   = 255 // bytes
	maxName = 100 // characters
	maxMail = 254
)

// A Person is a user of the site, as the site says.
type Person struct {
	Subject     string
	Name, Email string // "" when the site does not say
}

// A Verifier checks proofs and makes tokens. Its methods may be called
// concurrently.
type Verifier struct {
	method string
	key    any // []byte for HS256, ed25519.PublicKey for EdDSA
	user   []byte
	mark   []byte
	card   []byte
}

// New makes a Verifier. key is either an Ed25519 public key in PEM, and then
// proofs are signed with EdDSA, or else a secret of at least 32 bytes that is
// shared with the site, for HS256; which of the two it is decides the key and
// never the proof. secret is this server's own, of at least 32 bytes: with
// another one all tokens change.
func New(key, secret []byte) (*Verifier, error) {
	v := &Verifier{}
	if err := v.setKey(key); err != nil {
		return nil, err
	}
	if len(secret) < minKey {
		return nil, fmt.Errorf("the server's secret is shorter than %d bytes", minKey)
	}
	for _, k := range []struct {
		to   *[]byte
		info string
	}{{&v.user, "capsule visitor"}, {&v.mark, "capsule mark"}, {&v.card, "capsule card"}} {
		derived, err := hkdf.Key(sha256.New, secret, nil, k.info, 32)
		if err != nil {
			return nil, err
		}
		*k.to = derived
	}
	return v, nil
}

func (v *Verifier) setKey(key []byte) error {
	text := strings.TrimSpace(string(key))
	if !strings.HasPrefix(text, "-----BEGIN") {
		if len(text) < minKey {
			return fmt.Errorf("the shared key is shorter than %d bytes", minKey)
		}
		v.method, v.key = jwt.SigningMethodHS256.Alg(), []byte(text)
		return nil
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" || len(strings.TrimSpace(string(rest))) > 0 {
		return errors.New("not one PUBLIC KEY in PEM")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return errors.New("the public key cannot be read")
	}
	ed, ok := public.(ed25519.PublicKey)
	if !ok {
		return errors.New("the public key is not an Ed25519 key")
	}
	v.method, v.key = jwt.SigningMethodEdDSA.Alg(), ed
	return nil
}

type claims struct {
	jwt.RegisteredClaims
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Verify returns whom proof is about, if it was signed with the key, is good
// at now, and was made for one of the audiences: the origin of the page, or
// another name of the site.
func (v *Verifier) Verify(proof string, now time.Time, audiences ...string) (Person, error) {
	if len(proof) > MaxSize {
		return Person{}, errors.New("identity: too large")
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{v.method}),
		jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithLeeway(skew),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithAudience(audiences...),
		jwt.WithStrictDecoding(),
	)
	var c claims
	token, err := parser.ParseWithClaims(proof, &c, func(*jwt.Token) (any, error) { return v.key, nil })
	if err != nil {
		return Person{}, fmt.Errorf("identity: %w", reason(err))
	}
	if _, ok := token.Header["crit"]; ok {
		return Person{}, errors.New("identity: it asks for an extension that is not known")
	}
	return person(c)
}

// person checks what a good signature does not say.
func person(c claims) (Person, error) {
	switch {
	case c.IssuedAt == nil:
		return Person{}, errors.New("identity: it does not say since when it is good")
	case c.ExpiresAt.Sub(c.IssuedAt.Time) > Life || !c.ExpiresAt.After(c.IssuedAt.Time):
		return Person{}, errors.New("identity: exp is not within five minutes after iat")
	case c.Subject == "" || len(c.Subject) > maxID || !plain(c.Subject):
		return Person{}, errors.New("identity: no usable sub")
	case utf8.RuneCountInString(c.Name) > maxName || len(c.Email) > maxMail || !plain(c.Name) || !plain(c.Email):
		return Person{}, errors.New("identity: name or email is too long or has control characters")
	}
	return Person{c.Subject, strings.TrimSpace(c.Name), strings.TrimSpace(c.Email)}, nil
}

func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }

// reason keeps of what package jwt says only the kind, since the rest may
// repeat what the proof says.
func reason(err error) error {
	for _, kind := range []error{
		jwt.ErrTokenMalformed, jwt.ErrTokenUnverifiable, jwt.ErrTokenSignatureInvalid, jwt.ErrTokenRequiredClaimMissing,
		jwt.ErrTokenInvalidAudience, jwt.ErrTokenExpired, jwt.ErrTokenUsedBeforeIssued, jwt.ErrTokenNotValidYet,
	} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return errors.New("not valid")
}

// Token is the visitor token of a user: 192 bits that only the holder of the
// server's secret can compute, and 64 by which Derived knows them.
func (v *Verifier) Token(p Person) rocket.Token {
	id := sum(v.user, "\x00"+p.Subject)[:24]
	return rocket.Token(base64.RawURLEncoding.EncodeToString(append(id, sum(v.mark, string(id))[:8]...)))
}

// Derived reports whether t was made by Token, for whomever.
func (v *Verifier) Derived(t rocket.Token) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(string(t))
	return err == nil && len(b) == 32 && hmac.Equal(b[24:], sum(v.mark, string(b[:24]))[:8])
}

// Card is what the site said of p, for the client to keep and to show when it
// registers, which may be long after the proof has expired. It is good with
// p's token only.
func (v *Verifier) Card(p Person) string {
	text, _ := json.Marshal([2]string{p.Name, p.Email}) // strings only: cannot fail
	return base64.RawURLEncoding.EncodeToString(append(sum(v.card, string(v.Token(p))+"\x00"+string(text))[:16], text...))
}

// Read returns the name and email of a card that goes with t.
func (v *Verifier) Read(card string, t rocket.Token) (name, email string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(card)
	if err != nil || len(b) < 16 || !hmac.Equal(b[:16], sum(v.card, string(t)+"\x00"+string(b[16:]))[:16]) {
		return "", "", false
	}
	var text [2]string
	if json.Unmarshal(b[16:], &text) != nil {
		return "", "", false
	}
	return text[0], text[1], true
}

func sum(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
