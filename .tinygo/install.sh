#!/bin/sh
# Makes the TinyGo that releases are compiled with, and prints its folder:
#
#	bin/tinygo    the command, knowing its own places
#	root          TINYGOROOT, with targets/wasm_exec.js and targets/capsule.json
#
# The compiler is the tinygo on PATH when that is 0.42 or later (earlier ones
# never let go of a JavaScript value), or else built from the pinned module in
# this folder against Debian's LLVM. Everything is kept outside the work tree,
# so that this takes milliseconds from the second time on.
#
#	install.sh            make it
#	install.sh --there    fail, without a word, when it is not made yet
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/capsule/tinygo-0.42.0
packages='llvm-19-dev libclang-19-dev clang-19 lld-19 binaryen wasi-libc libclang-rt-19-dev-wasm32 g++ zlib1g-dev libzstd-dev'
there=${1:-}

say() { printf '   %s\n' "$*" >&2; }
die() { printf '.tinygo/install.sh: %s\n' "$*" >&2; exit 1; }

# fresh prints the tinygo on PATH if it is new enough.
fresh() {
	tool=$(command -v tinygo) || return 1
	case $tool in "$cache"/*) return 1 ;; esac
	version=$("$tool" version 2>/dev/null | sed -n 's/^tinygo version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
	[ -n "$version" ] || return 1
	[ "${version% *}" -gt 0 ] || [ "${version#* }" -ge 42 ] || return 1
	echo "$tool"
}

# debian installs what compiling the compiler and linking wasm takes.
debian() {
	missing=
	for p in $packages; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
		die "TinyGo needs Debian's packages; as root: apt-get install --no-install-recommends$missing"
	say "installing$missing"
	mkdir -p "$cache"
	# shellcheck disable=SC2086
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >"$cache/apt.log" 2>&1 ||
		{ tail -n 5 "$cache/apt.log" >&2; die "cannot install$missing"; }
}

# built names the compiler by what it is made from.
built=$cache/compiler-$(cat "$here/go.mod" "$here/go.sum" "$here"/espflasher/pkg/espflasher/*.go | cksum | tr ' ' -)

# compile builds the compiler. It takes a minute and is done once.
compile() {
	debian
	say 'building TinyGo 0.42.0, once'
	mkdir -p "$cache"
	new=$cache/compiler.$$
	(cd "$here" && GOFLAGS= GOWORK=off CGO_ENABLED=1 GOOS= GOARCH= \
		go build -buildvcs=false -trimpath -ldflags='-s -w' -tags llvm19 -o "$new" github.com/tinygo-org/tinygo) >&2 ||
		die 'TinyGo does not build'
	mv "$new" "$built"
}

if ! compiler=$(fresh); then
	compiler=$built
	if [ ! -x "$compiler" ]; then
		[ "$there" != --there ] || exit 1
		compile
	fi
fi

# One folder for each state of what it is made from.
goroot=$(go env GOROOT)
key=$({
	ls -lL "$compiler"
	cat "$goroot/VERSION" "$here/capsule.json" "$here/random.c" "$here/wasm-opt" "$here/install.sh"
	find "$here/../.overlay/src" -name '*.go' | LC_ALL=C sort | xargs cat
	echo "$goroot $compiler"
} | cksum | tr ' ' -)
home=$cache/home-$key
if [ -d "$home" ]; then
	echo "$home"
	exit
fi
[ "$there" != --there ] || exit 1

new=$home.$$
trap 'rm -rf "$new"' EXIT
mkdir -p "$new/bin" "$new/root"

# links fills the folder $2 with links to what is in $1.
links() {
	for entry in "$1"/*; do
		ln -s "$entry" "$2/${entry##*/}"
	done
}

# TINYGOROOT: src is copied, as TinyGo does not follow links to folders there.
if [ "$compiler" = "$built" ]; then
	source=$(cd "$here" && GOFLAGS= GOWORK=off go list -m -f '{{.Dir}}' github.com/tinygo-org/tinygo)
else
	source=$("$compiler" env TINYGOROOT)
fi
links "$source" "$new/root"
rm "$new/root/src" "$new/root/targets"
cp -RL "$source/src" "$source/targets" "$new/root/"
chmod -R u+w "$new/root/src" "$new/root/targets"
# Packages that TinyGo replaces itself are replaced there. The module lacks
# net altogether, and the rest of crypto/rand needs big numbers.
rm -rf "$new/root/src/net" "$new/root/src/crypto/rand/util.go"
mkdir -p "$new/root/src/net/http"
cp "$here/../.overlay/src/net/net.go" "$new/root/src/net/"
cp "$here/../.overlay/src/net/http/http.go" "$new/root/src/net/http/"
if [ -e "$source/lib/wasi-libc" ]; then
	# A TinyGo that brings its own libc needs nothing of ours.
	printf '{"inherits": ["wasm"], "default-stack-size": 32768}\n' >"$new/root/targets/capsule.json"
else
	cp "$here/capsule.json" "$new/root/targets/"
	cp "$here/random.c" "$new/root/random.c"
fi

# GOROOT: links to the local Go, but for the packages that .overlay replaces.
mkdir "$new/go"
links "$goroot" "$new/go"
(cd "$here/../.overlay/src" && find . -name '*.go') | LC_ALL=C sort | while read -r file; do
	package=$(dirname "${file#./}")
	case $package in net | net/http | os | crypto/rand) continue ;; esac
	# Every folder on the way becomes a real one.
	path=
	for part in src $(echo "$package" | tr / ' '); do
		path=$path${path:+/}$part
		if [ -L "$new/go/$path" ]; then
			rm "$new/go/$path"
			mkdir "$new/go/$path"
			links "$goroot/$path" "$new/go/$path"
		fi
	done
	rm -f "$new/go/src/$package"/*.go "$new/go/src/$package"/*.s
	cp "$here/../.overlay/src/$file" "$new/go/src/$package/"
done

cat >"$new/bin/tinygo" <<EOF
#!/bin/sh
export TINYGOROOT='$home/root' GOROOT='$home/go' WASMOPT='$home/bin/wasm-opt'
exec '$compiler' "\$@"
EOF
cp "$here/wasm-opt" "$new/bin/"
chmod +x "$new/bin/tinygo" "$new/bin/wasm-opt"
# Somebody else may have made it meanwhile.
mv -T "$new" "$home" 2>/dev/null || [ -d "$home" ] || die "cannot make $home"
echo "$home"
