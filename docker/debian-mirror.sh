#!/usr/bin/env bash
# Print the Debian mirror to fetch from: $CORNETTA_DEBIAN_MIRROR, else the one that apt uses on this machine.
set -euo pipefail
if [ -n "${CORNETTA_DEBIAN_MIRROR:-}" ]; then
    echo "$CORNETTA_DEBIAN_MIRROR"
elif ! apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m1 -E '/debian/?$'; then
    echo "apt names no Debian mirror on this machine: set CORNETTA_DEBIAN_MIRROR" >&2
    exit 1
fi
