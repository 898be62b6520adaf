# setup.sh - sourced by the scripts that a person runs in a checkout: packages, build, environment
# for mpirun. Needs Debian 12 or later; as root, or with sudo where packages are missing. No network
# when they are there.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# install_packages KIND...: what jobs/packages.txt lists for these kinds, if it is not there yet.
install_packages() {
    local kind name missing=() sudo=()
    while read -r kind name; do
        [[ " $* " == *" $kind "* ]] || continue
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done < <(grep -v '^#' "$root/jobs/packages.txt")
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "installing: ${missing[*]}"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "these packages are missing, and there is no sudo to install them: ${missing[*]}" >&2; return 1; }
        sudo=(sudo)
    fi
    "${sudo[@]}" apt-get update -qq || true # an old list may do
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

# build PRESET [CMAKE OPTIONS]: configures and builds into build/PRESET.
build() {
    (cd "$root" && cmake --preset "$@" -Wno-dev >/dev/null && cmake --build --preset "$1" -j "$(nproc)" | tail -n 1)
}

# set_up_mpi RANKS: fills the array `launch` with the mpirun that starts so many ranks on this
# machine.
set_up_mpi() {
    launch=(mpirun -n "$1" --bind-to none) # ZeroMQ's I/O threads need cores of their own
    [ "$(nproc)" -ge "$1" ] || launch+=(--oversubscribe)
    if [ "$(id -u)" = 0 ]; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
}
