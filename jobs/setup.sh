# setup.sh - sourced by the scripts that a person runs in a checkout: packages, build, environment
# for mpirun. Installs on Debian 12 or later; as root, or with sudo where packages are missing. No
# network when they are there. On systems without apt what is installed is used.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)

# first_that TEST NAME [| NAME]...: the first of the names for which the function TEST succeeds.
first_that() {
    local name test=$1; shift
    for name in "$@"; do
        [ "$name" != "|" ] && "$test" "$name" && echo "$name" && return
    done
    return 1
}
is_installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }
is_known() { apt-cache show "$1" >/dev/null 2>&1; }

# missing_packages KIND...: what jobs/packages.txt lists for these kinds and is not there, one a
# line, with its alternatives.
missing_packages() {
    local kind names
    while read -r kind names; do
        [[ " $* " == *" $kind "* ]] || continue
        # shellcheck disable=SC2086 # words
        first_that is_installed $names >/dev/null || echo "$names"
    done < <(grep -v '^#' "$root/jobs/packages.txt")
}

# install_packages KIND...: what jobs/packages.txt lists for these kinds, if it is not there yet.
install_packages() {
    local names missing=() sudo=()
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        echo "no apt on this system: nothing is installed; cmake says if something is missing"
        return
    fi
    while read -r names; do missing+=("$names"); done < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "these packages are missing, and there is no sudo to install them: ${missing[*]}" >&2; return 1; }
        sudo=(sudo)
    fi
    "${sudo[@]}" apt-get update -qq || true # an old list may do
    local i
    for i in "${!missing[@]}"; do
        names=${missing[i]}
        [[ $names == *" "* ]] || continue
        # shellcheck disable=SC2086 # words
        missing[i]=$(first_that is_known $names) || missing[i]=${names%% *}
    done
    echo "installing: ${missing[*]}"
    local log policy=/usr/sbin/policy-rc.d code=0
    log=$(mktemp)
    # Nobody wants daemons started because of a test: Debian's policy-rc.d says so while the
    # packages are installed.
    if [ -e "$policy" ]; then policy=; else printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" install -m 755 /dev/stdin "$policy"; fi
    # munge's package makes its key as another user, who may not get through a root folder of mode
    # 0700, as a bare system in a temporary folder has; it takes a key that is there. (The tests
    # have a key of their own.)
    if [[ " ${missing[*]} " == *" munge "* ]] && ! "${sudo[@]}" test -e /etc/munge/munge.key; then
        "${sudo[@]}" mkdir -p /etc/munge
        head -c 1024 /dev/urandom | "${sudo[@]}" install -m 400 /dev/stdin /etc/munge/munge.key
    fi
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -qq -y \
        --no-install-recommends "${missing[@]}" >"$log" 2>&1 || code=1
    [ -z "$policy" ] || "${sudo[@]}" rm -f "$policy"
    [ $code = 0 ] || tail -n 40 "$log" >&2
    rm -f "$log"
    return $code
}

# configure PRESET [CMAKE OPTIONS]: for build/PRESET. CMake before 3.21 reads no presets of this
# version; that of releases is told to it by hand.
configure() {
    local version preset=$1; shift
    version=$(cmake --version | sed -n 's/^cmake version //p')
    if [ "$(printf '%s\n' 3.21 "$version" | sort -V | head -n 1)" = 3.21 ]; then
        cmake --preset "$preset" -Wno-dev "$@" >/dev/null
    elif [ "$preset" = release ]; then
        command -v ninja >/dev/null && set -- -G Ninja "$@"
        cmake -B "build/$preset" -Wno-dev -DCMAKE_BUILD_TYPE=Release "$@" >/dev/null
    else
        echo "the preset $preset needs CMake 3.21; this is $version" >&2
        return 1
    fi
}

# build PRESET [CMAKE OPTIONS]: configures and builds into build/PRESET; prints one line, or what
# went wrong.
build() {
    local said
    command -v cmake >/dev/null || { echo "cmake is missing" >&2; return 1; }
    (cd "$root" && configure "$@") || return
    said=$(cmake --build "$root/build/$1" -j "$cores" 2>&1) || { tail -n 40 <<<"$said" >&2; return 1; }
    tail -n 1 <<<"$said"
}

# set_up_mpi RANKS [MPIRUN]: fills the array `launch` with the mpirun that starts so many ranks on
# this machine. Without MPIRUN: that of the MPI which CMake found for build/release, or the first in
# PATH.
set_up_mpi() {
    local said mpirun=${2:-}
    [ "$mpirun" ] || mpirun=$(sed -n 's/^MPIEXEC_EXECUTABLE:[^=]*=//p' "$root/build/release/CMakeCache.txt" 2>/dev/null) || true
    command -v "$mpirun" >/dev/null || mpirun=mpirun
    said=$("$mpirun" --version 2>&1) || { echo "$mpirun does not run: $said" >&2; return 1; }
    launch=("$mpirun" -n "$1")
    export TEST_MPIRUN=$mpirun # for the benchmarks
    # ZeroMQ's I/O threads need cores of their own. MPICH's mpirun, hydra, knows the same option,
    # and takes any number of ranks and any user. (mpiexec of Open MPI 4 calls itself OpenRTE.)
    case $said in
    *"Open MPI"* | *OpenRTE*)
        launch+=(--bind-to none)
        [ "$cores" -ge "$1" ] || launch+=(--oversubscribe)
        if [ "$(id -u)" = 0 ]; then
            export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
        fi ;;
    *HYDRA*) launch+=(--bind-to none) ;;
    esac
}
