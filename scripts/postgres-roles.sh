#!/usr/bin/env bash
# Runs once inside the database's container, when its volume is new: the API and the worker sign in under roles of their own, whose
# rights the migrations grant. Later changes of a password are made with ALTER ROLE.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set api_password="${RAPPORT_API_DB_PASSWORD:?}" --set worker_password="${RAPPORT_WORKER_DB_PASSWORD:?}" <<'SQL'
create role rapport_api login password :'api_password';
create role rapport_worker login password :'worker_password';
SQL
