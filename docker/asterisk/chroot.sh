#!/usr/bin/env bash
# A real Asterisk 22 beside us, for the lab and the tests, without installing it on the machine.
#
#   chroot.sh make               make the chroot (once, kept in the cache) and print its directory
#   chroot.sh run DIR [lifeline] run Asterisk in the foreground; this process becomes Asterisk, SIGTERM ends it, and so
#                                does with `lifeline` the end of its standard input: who has started it is gone
#   chroot.sh wait DIR [SECONDS] wait until it is fully booted (30 s), exit 1 where it is not
#   chroot.sh rx DIR COMMAND     run a command of its console and print what it says
#
# DIR is one instance, as many as one likes at a time, each with ports of its own:
#   DIR/etc      its /etc/asterisk, complete: nothing of the distribution's examples is seen
#   DIR/var      made by `run`: lib, log, spool and run
#   DIR/sounds   sounds of its own, if any: Playback(cornetta/NAME); the English prompts are there anyway
# Instances share the chroot read-only in effect: each has a mount namespace of its own, which ends with it, so that
# nothing stays mounted.
# Needs root, or sudo.
set -euo pipefail
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cornetta/asterisk
wanted_version=22
building=""

say() { printf 'asterisk: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "root or sudo is needed for a chroot"
    exec sudo --preserve-env=HOME,XDG_CACHE_HOME,CORNETTA_DEBIAN_MIRROR "$0" "$@"
fi

root_of() { printf '%s/root-%s\n' "$cache" "$(declare -f make_root | sha256sum | cut -c1-12)"; }

# The chroot appears under its name only when it is whole.
make_root() {
    local root=$1 began=$SECONDS log mirror version
    "$here/../install.sh" asterisk >&2
    mirror=$("$here/../debian-mirror.sh")
    building=$(mktemp -d "$cache/building.XXXXXX")
    log=$building.log
    trap 'rm -rf "$building"' EXIT
    say "making a chroot with Asterisk $wanted_version (about 20 s)"
    chmod 755 "$building"
    mmdebstrap --quiet --variant=minbase --include=asterisk --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
        --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
        --aptopt='Acquire::Retries "3"' sid "$building" "$mirror" >"$log" 2>&1 ||
        fail "mmdebstrap failed, see $log: $(tail -n 3 "$log" | tr '\n' ' ')"
    version=$(chroot "$building" asterisk -V)
    case $version in
        "Asterisk $wanted_version."*) ;;
        *) say "this is $version; Cornetta is tested with Asterisk $wanted_version" ;;
    esac
    # Names are looked up in the file alone: Asterisk waits seconds for a name server at each call otherwise.
    echo 'hosts: files' >"$building/etc/nsswitch.conf"
    mkdir -p "$building/usr/share/asterisk/sounds/cornetta" "$building/run/asterisk"
    touch "$building/etc/hosts"
    rm -f "$log"
    rm -rf "$root"
    mv "$building" "$root"
    trap - EXIT
    say "$version is ready after $((SECONDS - began)) s"
}

ready_root() {
    local root
    root=$(root_of)
    mkdir -p "$cache"
    if [ ! -x "$root/usr/sbin/asterisk" ]; then
        exec 9>"$cache/lock"
        flock 9
        [ -x "$root/usr/sbin/asterisk" ] || make_root "$root"
        exec 9>&-
    fi
    echo "$root"
}

# inside DIR COMMAND...: become COMMAND in the chroot, seeing the files of instance DIR.
inside() {
    local root instance
    root=$(ready_root)
    instance=$(realpath "$1")
    shift
    [ -d "$instance/etc" ] || fail "$instance/etc is not there: put the configuration of Asterisk into it"
    mkdir -p "$instance"/var/{lib,log,spool,run}
    printf '127.0.0.1 localhost %s\n' "$(hostname)" >"$instance/var/hosts"
    exec unshare --mount --propagation private bash -c '
        set -e
        root=$1 instance=$2
        shift 2
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount --bind "$instance/etc" "$root/etc/asterisk"
        mount --bind "$instance/var/hosts" "$root/etc/hosts"
        mount --bind "$instance/var/lib" "$root/var/lib/asterisk"
        mount --bind "$instance/var/log" "$root/var/log/asterisk"
        mount --bind "$instance/var/spool" "$root/var/spool/asterisk"
        mount --bind "$instance/var/run" "$root/run/asterisk"
        if [ -d "$instance/sounds" ]; then mount --bind "$instance/sounds" "$root/usr/share/asterisk/sounds/cornetta"; fi
        exec chroot "$root" "$@"
    ' inside "$root" "$instance" "$@"
}

# Ends Asterisk, which this process becomes, by SIGKILL at the end of its standard input. The kernel ends the watcher with
# Asterisk, so that the number of its process is no other's.
watch_lifeline() {
    # shellcheck disable=SC2016
    setpriv --pdeathsig KILL bash -c 'while read -r; do :; done; kill -KILL "$1"' watcher $$ <&0 >/dev/null 2>&1 &
    exec </dev/null
}

console() { (inside "$1" asterisk -rx "$2"); }

wait_booted() {
    local instance=$1 deadline=$((SECONDS + ${2:-30}))
    until [ -S "$instance/var/run/asterisk.ctl" ] && console "$instance" 'core waitfullybooted' 2>/dev/null | grep -q 'fully booted'; do
        [ "$SECONDS" -lt "$deadline" ] || fail "$instance: Asterisk did not boot in ${2:-30} s, see $instance/var/log"
        sleep 0.1
    done
}

case ${1:-} in
    make) ready_root ;;
    run)
        if [ "${3:-}" = lifeline ]; then watch_lifeline; fi
        inside "${2:?which instance}" asterisk -f -q
        ;;
    wait) wait_booted "${2:?which instance}" "${3:-30}" ;;
    rx) console "${2:?which instance}" "${3:?which command}" ;;
    *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
esac
