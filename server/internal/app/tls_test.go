package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"capsule/server/internal/app"
)

// certify writes a certificate for name and its key over the two files.
func certify(t *testing.T, certFile, keyFile, name string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// trusting is a client that trusts c alone and connects anew each time.
func trusting(c *x509.Certificate, name string, max uint16) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return &http.Client{
		Transport: &http.Transport{
			TLSClientConfig:   &tls.Config{RootCAs: pool, ServerName: name, MaxVersion: max},
			ForceAttemptHTTP2: true, DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func TestTLSWithACertificateOfOnesOwn(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	first := certify(t, certFile, keyFile, "chat.test")
	var kept atomic.Bool
	a := start(t, &app.App{Files: built(t), Logf: func(format string, args ...any) {
		t.Logf(format, args...)
		if strings.HasPrefix(format, "tls: keeping") {
			kept.Store(true)
		}
	}}, "-rocketchat", rocketChat(t).URL, "-cert", certFile, "-key", keyFile, "-redirect", "127.0.0.1:0")
	if !strings.HasPrefix(a.URL(), "https://127.0.0.1:") {
		t.Fatalf("it is at %s", a.URL())
	}
	res, err := trusting(first, "chat.test", 0).Get(a.URL() + "/capsule.js")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.ProtoMajor != 2 || res.Header.Get("Strict-Transport-Security") != "max-age=31536000" || res.StatusCode != 200 {
		t.Errorf("%s %d %v", res.Proto, res.StatusCode, res.Header)
	}
	if _, err := trusting(first, "chat.test", tls.VersionTLS11).Get(a.URL()); err == nil {
		t.Error("TLS 1.1 is spoken")
	}

	for _, tt := range []struct {
		name, method, host, path, want string
		status                         int
	}{
		{"a page", "GET", "chat.test", "/desk.html?a=b", "https://chat.test:" + a.URL()[len("https://127.0.0.1:"):] + "/desk.html?a=b", 308},
		{"another port", "GET", "CHAT.test:80", "/", "https://chat.test:" + a.URL()[len("https://127.0.0.1:"):] + "/", 308},
		{"two slashes", "GET", "chat.test", "//evil.example/x", "https://chat.test:" + a.URL()[len("https://127.0.0.1:"):] + "/evil.example/x", 308},
		{"somebody else's host", "GET", "evil.example", "/", "", 404},
		{"a host that is none", "GET", "chat.test@evil.example", "/", "", 404},
		{"a form, whose content has been sent in the clear", "POST", "chat.test", "/v1/session", "", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(tt.method, a.RedirectURL()+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = tt.host
			res, err := trusting(first, "", 0).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != tt.status && !(tt.status == 404 && res.StatusCode == 400) || res.Header.Get("Location") != tt.want {
				t.Errorf("%d to %q, want %d to %q", res.StatusCode, res.Header.Get("Location"), tt.status, tt.want)
			}
			if res.Header.Get("Strict-Transport-Security") != "" {
				t.Error("HSTS over http is void")
			}
		})
	}

	// Half of a renewal: the old pair serves on.
	if err := os.WriteFile(keyFile, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the old certificate being kept", func() bool {
		res, err := trusting(first, "chat.test", 0).Get(a.URL() + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return kept.Load()
	})
	second := certify(t, certFile, keyFile, "chat.test")
	waitFor(t, "the new certificate", func() bool {
		res, err := trusting(second, "chat.test", 0).Get(a.URL() + "/healthz")
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil
	})
}

// waitFor waits up to ten seconds until is holds.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("no sign of %s", what)
		}
		<-time.After(20 * time.Millisecond)
	}
}

func TestWhatIsWrongWithTLS(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile, otherKey := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem"), filepath.Join(folder, "other.pem")
	certify(t, filepath.Join(folder, "x"), otherKey, "other.test")
	certify(t, certFile, keyFile, "chat.test")
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"a key of another certificate", []string{"-cert", certFile, "-key", otherKey}, "-cert: private key does not match public key"},
		{"no such file", []string{"-cert", "/no/such", "-key", keyFile}, "-cert: stat /no/such: no such file or directory"},
		{"no PEM", []string{"-cert", "tls_test.go", "-key", keyFile}, "-cert: failed to find any PEM data in certificate input"},
		{"a key alone", []string{"-key", keyFile}, "-key: needs -cert as well"},
		{"a certificate alone", []string{"-cert", certFile}, "-cert: needs -key as well"},
		{"two ways", []string{"-cert", certFile, "-key", keyFile, "-domain", "a.example"}, "-domain: either a certificate of your own (-cert) or one that is fetched"},
		{"an address for a domain", []string{"-domain", "203.0.113.7"}, `-domain: "203.0.113.7" is no host name like chat.example.com`},
		{"a pattern for a domain", []string{"-domain", "*.me.example"}, `-domain: "*.me.example" is no host name like chat.example.com`},
		{"nowhere to keep certificates", []string{"-domain", "a.example"}, "-domain: say where to keep certificates: -acme-cache FOLDER"},
		{"an ACME server without a domain", []string{"-acme", "https://acme.example/dir"}, "-acme: needs -domain as well"},
		{"an ACME server by http", []string{"-domain", "a.example", "-acme", "http://acme.example/dir", "-acme-cache", "/x"}, `-acme: "http://acme.example/dir" is no URL like https://acme.example.com/directory`},
		{"a redirect to nowhere", []string{"-redirect", ":80"}, "-redirect: there is no https to send anybody to; add -cert or -domain"},
		{"a redirect from nowhere", []string{"-cert", certFile, "-key", keyFile, "-redirect", "80"}, `-redirect: "80" is neither an address like :80 nor off`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &app.App{Files: built(t)}
			err := a.ParseFlags(append([]string{"-rocketchat", "https://chat.example"}, tt.args...), none)
			if err == nil {
				err = a.Check(os.Stderr)
			}
			if err == nil || err.Error() != tt.want {
				t.Errorf("the error is\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}
