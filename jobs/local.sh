#!/bin/bash
# local.sh [ZMQSWEEP OPTIONS] - builds zmqsweep and measures this machine: one pair of ranks, both
# patterns, copy and zero-copy.
#   ./jobs/local.sh                          a first look, under a minute of measuring
#   ./jobs/local.sh --size 1M --duration 5s  the same with other options
# Leaves results/results.h5 and results/results.csv.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

install_packages build run report
build release
bin=$root/build/release
mkdir -p "$root/results"
output=$root/results/results.h5
set_up_mpi 3
code=0

"${launch[@]}" "$bin/zmqsweep" --preset short --pattern push-pull,pub-sub --force --output "$output" "$@" || code=$?
[ $code = 0 ] || [ $code = 3 ] || exit $code # 3: points without a valid repetition, which the table shows

"$bin/zmqreport" csv "$output" --table points >"${output%.h5}.csv"
echo
"$bin/zmqreport" show "$output"
echo
echo "results: $output"
echo "as CSV:  ${output%.h5}.csv"
exit $code
