#!/bin/bash
# tarball.sh FOLDER - makes FOLDER/zmqsweep-VERSION.tar.gz of the commit that is checked out, with
# the commit's number in it, and prints its path. The same commit makes the same bytes.
set -euo pipefail
[ $# = 1 ] && [ "${1#-}" = "$1" ] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
fail() { echo "tarball.sh: $1" >&2; exit 1; }
# A release that was unpacked below another checkout is not that one's.
[ -e "$root/.git" ] || fail "$root is no git checkout: its release's tarball is what to take"
version=$(sed -n 's/^project(zmqsweep VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
[ "$version" ] || fail "there is no line 'project(zmqsweep VERSION ...' in CMakeLists.txt"
git -C "$root" diff --quiet HEAD ||
    echo "tarball.sh: takes HEAD, without the changes that are not committed" >&2
mkdir -p "$1"
name=zmqsweep-$version
git -C "$root" archive --format=tar --prefix="$name/" HEAD | gzip -9n >"$1/$name.tar.gz.part"
mv "$1/$name.tar.gz.part" "$1/$name.tar.gz"
echo "$1/$name.tar.gz"
