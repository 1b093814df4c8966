#!/bin/sh
# Writes the file for go build -overlay that puts the packages in src in the
# place of those of the local Go, and prints its name.
#
#	.overlay/write.sh .bin/overlay.json
#
# For programs that run in a browser only. The file holds absolute paths, so it
# is written anew for every build, which takes milliseconds.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(go env GOROOT)

mkdir -p "$(dirname "$out")"
{
	echo '{"Replace":{'
	cd "$here/src"
	find . -name '*.go' | LC_ALL=C sort | while read -r file; do
		file=${file#./}
		package=${file%/*}
		for theirs in "$root/src/$package"/*.go "$root/src/$package"/*.s; do
			case $theirs in
			*_test.go | */'*'.* | "$root/src/$file") ;;
			*) echo "\"$theirs\":\"\"," ;;
			esac
		done
		echo "\"$root/src/$file\":\"$here/src/$file\","
	done
	# JSON wants no comma at the end; this line replaces a file by itself.
	echo "\"$here/write.sh\":\"$here/write.sh\""
	echo '}}'
} >"$out"
echo "$out"
