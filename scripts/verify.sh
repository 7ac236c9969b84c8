#!/usr/bin/env bash
# Everything that can be checked without running the program. Names of steps as arguments run only these; all steps run
# even when one failed, so that one round shows everything.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

root=$PWD
failed=()

step() {
    local name=$1
    shift
    echo "verify: $name"
    "$@" || failed+=("$name")
}

formatted() {
    local bad
    bad=$(git ls-files -co --exclude-standard -- '*.go' | xargs -r gofmt -l) || return 1
    [ -z "$bad" ] || { printf 'not gofmt-clean:\n%s\n' "$bad"; return 1; }
}

digests() {
    local path
    scripts/generate.sh --list | while IFS= read -r path; do
        [ -e "$path" ] && find "$path" -type f -exec sha256sum {} +
    done | sort -k 2
}

# A fresh clone has only committed files, so a generated file that was never committed differs too.
generated() {
    local before after
    before=$(digests)
    scripts/generate.sh || return 1
    after=$(digests)
    diff <(echo "$before") <(echo "$after") && return 0
    echo 'generated files were stale; they are written anew now, commit them'
    return 1
}

lint() {
    local ok=0
    bin/golangci-lint run ./... || ok=1
    (cd temporal/devserver && "$root/bin/golangci-lint" run --config "$root/.golangci.yml" ./...) || ok=1
    return $ok
}

workflowcheck() { bin/workflowcheck -config workflows/workflowcheck.yaml ./workflows/...; }
fences() { go test -count=1 -run '^Test(Fences|Compose|Image|Settings)' .; }
types() { npm --prefix web run --silent typecheck; }
weblint() { npm --prefix web run --silent lint; }

steps=("$@")
[ "${#steps[@]}" -gt 0 ] || steps=(formatted generated fences lint workflowcheck types weblint)
for name in "${steps[@]}"; do step "$name" "$name"; done

if [ "${#failed[@]}" -gt 0 ]; then
    echo "verify: failed: ${failed[*]}" >&2
    exit 1
fi
echo "verify: clean"
