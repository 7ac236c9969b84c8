#!/usr/bin/env bash
# Makes sure that what the programs (`run`) or also the tests (`test`) need is on this machine. Installs it with apt-get
# when that is allowed without asking, and otherwise says in one line what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-run}
missing=()

# installs Debian packages, or fails when it may not.
apt_install() {
    local as_root=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    if [ -z "${apt_updated:-}" ]; then
        "${as_root[@]}" apt-get update -qq >&2 || return 1
        apt_updated=yes
    fi
    echo "Installing $* ..." >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

has_postgres() {
    command -v initdb >/dev/null && command -v postgres >/dev/null && return 0
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null
}

install_postgres() {
    # Only the programs are wanted: without this file Debian's package would also start a cluster on port 5432.
    local dropin=/etc/postgresql-common/createcluster.d/rapport.conf
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
    command -v apt-get >/dev/null || return 1
    if [ ! -e "$dropin" ]; then
        "${as_root[@]}" mkdir -p "${dropin%/*}" 2>/dev/null || return 1
        echo 'create_main_cluster = false' | "${as_root[@]}" tee "$dropin" >/dev/null || return 1
    fi
    apt_install postgresql
}

has_node() {
    command -v npm >/dev/null && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number)
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}

# Debian's own Node may be too old for the dashboard; the npm registry carries current ones as packages.
install_node() {
    command -v npm >/dev/null || apt_install nodejs npm || return 1
    has_node || npm install --prefix bin/node --no-audit --no-fund --silent node@22 npm@11
    has_node
}

has_chromium() {
    [ -n "${CHROMIUM_PATH:-}" ] && return 0
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

command -v go >/dev/null || missing+=("Go 1.26.8 or newer")
has_postgres || { install_postgres && has_postgres; } || missing+=("PostgreSQL 15 or newer (Debian: postgresql)")
has_node || install_node || missing+=("Node.js 20.19 or newer with npm")
if [ "$purpose" = test ]; then
    command -v gcc >/dev/null || apt_install gcc libc6-dev || missing+=("a C compiler for the race detector (Debian: gcc libc6-dev)")
    has_chromium || { apt_install chromium && has_chromium; } || missing+=("Chromium (Debian: chromium)")
fi

if [ "${#missing[@]}" -gt 0 ]; then
    list=$(printf ', %s' "${missing[@]}")
    echo "Please install: ${list:2}" >&2
    exit 1
fi
