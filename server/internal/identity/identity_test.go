package identity_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"capsule/server/internal/identity"
	"capsule/wasm/rocket"
)

const (
	site   = "https://www.example.com"
	shared = "a shared key of at least 32 bytes, really"
	secret = "the secret of this server, 32 bytes or so"
)

var now = time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)

func at(d time.Duration) int64 { return now.Add(d).Unix() }

// good are the claims of a proof that is accepted, with changes; nil takes a
// claim away.
func good(changes ...any) jwt.MapClaims {
	c := jwt.MapClaims{"sub": "user-7", "aud": site, "iat": at(0), "exp": at(time.Minute), "name": "Ann", "email": "ann@example.com"}
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == nil {
			delete(c, changes[i].(string))
		} else {
			c[changes[i].(string)] = changes[i+1]
		}
	}
	return c
}

func sign(t testing.TB, method jwt.SigningMethod, key any, c jwt.MapClaims, header ...string) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	for i := 0; i < len(header); i += 2 {
		token.Header[header[i]] = header[i+1]
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func hs(t testing.TB, c jwt.MapClaims, header ...string) string {
	return sign(t, jwt.SigningMethodHS256, []byte(shared), c, header...)
}

func publicPEM(t testing.TB, key crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func verifier(t testing.TB, key []byte) *identity.Verifier {
	t.Helper()
	v, err := identity.New(key, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// raw joins three parts, of which the first two are JSON.
func raw(header, claims, signature string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(header)) + "." + enc([]byte(claims)) + "." + signature
}

func TestVerify(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	_, stranger, _ := ed25519.GenerateKey(rand.Reader)
	rsaKey, _ := rsa.GenerateKey(rand.Reader, 2048)
	ecKey, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	text := string(publicPEM(t, public))
	claims, _ := json.Marshal(good())
	part := strings.Split(hs(t, good()), ".")
	ann := identity.Person{Subject: "user-7", Name: "Ann", Email: "ann@example.com"}
	const none = jwt.UnsafeAllowNoneSignatureType

	for _, tt := range []struct {
		name  string
		eddsa bool // the verifier has a public key, not a shared one
		proof string
		want  identity.Person // zero: refused
	}{
		{"HS256 with the shared key", false, hs(t, good()), ann},
		{"EdDSA with the private key", true, sign(t, jwt.SigningMethodEdDSA, private, good()), ann},
		{"neither name nor email", false, hs(t, good("name", nil, "email", nil)), identity.Person{Subject: "user-7"}},
		{"several audiences, one is ours", false, hs(t, good("aud", []string{"https://other.example", site})), ann},
		{"five minutes", false, hs(t, good("exp", at(5*time.Minute))), ann},
		{"a clock that is a little ahead", false, hs(t, good("iat", at(20*time.Second))), ann},
		{"unknown claims besides", false, hs(t, good("role", "admin", "jti", "1")), ann},
		{"a key id, which is not minded", false, hs(t, good(), "kid", "../../etc/passwd"), ann},

		{"another shared key", false, sign(t, jwt.SigningMethodHS256, []byte(shared+"x"), good()), identity.Person{}},
		{"another private key", true, sign(t, jwt.SigningMethodEdDSA, stranger, good()), identity.Person{}},
		{"HS256 with the public key as the secret", true, sign(t, jwt.SigningMethodHS256, []byte(text), good()), identity.Person{}},
		{"HS256 with the bytes of the public key", true, sign(t, jwt.SigningMethodHS256, []byte(public), good()), identity.Person{}},
		{"EdDSA where HS256 is due", false, sign(t, jwt.SigningMethodEdDSA, private, good()), identity.Person{}},
		{"HS384", false, sign(t, jwt.SigningMethodHS384, []byte(shared), good()), identity.Person{}},
		{"HS512", false, sign(t, jwt.SigningMethodHS512, []byte(shared), good()), identity.Person{}},
		{"RS256", false, sign(t, jwt.SigningMethodRS256, rsaKey, good()), identity.Person{}},
		{"RS256 where EdDSA is due", true, sign(t, jwt.SigningMethodRS256, rsaKey, good()), identity.Person{}},
		{"ES256 where EdDSA is due", true, sign(t, jwt.SigningMethodES256, ecKey, good()), identity.Person{}},
		{"none", false, sign(t, jwt.SigningMethodNone, none, good()), identity.Person{}},
		{"none where EdDSA is due", true, sign(t, jwt.SigningMethodNone, none, good()), identity.Person{}},
		{"none, in capitals", false, raw(`{"alg":"NONE"}`, string(claims), ""), identity.Person{}},
		{"none, with a signature", false, raw(`{"alg":"none"}`, string(claims), part[2]), identity.Person{}},
		{"an empty signature", false, part[0] + "." + part[1] + ".", identity.Person{}},
		{"no signature", false, part[0] + "." + part[1], identity.Person{}},
		{"a signature with more behind it", false, hs(t, good()) + "AA", identity.Person{}},
		{"other claims under the signature", false, part[0] + "." + strings.Split(hs(t, good("sub", "root")), ".")[1] + "." + part[2], identity.Person{}},
		{"no algorithm", false, raw(`{}`, string(claims), part[2]), identity.Person{}},
		{"a key of its own", false, hs(t, good(), "alg", "EdDSA", "jwk", "x"), identity.Person{}},
		{"a critical extension", false, hs(t, good(), "crit", "exp"), identity.Person{}},

		{"another site", false, hs(t, good("aud", "https://evil.example")), identity.Person{}},
		{"the site's name as a prefix", false, hs(t, good("aud", site+".evil.example")), identity.Person{}},
		{"the site with a slash", false, hs(t, good("aud", site+"/")), identity.Person{}},
		{"a star for the site", false, hs(t, good("aud", "*")), identity.Person{}},
		{"no audience", false, hs(t, good("aud", nil)), identity.Person{}},
		{"an empty audience", false, hs(t, good("aud", []string{})), identity.Person{}},
		{"an audience that is no text", false, hs(t, good("aud", 7)), identity.Person{}},

		{"expired", false, hs(t, good("iat", at(-4*time.Minute), "exp", at(-time.Minute))), identity.Person{}},
		{"long expired", false, hs(t, good("iat", 0, "exp", 60)), identity.Person{}},
		{"no end", false, hs(t, good("exp", nil)), identity.Person{}},
		{"an end that is no number", false, hs(t, good("exp", "soon")), identity.Person{}},
		{"more than five minutes", false, hs(t, good("exp", at(5*time.Minute+time.Second))), identity.Person{}},
		{"a year", false, hs(t, good("exp", at(365*24*time.Hour))), identity.Person{}},
		{"no beginning", false, hs(t, good("iat", nil)), identity.Person{}},
		{"from the future", false, hs(t, good("iat", at(time.Minute), "exp", at(2*time.Minute))), identity.Person{}},
		{"not before the future", false, hs(t, good("nbf", at(time.Minute))), identity.Person{}},
		{"an end before its beginning", false, hs(t, good("iat", at(10*time.Second), "exp", at(0))), identity.Person{}},
		{"a number too large", false, hs(t, good("exp", 1e300)), identity.Person{}},

		{"no user", false, hs(t, good("sub", nil)), identity.Person{}},
		{"an empty user", false, hs(t, good("sub", "")), identity.Person{}},
		{"a user with a NUL", false, hs(t, good("sub", "a\x00b")), identity.Person{}},
		{"a user that is a number", false, hs(t, good("sub", 7)), identity.Person{}},
		{"a user of 300 bytes", false, hs(t, good("sub", strings.Repeat("x", 300))), identity.Person{}},
		{"a name with a line end", false, hs(t, good("name", "Ann\r\nBcc: x")), identity.Person{}},
		{"a name of 101 characters", false, hs(t, good("name", strings.Repeat("ä", 101))), identity.Person{}},
		{"an email of 300 bytes", false, hs(t, good("email", strings.Repeat("x", 300)+"@example.com")), identity.Person{}},
		{"a name that is an object", false, hs(t, good("name", map[string]string{"$ne": ""})), identity.Person{}},

		{"too large", false, hs(t, good("pad", strings.Repeat("x", identity.MaxSize))), identity.Person{}},
		{"nothing", false, "", identity.Person{}},
		{"dots", false, "..", identity.Person{}},
		{"many dots", false, strings.Repeat(".", 4000), identity.Person{}},
		{"not base64", false, "§.§.§", identity.Person{}},
		{"padding", false, part[0] + "=." + part[1] + "." + part[2], identity.Person{}},
		{"the word Bearer before it", false, "Bearer " + hs(t, good()), identity.Person{}},
		{"claims that are a list", false, raw(`{"alg":"HS256"}`, `[]`, part[2]), identity.Person{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key := []byte(shared)
			if tt.eddsa {
				key = []byte(text)
			}
			got, err := verifier(t, key).Verify(tt.proof, now, site)
			if got != tt.want || (err == nil) != (tt.want != identity.Person{}) {
				t.Errorf("Verify = %+v, %v; want %+v", got, err, tt.want)
			}
			if err == nil {
				return
			}
			for _, part := range []string{"user-7", "Ann", "ann@", shared, secret, "evil", "Bcc"} {
				if strings.Contains(err.Error(), part) {
					t.Errorf("the error repeats %q: %v", part, err)
				}
			}
		})
	}
}

func TestKeys(t *testing.T) {
	rsaKey, _ := rsa.GenerateKey(rand.Reader, 2048)
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	der, _ := x509.MarshalPKCS8PrivateKey(private)
	pub := string(publicPEM(t, public))
	for _, tt := range []struct {
		name, key, secret string
		ok                bool
	}{
		{"a shared key", shared, secret, true},
		{"a shared key from a file that ends with a line end", shared + "\n", secret, true},
		{"a public key", pub, secret, true},
		{"a short shared key", "too short", secret, false},
		{"a short shared key in a long line", "short" + strings.Repeat(" ", 40), secret, false},
		{"no key", "", secret, false},
		{"an RSA key", string(publicPEM(t, &rsaKey.PublicKey)), secret, false},
		{"a private key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), secret, false},
		{"two public keys", pub + pub, secret, false},
		{"half a public key", pub[:60], secret, false},
		{"a public key that is none", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", secret, false},
		{"a short secret", shared, "short", false},
		{"no secret", shared, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := identity.New([]byte(tt.key), []byte(tt.secret))
			if (err == nil) != tt.ok {
				t.Errorf("New = %v", err)
			}
			if err != nil && (strings.Contains(err.Error(), "AAAA") || len(tt.key) > 0 && strings.Contains(err.Error(), tt.key)) {
				t.Errorf("the error repeats the key: %v", err)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	v := verifier(t, []byte(shared))
	ann := identity.Person{Subject: "user-7", Name: "Ann", Email: "ann@example.com"}
	token := v.Token(ann)
	// Never another one: whoever has a conversation would lose it.
	if want := "7uYNsb8jxHx7dWj2pB1TDPpooUfac3d3Qdst3KDkPnY"; string(token) != want || !token.Valid() || !v.Derived(token) {
		t.Errorf("the token is %q, want %q", string(token), want)
	}
	if again := verifier(t, []byte(strings.Repeat("another key of the site", 3))).Token(identity.Person{Subject: "user-7", Name: "Ann B."}); again != token {
		t.Error("another key, name or instance makes another token")
	}
	others := map[string]func() string{
		"another user": func() string { return string(v.Token(identity.Person{Subject: "user-8"})) },
		"another secret": func() string {
			o, _ := identity.New([]byte(shared), []byte(secret+"x"))
			return string(o.Token(ann))
		},
	}
	seen := map[string]string{string(token): "the token"}
	for _, name := range []string{"another user", "another secret"} {
		if have := seen[others[name]()]; have != "" {
			t.Errorf("%s has the same token as %s", name, have)
		}
		seen[others[name]()] = name
	}
	flipped := []byte(token)
	flipped[3] ^= 1
	for name, text := range map[string]string{"a random token": strings.Repeat("x", 43), "nothing": "", "one letter changed": string(flipped), "longer": string(token) + "A"} {
		if v.Derived(rocket.Token(text)) {
			t.Errorf("%s counts as derived", name)
		}
	}
}

func TestCards(t *testing.T) {
	v := verifier(t, []byte(shared))
	ann, bob := identity.Person{Subject: "a", Name: "Ann \"A\"", Email: "ann@example.com"}, identity.Person{Subject: "b", Name: "Bob"}
	name, email, ok := v.Read(v.Card(ann), v.Token(ann))
	if name != ann.Name || email != ann.Email || !ok {
		t.Errorf("Read = %q, %q, %v", name, email, ok)
	}
	card := []byte(v.Card(ann))
	card[len(card)-5] ^= 1
	for name, card := range map[string]string{"another's": v.Card(bob), "changed": string(card), "nothing": "", "short": "AAAA", "not base64": "§", "a signature only": v.Card(bob)[:22]} {
		if n, e, ok := v.Read(card, v.Token(ann)); ok || n+e != "" {
			t.Errorf("%s: Read = %q, %q, %v", name, n, e, ok)
		}
	}
}

func FuzzVerify(f *testing.F) {
	v := verifier(f, []byte(shared))
	f.Add(hs(f, good("exp", at(-time.Hour))))
	f.Add(raw(`{"alg":"none"}`, `{"sub":"x"}`, ""))
	f.Fuzz(func(t *testing.T, proof string) {
		if p, err := v.Verify(proof, now, site); err == nil {
			t.Errorf("%q proves %v", proof, p)
		}
	})
}
