#!/usr/bin/env bash
# How Capsule is built, run and tested; every flag is here and nowhere else.
# Needs Go and git. What else a command needs it installs on Debian as root,
# or says in one line what to install.
set -euo pipefail
shopt -s inherit_errexit 2>/dev/null || { echo 'build.sh: needs bash 4.4 or later (on a Mac: brew install bash)' >&2; exit 1; }
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

readonly staticcheck_version=v0.6.1
readonly gosec_version=v2.22.4
readonly govulncheck_version=v1.1.4
readonly official_version=1.13.3
readonly server_file=.bin/capsule
flags=(-trimpath -ldflags '-s -w')
# What of the widget is not the standard library is not inlined: 4% smaller, and
# not slower.
wasm_flags=(-gcflags='capsule/...=-l' -gcflags='honnef.co/...=-l' -gcflags='github.com/...=-l')
compiler=go # of the widget: go or tinygo

help() {
  cat <<'TEXT'
./build.sh          build everything: the wasm, assets/dist and the server
./build.sh release  the same with TinyGo, which makes the wasm several times smaller;
                    it makes itself a TinyGo when there is none
./build.sh demo     build, with TinyGo if it is there, then run the server with
                    its own small Rocket.Chat
./build.sh dev      the same with standard Go, serving assets/dist from disk
./build.sh test     lint, unit tests, browser tests and the size budget
./build.sh pack     the wasm and assets/dist only; quick when nothing changed
./build.sh wasm     the wasm only
./build.sh server   the server only, with what is in assets/dist
./build.sh size     the size of what visitors load by compiler, against the budget,
                    and what each package costs
./build.sh delivery browser tests that break sockets, servers and pages under
                    lines being sent; they take a while
./build.sh soak     play schedules of faults against the model of everything, on all
                    cores: ./build.sh soak -n 10000000, from a seed on with -seed 7,
                    with several tabs for everybody with -tabs;
                    a seed that fails is shrunk, and told with -n 1 -seed of it
./build.sh soak -sockets -n 10000
                    that many lines through real sockets that are cut at random
./build.sh bench    measure what is in assets/dist beside the official widget, in
                    5 rounds or as many as are said: ./build.sh bench 3
./build.sh load     measure the server beside nginx and Caddy, which it installs on
                    Debian, in 5 rounds or as many as are said; some minutes
./build.sh vulns    look for known vulnerabilities in what the server calls

demo and dev pass what follows to the server: ./build.sh demo -addr :9000
CAPSULE_SERVER=https://chat.example ./build.sh pack builds a site whose
script tags talk to that server unless they say otherwise.
TEXT
}

say() { printf '%s\n' "$*"; }
die() { doing=; printf 'build.sh: %s\n' "$*" >&2; exit 1; }

# step runs a command under a title and prints how long it took.
doing=
trap '[[ -z $doing ]] || printf "build.sh: failed: %s\n" "$doing" >&2' EXIT
step() {
  local began=$SECONDS
  doing=$1
  say "== $doing"
  "${@:2}" # no || here: inside of it a function would not stop at its first error
  say "   $doing: $((SECONDS - began)) s"
  doing=
}

need_go() {
  command -v go >/dev/null || die 'Go is missing: install Go 1.26 from https://go.dev/dl/ and put it on PATH'
}

# install puts Debian packages in place where that is possible, and reports
# whether they are there now.
install() {
  [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || return 1
  say "   installing $*"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >.bin/apt.log 2>&1 ||
    { tail -n 5 .bin/apt.log; return 1; }
}

# lacking ends the run in CI, and elsewhere says what is left out.
lacking() {
  [[ ${CI:-} != true ]] || die "$1"
  say "   $1"
}

# wasm compiles a package for the browser, if no other then the widget. What a
# browser never runs is left out: see .overlay.
wasm() {
  local package=${1:-./wasm} file=.bin/${2:-capsule}.$compiler overlay
  go run ./assets/pack -style assets/style
  if [[ $compiler == tinygo ]]; then
    .tinygo/build.sh "$file.wasm" "$package"
    return
  fi
  overlay=$(.overlay/write.sh .bin/overlay.json)
  GOOS=js GOARCH=wasm go build "${flags[@]}" "${wasm_flags[@]}" -overlay "$overlay" -o "$file.wasm" "$package"
  cp "$(go env GOROOT)/lib/wasm/wasm_exec.js" "$file.js"
}

# pack makes the site in assets/dist, or in another folder.
pack() {
  wasm
  pack_into "${1:-assets/dist}" capsule
}

pack_into() {
  go run ./assets/pack -wasm ".bin/$2.$compiler.wasm" -exec ".bin/$2.$compiler.js" -out "$1"
}

# trial packs another program in the widget's place, for the browser tests.
trial() {
  compiler=$1
  wasm "$2" trial
  pack_into "$3" trial
}

# sites packs one site for each compiler there is, and prints their names.
sites() {
  local compiler
  for compiler in go tinygo; do
    if [[ $compiler == tinygo ]] && ! .tinygo/install.sh >/dev/null; then
      lacking 'no TinyGo, so no release build' >&2
      continue
    fi
    pack ".bin/sites/$compiler" >&2
    say "$compiler"
  done
}

server() {
  CGO_ENABLED=0 go build "${flags[@]}" -o "$server_file" ./server
}

build() {
  step 'wasm and site' pack
  step 'server' server
}

# release is what goes out to the world.
release() {
  compiler=tinygo
  build
}

# fastest chooses TinyGo when it takes no making.
fastest() {
  if .tinygo/install.sh --there >/dev/null; then
    compiler=tinygo
    say '== compiling with TinyGo'
  else
    say '== compiling with standard Go: ./build.sh release makes a TinyGo first'
  fi
}

demo() {
  fastest
  build
  exec "$server_file" -demo "$@"
}

dev() {
  build
  exec "$server_file" -demo -assets assets/dist "$@"
}

size() {
  budget
  # shellcheck disable=SC2046
  costs $(cd .bin/sites && echo *)
}

budget() {
  local made
  made=$(sites)
  # shellcheck disable=SC2086
  .ci/size.sh $made
}

# costs prints what each package costs in the wasm of a compiler.
costs() {
  local overlay c
  overlay=$(.overlay/write.sh .bin/overlay.json)
  GOOS=js GOARCH=wasm go list -overlay "$overlay" -deps ./wasm >.bin/packages
  for c in "$@"; do
    if [[ $c == tinygo ]]; then
      .tinygo/build.sh .bin/names.tinygo.wasm ./wasm names
    else
      GOOS=js GOARCH=wasm go build -trimpath "${wasm_flags[@]}" -overlay "$overlay" -o .bin/names.go.wasm ./wasm
    fi
    go run ./.ci/cost -n 12 ".bin/names.$c.wasm" <.bin/packages
  done
}

# tool puts a Go program in place, as .bin/NAME-VERSION.
tool() {
  local name=${1##*/} version=$2
  [[ ! -x .bin/$name-$version ]] || return 0
  rm -f .bin/"$name"-v*
  GOBIN=$PWD/.bin/tools go install "$1@$version"
  mv ".bin/tools/$name" ".bin/$name-$version"
}

linters() {
  tool honnef.co/go/tools/cmd/staticcheck $staticcheck_version
  tool github.com/securego/gosec/v2/cmd/gosec $gosec_version
}

# vulns asks Go's database for known vulnerabilities in what the server calls.
vulns() {
  local found=0
  tool golang.org/x/vuln/cmd/govulncheck $govulncheck_version
  .bin/govulncheck-$govulncheck_version ./server >.bin/vulns.txt 2>&1 || found=$?
  if grep -q '^govulncheck: fetching vulnerabilities' .bin/vulns.txt; then
    lacking "nothing checked, the database cannot be reached: $(tail -n 1 .bin/vulns.txt)"
    return
  fi
  cat .bin/vulns.txt
  return $found
}

# unit runs every test but the browser's. The race detector needs a C compiler.
unit() {
  local race=-race
  if ! command -v "$(go env CC)" >/dev/null && ! install gcc libc6-dev; then
    lacking 'no C compiler, so no race detector: install gcc'
    race=
  fi
  # shellcheck disable=SC2046
  go test $race $(go list ./... | grep -v '/server/e2e$') ./.ci/cost ./.overlay
}

# proof plays the schedules of each commit, at full number only without the race
# detector; weakens the policy in every way, one at a time; and measures what the
# plain tests reach of the packages that deliver.
proof() {
  go test -count=1 -v -run 'Schedules|Tabs|Storm|Shrink' ./wasm/internal/model
  go test -count=1 -v -tags mutants -run Mutants ./wasm/internal/model
  local covered=(session outbox timeline)
  go test -count=1 -cover "${covered[@]/#/./wasm/internal/}" |
    awk '{ print } match($0, /[0-9.]+% of/) && substr($0, RSTART) + 0 < 95 { low = 1 } END { exit low }' ||
    die 'of session, outbox and timeline 95 % of the statements are to be tested'
}

# soak proves more than there is time for with each commit.
soak() {
  local n=1000000 seed=1 sockets= tabs=
  while [[ $# != 0 ]]; do
    case $1 in
      -n) n=${2:?how many} && shift ;;
      -seed) seed=${2:?which} && shift ;;
      -tabs) tabs=-tabs ;;
      -sockets) sockets=1 ;;
      *) die "soak knows -n, -seed, -tabs and -sockets, not $1" ;;
    esac
    shift
  done
  if [[ -n $sockets ]]; then
    CAPSULE_SOAK=$n go test -count=1 -v -timeout 0 -run '^TestSoak$' ./wasm/internal/loop
    return
  fi
  go test -count=1 -v -timeout 0 -run '^TestSoak$' ./wasm/internal/model -schedules "$n" -seed "$seed" $tabs
}

# under_node runs the tests of the widget's pure packages as wasm: those that
# need neither the server nor a socket.
under_node() {
  if ! command -v node >/dev/null; then
    lacking 'no node, so no tests as wasm: install nodejs'
    return
  fi
  local list
  list=$(GOOS=js GOARCH=wasm go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}} {{.Imports}} {{.TestImports}} {{.XTestImports}}{{end}}' ./wasm/... |
    grep -v 'capsule/server\|coder/websocket\|os/exec' | cut -d ' ' -f 1)
  # wasm_exec.js has room for a small environment only.
  # shellcheck disable=SC2086
  GOOS=js GOARCH=wasm go test -short -timeout 4m \
    -exec "env -i PATH=$PATH HOME=$HOME $(go env GOROOT)/lib/wasm/go_js_wasm_exec" $list
}

# chromium prints where the browser is; -P, since command -v finds this function.
chromium() {
  local name
  for name in ${CAPSULE_BROWSER:-chromium chromium-browser google-chrome-stable google-chrome}; do
    type -P "$name" && return
  done
  return 1
}

browser() {
  if ! chromium >/dev/null && ! install chromium; then
    lacking 'no browser, so no browser tests: install chromium'
    return
  fi
  local made c
  made=$(sites)
  for c in $made; do
    say "   with the widget by $c"
    CAPSULE_DIST=$PWD/.bin/sites/$c CAPSULE_BROWSER=$(chromium) go test -count=1 -timeout 20m ./server/e2e/
  done
  if c=$(official); then
    say "   the official widget $official_version and the stand-in"
    CAPSULE_OFFICIAL_WIDGET=$c go test -count=1 -run '^TestTheOfficialWidget$' ./server/standin/
  else
    say '   no official widget to try the stand-in with: npm fetches it'
  fi
}

# delivery runs the browser tests whose time is that of the faults: heartbeats,
# waits between dials, machines that sleep.
delivery() {
  pack
  chromium >/dev/null || install chromium || die 'no browser to test in: install chromium'
  CAPSULE_BROWSER=$(chromium) go test -count=1 -timeout 1h -tags delivery ./server/e2e/
}

# official fetches the official widget, outside the work tree, and prints its
# folder.
official() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/capsule/livechat-$official_version
  if [[ ! -d $cache ]]; then
    command -v npm >/dev/null || return 1
    mkdir -p "$cache.new"
    (cd "$cache.new" && npm pack --silent "@rocket.chat/livechat@$official_version" >/dev/null && tar -xzf ./*.tgz && rm ./*.tgz) ||
      { rm -rf "$cache.new"; return 1; }
    mv "$cache.new" "$cache"
  fi
  printf '%s\n' "$cache/package"
}

# bench prints a table; what goes on meanwhile goes to standard error.
bench() {
  local peer
  peer=$(official) || say '== no official widget (npm fetches it): Capsule is measured alone'
  chromium >/dev/null || install chromium || die 'no browser to measure in: install chromium'
  cd server/e2e # where go test passes on what is printed
  CAPSULE_BENCH=${1:-5} CAPSULE_OFFICIAL_WIDGET=$peer CAPSULE_BROWSER=$(chromium) \
    go test -count=1 -timeout 2h -run '^TestBench$'
}

# load measures the server beside nginx and Caddy, one core each for server
# and load.
load() {
  local peers=()
  fastest
  build
  command -v taskset >/dev/null || install util-linux || die 'no taskset: install util-linux'
  if ! { [[ -x /usr/sbin/nginx ]] || command -v nginx; } >/dev/null || ! command -v caddy >/dev/null; then
    install nginx caddy || { say '== no nginx or no Caddy (Debian has both): Capsule is measured alone'; peers=(-alone); }
  fi
  go build -o .bin/load ./server/load
  taskset -c 1 .bin/load -rounds "${1:-5}" "${peers[@]}"
}

test() {
  local began=$SECONDS
  step 'linters are here' linters
  step 'lint' .ci/lint.sh
  build
  step 'unit tests' unit
  step 'model, mutants and coverage' proof
  step 'unit tests as wasm' under_node
  step 'browser tests' browser
  step 'size' budget
  say "== all of it: $((SECONDS - began)) s"
}

mkdir -p .bin
[[ $# != 0 ]] || set -- build
while [[ $# != 0 ]]; do
  command=$1
  shift
  case $command in
    build | release | wasm | pack | server | size | test | delivery | vulns) need_go; "$command" ;;
    demo | dev) need_go; "$command" "$@" ;; # does not return
    bench | load | soak) need_go; "$command" "$@"; exit ;;
    trial) trial "$@"; exit ;;
    help | -h | --help) help ;;
    *) help >&2; die "no command $command" ;;
  esac
done
