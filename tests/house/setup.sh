#!/bin/bash
# setup.sh - jobs/setup.sh on systems that are not this one: functions and programs made up here
# stand for dpkg, apt, cmake and mpirun.
# shellcheck disable=SC2030,SC2031,SC2034,SC2317 # functions and variables are for setup.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
# expect WHAT WANTED FOUND
expect() { [ "$2" = "$3" ] || { printf '%s:\n  wanted: %s\n  found:  %s\n' "$1" "$2" "$3" >&2; failed=1; }; }
# program NAME TEXT...: a program that prints the text, first in PATH, and notes its arguments.
program() {
    local name=$1; shift
    printf '#!/bin/sh\necho "%s"\necho "$@" >>"%s/arguments"\n' "$*" "$folder" >"$folder/$name"
    chmod +x "$folder/$name"
}
export PATH="$folder:$PATH"

mkdir "$folder/empty"
expect "without apt nothing is installed" \
    "no apt on this system: nothing is installed; cmake says if something is missing" \
    "$(PATH=$folder/empty install_packages build run report)"

is_installed() { [[ " $there " == *" $1 "* ]]; }
there="openssh-client openmpi-bin"; expect "the first alternative does" "" "$(missing_packages run)"
there="openssh-client mpich"; expect "so does the second" "" "$(missing_packages run)"
there="mpich"; expect "what is missing" "openssh-client" "$(missing_packages run)"
there=""; expect "all is missing" "openmpi-bin | mpich openssh-client" "$(missing_packages run | xargs)"

is_known() { [ "$1" != openmpi-bin ]; }
expect "what apt knows is installed" "mpich" "$(first_that is_known openmpi-bin '|' mpich)"

mkdir "$folder/tree"
launcher() { (root=$folder/tree cores=$1; set_up_mpi 3; echo "${launch[*]}"); }
for version in "mpirun (Open MPI) 4.1.4" "mpiexec (OpenRTE) 4.1.4" "mpirun (Open MPI) 5.0.7"; do
    program mpirun "$version"
    expect "$version" "mpirun -n 3 --bind-to none --oversubscribe" "$(launcher 2)"
    expect "$version, enough cores" "mpirun -n 3 --bind-to none" "$(launcher 3)"
done
program mpirun "HYDRA build details:"
expect "MPICH" "mpirun -n 3 --bind-to none" "$(launcher 2)"
program mpirun "something else"
expect "another launcher" "mpirun -n 3" "$(launcher 2)"
program mpiexec.other "HYDRA build details:"
mkdir -p "$folder/tree/build/release"
echo "MPIEXEC_EXECUTABLE:FILEPATH=$folder/mpiexec.other" >"$folder/tree/build/release/CMakeCache.txt"
expect "the build's own" "$folder/mpiexec.other -n 3 --bind-to none" "$(launcher 2)"

# told CMAKE OPTIONS...: what cmake is called with to configure.
told() { (cd "$folder" && rm -f arguments && configure "$@" && tail -n 1 arguments); }
program cmake "cmake version 3.21.0"
expect "presets" "--preset release -Wno-dev -DX=1" "$(told release -DX=1)"
program cmake "cmake version 3.18.4"
program ninja ""
expect "by hand" "-B build/release -Wno-dev -DCMAKE_BUILD_TYPE=Release -G Ninja -DX=1" "$(told release -DX=1)"
expect "no other preset by hand" "the preset asan needs CMake 3.21; this is 3.18.4" "$(told asan 2>&1 || true)"
exit $failed
