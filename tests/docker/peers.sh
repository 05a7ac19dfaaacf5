#!/usr/bin/env bash
# What the tests of the images stand on, made once and kept in the cache:
#
#   peers.sh base SUITE   print a tarball of Debian SUITE, slim as the official image is, which reaches its packages by
#                         the same mirror, index and certificates as this machine
#   peers.sh compose      print Docker Compose 2: that of this machine, else that of Debian 13, which runs here as it is
#
# Needs root.
set -euo pipefail
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mirror_of_machine=$here/../../docker/debian-mirror.sh
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cornetta/docker
work=""

fail() { printf 'docker peers: %s\n' "$*" >&2; exit 1; }

# What a build needs to know of this machine: certificates that it trusts, the index of pip, the patience of apt.
surroundings() {
    local root=$1 index
    mkdir -p "$root/usr/local/share" "$root/etc/ssl/certs" "$root/etc/apt/apt.conf.d"
    if [ -d /usr/local/share/ca-certificates ]; then cp -r /usr/local/share/ca-certificates "$root/usr/local/share/"; fi
    if [ -r /etc/ssl/certs/ca-certificates.crt ]; then
        cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
        printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$root/etc/pip.conf"
        index=$(python3 -m pip config get global.index-url 2>/dev/null || true)
        case $index in http*) echo "index-url = $index" >>"$root/etc/pip.conf" ;; esac
    fi
    printf 'Acquire::Check-Valid-Until "false";\nAcquire::Retries "3";\n' >"$root/etc/apt/apt.conf.d/99cornetta"
}

make_base() {
    local suite=$1 tarball=$2
    work=$(mktemp -d "$cache/building.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    chmod 755 "$work"
    mmdebstrap --quiet --variant=minbase --keyring=$keyring \
        --include=usr-is-merged --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr \
        --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "3"' \
        --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        "$suite" "$work/root" "$("$mirror_of_machine")" >"$work/log" 2>&1 ||
        fail "mmdebstrap $suite failed: $(tail -n 3 "$work/log" | tr '\n' ' ')"
    surroundings "$work/root"
    tar --numeric-owner -C "$work/root" -cf "$work/base.tar" .
    mv "$work/base.tar" "$tarball"
    rm -rf "$work"
    trap - EXIT
}

base() {
    local recipe tarball
    recipe=$({ declare -f surroundings make_base; "$mirror_of_machine"; cat /etc/ssl/certs/ca-certificates.crt; } 2>/dev/null |
        sha256sum | cut -c1-12)
    tarball=$cache/$1-$recipe.tar
    [ -e "$tarball" ] || make_base "$1" "$tarball"
    echo "$tarball"
}

is_compose_2() { "$@" version --short 2>/dev/null | grep -q '^v\?[2-9]'; }

# apt verifies the package as it does for this machine, under a configuration of its own.
fetch_compose() {
    local apt options
    work=$(mktemp -d "$cache/building.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    apt=$work/apt
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
    echo "deb [signed-by=$keyring] $("$mirror_of_machine") trixie main" >"$apt/sources.list"
    : >"$apt/status"
    options=(-o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
        -o "Dir::Etc::sourcelist=$apt/sources.list" -o "Dir::Etc::sourceparts=$apt/parts"
        -o Dir::Etc::preferences=/dev/null -o "Dir::Etc::preferencesparts=$apt/parts"
        -o Acquire::Check-Valid-Until=false -o Acquire::Retries=3 -o "APT::Sandbox::User=$(id -un)")
    (cd "$work" && apt-get "${options[@]}" update && apt-get "${options[@]}" download docker-compose) >"$work/log" 2>&1 ||
        fail "Docker Compose could not be fetched: $(tail -n 3 "$work/log" | tr '\n' ' ')"
    dpkg-deb -x "$work"/docker-compose_*.deb "$work/root"
    mv "$(find "$work/root" -type f -name docker-compose -perm -u+x | head -n1)" "$cache/docker-compose"
    rm -rf "$work"
    trap - EXIT
}

compose() {
    if is_compose_2 docker compose; then
        echo "docker compose"
    elif is_compose_2 docker-compose; then
        echo docker-compose
    else
        [ -x "$cache/docker-compose" ] || fetch_compose
        echo "$cache/docker-compose"
    fi
}

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
case ${1:-} in
    base) base "${2:?which suite}" ;;
    compose) compose ;;
    *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
esac
