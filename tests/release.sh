#!/bin/bash
# release.sh [OPTIONS] - makes the source tarball of the commit that is checked out, and from it all
# that a release has. Each part is one of these:
#   versions   every file that names the version names the same
#   tarball    the same twice, with the commit in it, and nothing compiled or unknown to git
#   build      configure, build, unit tests, install and a sweep, in a folder outside git
#   deb        packaging/deb.sh with lintian; a second build makes the same bytes
#   cpack      .deb, .rpm and .tar.gz of the build, and the source package
#   packages   Debian packages made and tried on bare systems of Debian 12 and 13
#   container  packaging/container.sh
# Options:
#   --only PART[,PART...]  these parts
#   --output FOLDER        for what is made; without it: build/artefacts
#   --help                 this text
# A part that lacks a tool is skipped, with a line that says which. It ends with a list of what was
# made. Exit code: 0 all well, 1 a part failed, 2 it was called wrongly.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
known=(versions tarball build deb cpack packages container)
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }
refuse() { echo "release.sh: $1; release.sh --help shows how" >&2; exit 2; }

parts=() output=$root/build/artefacts
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit ;;
    --only)
        [ $# -gt 1 ] || refuse "--only wants a part"
        for part in ${2//,/ }; do
            [[ " ${known[*]} " == *" $part "* ]] ||
                refuse "there is no part '$part', only: ${known[*]}"
            parts+=("$part")
        done
        shift ;;
    --output) [ $# -gt 1 ] || refuse "--output wants a folder"; output=$2; shift ;;
    *) refuse "there is no option '$1'" ;;
    esac
    shift
done
[ ${#parts[@]} -gt 0 ] || parts=("${known[@]}")
[ -e "$root/.git" ] || refuse "$root is no git checkout"

mkdir -p "$output" || exit 2
output=$(cd "$output" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/zmqsweep-release.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
commit=$(git -C "$root" rev-parse HEAD)
tarball=$("$root/packaging/tarball.sh" "$output") || exit 1
name=$(basename "$tarball" .tar.gz)
version=${name#zmqsweep-}
tar -C "$work" -xf "$tarball" || exit 1
source=$work/$name

fail() { echo "$1" >&2; return 1; }
# missing TOOL PACKAGE: whether it is, and says so.
missing() {
    ! command -v "$1" >/dev/null || return 1
    echo "there is no $1 (Debian: $2)"
}
# quietly COMMAND...: its output is of interest only when it fails.
quietly() { "$@" >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; fail "failed: $*"; }; }
# no_library PACKAGE <LIST: whether no library is in the list of what it installs.
no_library() { ! grep -E '/lib[^/]*\.(so|a)(\.|$)' || fail "$1 has a library"; }

# ---- Parts: each returns 0 (done), 1 (failed), 77 (skipped, and has said why).

part_versions() {
    local found code=0
    while IFS='|' read -r file found; do
        [ "$found" = "$version" ] ||
            { fail "$file names version '$found', not $version"; code=1; }
    done <<EOF
CITATION.cff|$(sed -n 's/^version: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$source/CITATION.cff")
CHANGELOG.md|$(sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' "$source/CHANGELOG.md" | head -n 1)
packaging/debian/changelog|$(sed -n '1s/.*(\(.*\)-.*/\1/p' "$source/packaging/debian/changelog")
EOF
    return $code
}

part_tarball() {
    local again
    again=$("$root/packaging/tarball.sh" "$work/again") && cmp "$tarball" "$again" || return 1
    grep -q "$commit" "$source/cmake/commit.cmake" ||
        fail "the commit is not in the tarball" || return
    (cd "$source" && find . -type f | sed 's/^..//' | sort) >"$work/is"
    git -C "$root" ls-tree -r --name-only HEAD | sort | diff - "$work/is" ||
        fail "it does not have what git knows" || return
    ! grep -rlaP '\A\x7fELF' "$source" || fail "it has something compiled" || return
}

# build [CMAKE_OPTION...]: into $work/build, unless it is there.
build() {
    [ ! -e "$work/build/zmqreport" ] || return 0
    quietly cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DZMQSWEEP_WERROR=ON -DZMQSWEEP_REPORT_ONLY=OFF \
        -DCMAKE_INSTALL_RPATH_USE_LINK_PATH=OFF "$@" &&
        quietly cmake --build "$work/build" -j "$(nproc)"
}

lacks_build() { missing cmake cmake || missing ninja ninja-build; }

part_build() {
    ! lacks_build || return 77
    build && quietly cmake --install "$work/build" --prefix "$work/prefix" || return 1
    quietly ctest --test-dir "$work/build" -L unit -j "$(nproc)" --no-tests=error || return 1
    local program said PATH=$work/prefix/bin:$PATH
    for program in zmqsweep zmqreport; do
        said=$("$program" --version)
        [[ $said == *"$version"*"${commit:0:10}"* ]] ||
            fail "$program --version says '$said', not $version and ${commit:0:10}" || return
    done
    missing mpirun openmpi-bin || missing gnuplot gnuplot-nox ||
        quietly "$source/packaging/debian/tests/sweep"
}

part_deb() {
    ! missing dpkg-buildpackage dpkg-dev && ! missing dh debhelper || return 77
    ! missing lintian lintian || echo "so the packages are not checked"
    "$source/packaging/deb.sh" --tarball "$tarball" "$output/debian" || return 1
    DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
        "$source/packaging/deb.sh" --no-lintian --tarball "$tarball" "$work/debian" >/dev/null ||
        return 1
    local deb
    for deb in "$output"/debian/*_"$version"-*.deb; do
        dpkg -c "$deb" | no_library "$deb" || return 1
        cmp "$deb" "$work/debian/$(basename "$deb")" ||
            fail "two builds made different packages" || return
    done
}

part_cpack() {
    ! lacks_build || return 77
    build -DBUILD_TESTING=OFF || return 1
    local generators=(TGZ) generator file
    missing dpkg-deb dpkg || generators+=(DEB)
    missing rpmbuild rpm || generators+=(RPM)
    cd "$work/build" || return 1
    for generator in "${generators[@]}"; do
        quietly cpack -G "$generator" -B "$work/cpack" || return 1
    done
    mkdir -p "$output/cpack"
    find "$work/cpack" -maxdepth 1 -type f -name 'zmq*' -exec cp -t "$output/cpack" {} +
    quietly cpack --config CPackSourceConfig.cmake -B "$work/cpack-source" || return 1
    (cd "$source" && find . -type f | sed "s|^\.|$name|" | sort) >"$work/is"
    tar -tzf "$work/cpack-source/$name.tar.gz" | grep -v '/$' | sort |
        diff "$work/is" - ||
        fail "cpack's source package has other files than the release" || return
    for file in "$output"/cpack/*.deb; do
        [ -e "$file" ] || continue
        dpkg -c "$file" | no_library "$file" || return 1
        [[ $file == *_all.deb ]] || dpkg -f "$file" Depends | grep -q libhdf5 ||
            fail "$file does not want HDF5" || return
    done
    for file in "$output"/cpack/*.rpm; do
        [ -e "$file" ] || continue
        rpm -qpl "$file" 2>/dev/null | no_library "$file" || return 1
        rpm -qpL "$file" 2>/dev/null | grep -q LICENSE || fail "$file has no licence" || return
        [[ $file == *.noarch.rpm ]] ||
            rpm -qp --requires "$file" 2>/dev/null | grep -q libhdf5 ||
                fail "$file does not want HDF5" || return
    done
}

part_packages() {
    local suite code
    for suite in bookworm trixie; do
        code=0
        "$root/tests/packages.sh" --build "$tarball" "$suite" "$output/$suite" || code=$?
        [ $code = 0 ] || return $code
    done
}

part_container() {
    [ -x "$source/packaging/container.sh" ] ||
        { echo "there is no packaging/container.sh"; return 77; }
    "$source/packaging/container.sh" image "$tarball"
}

failed=''
for part in "${parts[@]}"; do
    echo "== $part"
    code=0
    (part_"$part") || code=$?
    case $code in
    0) echo "$part: ok" ;;
    77) echo "release.sh: $part skipped" ;;
    *) echo "release.sh: $part failed" >&2; failed=yes ;;
    esac
done

cd "$output" || exit 1
find . -type f ! -name SHA256SUMS ! -name '*.log' -printf '%P\n' | sort >"$work/made"
xargs -d '\n' sha256sum <"$work/made" >SHA256SUMS
echo "== $output"
while read -r sum file; do
    printf '%9s  %s  %s\n' "$(stat -c %s "$file")" "$sum" "$file"
done <SHA256SUMS
[ ! "$failed" ]
