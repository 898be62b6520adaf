#!/bin/bash
# scale.sh [RANKS...] - with 4, 16 and 64 ranks on this machine: the dead time of a repetition
# against bare sleeping barriers and rank 0's work; and a million rank rows. Prints the page.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"
install_packages build run benchmark >&2
build release >&2
set_up_mpi 3
exec /usr/bin/python3 -B "$root/tests/benchmark/scale.py" "$root/build/release" "$@"
