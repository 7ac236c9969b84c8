#!/usr/bin/env bash
# Deletes the folder that holds the state of `rapport dev`, unless something still runs on it.
set -euo pipefail
cd "$(dirname "$0")/.."

state=${1:?the state folder is missing}
[ -d "$state" ] || { echo "Nothing to delete: there is no $state here."; exit 0; }

while IFS= read -r pidfile; do
    pid=$(head -n 1 "$pidfile")
    if [ -d "/proc/$pid" ] || ps -p "$pid" >/dev/null 2>&1; then
        echo "Process $pid still runs on $state; stop \`rapport dev\` first." >&2
        exit 1
    fi
done < <(find "$state" -maxdepth 4 \( -name postmaster.pid -o -name '*.pid' \) 2>/dev/null)

rm -rf "$state"
echo "Deleted $state."
