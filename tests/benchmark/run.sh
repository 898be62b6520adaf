#!/bin/bash
# run.sh [PAIRS] - zmqsweep against a plain libzmq pair, pyzmq and iperf3 in PAIRS (30) alternated runs; instructions and system
# calls per message. Takes half an hour. Prints the page that it writes to docs/benchmark.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"
install_packages build run benchmark
build release >&2
set_up_mpi 3
here=$root/tests/benchmark bin=$root/build/release page=$root/docs/benchmark.md

{
    printf '# Benchmark\n\nMade by `tests/benchmark/run.sh %s`.\n\n' "${1:-30}"
    /usr/bin/python3 -B "$here/alternate.py" "$bin" "${1:-30}"
    /usr/bin/python3 -B "$here/cost.py" "$bin" instructions || [ $? = 1 ] # over the limit: the table says so
    /usr/bin/python3 -B "$here/cost.py" "$bin" calls
} | tee "$page.partial"
mv "$page.partial" "$page"
