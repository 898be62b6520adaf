#!/bin/bash
# run.sh [PRESET...] - builds and tests: release, asan and tsan unless presets are named, and before them clang-tidy,
# cppcheck and a short run of the fuzzer. Arguments after -- go to ctest.
#   ./tests/run.sh                       what CI runs
#   ./tests/run.sh debug -- -R units     one preset, some tests
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/setup.sh"

presets=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do presets+=("$1"); shift; done
[ $# -eq 0 ] || shift
all=
[ ${#presets[@]} -gt 0 ] || { all=yes; presets=(asan tsan release); }

install_packages build run report test
set_up_mpi 3 # for the environment that mpirun wants from root

cd "$root"
echo "clang-format"
find src include tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror

if [ "$all" ]; then
    build release -DZMQSWEEP_WERROR=ON # its commands are what clang-tidy reads
    tests/lint.sh
    echo "fuzz"
    tests/fuzz/run.sh 20
fi

for preset in "${presets[@]}"; do
    echo "== $preset"
    build "$preset" -DZMQSWEEP_WERROR=ON
    # One more than there are cores: many tests do little but wait. Those that measure run alone.
    ctest --preset "$preset" --no-tests=error --parallel $(($(nproc) + 1)) "$@"
done
