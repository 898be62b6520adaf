#!/bin/bash
# ranks.sh [RANKS...] - the dead time of a repetition with 4, 16 and 64 ranks on this machine, against the cost of bare sleeping
# barriers there.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"
install_packages build run test
build release >&2
exec /usr/bin/python3 -B "$root/tests/benchmark/ranks.py" "$root/build/release" "$@"
