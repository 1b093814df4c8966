#!/usr/bin/env bash
# Prints the size of what visitors load, in the sites by the compilers named as
# arguments, and compares it with budget.txt. ./build.sh size packs the sites.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

size() { if [[ -f $1 ]]; then wc -c <"$1"; else wc -c <"$2"; fi; }

over=0
# check compares one measure with its limit; "-" means there is none.
check() {
  if [[ $3 != - ]] && (($2 > $3)); then
    printf '   over budget: %s %s is %d bytes, limit %d\n' "$file" "$1" "$2" "$3" >&2
    over=1
  fi
}

printf '%-10s %-24s %10s %10s %10s\n' compiler file raw gzip brotli
for compiler in "$@"; do
  while read -r name raw gzip brotli; do
    [[ -n $name && $name != \#* ]] || continue
    case $name in
      $compiler/*) name=${name#*/} ;;
      */*) continue ;; # another compiler's
    esac
    found=0
    for path in .bin/sites/$compiler/$name; do
      [[ -f $path ]] || continue
      found=1
      file=${path##*/}
      r=$(size "$path" "$path") g=$(size "$path.gz" "$path") b=$(size "$path.br" "$path")
      printf '%-10s %-24s %10d %10d %10d\n' "$compiler" "$file" "$r" "$g" "$b"
      check raw "$r" "$raw"
      check gzip "$g" "$gzip"
      check brotli "$b" "$brotli"
    done
    if ((!found)); then
      printf '   nothing by %s is called %s: run ./build.sh size\n' "$compiler" "$name" >&2
      over=1
    fi
  done <.ci/budget.txt
done
exit "$over"
