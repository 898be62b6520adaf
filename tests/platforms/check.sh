#!/bin/bash
# check.sh [OPTION...] BUILD [CMAKE_OPTION...] - builds zmqsweep in the folder BUILD with what this
# system has, and checks it: a build without warnings, unit tests, a sweep over both patterns, a
# killed rank and recover, TERM and --resume, and zmqreport on files of this and other systems.
#   --mpi openmpi|mpich  build for this MPI and start ranks with its launcher, where a system has
#                        both; without it: what CMake finds and `mpirun`
#   --report-only        build zmqreport alone, which nothing can be measured with
#   --steps STEP,...     of build, unit, sweep, kill, term, read; without it: all, in this order
#   --files FOLDER       put this system's file there as NAME.h5, and read all that are there;
#                        without it: BUILD/platforms
#   --name NAME          of this system; without it: here
#   --result FILE        append a line for each step: STEP|ok or failed|what was found
# A line for each step goes to stdout, the words of one that failed to stderr. Exit code: 0 all
# well, 1 a step failed, 2 it was called wrongly. It ends only processes that it started itself.

# shellcheck disable=SC2317,SC2054,SC2086 # steps are called by name; options have commas; codes are
# numbers
set -uo pipefail

refuse() { echo "check.sh: $1; check.sh --help shows how" >&2; exit 2; }
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

mpi='' only='' files='' name=here result=/dev/null build='' steps=build,unit,sweep,kill,term,read
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit ;;
    --report-only) only=yes; shift; continue ;;
    --mpi | --steps | --files | --name | --result)
        [ $# -gt 1 ] || refuse "$1 wants a value"
        declare "${1#--}=$2"; shift 2; continue ;;
    -*) refuse "there is no option '$1'" ;;
    esac
    build=$1; shift
    break
done
[ "$build" ] || refuse "the folder of the build is missing"
for step in ${steps//,/ }; do
    [[ $step =~ ^(build|unit|sweep|kill|term|read)$ ]] || refuse "there is no step '$step'"
done
options=("$@")
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"
mkdir -p "$build" || exit 2
build=$(cd "$build" && pwd)
files=${files:-$build/platforms}
mkdir -p "$files" || exit 2
files=$(cd "$files" && pwd)

# ---- Processes: all that a sweep in the background starts has a mark in its environment, by which
# it is found and ended.

work=$(mktemp -d "${TMPDIR:-/tmp}/zs-check.XXXXXX")
mark=$$.${work##*.}
export TMPDIR=$work/tmp
mkdir "$TMPDIR"

# marked [VARIABLE]: the pids of a sweep's launcher and all it started; or those of them with this
# assignment in their environment.
marked() {
    local file found
    mapfile -t found < <(grep -slzx -- "ZS_CHECK_MARK=$mark" /proc/[0-9]*/environ)
    [ ${#found[@]} -gt 0 ] || return 0
    [ $# -eq 0 ] || mapfile -t found < <(grep -slzxE -- "$1" "${found[@]}")
    for file in "${found[@]}"; do file=${file%/environ}; echo "${file#/proc/}"; done
}

clean() {
    local left
    left=$(marked)
    # shellcheck disable=SC2086 # these are words
    [ -z "$left" ] || kill -9 $left 2>/dev/null
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

# ---- The launcher

launcher=mpirun
case $mpi in
openmpi | mpich)
    ! command -v "mpirun.$mpi" >/dev/null || launcher=mpirun.$mpi
    ! command -v "mpicc.$mpi" >/dev/null || options+=(-DMPI_C_COMPILER="$(command -v "mpicc.$mpi")") ;;
'') ;;
*) refuse "--mpi: openmpi or mpich, not '$mpi'" ;;
esac
options=(-DZMQSWEEP_REPORT_ONLY="$([ "$only" ] && echo ON || echo OFF)" "${options[@]}")

if [ ! "$only" ]; then
    set_up_mpi 3 "$launcher" || exit 1
    [[ ${launch[*]} == *--bind-to* ]] || { echo "check.sh: $launcher is neither Open MPI's nor MPICH's" >&2; exit 1; }
fi

# ---- Steps: each prints what it found in a few words, and returns 0 or 1.

# within SECONDS COMMAND...: its output goes to the step's log.
within() { timeout -k 5 "$@" >>"$log" 2>&1; }

# fail WORDS...: says why a step failed.
fail() { echo "$*"; return 1; }

version_of() { pkg-config --modversion "$1" 2>/dev/null || echo –; }

compiler_version() {
    sed -n 's/^set(CMAKE_C_COMPILER_\(ID\|VERSION\) "\(.*\)")/\2/p' "$build"/CMakeFiles/*/CMakeCCompiler.cmake |
        sed 's/^GNU$/gcc/; s/^Clang$/clang/' | paste -sd' '
}

mpi_version() {
    [ ! "$only" ] || { echo –; return; }
    "$launcher" --version 2>&1 | sed -n 's/^mpirun (\(Open MPI\)) */\1 /p; s/^ *Version: */MPICH /p' | head -n 1
}

# hdf5_version: of the headers that the build found.
hdf5_version() {
    local folder
    for folder in $(grep -oE -- '-(isystem|I) ?[^ ]+' "$build/compile_commands.json" | sed -E 's/-(isystem|I) ?//' | sort -u) \
        /usr/include; do
        [ -e "$folder/H5public.h" ] || continue
        sed -n 's/^#define H5_VERS_\(MAJOR\|MINOR\|RELEASE\)[ \t]*\([0-9]*\).*/\2/p' "$folder/H5public.h" | paste -sd. | tr -d '\n'
        ! grep -qs '^#define H5_HAVE_PARALLEL 1' "$folder/H5pubconf.h" || printf ' parallel'
        return
    done
    echo –
}

tell_versions() {
    local zmq hwloc
    zmq=– hwloc=–
    [ "$only" ] || { zmq=$(version_of libzmq) hwloc=$(version_of hwloc); }
    echo "versions|$(compiler_version)|$(cmake --version | awk 'NR == 1 { print $3 }')|$(mpi_version)|$zmq|$(hdf5_version)|$hwloc" >>"$result"
}

step_build() {
    local warnings
    within 300 cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DZMQSWEEP_WERROR=ON "${options[@]}" ||
        fail "cmake failed" || return
    tell_versions
    if ! within 1500 cmake --build "$build" -j "$(nproc)"; then
        # What comes after it may be well all the same.
        within 300 cmake -S "$root" -B "$build" -DZMQSWEEP_WERROR=OFF
        within 1500 cmake --build "$build" -j "$(nproc)" || fail "does not compile" || return
    fi
    warnings=$(grep -cE 'warning: |^CMake Warning' "$log")
    [ "$warnings" = 0 ] || fail "$warnings warnings" || return
    echo "no warnings"
}

step_unit() {
    (cd "$build" && within 900 ctest -L 'unit|fuzz' -j "$(nproc)" --output-on-failure) ||
        fail "$(sed -n 's/.*tests passed, //p' "$log" | tail -n 1)" || return
    [ "$(ctest_count)" -gt 0 ] || fail "no tests were built" || return
    echo "$(ctest_count) programs"
}
ctest_count() { sed -n 's/^100% tests passed, 0 tests failed out of //p' "$log" | tail -n 1 | grep . || echo 0; }

# sweep OPTION...: a whole sweep; a busy machine may leave points without a valid repetition (3).
# Syncing each repetition to a disk that others use took over 120 s once: the limit is for hangs.
sweep() {
    local code=0
    (cd "$work" && within 400 "${launch[@]}" "$build/zmqsweep" "$@") || code=$?
    [ $code = 0 ] || [ $code = 3 ] || fail "exit code $code"
}

# count_points FILE CONDITION: the points of FILE that meet awk's condition on what is named below.
count_points() {
    "$build/zmqreport" csv "$1" --table points 2>>"$log" | tr -d '"' | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        { repetitions = $at["repetitions"]; valid = $at["valid_repetitions"] }
        '"$2"' { n++ } END { print n + 0 }'
}

brief=(--duration 100ms --warmup 20ms --interval 50ms --send-mode copy,zero-copy)

step_sweep() {
    local count file=$work/whole.h5
    sweep "${brief[@]}" --repetitions 3 --pattern push-pull,pub-sub --size 64,16K --output whole.h5 || return
    # Whether a repetition is valid is up to the machine, too: all that were measured are counted.
    count=$(count_points "$file" 'valid > 0')
    [ "$(count_points "$file" 'repetitions >= 3')" = 8 ] || fail "of 8 points $(count_points "$file" 1) are there" || return
    keep "$file" || return
    echo "8 points, $count with valid repetitions"
}

# keep FILE: puts it where all systems read it, with what zmqreport makes of it here.
keep() {
    cp "$1" "$files/$name.h5" && (cd "$files" && told "$name.h5" >"$name.told") || fail "zmqreport cannot read it"
}

# told FILE: all that two subcommands tell of it.
told() {
    local table
    timeout 60 "$build/zmqreport" show "$1" --wide || return
    for table in points repetitions ranks environment; do
        timeout 60 "$build/zmqreport" csv "$1" --table $table || return
    done
}

plan=("${brief[@]}" --repetitions 4 --pattern push-pull,pub-sub --size 64,1K,16K)
points=12

# start OPTION...: a sweep in the background as job $!, until its first round is in the journal.
start() {
    local second
    rm -f "$work"/long.*
    (cd "$work" && ZS_CHECK_MARK=$mark exec "${launch[@]}" "$build/zmqsweep" "${plan[@]}" "$@" --output long.h5) >"$work/long.err" 2>&1 &
    job=$!
    for ((second = 0; second < 600; second++)); do
        ! grep -qs '^round 1 of' "$work/long.err" || return 0
        [ -e /proc/$job ] || break
        sleep 0.1
    done
    fail "no round in a minute"
}

# ended: waits for the job's end, and for that of all that it started.
ended() {
    local tenth
    for ((tenth = 0; tenth < 600; tenth++)); do
        [ "$(marked)" ] || break
        sleep 0.1
    done
    cat "$work/long.err" >>"$log"
    [ -z "$(marked)" ] || fail "after a minute these still ran: $(marked | paste -sd' ')" || return
    code=0
    wait "$job" || code=$?
    echo "the launcher's exit code was $code" >>"$log"
}

# kill_rank RANK: kill -9, in the middle of a sweep; what was told of is recovered.
kill_rank() {
    local pid count
    start || return
    pid=$(marked "(OMPI_COMM_WORLD_RANK|PMI_RANK|PMIX_RANK)=$1" | head -n 1)
    [ "$pid" ] || fail "rank $1 was not found" || return
    kill -9 "$pid"
    ended || return
    [ $code != 0 ] || fail "exit code 0 without rank $1" || return
    within 60 "$build/zmqreport" recover "$work/long.h5.journal" || fail "recover failed without rank $1" || return
    count=$(count_points "$work/long.h5" 'repetitions >= 1')
    [ "$count" = $points ] || fail "without rank $1 only $count of $points points were recovered" || return
    codes="${codes:+$codes and }$code"
}

step_kill() {
    local codes=''
    kill_rank 1 && kill_rank 0 || return
    echo "exit codes $codes"
}

# leftovers: files of messages and sockets that a sweep may not leave.
leftovers() { find "$work/written" -type f; find "$TMPDIR" -type s -path '*zmqsweep*'; }

step_term() {
    local begin left
    mkdir -p "$work/written"
    start --receive-mode write --write-dir "$work/written" --transport tcp,ipc || return
    kill -TERM "$job"; begin=$(date +%s%N)
    ended || return
    left=$(find "$work/written" -type f | wc -l)
    [ "$left" = 0 ] || fail "$left files of messages stay" || return
    [ -e "$work/long.h5.journal" ] || [ -e "$work/long.h5" ] || fail "nothing is kept" || return
    begin=$((($(date +%s%N) - begin) / 100000000))
    sweep "${plan[@]}" --receive-mode write --write-dir "$work/written" --transport tcp,ipc --output long.h5 --resume || return
    left=$(count_points "$work/long.h5" 'repetitions >= 4')
    [ "$left" = $((2 * points)) ] || fail "--resume completed $left of $((2 * points)) points" || return
    left=$(leftovers | wc -l)
    [ "$left" = 0 ] || fail "$left files stay" || return
    echo "ended in $((begin / 10)).$((begin % 10)) s"
}

step_read() {
    local file count=0 wrong=()
    for file in "$files"/*.h5; do
        [ -e "$file" ] || continue
        count=$((count + 1)) file=${file##*/}
        if ! (cd "$files" && told "$file") >"$work/told" 2>>"$log"; then
            wrong+=("$file is not read")
        elif ! diff "$files/${file%.h5}.told" "$work/told" >>"$log"; then
            wrong+=("$file reads otherwise")
        fi
    done
    [ ${#wrong[@]} = 0 ] || fail "$(IFS=';'; echo "${wrong[*]}")" || return
    echo "$count files"
}

failed=0
for step in ${steps//,/ }; do
    [ ! "$only" ] || [[ ! $step =~ ^(sweep|kill|term)$ ]] || continue
    log=$work/$step.log begin=$SECONDS
    : >"$log"
    # Not in a subshell: jobs are this shell's to wait for.
    if "step_$step" >"$work/words"; then verdict=ok; else verdict=failed failed=1; fi
    words=$(paste -sd' ' "$work/words")
    echo "$step: $verdict, $words, $((SECONDS - begin)) s"
    echo "$step|$verdict|$words" >>"$result"
    [ $verdict = ok ] || tail -n 40 "$log" >&2
    [ -x "$build/zmqreport" ] || break # nothing can be checked
done
exit $failed
