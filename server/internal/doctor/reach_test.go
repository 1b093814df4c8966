package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestErrorsInPlainWords(t *testing.T) {
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	pool := x509.NewCertPool()
	pool.AddCert(secure.Certificate())
	trusting := func(name string, now time.Time) http.RoundTripper {
		return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: name, Time: func() time.Time { return now }}}
	}
	for _, tt := range []struct {
		name      string
		transport http.RoundTripper
		want      string
	}{
		{"an unknown authority", &http.Transport{}, "its certificate is not from an authority that is trusted here"},
		{"another name", trusting("other.test", time.Now()), "its certificate is not for other.test"},
		{"too old", trusting("example.com", time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)), "its certificate has expired"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := &exam{client: &http.Client{Transport: tt.transport}}
			_, err := e.get(context.Background(), secure.URL)
			if err == nil || err.Error() != tt.want {
				t.Errorf("the error is %v, want %s", err, tt.want)
			}
		})
	}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&url.Error{Op: "Get", URL: "https://x/?token=abc", Err: errors.New("EOF")}, "EOF"},
		{&net.DNSError{Name: "a.example", Err: "no such host", IsNotFound: true}, "there is no host a.example"},
		{&net.DNSError{Name: "a.example", Err: "i/o timeout", IsTimeout: true}, "it did not answer within 10s"},
		{&net.DNSError{Name: "a.example", Server: "10.0.0.53:53", Err: "server misbehaving"}, "lookup a.example on 10.0.0.53:53: server misbehaving"},
		{context.DeadlineExceeded, "it did not answer within 10s"},
	} {
		if got := plain(tt.err).Error(); got != tt.want {
			t.Errorf("plain(%v) = %s, want %s", tt.err, got, tt.want)
		}
	}
}

func TestACertificateThatIsAboutToEnd(t *testing.T) {
	for days, warned := range map[int]bool{3: true, 13: true, 30: false} {
		e := &exam{}
		ends := time.Now().Add(time.Duration(days)*24*time.Hour + time.Hour)
		e.certificate("server", &url.URL{Scheme: "https", Host: "chat.example:8443"}, reply{tls: &tls.ConnectionState{
			PeerCertificates: []*x509.Certificate{{NotAfter: ends}},
		}})
		if got := len(e.found) == 1 && strings.HasPrefix(e.found[0].Text, "The certificate of chat.example ends in "); got != warned {
			t.Errorf("with %d days left: %+v", days, e.found)
		}
	}
}
