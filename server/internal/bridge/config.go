package bridge

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

var (
	configAge  = age{fresh: 5 * time.Second, stale: 10 * time.Minute, hold: 5 * time.Second}
	versionAge = age{fresh: 5 * time.Minute, stale: 24 * time.Hour, hold: 30 * time.Second}
)

// configs keep Rocket.Chat's configuration as a visitor unknown to it sees
// it: one for the whole site and one per department, since whether somebody
// is there depends on that.
type configs struct {
	site well[rocket.Config]

	mu          sync.Mutex
	departments map[string]*well[rocket.Config]
}

func (b *Bridge) config(w http.ResponseWriter, r *http.Request) error {
	var wanted string
	if err := query(r, fields{"department": &wanted}); err != nil {
		return err
	}
	c, err := b.anonymous(r.Context(), b.caller(r), b.wanted(r, wanted))
	if err != nil {
		return err
	}
	return answer(w, ejson.F("config", b.profile(r).over(c).Value()), ejson.F("server", b.told(r)))
}

// anonymous is the configuration for a visitor who wants the department of
// that id or name; a department that does not exist counts as none.
func (b *Bridge) anonymous(ctx context.Context, from caller, wanted string) (rocket.Config, error) {
	site, err := b.configs.site.draw(ctx, configAge, b.fetchConfig(from, ""))
	if err != nil || wanted == "" {
		return site, err
	}
	id, ok := department(site, wanted)
	if !ok {
		return site, nil
	}
	return b.configs.of(id).draw(ctx, configAge, b.fetchConfig(from, id))
}

// department finds the id of the department that has this id or name. Only
// what Rocket.Chat itself lists is ever sent to it.
func department(c rocket.Config, wanted string) (id string, ok bool) {
	for _, d := range c.Departments {
		if d.ID == wanted {
			return d.ID, true
		}
	}
	for _, d := range c.Departments {
		if strings.EqualFold(d.Name, wanted) {
			return d.ID, true
		}
	}
	return "", false
}

func (c *configs) of(department string) *well[rocket.Config] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.departments == nil || len(c.departments) > 1000 {
		c.departments = map[string]*well[rocket.Config]{}
	}
	w := c.departments[department]
	if w == nil {
		w = &well[rocket.Config]{}
		c.departments[department] = w
	}
	return w
}

func (b *Bridge) fetchConfig(from caller, department string) func(context.Context) (rocket.Config, error) {
	return func(ctx context.Context) (rocket.Config, error) {
		v, err := b.rawConfig(ctx, from, "", department)
		return rocket.ConfigFrom(v), err
	}
}

// rawConfig asks for the configuration; with a token Rocket.Chat adds the
// visitor, the open room and its agent.
func (b *Bridge) rawConfig(ctx context.Context, from caller, t rocket.Token, department string) (ejson.Value, error) {
	q := url.Values{}
	if t != "" {
		q.Set("token", string(t))
	}
	if department != "" {
		q.Set("department", department)
	}
	v, err := b.up.do(ctx, call{op: "read config", path: rocket.PathConfig, query: q, caller: from})
	if err != nil {
		return ejson.Value{}, err
	}
	config := v.Get("config")
	if config.Kind() != ejson.KindObject {
		return ejson.Value{}, nonsense("read config: there is none in the answer")
	}
	return config, nil
}

// A version is Rocket.Chat's, as far as it tells strangers.
type version struct{ major, minor int }

func (v version) String() string {
	if v == (version{}) {
		return ""
	}
	return strconv.Itoa(v.major) + "." + strconv.Itoa(v.minor)
}

// parseVersion reads "8", "8.8", "8.8.1" and "8.8.0-rc.1"; anything else is
// the zero version, which counts as newest.
func parseVersion(s string) version {
	major, rest, _ := strings.Cut(s, ".")
	minor, _, _ := strings.Cut(rest, ".")
	minor, _, _ = strings.Cut(minor, "-")
	var v version
	var err error
	if v.major, err = strconv.Atoi(major); err != nil || v.major < 0 || v.major > 999 {
		return version{}
	}
	if v.minor, err = strconv.Atoi(minor); err != nil || v.minor < 0 || v.minor > 999 {
		v.minor = 0
	}
	return v
}

// version is Rocket.Chat's; zero while it cannot be learned, which is no
// reason to fail.
func (b *Bridge) version(ctx context.Context, from caller) version {
	v, err := b.info.draw(ctx, versionAge, func(ctx context.Context) (version, error) {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		v, err := b.up.do(ctx, call{op: "read version", path: rocket.PathInfo, caller: from})
		if err != nil {
			if asProblem(err).Code != RateLimited { // which the next may be told as well, and the one after
				b.logf("bridge: the version of Rocket.Chat is unknown: %v", err)
			}
			return version{}, err
		}
		text := v.Get("version").Str()
		if text == "" {
			text = v.Get("info").Get("version").Str()
		}
		return parseVersion(text), nil
	})
	if err != nil {
		return version{}
	}
	return v
}

// addresses is where a browser finds Rocket.Chat.
func addresses(public *url.URL) ejson.Value {
	base := url.URL{Scheme: public.Scheme, Host: public.Host, Path: strings.TrimRight(public.Path, "/")}
	socket := base
	socket.Scheme = "wss"
	if base.Scheme == "http" {
		socket.Scheme = "ws"
	}
	socket.Path += rocket.PathWebsocket
	return ejson.Object(ejson.F("socket", ejson.String(socket.String())), ejson.F("base", ejson.String(base.String())))
}

// told is what a client is told about Rocket.Chat.
func (b *Bridge) told(r *http.Request) ejson.Value {
	v := b.version(r.Context(), b.caller(r))
	return ejson.Object(append([]ejson.Member{ejson.F("version", ejson.String(v.String()))}, b.server.Members()...)...)
}
