#!/bin/bash
# run.sh - builds and tests.
#   ./tests/run.sh                          all: clang-format, clang-tidy, cppcheck, a short run of the fuzzer, a build with
#                                           MPICH and its checks (platforms/check.sh), and the
#                                           tests of asan, tsan and release; what CI runs
#   ./tests/run.sh --quick                  for the loop of every day: clang-format, release, the tests labelled quick
#   ./tests/run.sh PRESET...                clang-format and all tests of some presets: release, debug, asan, tsan, fuzz
#   ./tests/run.sh [...] -- CTEST_OPTION... the same with options for ctest: debug -- -R unit
#   ./tests/run.sh --help                   this text
# Exit code 2: it was called wrongly. tests/README.md says what there is and how long it takes.
set -euo pipefail

known=(release debug asan tsan fuzz) # those of CMakePresets.json that have a build of their own

usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }
refuse() { echo "run.sh: $1; run.sh --help shows how" >&2; exit 2; }

all=yes quick='' presets=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    case $1 in
    -h | --help) usage; exit ;;
    --quick) quick=yes ;;
    -*) refuse "there is no option '$1'" ;;
    *)
        [[ " ${known[*]} " == *" $1 "* ]] || refuse "there is no preset '$1'"
        presets+=("$1") ;;
    esac
    all=''; shift
done
[ $# -eq 0 ] || shift
[ ! "$quick" ] || [ ${#presets[@]} -eq 0 ] || refuse "--quick is a choice of its own, without a preset"
[ ! "$all" ] || presets=(asan tsan release)

source "$(dirname "${BASH_SOURCE[0]}")/../jobs/setup.sh"
install_packages build run report test
set_up_mpi 3 # for the environment that mpirun wants from root

cd "$root"
tests/house/format.sh

if [ "$quick" ]; then
    build release -DZMQSWEEP_WERROR=ON
    exec ctest --preset quick "$@"
fi

if [ "$all" ]; then
    build release -DZMQSWEEP_WERROR=ON # its commands are what clang-tidy reads
    tests/house/lint.sh
    echo "fuzz"
    tests/fuzz/run.sh 20
    if command -v mpicc.mpich >/dev/null; then
        echo "== mpich"
        tests/platforms/check.sh --mpi mpich build/mpich
    fi
fi

for preset in "${presets[@]}"; do
    echo "== $preset"
    build "$preset" -DZMQSWEEP_WERROR=ON
    # One more than there are cores: many tests do little but wait. Those that measure run alone.
    ctest --preset "$preset" --parallel $((cores + 1)) "$@"
done
