package app

// Usage is what -h prints.
const Usage = `Capsule puts a live chat for Rocket.Chat on any page. This is its server: it
serves the widget and carries the few calls to Rocket.Chat that a browser on
another site may not make itself.

  capsule -rocketchat https://chat.example.com -origin https://www.example.com

Then, on any page of www.example.com:

  <script src="https://capsule.example.com/capsule.js" async></script>

To look around without a Rocket.Chat, with one built in:

  capsule -demo

To see what a configuration comes to, or what is wrong with it; and to test a
set-up end to end, with the fix for each thing found (capsule doctor -h):

  capsule -check -config capsule.toml
  capsule doctor -config capsule.toml -page https://www.example.com/

Flags, each also as an environment variable and in the file of -config. A flag
wins over the environment, and that over the file:

  -config FILE       CAPSULE_CONFIG
        Read settings and profiles from this file. See below.
  -check             CAPSULE_CHECK
        Start nothing: print what the server would do and end with 0, or
        every mistake with its line and end with 2.

  -rocketchat URL    CAPSULE_ROCKETCHAT
        Rocket.Chat as this server reaches it, with its path prefix if it
        has one. Needed, unless -demo is given.
  -public URL        CAPSULE_PUBLIC
        Rocket.Chat as visitors' browsers reach it, when that differs: they
        open a websocket to it.
  -origin LIST       CAPSULE_ORIGIN
        The sites that may show the widget, comma-separated:
        https://www.example.com, https://*.example.com for every host below
        example.com, http://localhost:* for every port. The server's own
        pages always may. Default: only those.
  -addr ADDRESS      CAPSULE_ADDR
        Where to listen. Default :8080, with -domain :443, in a demo
        127.0.0.1:8080. Without TLS of its own (-cert, -domain) put a reverse
        proxy with TLS in front, and name it with -trust.
  -cert FILE         CAPSULE_CERT
  -key FILE          CAPSULE_KEY
        Speak TLS with this certificate (PEM, the chain included) and its
        key. Both are read again when they change.
  -domain LIST       CAPSULE_DOMAIN
        Speak TLS with certificates fetched for these host names, from Let's
        Encrypt unless -acme says otherwise, whose terms you thereby accept.
        Port 80 or 443 has to be reachable from outside.
  -acme URL          CAPSULE_ACME
        The directory of another ACME server.
  -acme-cache FOLDER CAPSULE_ACME_CACHE
        Where fetched certificates are kept. Default: capsule/acme in the
        user's cache folder, or what systemd sets aside.
  -redirect ADDRESS  CAPSULE_REDIRECT
        Where to listen for http and send it on to https. Default :80 with
        -domain, else nowhere; off for nowhere.
  -drain TIME        CAPSULE_DRAIN
        How long to go on serving after SIGTERM while /readyz says 503
        already, so that a load balancer looks elsewhere first: up to 9s.
        The whole stop never takes more than 10s. Default 0s.
  -trust LIST        CAPSULE_TRUST
        Addresses and networks (10.0.0.0/8) of reverse proxies whose
        X-Forwarded-For is believed. Without it all visitors behind a proxy
        count as one. Default: none.
  -rate N            CAPSULE_RATE
        How many requests a second one address may make to the bridge, in
        the long run; 0 for no limits at all. Default 5, in a demo 0.
  -ticket BITS       CAPSULE_TICKET
        Before a visitor is registered, uploads a file or leaves a message,
        let the browser work for it: about 2^BITS SHA-256 sums, 1 to 24. 16
        is a moment on a phone. It gets harder while many register. Default
        0: no work.
  -secret-file FILE  CAPSULE_SECRET_FILE
        A file with a secret of at least 32 characters, or put the secret
        itself into CAPSULE_SECRET. Servers behind one load balancer need
        the same one; so does signed identity, which forgets who is who when
        it changes. Default: a new one at every start.
  -identity-key-file FILE  CAPSULE_IDENTITY_KEY_FILE
        Lets your site say who its visitors are, by JWTs it signs: a file
        with the key to check them, an Ed25519 public key in PEM or a shared
        secret of at least 32 characters (HS256). Or put it itself into
        CAPSULE_IDENTITY_KEY. Needs a secret as above. Default: off.
  -assets FOLDER     CAPSULE_ASSETS
        Serve the widget from this folder instead of the one built in, and
        notice when it is built again.
  -demo              CAPSULE_DEMO
        Start a stand-in for Rocket.Chat, with agents, departments and a bot
        that answers, and print the URL of a page to try it on.
  -demo-addr ADDRESS CAPSULE_DEMO_ADDR
        Where the stand-in listens. Default 127.0.0.1:3100, or a free port
        if that is taken.
  -log FORMAT        CAPSULE_LOG
        Log lines as text or json, on standard error. Default text.
  -log-requests KIND CAPSULE_LOG_REQUESTS
        Which requests get a line: all, errors (status 500 and more) or
        none. Default all.
  -log-address KIND  CAPSULE_LOG_ADDRESS
        How much of a visitor's address is in it: none, short (the network)
        or full. Default short.
  -metrics ADDRESS   CAPSULE_METRICS
        Serve /metrics for Prometheus and Go's profiles under /debug/pprof/
        here, such as 127.0.0.1:9090. Default: nowhere.
  -metrics-public    CAPSULE_METRICS_PUBLIC
        Allow -metrics an address that others can reach. Profiles show what
        is in memory: only where a network of yours is all there is.
  -h                 Print this.

The file of -config is TOML. Its settings are named as the flags are; lists may
be lists. Each [[profile]] is for the pages of some sites, which thereby may
show the widget:

  rocketchat = "https://chat.example.com"
  origin = ["https://www.example.com"]

  [[profile]]
  name = "shop"                           # needed
  origins = ["https://shop.example.com"]  # needed; as with -origin
  department = "Sales"                    # id or name; nobody is asked then
  title = "Ask the shop"                  # also offline-title
  color = "#0b6bcb"                       # also offline-color
  welcome = "We answer in minutes."       # above the form; also offline
  language = "de"                         # for the script tag that -check
  position = "left"                       # prints: it is there first

What a profile leaves out is as Rocket.Chat has it. A site that is named wins
over a pattern that covers it.

Rocket.Chat limits calls per address. This server passes each visitor's own
on to it (X-Forwarded-For, X-Real-IP). When it reaches Rocket.Chat through a
further proxy, start Rocket.Chat with HTTP_FORWARDED_COUNT=2, or all visitors
share five registrations a minute.

GET /healthz answers 200 while the server works; GET /readyz while Rocket.Chat
can be reached as well, else 503 with the reason. SIGINT or SIGTERM lets
requests under way finish; a second one does not. Log lines never hold what a
visitor wrote, nor his token.

Exit status: 0 after a signal, 1 when something failed, 2 for a wrong flag.
`
