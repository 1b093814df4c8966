package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"capsule/server/internal/doctor"
)

// DoctorUsage is what capsule doctor -h prints.
const DoctorUsage = `Tests a set-up end to end, changes nothing, and says what to do about each
thing that is not well.

  capsule doctor -rocketchat https://chat.example.com \
      -server https://capsule.example.com -page https://www.example.com/

It understands the server's flags, environment and -config, so that it tests
what the server would do, and besides:

  -page LIST    Pages with the widget on them, comma-separated. Each is fetched,
                and its Content-Security-Policy examined.
  -server URL   Capsule's server as browsers reach it. Default: that of -domain.
  -json         Print findings for a program.
  -h            Print this.

Run it on the machine of Capsule's server: what it says about forwarded
addresses is about the way from there to Rocket.Chat. It makes about three calls
to Rocket.Chat for itself and three for two addresses that nobody has.

Exit status: 0 when visitors can be served, 1 when not, 2 for a wrong flag.
`

// Doctor is the subcommand of that name: it examines what args, without
// "doctor", describe. It returns the exit code.
func Doctor(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	a := &App{}
	o, asJSON, err := a.doctorOptions(args, getenv)
	switch {
	case errors.Is(err, ErrHelp):
		fmt.Fprint(stdout, DoctorUsage)
		return 0
	case err != nil:
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintln(stderr, "capsule doctor:", strings.TrimSuffix(line, "\n"))
		}
		return 2
	}
	found := doctor.Run(ctx, o)
	if asJSON {
		err = doctor.PrintJSON(stdout, found)
	} else {
		doctor.Print(stdout, found)
	}
	if err != nil || doctor.Failed(found) {
		return 1
	}
	return 0
}

func (a *App) doctorOptions(args []string, getenv func(string) string) (o doctor.Options, asJSON bool, err error) {
	var pages, server *string
	var json *bool
	err = a.parse(args, getenv, func(fs *flag.FlagSet) {
		pages, server, json = fs.String("page", "", ""), fs.String("server", "", ""), fs.Bool("json", false, "")
	})
	if err != nil {
		return o, false, err
	}
	s := a.settings
	if s.demo {
		return o, false, flagError("demo", errors.New("there is nothing to examine in a demo"))
	}
	o = doctor.Options{RocketChat: s.rocketChat, Public: s.public, Departments: map[string]string{}}
	for _, page := range strings.Split(*pages, ",") {
		if page = strings.TrimSpace(page); page == "" {
			continue
		}
		u, err := url.Parse(page)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
			return o, false, flagError("page", fmt.Errorf("%q is no URL like https://www.example.com/", page))
		}
		o.Pages = append(o.Pages, u)
	}
	if *server == "" && len(s.domains) > 0 {
		*server = "https://" + s.domains[0]
	}
	if *server != "" {
		if o.Server, err = parseURL(*server); err != nil {
			return o, false, flagError("server", err)
		}
	}
	for _, site := range strings.Split(s.origins.With(s.profiles.origins()).String(), ", ") {
		if site != "" && !strings.Contains(site, "*") { // any example would be a guess
			o.Origins = append(o.Origins, site)
		}
	}
	slices.Sort(o.Origins)
	for _, p := range s.profiles {
		if p.over.Department != "" {
			o.Departments[p.name] = p.over.Department
		}
	}
	return o, *json, nil
}
