#!/usr/bin/env bash
# Build pjsua2 for a dialer and install it: sip/pjsua2/build.sh [PYTHON]   (PYTHON: .venv/bin/python)
#
# Built once: the wheel is kept in ${XDG_CACHE_HOME:-~/.cache}/cornetta, by recipe, source and Python version.
# Where it cannot be compiled, this fails; what was installed stays.
#
#   CORNETTA_PJPROJECT_TARBALL   pjproject sources of your own (tar.gz, tar.bz2, tar.xz) instead of Debian's
#   CORNETTA_PJPROJECT_SHA256    what their SHA-256 has to be
#   CORNETTA_DEBIAN_MIRROR       Debian mirror to take the sources from; else the one that apt uses here
#   CORNETTA_ALLOW_FALLBACK=1    where it cannot be compiled, install the wheel of PyPI, which carries 4 calls
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${1:-$here/../../.venv/bin/python}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cornetta
fallback="pjsua2-python==2.15.1.post1"
work=""
log=""

say() { printf 'pjsua2: %s\n' "$*"; }
fail() { printf 'pjsua2: %s\n' "$*" >&2; exit 1; }

# step NAME COMMAND...: run it, output to the log, and show how long it takes.
step() {
    local name=$1 began=$SECONDS pid
    shift
    printf '== %s\n' "$name" >>"$log"
    "$@" >>"$log" 2>&1 &
    pid=$!
    while [ -t 1 ] && kill -0 "$pid" 2>/dev/null; do
        printf '\rpjsua2: %-46s %4d s' "$name" $((SECONDS - began))
        sleep 1
    done
    if wait "$pid"; then
        if [ -t 1 ]; then printf '\r'; fi
        printf 'pjsua2: %-46s %4d s\n' "$name" $((SECONDS - began))
    else
        if [ -t 1 ]; then printf '\n'; fi
        fail "$name failed; the last lines of $log: $(tail -n 5 "$log" | tr '\n' ' ')"
    fi
}

# What makes the wheel, and not what this script says meanwhile.
recipe() {
    declare -f edit unpack found configure compile try_media wrap wheel stubs
    (cd "$here" && cat stubs.py config_site.h cornetta*)
}

sha256() { sha256sum "$1" | cut -d' ' -f1; }

# SWIG 4.2.1 to 4.3.x lock a mutex wrongly where directors meet threads: callbacks of pjsua2 would hang.
check_tools() {
    local tool version
    for tool in swig g++ gcc make patch tar xz sha256sum flock; do
        command -v "$tool" >/dev/null || fail "$tool is missing (docker/install.sh build installs it)"
    done
    version=$(swig -version | sed -n 's/^SWIG Version //p')
    case $version in
        4.0.* | 4.1.* | 4.2.0) ;;
        4.2.* | 4.3.*) fail "SWIG $version cannot be used with threads and callbacks: take 4.1.0, or 4.4 and later" ;;
        4.* | 5.*) ;;
        *) fail "SWIG '$version' is too old: take 4.1.0, or 4.4 and later" ;;
    esac
}

# Debian's source package of Asterisk carries pjproject as a tarball of its own. It is fetched under an apt
# configuration of its own, so that the machine's sources stay as they are; apt checks the signature of the .dsc.
fetch_from_debian() {
    local apt=$work/apt from tarball wanted
    from=$("$here/../../docker/debian-mirror.sh") || { echo "or set CORNETTA_PJPROJECT_TARBALL"; return 1; }
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/parts" "$work/fetched"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from sid main" >"$apt/sources.list"
    : >"$apt/status"
    local options=(-o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
        -o "Dir::Etc::sourcelist=$apt/sources.list" -o "Dir::Etc::sourceparts=$apt/parts"
        -o "Dir::Etc::preferences=/dev/null" -o "Dir::Etc::preferencesparts=$apt/parts"
        -o Acquire::Check-Valid-Until=false -o Acquire::Retries=3 -o "APT::Sandbox::User=$(id -un)")
    apt-get "${options[@]}" update
    (cd "$work/fetched" && apt-get "${options[@]}" source --download-only asterisk)
    tarball=$(basename "$(ls "$work"/fetched/*.orig-Xpjproject.tar.*)")
    wanted=$(awk -v name="$tarball" '/^Checksums-Sha256:/ { on = 1; next } /^[^ ]/ { on = 0 } on && $3 == name { print $1 }' \
        "$work"/fetched/*.dsc)
    [ -n "$wanted" ] || { echo "the .dsc does not name $tarball"; return 1; }
    [ "$(sha256 "$work/fetched/$tarball")" = "$wanted" ] || { echo "$tarball: wrong SHA-256, wanted $wanted"; return 1; }
    mkdir -p "$cache/source"
    mv "$work/fetched/$tarball" "$cache/source/"
}

# Sets $source to the tarball.
find_source() {
    if [ -n "${CORNETTA_PJPROJECT_TARBALL:-}" ]; then
        source=$CORNETTA_PJPROJECT_TARBALL
        [ -r "$source" ] || fail "CORNETTA_PJPROJECT_TARBALL=$source cannot be read"
        local wanted=${CORNETTA_PJPROJECT_SHA256:-}
        [ -z "$wanted" ] || [ "$(sha256 "$source")" = "$wanted" ] || fail "$source: wrong SHA-256, wanted $wanted"
        return
    fi
    source=$(ls -t "$cache"/source/*.orig-Xpjproject.tar.* 2>/dev/null | head -n1 || true)
    if [ -z "$source" ]; then
        step "fetching the sources" fetch_from_debian
        source=$(ls -t "$cache"/source/*.orig-Xpjproject.tar.* | head -n1)
    fi
}

# edit FILE WHAT EXPRESSION: sed that has to change the file.
edit() {
    cp "$1" "$1.before"
    sed -i -E "$3" "$1"
    ! cmp -s "$1" "$1.before" || { echo "$1: $2: the place was not found in this version"; return 1; }
    rm "$1.before"
}

unpack() {
    mkdir -p "$work/pj"
    tar -xf "$source" -C "$work/pj" --strip-components=1
    cd "$work/pj"
    cp "$here/config_site.h" pjlib/include/pj/config_site.h
    # Debian strips this sound driver, the Makefile still names it.
    [ -e pjmedia/src/pjmedia-audiodev/bdimad_dev.c ] ||
        echo 'typedef int bdimad_dev_is_not_here;' >pjmedia/src/pjmedia-audiodev/bdimad_dev.c

    # An account tries 100 pairs of RTP ports, so that a busy stretch of 100 legs refuses the next one however wide
    # the range is. Try every pair of the range; a port in use is no error worth a line until none is left.
    local media=pjsip/src/pjsua-lib/pjsua_media.c
    edit $media "retries" 's/^( *)for \(i=0; i<RTP_RETRY; \+\+i, acc->next_rtp_port \+= 2\) \{/\1const int tries = cfg->port_range > 2*RTP_RETRY ? (int)cfg->port_range\/2 + 1 : RTP_RETRY;\n\1for (i=0; i<tries; ++i, acc->next_rtp_port += 2) {/'
    edit $media "log of bind" 's/PJ_PERROR\(1,(\(THIS_FILE, status, "RTC?P socket bind\(\) at %s error")/PJ_PERROR(5,\1/'

    # Received RTP. A packet costs one recvfrom: as pjmedia comes it costs two, and two epoll_ctl besides. Packets come
    # to hundreds of sockets within a millisecond, once a tick of 20 ms; the media thread lets them gather for 2 ms
    # instead of waking up for each. And a leg listens to its peer alone, not to whoever still sends to a port that was
    # another leg's before, above all before an engine was killed. Packets that come while a leg's media begin or change
    # do not end the engine any more (pjproject 5001), nor do they make the leg deaf; and a port of the bridge that goes
    # at once after it came goes on the bridge's own thread, which may be looking at it (pjproject 5057).
    # A peer that is silent (on hold, muted) keeps its leg, and RTCP is the peer's as RTP is.
    patch -p1 <"$here/cornetta_rtp.patch"

    # No thread asks DNS: names are looked up in what cornetta_names.cpp knows.
    patch -p1 <"$here/cornetta_names.patch"

    # A challenge of another scheme than Digest is a refusal that is heard, and leaves one by Digest beside it answered.
    patch -p1 <"$here/cornetta_auth.patch"

    # A sent message takes the memory of its bytes, not of the longest that there may be (PJSIP_MAX_PKT_LEN): thousands of
    # them are kept for 32 s.
    patch -p1 <"$here/cornetta_encode.patch"

    # Comfort noise is counted apart: who sends it is silent and not dead.
    patch -p1 <"$here/cornetta_cn.patch"

    # pjsua has room for 8 transports and each account takes one, which stays for a while after its account.
    edit pjsip/include/pjsua-lib/pjsua_internal.h "transports" 's/(pjsua_transport_data tpdata)\[8\];/\1[2*PJSUA_MAX_ACC];/'

    # A request that no part of pjsip knows inside of a dialog is no fault of ours (RFC 6665 8.3.2, of a NOTIFY without a
    # subscription; the border answers all others).
    edit pjsip/src/pjsip/sip_dialog.c "unhandled" 's/(pjsip_dlg_create_response\(dlg, rdata, )500(, &reason)/\1489\2/'

    # An offer in a call whose codecs we lack is none that we take, and no fault of ours (RFC 3261 21.4.26).
    edit pjsip/src/pjsip-ua/sip_inv.c "offer refused" 's/(rc = pjsip_dlg_create_response\(dlg, rdata, )500(, &reason)/\1488\2/'

    # What Cornetta adds, compiled into the same module.
    local swig=pjsip-apps/src/swig
    cp "$here"/cornetta.i "$here"/cornetta_*.hpp $swig/
    cp "$here"/cornetta_*.cpp $swig/python/
    edit $swig/pjsua2.i "annotations" 's/^%module\(directors="1"\) pjsua2$/&\n%feature("python:annotations", "c");/'
    printf '\n%%include "cornetta.i"\n' >>$swig/pjsua2.i
    local ours
    ours=$(cd "$here" && printf '"%s", ' cornetta_*.cpp)
    edit $swig/python/setup.py "sources" \
        "s/\\[\"pjsua2_wrap.cpp\"\\],/[\"pjsua2_wrap.cpp\", $ours], include_dirs=[\"..\"],/"
    # The wrapper only passes on: optimising it takes a minute and gives nothing.
    edit $swig/python/setup.py "flags" 's/^# Fill in libraries$/extra_compile_args += ["-O1", "-g0"]\n&/'
    # Calls inside the module go straight to their function, not through a table that another library could change.
    edit $swig/python/setup.py "link flags" 's/^extra_link_args = \[\]/extra_link_args = ["-Wl,-Bsymbolic"]/'
}

found() { grep -qE "^#define .*$2" "$1" || { echo "configure did not find what gives $2"; return 1; }; }

configure() {
    cd "$work/pj"
    CFLAGS="-O3 -fPIC -DNDEBUG" CXXFLAGS="-O2 -fPIC -DNDEBUG" ./configure --enable-epoll \
        --disable-video --disable-sound --disable-v4l2 --disable-libyuv --disable-libwebrtc --disable-libwebrtc-aec3 \
        --disable-ffmpeg --disable-sdl --disable-openh264 --disable-bcg729 --disable-ilbc-codec --disable-g7221-codec \
        --with-external-speex --with-external-gsm --with-external-srtp --enable-libsamplerate --disable-resample
    # configure leaves out silently what it does not find.
    found pjlib/include/pj/compat/os_auto.h PJ_IOQUEUE_IMP_EPOLL
    found pjlib/include/pj/compat/os_auto.h PJ_SSL_SOCK_IMP_OPENSSL
    # Tags and branches by random numbers of the system: others can be guessed.
    grep -q guid_uuid pjlib/build/os-auto.mak || { echo "configure did not find libuuid"; return 1; }
    found pjmedia/include/pjmedia-codec/config_auto.h 'PJMEDIA_HAS_OPUS_CODEC 1'
    make dep
}

compile() { cd "$work/pj" && make -j"$(nproc)" lib; }

# What was a segmentation fault in an engine is tried against the libraries, before anything is made of them.
try_media() {
    local flags
    cd "$work"
    printf 'include pj/build.mak\nflags:\n\t@echo $(PJ_CFLAGS) $(CURDIR)/race.c $(PJ_LDFLAGS) $(PJ_LDLIBS)\n' >race.mak
    cp "$here/cornetta_race.c" race.c
    flags=$(make -s -f race.mak flags)
    # shellcheck disable=SC2086 # a list of flags
    gcc -O1 -o race $flags -lpthread
    # What it tries are locks: one that is never given back must not hold up the build.
    timeout 60 ./race 5 || { [ $? = 2 ] && echo "it could not be tried here"; }
}

wrap() { cd "$work/pj/pjsip-apps/src/swig/python" && make pjsua2_wrap.cpp; }

wheel() {
    cd "$work/pj/pjsip-apps/src/swig/python"
    "$python" -m pip wheel --use-pep517 --no-deps --no-cache-dir --wheel-dir "$work/wheel" .
}

stubs() {
    "$python" -m zipfile -e "$work"/wheel/pjsua2-*.whl "$work/look"
    PYTHONPATH=$work/look "$python" "$here/stubs.py" >"$work/wheel/pjsua2.pyi"
}

build() {
    check_tools
    step "unpacking and patching" unpack
    step "configuring" configure
    step "compiling the libraries" compile
    step "trying the media transport" try_media
    step "generating the wrapper" wrap
    step "compiling the wrapper" wheel
    step "generating type stubs" stubs
    mkdir -p "$cache/wheel"
    rm -rf "$cache/wheel/$key"
    mv "$work/wheel" "$cache/wheel/$key"
}

install_wheel() {
    "$python" -m pip uninstall --quiet --yes pjsua2-python pjsua2
    "$python" -m pip install --quiet --no-deps --force-reinstall "$cache/wheel/$key"/pjsua2-*.whl
    cmp -s "$cache/wheel/$key/pjsua2.pyi" "$here/pjsua2.pyi" || cp "$cache/wheel/$key/pjsua2.pyi" "$here/pjsua2.pyi"
    "$python" -c 'import pjsua2; pjsua2.CornettaTap'
    echo "$key" >"$marker"
}

build_and_install() (
    set -euo pipefail
    work=$(mktemp -d "$cache/build.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    find_source
    key=$({ recipe; sha256 "$source"; "$python" -VV; uname -m; } | sha256sum | cut -c1-20)
    marker=$("$python" -c 'import sys; print(sys.prefix)')/.cornetta-pjsua2
    [ "$(cat "$marker" 2>/dev/null)" != "$key" ] || exit 0
    [ -e "$cache/wheel/$key/pjsua2.pyi" ] || build
    step "installing" install_wheel
)

[ -x "$python" ] || fail "$python is not there (make venv)"
python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python")
mkdir -p "$cache/log"
log=$cache/log/pjsua2-$(date +%Y%m%dT%H%M%S)-$$.log
exec 9>"$cache/pjsua2.lock"
flock -n 9 || { say "another build is running, waiting for it"; flock 9; }

status=0
build_and_install || status=$?
if [ "$status" = 0 ]; then
    rm -f "$log"
elif [ -z "${CORNETTA_ALLOW_FALLBACK:-}" ]; then
    [ ! -s "$log" ] || say "the log of the build is $log"
    fail "not built: 'make install' installs what the build needs; CORNETTA_ALLOW_FALLBACK=1 takes a wheel of 4 calls instead"
elif "$python" -c 'import pjsua2; pjsua2.CornettaTap' 2>/dev/null; then
    say "the build failed (see $log); the one that is installed stays"
else
    "$python" -m pip install --quiet --no-deps "$fallback"
    say "FALLBACK: 4 CALLS. pjsua2 could not be compiled here (see $log); the wheel of PyPI carries 4 calls, that is two"
    say "bridged conversations, and no call analysis. Good for a first look, not for work."
fi
