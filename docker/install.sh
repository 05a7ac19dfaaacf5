#!/usr/bin/env bash
# Install Debian packages by purpose: docker/install.sh GROUP...; says nothing where all is there already.
#
#   python   Python 3.11 or later with venv and headers, unless the machine has one
#   venv     Debian's Python with venv, without headers: for wheels alone
#   runtime  Debian's Python alone
#   run      what a node and an engine need to run
#   build    what compiles pjsua2
#   peers    what the tests talk to: SIPp, captures, PostgreSQL, Docker, and what makes the Asterisk chroot
#   asterisk what makes the Asterisk chroot alone
#   browser  Chromium for the tests of the desktop
#
# Used by the Makefile and by the Dockerfile alike. Needs root, or sudo.
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

say() { printf 'install: %s\n' "$*"; }
fail() { printf 'install: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo --preserve-env=DEBIAN_FRONTEND,LC_ALL "$@"
    else
        fail "root or sudo is needed to install packages"
    fi
}

# A Python of the user's own (pyenv, /usr/local) brings its headers and venv; Debian's needs packages for them.
python_packages() {
    local found
    found=$(command -v python3.11 || command -v python3 || true)
    case $found in
        "" | /usr/bin/* | /bin/*) echo "python3 python3-venv python3-dev" ;;
    esac
}

# Debian's Docker, where there is no other: two cannot be installed side by side.
docker_packages() { command -v dockerd >/dev/null || PATH=$PATH:/usr/sbin command -v dockerd >/dev/null || echo docker.io; }

packages_of() {
    case $1 in
        python) python_packages ;;
        venv) echo "python3 python3-venv" ;;
        runtime) echo "python3" ;;
        run) echo "ca-certificates libgsm1 libopus0 libsamplerate0 libspeex1 libspeexdsp1 libsrtp2-1 libssl3 libuuid1" ;;
        build) echo "dpkg-dev g++ libgsm1-dev libopus-dev libsamplerate0-dev libspeex-dev libspeexdsp-dev libsrtp2-dev libssl-dev make swig uuid-dev xz-utils" ;;
        asterisk) echo "mmdebstrap debian-archive-keyring util-linux" ;;
        peers) echo "sip-tester tcpdump tshark postgresql iproute2 $(docker_packages) $(packages_of asterisk)" ;;
        browser) echo "chromium fonts-dejavu-core" ;;
        *) fail "unknown group '$1': python, venv, runtime, run, build, asterisk, peers, browser" ;;
    esac
}

missing_of() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

[ $# -gt 0 ] || fail "name the groups to install: python, venv, runtime, run, build, asterisk, peers, browser"
command -v apt-get >/dev/null || fail "this is not Debian or Ubuntu: install the packages named in $0 by hand"

wanted=()
for group in "$@"; do
    read -r -a packages <<<"$(packages_of "$group")"
    wanted+=(${packages[@]+"${packages[@]}"})
done
mapfile -t missing < <(missing_of ${wanted[@]+"${wanted[@]}"} | sort -u)
[ ${#missing[@]} -gt 0 ] || exit 0

began=$SECONDS
log=$(mktemp)
trap 'rm -f "$log"' EXIT
say "installing ${missing[*]}"
as_root apt-get -q update >"$log" 2>&1 || say "apt-get update failed, trying with the lists that are there"
if ! as_root apt-get -q install -y --no-remove --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" >>"$log" 2>&1; then
    tail -n 15 "$log" >&2
    fail "apt-get could not install ${missing[*]}"
fi
say "done in $((SECONDS - began)) s"
