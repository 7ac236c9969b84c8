#!/usr/bin/env bash
# Writes every generated file anew; `make verify` fails when that changes one.
# With --list it only names the generated paths.
set -euo pipefail
cd "$(dirname "$0")/.."

generated=(api/gen postgres/gen web/src/api/schema.d.ts docs/state-machines.md)
if [ "${1:-}" = --list ]; then
    printf '%s\n' "${generated[@]}"
    exit 0
fi

echo "generate: the API's server from openapi.yaml"
bin/oapi-codegen -config api/gen/config.yaml openapi.yaml
echo "generate: the API's TypeScript client from openapi.yaml"
npm --prefix web run --silent generate
echo "generate: the store's queries from postgres/queries"
bin/sqlc generate -f postgres/sqlc.yaml
echo "generate: the state diagrams from the transition tables"
RAPPORT_UPDATE=1 go test -run "^TestStateMachinesDocument$" -count=1 . >/dev/null
