#!/usr/bin/env bash
# Runs folders of tests, LANES at a time, in the order given: `tests/parts.sh PYTHON LANES FOLDER...`; one with a package.json
# is npm's. A folder that passes gets a line with its figures. Logs of those that fail come last, whole.
set -euo pipefail
python=$1
lanes=$2
shift 2
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

part() {
    local log=$3/${2//\//_}
    local run=("$1" -m pytest "$2")
    if [ -e "$2/package.json" ]; then run=(env -u FORCE_COLOR NO_COLOR=1 "$2/npm.sh" "$1" run --silent test --); fi
    if "${run[@]}" >"$log" 2>&1; then
        echo "$2: $(grep -E '[0-9] passed|no tests|No test' "$log" | tail -n 1 | tr -d =)"
        rm "$log"
    else
        echo "$2: FAILED"
        return 1
    fi
}
export -f part

printf '%s\n' "$@" | xargs -P "$lanes" -I {} bash -c 'part "$@"' part "$python" {} "$logs" || {
    cat "$logs"/*
    exit 1
}
