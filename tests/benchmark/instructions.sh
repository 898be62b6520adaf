#!/bin/bash
# instructions.sh [SEND_MODE...] - instructions of the send and receive loops per message
# (callgrind), own and libzmq's, beside those of a plain pair. Exits with 1 when zmqsweep's own are
# over the limit.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"
install_packages build run benchmark
build release >&2
set_up_mpi 3
exec /usr/bin/python3 -B "$root/tests/benchmark/cost.py" "$root/build/release" instructions "$@"
