#!/bin/bash
# run.sh [PAIRS] - zmqsweep against a plain PUSH/PULL pair with nothing around it, in alternated runs; and its dead time.
# Prints for each size the median ratio of the rates with its interval, and the dead and drain time of a repetition.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"
install_packages build run test
build release
exec /usr/bin/python3 -B "$root/tests/benchmark/alternate.py" "$root/build/release" "${1:-10}"
