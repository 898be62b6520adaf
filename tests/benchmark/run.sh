#!/bin/bash
# run.sh [PAIRS] - zmqsweep against a plain libzmq pair, pyzmq and iperf3 in PAIRS (30) alternated
# runs; instructions and system calls per message. Takes three quarters of an hour. Prints the page;
# with 30 pairs or more it becomes docs/benchmark.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"
pairs=${1:-30}
[[ $pairs =~ ^[1-9][0-9]{0,3}$ ]] || { echo "run.sh: PAIRS is a number from 1 to 9999, not '$pairs'" >&2; exit 2; }
install_packages build run benchmark >&2
build release >&2
set_up_mpi 3
here=$root/tests/benchmark bin=$root/build/release
page=$(mktemp)
trap 'rm -f "$page"' EXIT

{
    printf '# Benchmark\n\nMade by `tests/benchmark/run.sh %s`.\n\n' "$pairs"
    /usr/bin/python3 -B "$here/alternate.py" "$bin" "$pairs"
    /usr/bin/python3 -B "$here/cost.py" "$bin" instructions || [ $? = 1 ] # over the limit: the table says so
    /usr/bin/python3 -B "$here/cost.py" "$bin" calls
} | tee "$page"
[ "$pairs" -lt 30 ] || install -m 644 "$page" "$root/docs/benchmark.md"
