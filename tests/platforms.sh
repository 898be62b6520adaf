#!/bin/bash
# platforms.sh [OPTION...] [NAME...] - makes bare Debian systems of several releases, with several
# MPIs, HDF5s and compilers, and runs platforms/check.sh in each. Then zmqreport of every system
# reads the files of all others. At the end it prints a table.
#   --page FILE      write the table's rows into FILE, too, between its two markers; rows of systems
#                    that were not chosen stay as they are
#   --mirror URL     of Debian; without it: this machine's, as apt knows it
#   --cache FOLDER   for bare systems, packages and logs;
#                    without it: ${XDG_CACHE_HOME:-~/.cache}/zmqsweep-platforms
#   --jobs N         systems at a time; without it: 1
#   --list           the names, which are those of platforms/list.txt
#   --help           this text
# Without a NAME: all. TMPDIR needs some 2 GB for each. Exit code: 0 all well, 1 a system that is
# required failed, 2 it was called wrongly, 77 this machine cannot make systems, and why.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
list=$here/platforms/list.txt
source "$here/bare.sh"
make_s=1500 check_s=2700 read_s=300 # no step of a system takes longer than this

refuse() { echo "platforms.sh: $1; platforms.sh --help shows how" >&2; exit 2; }
skip() { echo "platforms.sh: $1" >&2; exit 77; }
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }
names() { awk -F'|' '!/^#/ && NF == 5 { gsub(/ /, "", $1); print $1 }' "$list"; }

# field NAME NUMBER: of a system's line in the list, or all packages of a line `NAME: ...`.
field() {
    awk -F'|' -v name="$1" -v number="$2" '
        { first = $1; gsub(/ /, "", first) }
        first == name && NF == 5 { gsub(/^ +| +$/, "", $number); print $number }' "$list"
}
common() { sed -n "s/^$1: //p" "$list"; }

page='' mirror='' jobs=1 cache=${XDG_CACHE_HOME:-$HOME/.cache}/zmqsweep-platforms chosen=()
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit ;;
    --list) names; exit ;;
    --page | --mirror | --cache | --jobs)
        [ $# -gt 1 ] || refuse "$1 wants a value"
        declare "${1#--}=$2"; shift ;;
    -*) refuse "there is no option '$1'" ;;
    *)
        names | grep -Fqx -- "$1" || refuse "there is no platform '$1', only: $(names | paste -sd' ')"
        chosen+=("$1") ;;
    esac
    shift
done
[ ${#chosen[@]} -gt 0 ] || mapfile -t chosen < <(names)
[[ $jobs =~ ^[1-9][0-9]?$ ]] || refuse "--jobs: a number from 1 to 99, not '$jobs'"
[ ! "$page" ] || grep -qs '^<!-- platforms: begin' "$page" || refuse "$page has no line '<!-- platforms: begin -->'"

[ "$(id -u)" = 0 ] || skip "makes systems with debootstrap and chroot, which only root may"
command -v debootstrap >/dev/null || skip "needs debootstrap; the package has the same name"
unshare --mount --pid --fork true 2>/dev/null || skip "namespaces of mounts and processes are not allowed here"
: "${mirror:=$(bare_mirror)}"
[ "$mirror" ] || skip "apt names no mirror of Debian here; --mirror does"

mkdir -p "$cache/logs" || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/zs-platforms.XXXXXX")
mkdir "$work/files" "$work/results"
child='' running=()
# Mounts are in the namespace of those who use them, and go with them.
end_child() { [ -z "$child" ] || kill -KILL -- "-$child" 2>/dev/null; }
clean() {
    local pid
    for pid in "${running[@]}"; do kill -TERM "$pid" 2>/dev/null && wait "$pid"; done
    end_child
    rm -rf --one-file-system "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

# bounded SECONDS COMMAND...: in the background, so that a signal to this script is noticed at once.
bounded() {
    local code=0
    timeout -s KILL "$@" </dev/null &
    child=$!
    wait "$child" || code=$?
    child=''
    return $code
}

# ---- Systems

# bare SUITE: its tar, made once.
bare() {
    local tar=$cache/$1.tar
    [ ! -e "$tar" ] || return 0
    rm -rf --one-file-system "$work/bare"
    bounded $make_s bash -c 'source "$1"; shift; bare_make "$@"' bare "$here/bare.sh" \
        "$1" "$work/bare" "$mirror" || return
    tar -C "$work/bare" -cf "$tar.part" . && mv "$tar.part" "$tar"
}

# enter SECONDS NAME COMMAND...: runs it in the system NAME, with mounts and processes of its own.
enter() {
    local seconds=$1 name=$2
    shift 2
    # shellcheck disable=SC2016 # the inner shell's variables
    bounded "$seconds" unshare --mount --pid --fork --kill-child bash -c '
        set -e
        source "$1"
        dir=$2 files=$3 results=$4 archives=$5
        shift 5
        bare_mount "$dir"
        mount --bind "$files" "$dir/files"
        mount --bind "$results" "$dir/results"
        mount --bind "$archives" "$dir/var/cache/apt/archives"
        code=0
        bare_enter "$dir" "$@" || code=$?
        exit $code' enter "$here/bare.sh" "$work/$name" "$work/files" "$work/results" \
        "$cache/archives/$(field "$name" 2)" "$@"
}

# make NAME: one of a release at a time: they share the packages.
make() {
    local lock
    mkdir -p "$cache/archives"
    exec {lock}>"$cache/archives/$(field "$1" 2).lock"
    until flock --nonblock $lock; do sleep 1; done
    install "$1"
    set -- $?
    exec {lock}>&-
    return "$1"
}

# install NAME: the bare system, the project's source and the packages of the list.
install() {
    local suite dir=$work/$1 packages
    suite=$(field "$1" 2)
    bare "$suite" || return
    mkdir -p "$dir" "$cache/archives/$suite/partial"
    tar -C "$dir" -xf "$cache/$suite.tar" || return
    mkdir -p "$dir/files" "$dir/results" "$dir/src"
    tar -C "$dir/src" -xf "$work/source.tar" || return
    bare_connect "$suite" "$dir" "$mirror"
    printf '#!/bin/sh\nexit 101\n' >"$dir/usr/sbin/policy-rc.d" # no daemons
    chmod +x "$dir/usr/sbin/policy-rc.d"
    packages=$(common all)
    [[ $(field "$1" 5) == *--report-only* ]] || packages+=" $(common measure)"
    # shellcheck disable=SC2086,SC2046 # packages are words
    enter $make_s "$1" sh -c 'apt-get update -qq && exec apt-get -o Dpkg::Options::=--force-unsafe-io \
        install -qq -y --no-install-recommends "$@"' \
        sh $packages $(field "$1" 4)
}

# check NAME SECONDS STEPS: check.sh in it; a step that it could not begin has failed.
check() {
    local options step cmake
    options=$(field "$1" 5) cmake=''
    [[ $options != *"-- "* ]] || cmake=${options#*-- }
    # shellcheck disable=SC2086 # these are words
    enter "$2" "$1" /src/tests/platforms/check.sh ${options%%-- *} --steps "$3" --files /files --name "$1" \
        --result "/results/$1" /src/build $cmake
    ! grep -q '^build|failed' "$work/results/$1" || return
    for step in ${3//,/ }; do
        [[ $options == *--report-only* && $step =~ ^(sweep|kill|term)$ ]] && continue
        grep -q "^$step|" "$work/results/$1" || echo "$step|failed|it came to no end" >>"$work/results/$1"
    done
}

# tell NAME LINES: what was found since so many lines of its results.
tell() { tail -n "+$(($2 + 1))" "$work/results/$1" | sed -n "s/^\([a-z]*\)|\(ok\|failed\)|\(.*\)/$1: \1 \2, \3/p"; }

tar -C "$root" --exclude=./build --exclude=./.git --exclude=./results -cf "$work/source.tar" . || exit 1
echo "$work; logs: $cache/logs"

# try NAME: all but reading the files of the others; to be run in the background.
try() {
    local log=$cache/logs/$1.log begin=$SECONDS
    trap 'end_child; exit 1' TERM
    : >"$work/results/$1"
    if make "$1" >"$log" 2>&1; then
        check "$1" $check_s build,unit,sweep,kill,term >>"$log" 2>&1
    else
        echo "build|failed|the system could not be made" >>"$work/results/$1"
    fi
    tell "$1" 0
    echo "$1: $((SECONDS - begin)) s"
}

for name in "${chosen[@]}"; do
    [ "$(jobs -rp | wc -l)" -lt "$jobs" ] || wait -n
    try "$name" &
    running+=($!)
done
wait
running=()
for name in "${chosen[@]}"; do
    lines=$(wc -l <"$work/results/$name")
    [ ! -x "$work/$name/src/build/zmqreport" ] || check "$name" $read_s read >>"$cache/logs/$name.log" 2>&1
    tell "$name" "$lines"
done

# ---- The table

# cell NAME STEP: ok, failed, or – where there is no such step.
cell() { sed -n "s/^$2|\(ok\|failed\)|.*/\1/p" "$work/results/$1" | tail -n 1 | grep . || echo –; }

# floors: the least versions that the build declares, a line for each of the columns.
floors() {
    echo
    sed -n 's/^cmake_minimum_required(VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt"
    set -- "$root/cmake/dependencies.cmake"
    sed -n 's/.*MPI_C_VERSION VERSION_LESS \([0-9.]*\)).*/MPI \1/p' "$1"
    sed -n 's/^zmqsweep_module(ZMQ libzmq \([0-9.]*\)).*/\1/p' "$1"
    sed -n 's/^if(HDF5_VERSION VERSION_LESS \([0-9.]*\)).*/\1/p' "$1"
    sed -n 's/^zmqsweep_module(HWLOC hwloc \([0-9.]*\)).*/\1/p' "$1"
}

# versions NAME: a line for each of the columns; the floor's say what the least is.
versions() {
    local found version least
    found=$(sed -n 's/^versions|//p' "$work/results/$1" | tr '|' '\n')
    [[ $1 == *-floor && $found ]] || { echo "${found:-$(printf '–\n–\n–\n–\n–\n–')}"; return; }
    paste -d'|' <(echo "$found") <(floors) | while IFS='|' read -r version least; do
        [ ! "$least" ] || [[ $version == "$least"* ]] || version+=" (least: $least)"
        echo "$version"
    done
}

# row NAME
row() {
    local step told=''
    [ "$(field "$1" 3)" = required ] || told=' (told)'
    printf '| %s%s | %s' "$1" "$told" "$(date -u +%F)"
    versions "$1" | while read -r step; do printf ' | %s' "$step"; done
    for step in build unit sweep kill term read; do
        printf ' | %s' "$(cell "$1" $step | sed "$([ $step != read ] || echo "s/^ok$/$(files_read "$1")/")")"
    done
    echo ' |'
}
files_read() { sed -n 's/^read|ok|\([0-9]*\) files$/\1 files/p' "$work/results/$1"; }

table() {
    echo '| platform | tested | compiler | CMake | MPI | libzmq | HDF5 | hwloc | build | unit | sweep | kill | TERM | reads |'
    echo '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |'
    local name
    for name in $(names); do
        if [ -e "$work/results/$name" ]; then row "$name"; else grep -s "^| $name " "${page:-/dev/null}"; fi
    done
}

table >"$work/table"
echo
cat "$work/table"
grep -H '|failed|' "$work"/results/* | sed "s,^$work/results/,,; s/:\([a-z]*\)|failed|/, \1: /"
if [ "$page" ]; then
    awk -v table="$work/table" '
        /^<!-- platforms: end/ { skip = 0 }
        !skip { print }
        /^<!-- platforms: begin/ { print ""; while ((getline line < table) > 0) print line; print ""; skip = 1 }' "$page" >"$work/page" &&
        cat "$work/page" >"$page"
fi
for name in "${chosen[@]}"; do
    [ "$(field "$name" 3)" != required ] || ! grep -q '|failed|' "$work/results/$name" || exit 1
done
