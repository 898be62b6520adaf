#!/bin/bash
# deb.sh [OPTIONS] FOLDER - makes the Debian packages and leaves them in FOLDER.
#   packaging/deb.sh /tmp/packages                       of the commit that is checked out
#   packaging/deb.sh --tarball zmqsweep-0.3.0.tar.gz ... of a release
#   --no-lintian    does not run lintian
#   --help          this text
# Needs dpkg-dev, debhelper and what packaging/debian/control names under Build-Depends. As debian/
# must be at the top of a source package, it is put there in a copy. DEB_BUILD_OPTIONS is respected.
# Exit codes: 1: it could not be built, or lintian found an error or a warning; 2: wrong usage.
set -euo pipefail

usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }
refuse() { echo "deb.sh: $1; deb.sh --help shows how" >&2; exit 2; }
fail() { echo "deb.sh: $1" >&2; exit 1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tarball='' lintian=yes output=''
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit ;;
    --no-lintian) lintian='' ;;
    --tarball) [ $# -gt 1 ] || refuse "--tarball needs a file"; tarball=$2; shift ;;
    -*) refuse "there is no option '$1'" ;;
    *) [ ! "$output" ] || refuse "there is one folder too many: '$1'"; output=$1 ;;
    esac
    shift
done
[ "$output" ] || refuse "a folder for the packages is missing"
[ ! "$tarball" ] || [ -r "$tarball" ] || refuse "--tarball: there is no file '$tarball'"
command -v dpkg-buildpackage >/dev/null || fail "dpkg-buildpackage is missing: package dpkg-dev"
command -v dh >/dev/null || fail "dh is missing: package debhelper"

upstream=$(dpkg-parsechangelog -l "$root/packaging/debian/changelog" -S Version | sed 's/-[^-]*$//')
name=zmqsweep-$upstream
work=$(mktemp -d "${TMPDIR:-/tmp}/zmqsweep-deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
orig=$work/zmqsweep_$upstream.orig.tar.gz

if [ "$tarball" ]; then
    cp "$tarball" "$orig"
elif [ -e "$root/.git" ]; then
    mv "$("$root/packaging/tarball.sh" "$work")" "$orig"
else
    refuse "this is no git checkout, so --tarball must name a release's tarball"
fi
tar -C "$work" -xf "$orig"
[ -d "$work/$name/packaging/debian" ] ||
    fail "the tarball has no folder $name/packaging/debian: it is of another version"
cp -a "$work/$name/packaging/debian" "$work/$name/debian"

# control names the policy that the packages follow. An older release gets the newest it knows.
policy=/usr/share/lintian/data/debian-policy/releases.json
if [ -r "$policy" ]; then
    control=$work/$name/debian/control
    known=$(grep -o '"version" *: *"[0-9.]*"' "$policy" |
        grep -o '[0-9]*\.[0-9]*\.[0-9]*' | sort -V | tail -n 1)
    follows=$(sed -n 's/^Standards-Version: //p' "$control")
    least=$(printf '%s\n' "$known" "$follows" | sort -V | head -n 1)
    sed -i "s/^Standards-Version: .*/Standards-Version: $least/" "$control"
fi

log=$work/build.log
(cd "$work/$name" && dpkg-buildpackage --no-sign) >"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; fail "dpkg-buildpackage failed"; }
mkdir -p "$output"
cp "$log" "$output/build.log"
find "$work" -maxdepth 1 -type f -name 'zmq*' -exec cp -t "$output" {} +

if [ ! "$lintian" ]; then
    :
elif command -v lintian >/dev/null; then
    # Who builds in a bare system is root.
    lintian --allow-root -EvIL +pedantic --fail-on error,warning "$work"/*.changes
else
    echo "deb.sh: lintian is missing, so the packages were not checked" >&2
fi
(cd "$output" && ls -1 ./*.deb)
