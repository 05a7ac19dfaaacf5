#!/usr/bin/env bash
# Runs folders of tests, two at a time, in the order given: `tests/parts.sh PYTHON FOLDER...`. A folder that passes gets a line
# with its time. Logs of those that fail come last, whole.
set -euo pipefail
python=$1
shift
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

part() {
    local log=$3/${2//\//_}
    if "$1" -m pytest "$2" >"$log" 2>&1; then
        echo "$2: $(tail -n 1 "$log" | tr -d =)"
        rm "$log"
    else
        echo "$2: FAILED"
        return 1
    fi
}
export -f part

printf '%s\n' "$@" | xargs -P 2 -I {} bash -c 'part "$@"' part "$python" {} "$logs" || {
    cat "$logs"/*
    exit 1
}
