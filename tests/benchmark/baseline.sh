#!/bin/bash
# baseline.sh [RUNS] - the points of --baseline tcp against iperf3 with the same write size, over
# loopback, in alternated runs. Prints for each size the rates' medians and the median ratio with
# its interval; exit code 1 when a median is below 1.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"
install_packages build run benchmark >&2
build release >&2
set_up_mpi 3
exec /usr/bin/python3 -B "$root/tests/benchmark/baseline.py" "$root/build/release" "${1:-30}"
