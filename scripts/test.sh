#!/usr/bin/env bash
# Runs every test: Go, the embedded server's module, the dashboard's components, and the browser on the real programs. All parts
# run even when one failed; the last lines add up what passed, failed and was skipped, and why.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

root=$PWD
results=$root/test-results
rm -rf "$results"
mkdir -p "$results"
failed=()

part() {
    local name=$1
    shift
    echo "test: $name"
    "$@" || failed+=("$name")
}

gotests() {
    local name=$1
    shift
    "$root/bin/gotestsum" --format pkgname-and-test-fails --hide-summary skipped --junitfile "$results/$name.xml" -- "$@"
}

# The detector needs a C compiler and many times the time, so it watches where much happens at once in one process.
races() { CGO_ENABLED=1 gotests races -race -run Concurrently -timeout 5m ./providers/...; }
devserver() { (cd temporal/devserver && gotests devserver -timeout 10m ./...); }
components() {
    (cd web && npx --no-install vitest run --reporter=default --reporter=junit --outputFile.junit="$results/components.xml")
}
# What pages load, in kilobytes; the limits are in web/.size-limit.js.
sizes() { (cd web && npx --no-install size-limit); }
# The golden path, then every page with axe; with RAPPORT_TEST_FULL in every theme, state and width.
browser() {
    (cd web && PLAYWRIGHT_JUNIT_OUTPUT_FILE="$results/browser.xml" npx --no-install playwright test --reporter=list,junit)
}

part "Go" gotests go -p 2 -timeout 20m ./...
part "senders at once, under the race detector" races
part "embedded Temporal server" devserver
part "dashboard" components
part "sizes of the dashboard" sizes
part "browser" browser

# Each case is one <testcase>; gotestsum, vitest and Playwright all mark a failed one with <failure> or <error>.
[ -n "$(ls "$results")" ] || { echo 'no test could be run' >&2; exit 1; }
total=$(cat "$results"/*.xml | grep -o '<testcase[ >]' | wc -l)
broken=$(cat "$results"/*.xml | grep -oE '<(failure|error)[ >]' | wc -l)
# A part that could not even start has no failed case of its own, yet it counts.
[ "$broken" -ge "${#failed[@]}" ] || broken=${#failed[@]}
skipped=$(cat "$results"/*.xml | grep -oE '<skipped[ />]' | wc -l)
no_data=$(cat "$results"/*.xml | grep -oE '<skipped message="[^"]*RAPPORT_DATA_DIR' | wc -l)

echo
if [ -z "${RAPPORT_DATA_DIR:-}" ]; then
    echo "RAPPORT_DATA_DIR is not set: $no_data tests on the public data sets were skipped."
fi
[ "${#failed[@]}" -eq 0 ] || printf 'failed: %s\n' "${failed[@]}"
echo "$((total - broken - skipped)) passed, $broken failed, $skipped skipped"
[ "${#failed[@]}" -eq 0 ]
