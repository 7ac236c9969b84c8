#!/usr/bin/env bash
# Builds the embedded Temporal server and its UI into the file named by the first argument, and shows the progress: the
# first build compiles about two thousand packages, later ones only what changed.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$PWD/$1
mkdir -p "${out%/*}"
cd temporal/devserver

echo "Building the embedded Temporal server. The first build takes about six minutes on two cores, later ones seconds."
total=$(go list -deps . | wc -l)
terminal=no
[ -t 1 ] && terminal=yes

# go build -v names each package that it had to compile, one a line; anything else it says is an error to show.
go build -v -buildvcs=false -o "$out" . 2>&1 | awk -v total="$total" -v terminal="$terminal" '
    /^[A-Za-z0-9._~\/-]+$/ {
        compiled++
        if (terminal == "yes") { printf "\r\033[K  %d of at most %d packages: %.60s", compiled, total, $0; fflush() }
        else if (compiled % 100 == 0) { printf "  %d of at most %d packages\n", compiled, total; fflush() }
        next
    }
    { print; fflush() }
    END { if (compiled && terminal == "yes") printf "\r\033[K"; if (compiled) printf "  %d packages compiled\n", compiled }'
touch "$out"
