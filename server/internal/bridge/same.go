package bridge

import (
	"io"
	"mime"

	"capsule/wasm/rocket"
)

// Values of headers that are the same in all answers and calls. They are
// shared and nobody may change them; who adds to one gets a copy.
var (
	varyOrigin   = []string{"Origin"}
	noStore      = []string{"no-store"}
	noSniff      = []string{"nosniff"}
	exposed      = []string{"Retry-After, Content-Disposition"}
	jsonType     = []string{"application/json"}
	widgetCookie = []string{rocket.CookieWidget}
)

// mediaType is mime.ParseMediaType without its work for what comes most.
func mediaType(s string) (kind string, params map[string]string, err error) {
	if s == jsonType[0] {
		return s, nil, nil
	}
	return mime.ParseMediaType(s)
}

// foretold is how much room is made for a body only because its length was
// announced: whoever announces much may send nothing.
const foretold = 4 << 10

// readAll is io.ReadAll of what is said to have length bytes, -1 if nothing is
// said.
func readAll(r io.Reader, length int64) ([]byte, error) {
	if length < 0 || length > foretold {
		return io.ReadAll(r)
	}
	b := make([]byte, 0, length+1) // and one to see the end
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
	}
}
