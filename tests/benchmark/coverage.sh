#!/bin/bash
# coverage.sh [JOBS] [FOLDER] - do the intervals cover, and does compare cry wolf? Jobs in rounds
# and point by point, alternated, on a machine that is as busy as it is, and one sweep of 45 rounds.
# Prints the page; FOLDER keeps the files, and what is there already is not measured again. 40 jobs
# take half an hour.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"
install_packages build run benchmark >&2
build release >&2
set_up_mpi 3
exec /usr/bin/python3 -B "$root/tests/benchmark/coverage.py" "$root/build/release" "${1:-40}" ${2:+"$2"}
