#!/bin/bash
# packages.sh [OPTIONS] SUITE FOLDER - installs the .deb packages of FOLDER on a bare Debian SUITE
# (bookworm, trixie), runs their tests (packaging/debian/tests), and removes them.
#   --build TARBALL  makes them there first, of a release, and leaves them in FOLDER
#   --base TAR       the bare system, instead of one by debootstrap
#   --mirror URL     of Debian; without it: this machine's, as apt knows it
#   --help           this text
# Exit code: 0 all well, 1 something failed, 2 it was called wrongly, 77 this machine cannot do it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
source "$here/bare.sh"
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }
refuse() { echo "packages.sh: $1; packages.sh --help shows how" >&2; exit 2; }
skip() { echo "packages.sh: skipped: $1" >&2; exit 77; }

build='' base='' mirror='' words=()
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit ;;
    --build | --base | --mirror)
        [ $# -gt 1 ] || refuse "$1 wants a value"
        declare "${1#--}=$2"; shift ;;
    -*) refuse "there is no option '$1'" ;;
    *) words+=("$1") ;;
    esac
    shift
done
[ ${#words[@]} = 2 ] || refuse "a suite and a folder are wanted"
suite=${words[0]}
[[ $suite =~ ^[a-z]+$ ]] || refuse "there is no suite '$suite'"
[ ! "$build" ] || [ -r "$build" ] || refuse "--build: there is no file '$build'"
[ ! "$base" ] || [ -r "$base" ] || refuse "--base: there is no file '$base'"
mkdir -p "${words[1]}"
debs=$(cd "${words[1]}" && pwd)
[ "$build" ] || ls "$debs"/zmqsweep_*.deb >/dev/null 2>&1 || refuse "$debs has no zmqsweep_*.deb"

[ "$(id -u)" = 0 ] || skip "bare systems are made with chroot, which only root may"
[ "$base" ] || command -v debootstrap >/dev/null || skip "there is no debootstrap"
unshare --mount true 2>/dev/null || skip "the kernel forbids mount namespaces"
: "${mirror:=$(bare_mirror)}"
[ "$mirror" ] || skip "apt names no mirror of Debian here; --mirror does"

# Mounts are of this process alone, so that none stays behind.
if [ "${ZMQSWEEP_PACKAGES_MOUNTS:-}" != own ]; then
    export ZMQSWEEP_PACKAGES_MOUNTS=own
    exec unshare --mount --propagation private -- "$0" \
        ${build:+--build "$build"} ${base:+--base "$base"} --mirror "$mirror" "$suite" "$debs"
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/zmqsweep-packages.XXXXXX")
trap 'bare_remove "$work"' EXIT

# system NAME: makes a bare system with this source in /source and the packages in /debs.
system() {
    local dir=$work/$1
    mkdir -p "$dir"
    if [ "$base" ]; then
        tar -C "$dir" -xf "$base"
    else
        bare_make "$suite" "$dir" "$mirror" >"$work/debootstrap.log" 2>&1 ||
            { tail -n 5 "$work/debootstrap.log" >&2; exit 1; }
    fi
    bare_connect "$suite" "$dir" "$mirror"
    mkdir -p "$dir/source" "$dir/debs"
    if [ "$build" ]; then
        tar -C "$dir/source" --strip-components=1 -xf "$build"
        cp "$build" "$dir/release.tar.gz"
    else
        cp -a "$root/packaging" "$dir/source/"
        mkdir -p "$dir/source/tests/fuzz/corpus"
        cp -a "$root/tests/fuzz/corpus/journal" "$dir/source/tests/fuzz/corpus/"
        cp -a "$root/tests/packages" "$dir/source/tests/"
    fi
    bare_mount "$dir"
    mount --bind "$debs" "$dir/debs"
}

# enter NAME COMMAND...: runs it in the source of a system.
enter() {
    local dir=$work/$1
    shift
    bare_enter "$dir" DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-parallel=$(nproc)}" \
        sh -c 'cd /source && exec "$@"' sh "$@"
}

if [ "$build" ]; then
    echo "== $suite: build"
    system build
    # shellcheck disable=SC2016 # the inner shell's
    enter build sh -c 'apt-get update -qq && mkdir /wanted && cp -a packaging/debian /wanted/ &&
        apt-get install -qq -y --no-install-recommends dpkg-dev debhelper lintian &&
        apt-get build-dep -qq -y --no-install-recommends /wanted' >"$work/build-dep.log" 2>&1 ||
        { tail -n 20 "$work/build-dep.log" >&2; exit 1; }
    enter build packaging/deb.sh --tarball /release.tar.gz /debs
fi
echo "== $suite: install"
system install
enter install tests/packages/install.sh /debs
