package app_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"capsule/server/internal/app"
)

// An authority is as much of an ACME server (RFC 8555) as it takes to hand
// out a certificate, after one challenge of the kind it offers. It does not
// check signatures; it does check the challenge.
type authority struct {
	kind     string // "http-01" or "tls-alpn-01"
	validate func(domain, token string) error
	base     string
	root     *x509.Certificate
	key      *ecdsa.PrivateKey

	mu      sync.Mutex
	domain  string
	proved  bool
	failure error
	issued  []byte // PEM
	orders  int
}

func newAuthority(t *testing.T, kind string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	ca := &authority{kind: kind, root: root, key: key}
	s := httptest.NewServer(ca)
	t.Cleanup(s.Close)
	ca.base = s.URL
	return ca
}

func (ca *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	w.Header().Set("Replay-Nonce", rand.Text())
	w.Header().Set("Content-Type", "application/json")
	var jws struct{ Payload string }
	_ = json.NewDecoder(r.Body).Decode(&jws)
	payload, _ := base64.RawURLEncoding.DecodeString(jws.Payload)
	order := func(status int) {
		state, certificate := "pending", ""
		if ca.proved {
			state = "ready"
		}
		if ca.issued != nil {
			state, certificate = "valid", `,"certificate":"`+ca.base+`/cert"`
		}
		w.Header().Set("Location", ca.base+"/order")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"status":%q,"identifiers":[{"type":"dns","value":%q}],"authorizations":["%s/authz"],"finalize":"%s/finalize"%s}`,
			state, ca.domain, ca.base, ca.base, certificate)
	}
	challenge := func() string {
		return fmt.Sprintf(`{"type":%q,"url":"%s/challenge","token":"TOKEN","status":%q}`, ca.kind, ca.base, ca.state())
	}
	switch r.URL.Path {
	case "/dir":
		fmt.Fprintf(w, `{"newNonce":"%[1]s/nonce","newAccount":"%[1]s/account","newOrder":"%[1]s/new","revokeCert":"%[1]s/x","keyChange":"%[1]s/x"}`, ca.base)
	case "/nonce":
	case "/account":
		w.Header().Set("Location", ca.base+"/account/1")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"status":"valid"}`)
	case "/new":
		var o struct{ Identifiers []struct{ Value string } }
		_ = json.Unmarshal(payload, &o)
		ca.orders++
		ca.domain, ca.proved, ca.issued = o.Identifiers[0].Value, false, nil
		order(http.StatusCreated)
	case "/order":
		order(http.StatusOK)
	case "/authz":
		fmt.Fprintf(w, `{"status":%q,"identifier":{"type":"dns","value":%q},"challenges":[%s]}`, ca.state(), ca.domain, challenge())
	case "/challenge":
		ca.failure = ca.validate(ca.domain, "TOKEN")
		ca.proved = ca.failure == nil
		_, _ = io.WriteString(w, challenge())
	case "/finalize":
		var f struct{ CSR string }
		_ = json.Unmarshal(payload, &f)
		ca.issue(f.CSR)
		order(http.StatusOK)
	case "/cert":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = w.Write(ca.issued)
	default:
		http.NotFound(w, r)
	}
}

// asked is how many certificates were ordered.
func (ca *authority) asked() int {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	return ca.orders
}

func (ca *authority) state() string {
	switch {
	case ca.proved:
		return "valid"
	case ca.failure != nil:
		return "invalid"
	}
	return "pending"
}

func (ca *authority) issue(text string) {
	der, _ := base64.RawURLEncoding.DecodeString(text)
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil || !ca.proved {
		return
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: csr.DNSNames, Subject: csr.Subject,
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if der, err = x509.CreateCertificate(rand.Reader, leaf, ca.root, csr.PublicKey, ca.key); err != nil {
		return
	}
	var chain bytes.Buffer
	for _, c := range [][]byte{der, ca.root.Raw} {
		_ = pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: c})
	}
	ca.issued = chain.Bytes()
}

// byHTTP fetches the proof from port 80, as http-01 does.
func byHTTP(a *app.App) func(domain, token string) error {
	return func(domain, token string) error {
		r, err := http.NewRequest("GET", a.RedirectURL()+"/.well-known/acme-challenge/"+token, nil)
		if err != nil {
			return err
		}
		r.Host = domain
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 || !strings.HasPrefix(string(body), token+".") {
			return fmt.Errorf("%d %s %v", res.StatusCode, body, err)
		}
		return nil
	}
}

// byTLS looks for the proof in a certificate, as tls-alpn-01 does (RFC 8737).
func byTLS(a *app.App) func(domain, token string) error {
	return func(domain, token string) error {
		c, err := tls.Dial("tcp", strings.TrimPrefix(a.URL(), "https://"), &tls.Config{
			ServerName: domain, NextProtos: []string{"acme-tls/1"}, InsecureSkipVerify: true, // what is proved is the extension
		})
		if err != nil {
			return err
		}
		defer c.Close()
		state := c.ConnectionState()
		for _, e := range state.PeerCertificates[0].Extensions {
			if e.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}) && e.Critical && state.NegotiatedProtocol == "acme-tls/1" {
				return nil
			}
		}
		return fmt.Errorf("no proof in the certificate")
	}
}

func TestCertificatesAreFetched(t *testing.T) {
	for kind, validate := range map[string]func(*app.App) func(string, string) error{"http-01": byHTTP, "tls-alpn-01": byTLS} {
		t.Run(kind, func(t *testing.T) {
			ca := newAuthority(t, kind)
			cache := t.TempDir()
			a := &app.App{Files: built(t)}
			ca.validate = func(domain, token string) error { return validate(a)(domain, token) }
			args := []string{"-rocketchat", rocketChat(t).URL, "-domain", "chat.me.test,www.me.test", "-acme", ca.base + "/dir", "-acme-cache", cache, "-redirect", "127.0.0.1:0"}
			start(t, a, args...)
			res, err := trusting(ca.root, "chat.me.test", 0).Get(a.URL() + "/healthz")
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != 200 || res.ProtoMajor != 2 || res.Header.Get("Strict-Transport-Security") == "" {
				t.Errorf("%s %s %v", res.Proto, res.Status, res.Header)
			}
			if _, err := trusting(ca.root, "other.me.test", 0).Get(a.URL()); err == nil {
				t.Error("a host nobody named is served")
			}
			if n := ca.asked(); n != 1 {
				t.Errorf("%d certificates were asked for", n)
			}
			kept, err := os.ReadDir(cache)
			if err != nil || len(kept) < 2 {
				t.Errorf("the cache has %v, %v", kept, err)
			}
			// Another instance with the same cache asks for none.
			b := start(t, &app.App{Files: built(t)}, args...)
			res, err = trusting(ca.root, "chat.me.test", 0).Get(b.URL() + "/healthz")
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if n := ca.asked(); n != 1 {
				t.Errorf("%d certificates were asked for, with one in the cache", n)
			}
		})
	}
}
