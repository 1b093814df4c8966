#!/usr/bin/env bash
# Format and static analysis, for linux and for the browser. ./build.sh test
# puts staticcheck in place.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

browser=(./wasm/... ./assets/locale ./assets/markup ./assets/style)
check=(.bin/staticcheck-*)

unformatted=$(gofmt -l assets server wasm .ci .overlay .tinygo)
if [[ -n $unformatted ]]; then
  printf 'run gofmt -w on:\n%s\n' "$unformatted" >&2
  exit 1
fi
go vet ./... ./.ci/cost ./.overlay
GOOS=js GOARCH=wasm go vet "${browser[@]}"
"${check[0]}" ./... ./.ci/cost ./.overlay
GOOS=js GOARCH=wasm "${check[0]}" "${browser[@]}"
