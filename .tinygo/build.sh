#!/bin/sh
# Compiles the widget with TinyGo, making the compiler when there is none:
#
#	.tinygo/build.sh .bin/capsule.tinygo.wasm
#
# and puts TinyGo's wasm_exec.js beside it, under the same name with .js. The
# flags, all measured on the whole widget (brotli -11):
#
#	-opt=z        2 is 15% larger; it decodes a frame in 8 us rather than 16
#	-panic=trap   print is 14% larger. A crash ends the program either way, which
#	              the loader sees; a build with standard Go says what it was
#	-gc=precise   in the target; conservative is 0.5% smaller but may keep garbage
#	stacks 32 KB  in the target; with 12 KB the widget does not even start, and what
#	              overflows a stack ends the program. A callback costs 36, 50 or
#	              100 us of CPU with 16, 32 or 64 KB
#
# Another package than the widget's may follow, and the word names: then the
# names of functions are kept, for .ci/cost.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
package=${2:-./wasm}

home=$("$here/install.sh")
cd "$here/.."
stamp=$out.made
# Nothing to do when nothing that goes into the program is newer.
if [ -f "$out" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$home" ] &&
	[ -z "$(find go.mod wasm assets/locale assets/markup assets/style .tinygo "$package" -newer "$stamp" ! -name '*_test.go' -type f | head -n 1)" ]; then
	exit
fi
new=${out%.wasm}.new.wasm
touch "$stamp.new" # what changes while we compile is newer
CAPSULE_WASM=${3:-} GOFLAGS=-buildvcs=false "$home/bin/tinygo" build -target "$home/root/targets/capsule.json" -opt=z -panic=trap -o "$new" "$package"
cp "$home/root/targets/wasm_exec.js" "${out%.wasm}.js"
mv "$new" "$out"
echo "$home" >"$stamp.new.home"
touch -r "$stamp.new" "$stamp.new.home"
mv "$stamp.new.home" "$stamp"
rm "$stamp.new"
