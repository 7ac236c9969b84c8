#!/usr/bin/env bash
# Runs one of the long measurements. They are Go tests behind build tags in bench/, since they need the same fixtures as
# the other tests; what they measure is written to bench/*.json, which is never committed.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:?bench, bench-full, faults, faults-full or eval}
tag=${kind%-full}
limit=2h30m
case $kind in
    bench) limit=20m ;;
    faults) limit=60m; export RAPPORT_FLEETS=${RAPPORT_FLEETS:-3} ;;
    faults-full) limit=24h; export RAPPORT_FLEETS=${RAPPORT_FLEETS:-3} ;; # docs/faults.md has how to run it in pieces
    eval) limit=40m ;;
esac
[ "$kind" = "$tag" ] || export RAPPORT_FULL=1

if ! grep -qsE "^//go:build .*\b$tag\b" bench/*_test.go; then
    echo "This tree has no $kind measurement: no file in bench/ carries the build tag \"$tag\"." >&2
    exit 1
fi

go test -tags "$tag" -count=1 -timeout "$limit" -v ./bench/
