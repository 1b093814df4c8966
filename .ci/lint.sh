#!/usr/bin/env bash
# Format and static analysis, for linux and for the browser, and of the server
# what could harm who runs it: an exception says why, beside the line. ./build.sh
# test puts the tools in place.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

browser=(./wasm/... ./assets/locale ./assets/markup ./assets/style)
check=(.bin/staticcheck-*)
secure=(.bin/gosec-*)

unformatted=$(gofmt -l assets server wasm .ci .overlay .tinygo)
if [[ -n $unformatted ]]; then
  printf 'run gofmt -w on:\n%s\n' "$unformatted" >&2
  exit 1
fi
# Slow and for the most part on one core: beside the others.
"${secure[0]}" -quiet -exclude-dir=e2e ./server/... >.bin/gosec.txt 2>&1 &
audit=$!
trap 'kill "$audit" 2>/dev/null || true' EXIT

go vet ./... ./.ci/cost ./.overlay
GOOS=js GOARCH=wasm go vet "${browser[@]}"
"${check[0]}" ./... ./.ci/cost ./.overlay
GOOS=js GOARCH=wasm "${check[0]}" "${browser[@]}"
wait "$audit" || { cat .bin/gosec.txt; exit 1; }
