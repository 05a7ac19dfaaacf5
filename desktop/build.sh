#!/usr/bin/env bash
# Build the desktop into desktop/dist: desktop/build.sh [PYTHON]   (PYTHON: .venv/bin/python, which has Node.js)
#
# Built once: the last few builds are kept in ${XDG_CACHE_HOME:-~/.cache}/cornetta, by everything that they are made of.
# Where it cannot be built, this fails; what was built before stays.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${1:-$here/../.venv/bin/python}
builds=${XDG_CACHE_HOME:-$HOME/.cache}/cornetta/desktop
kept=5

say() { printf 'desktop: %s\n' "$*"; }
fail() { printf 'desktop: %s\n' "$*" >&2; exit 1; }

# Everything in this folder, and the sentences that the page is built with.
sources() {
    cd "$here"
    find . ../dialer/words/words.json \( -path ./node_modules -o -path ./dist -o -path './dist.*' \) -prune -o -type f -print0
}

key_of_sources() { sources | sort -z | (cd "$here" && xargs -0 sha256sum) | sha256sum | cut -c1-20; }

# step WHAT REMEDY ARGUMENT...: npm, whose output is shown only where it fails.
step() {
    local what=$1 remedy=$2
    shift 2
    "$here/npm.sh" "$python" "$@" >"$log" 2>&1 || {
        tail -n 30 "$log" >&2
        fail "$what failed: $remedy"
    }
}

build() {
    say "building the page (some 10 s, and half a minute more where packages have to be fetched)"
    log=$(mktemp)
    trap 'rm -rf "$log" "$builds"/making.$$' EXIT
    "$here/npm.sh" "$python" --version >"$log" || exit 1
    step "the check of src/api/schema.d.ts" "it is not what src/api/openapi.json says; run 'make types'" \
        run --silent types -- --check
    step "the build" "mend what is named above, then run 'make desktop'" run --silent build -- --outDir "$builds/making.$$" --emptyOutDir
    echo "$key" >"$builds/making.$$/.key"
    rm -rf "${builds:?}/$key"
    mv "$builds/making.$$" "$builds/$key"
}

take() {
    touch "$builds/$key"
    rm -rf "$here/dist.new"
    cp -r "$builds/$key" "$here/dist.new"
    rm -rf "$here/dist"
    mv "$here/dist.new" "$here/dist"
    find "$builds" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +$((kept + 1)) |
        cut -d' ' -f2- | xargs -r rm -rf
}

key=$(key_of_sources)
[ "$(cat "$here/dist/.key" 2>/dev/null)" != "$key" ] || exit 0
mkdir -p "$builds"
exec 8>"$builds.lock"
flock -n 8 || { say "another build is running, waiting for it"; flock 8; }
[ -e "$builds/$key/index.html" ] || build
take
