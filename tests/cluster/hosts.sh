#!/bin/bash
# hosts.sh - a cluster on one machine: hosts of network, UTS, mount and time namespaces, and real
# mpirun over them.
#
#   hosts.sh head COMMAND...            run COMMAND on a new head, where the verbs below work; all ends with it
#   hosts.sh up HOST[+SECONDS]...       make hosts; their monotonic clocks are ahead by so many seconds
#   hosts.sh on HOST COMMAND...         run COMMAND there
#   hosts.sh rate HOST RATE [up|down]   its data link's speed on the wire (100mbit, 1gbit, off): sent, received, or both
#   hosts.sh loss HOST SHARE            lose this share of the full-sized data packets that arrive there (0.01; 0: none)
#   hosts.sh cable HOST cut|plug [control]   its data (or control) link loses its carrier, and gets it back
#   hosts.sh die HOST                   it stops dead: cut off from both networks, and nothing runs on; "mend" clears it away
#   hosts.sh processes HOST             what runs there: process ids and names
#   hosts.sh block HOST [PEER]          it drops what comes from the peer (from all) over the data network, and says nothing
#   hosts.sh wall HOST FIRST:LAST       it lets connections in over the data network at these TCP ports alone
#   hosts.sh mend                       all data links as new
#
# For example: hosts.sh head bash -c 'hosts.sh up h1 h2+7200; mpirun --host h1:1,h2:2 PROGRAM'
#
# A host has two networks: eth0 is data (10.77.0.x, fd77::x), eth1 is control (10.78.0.x), which
# mpirun and MPI use; x is 10 and the number in the host's name. The head is their switch. Nothing
# of it can be seen from outside, so that clusters do not get in each other's way; the head's
# processes are a PID namespace of their own, which dies with its first process. Exit code 77: this
# kernel or container forbids namespaces.
set -euo pipefail
self=$(readlink -f "${BASH_SOURCE[0]}")
data=10.77.0 data6=fd77: control=10.78.0

die() { echo "hosts.sh: $*" >&2; exit 1; }

# ---- the head ----

head_namespaces=(--net --uts --ipc --mount --propagation unchanged --pid --fork --kill-child --mount-proc)
[ "$(id -u)" = 0 ] || head_namespaces=(--user --map-root-user "${head_namespaces[@]}")

start_head() {
    local tool answer
    for tool in unshare nsenter ip tc iptables "${TEST_MPIRUN:-mpirun}"; do
        command -v "$tool" >/dev/null || die "$tool is missing"
    done
    # Time and network namespaces inside, as hosts have them; a new sysfs, as a host needs it.
    answer=$(unshare "${head_namespaces[@]}" sh -c 'unshare --net --time --fork true && mount -t sysfs sysfs /sys' 2>&1) || {
        echo "hosts.sh: namespaces are not allowed here: $answer" >&2
        exit 77
    }
    exec unshare "${head_namespaces[@]}" "$self" run_head "$@"
}

# The first process of the PID namespace: adopts what loses its parent.
run_head() {
    trap 'exit 143' TERM
    cover /dev/shm tmpfs
    export HOSTS_FOLDER=/dev/shm/hosts
    mkdir "$HOSTS_FOLDER"
    ln -s "$self" "$HOSTS_FOLDER/hosts.sh"
    settle head
    local network
    for network in data control; do
        ip link add "$network" type bridge
        ip link set "$network" up
    done
    ip address add "$control.1/24" dev control
    export PATH="$HOSTS_FOLDER:$PATH" TMPDIR="$HOSTS_FOLDER/head"
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    tell_launchers
    "$@" &
    wait $!
}

# Where the ranks of a host come from, over which network they and mpirun talk, and that none is
# bound; for Open MPI 4, for Open MPI 5 (whose mpirun is PRRTE's), and for MPICH (hydra, UCX).
tell_launchers() {
    local agent="$HOSTS_FOLDER/agent"
    ln -s "$self" "$agent"
    export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent="$agent" PRTE_MCA_plm=ssh PRTE_MCA_plm_ssh_agent="$agent"
    export HYDRA_LAUNCHER=rsh HYDRA_LAUNCHER_EXEC="$agent" HYDRA_IFACE=control
    export OMPI_MCA_oob_tcp_if_include=$control.0/24 PRTE_MCA_prte_if_include=control,eth1
    export OMPI_MCA_btl_tcp_if_include=$control.0/24 UCX_NET_DEVICES=eth1 UCX_TLS=tcp,self
    export OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader,tcp OMPI_MCA_btl_vader_single_copy_mechanism=none
    export OMPI_MCA_hwloc_base_binding_policy=none PRTE_MCA_hwloc_default_binding_policy=none
    # A host that falls silent is noticed after 3 s, not after 8 minutes. Hydra has no such setting.
    local family
    for family in OMPI PRTE; do
        export ${family}_MCA_oob_tcp_keepalive_{time=1,intvl=1,probes=2}
    done
}

# A new file system over a folder. What it covers is made private first, so that nothing of it is
# seen outside; the whole tree cannot be: in a chroot, "/" need not be a mount.
cover() { # FOLDER TYPE
    mount --make-private "$1" 2>/dev/null || mount --make-private "$(dirname "$1")"
    mount -t "$2" "$2" "$1"
}

# What every machine does when it comes up.
settle() {
    hostname "$1"
    mkdir -p "$HOSTS_FOLDER/$1"
    ip link set lo up
    cover /sys sysfs
    # Losses show as they would on most clusters. Each name that may be set here is in
    # tcp_allowed_congestion_control.
    sysctl -qw net.ipv4.tcp_congestion_control=reno 2>/dev/null || echo reno >/proc/sys/net/ipv4/tcp_congestion_control
}

# ---- hosts ----

number_of() { local digits=${1//[!0-9]/}; echo $((10 + digits)); }
process_of() { cat "$HOSTS_FOLDER/$1.pid" 2>/dev/null || die "there is no host $1"; }
hosts() { local file; for file in "$HOSTS_FOLDER"/*.pid; do basename "$file" .pid; done; }
inside() { local host=$1; shift; nsenter -t "$(process_of "$host")" --net -- "$@"; }

# Holds the namespaces.
run_host() {
    settle "$1"
    echo $$ >"$HOSTS_FOLDER/$1.new"
    mv "$HOSTS_FOLDER/$1.new" "$HOSTS_FOLDER/$1.pid"
    exec sleep infinity
}

up() {
    local wish host seconds number
    for wish in "$@"; do
        host=${wish%%+*} seconds=${wish#"$host"}
        number=$(number_of "$host")
        unshare --net --uts --mount --propagation unchanged --time --monotonic "${seconds:-0}" --fork \
            "$self" run_host "$host" </dev/null &
        until [ -e "$HOSTS_FOLDER/$host.pid" ]; do sleep 0.02; kill -0 $! || die "host $host did not come up"; done
        plug_in "$host" data eth0
        plug_in "$host" control eth1
        inside "$host" ip address add "$data.$number/24" dev eth0
        inside "$host" ip address add "$data6:$number/64" dev eth0 nodad
        inside "$host" ip address add "$control.$number/24" dev eth1
    done
}

plug_in() { # HOST NETWORK INTERFACE
    ip link add "$2-$1" type veth peer name "$3" netns "$(process_of "$1")"
    ip link set "$2-$1" master "$2" up
    inside "$1" ip link set "$3" up
}

# As ssh would: nothing of the caller's environment goes along.
on() {
    local host=$1
    shift
    exec nsenter -t "$(process_of "$host")" --net --uts --mount --root --time -- \
        env -i -C "$PWD" "PATH=$PATH" "HOME=${HOME:-/}" "HOSTS_FOLDER=$HOSTS_FOLDER" "TMPDIR=$HOSTS_FOLDER/$host" "$@"
}

# The launchers' agent in ssh's place: a host, then one shell line in any number of words.
agent() {
    local host=$1
    shift
    on "$host" sh -c "$*"
}

# ---- links ----

# Linux counts 1514 bytes for a full frame, a wire carries 1538 (checksum 4, preamble 8, gap 12), so
# the rate is scaled; tbf's own overhead is charged once per GSO packet. The burst is what may be
# made up for after the shaper or the sender had no CPU for a while: 16 ms, several ticks, and more
# than one GSO packet. The queue is of 32 ms: acknowledgements wait in it.
shape() { # HOST|head DEVICE RATE
    local enter=() bits burst
    [ "$1" = head ] || enter=(inside "$1")
    "${enter[@]}" tc qdisc del dev "$2" root 2>/dev/null || true
    [ "$3" != off ] || return 0
    case $3 in
        *gbit) bits=${3%gbit}000000000 ;;
        *mbit) bits=${3%mbit}000000 ;;
        *kbit) bits=${3%kbit}000 ;;
        *) die "rate $3: a whole number of kbit, mbit or gbit" ;;
    esac
    # shellcheck disable=SC2017 # a few bits do not matter
    bits=$((bits / 1538 * 1514))
    burst=$((bits / 8 / 64))
    [ $burst -ge 131072 ] || burst=131072
    "${enter[@]}" tc qdisc add dev "$2" root tbf rate "${bits}bit" burst $burst limit $((2 * burst))
}

rate() { # HOST RATE [up|down]
    [ "${3:-up}" = down ] || shape "$1" eth0 "$2"
    [ "${3:-down}" = up ] || shape head "data-$1" "$2"
}

loss() { # HOST SHARE
    inside "$1" iptables -F INPUT
    [ "$2" != 0 ] || return 0
    # Packets must not be joined on their way, or 64 KiB are lost at a time.
    local host
    for host in $(hosts); do
        inside "$host" ip link set eth0 gso_max_segs 1
        ip link set "data-$host" gso_max_segs 1
    done
    inside "$1" iptables -A INPUT -i eth0 -p tcp -m length --length 1000: \
        -m statistic --mode random --probability "$2" -j DROP
}

cable() { # HOST cut|plug [control]
    case $2 in
        cut) ip link set "${3:-data}-$1" down ;;
        plug) ip link set "${3:-data}-$1" up ;;
        *) die "cable $1 cut|plug" ;;
    esac
}

# By their network namespace; not those that hold it.
processes() { # HOST
    local holder parent space process
    holder=$(process_of "$1")
    space=$(readlink "/proc/$holder/ns/net") # net:[4026532000]
    space=${space//[!0-9]/}
    parent=$(cut -d ' ' -f 4 "/proc/$holder/stat")
    # shellcheck disable=SC2044 # these names are numbers
    for process in $(find /proc -maxdepth 3 -path '/proc/[0-9]*/ns/net' -lname "net:?$space?" 2>/dev/null); do
        process=${process#/proc/} process=${process%/ns/net}
        [ "$process" = "$holder" ] || [ "$process" = "$parent" ] || echo "$process $(cat "/proc/$process/comm" 2>/dev/null)"
    done
}

# Not killed, since the launcher would see its agent end, which here, other than ssh, runs on the
# host.
die_host() { # HOST
    cable "$1" cut
    cable "$1" cut control
    signal_host STOP "$1"
    touch "$HOSTS_FOLDER/$1.dead"
}

signal_host() { # SIGNAL HOST
    processes "$2" | while read -r process _; do kill "-$1" "$process" 2>/dev/null || true; done
}

block() { # HOST [PEER]
    local from=()
    [ $# -lt 2 ] || from=(-s "$data.$(number_of "$2")")
    inside "$1" iptables -A INPUT -i eth0 "${from[@]}" -j DROP
}

wall() { # HOST FIRST:LAST
    inside "$1" iptables -A INPUT -i eth0 -p tcp --syn -m multiport ! --dports "$2" -j DROP
}

mend() {
    local host
    for host in $(hosts); do
        [ ! -e "$HOSTS_FOLDER/$host.dead" ] || signal_host KILL "$host"
        rm -f "$HOSTS_FOLDER/$host.dead"
        inside "$host" sh -c 'tc qdisc del dev eth0 root 2>/dev/null; ip link set eth0 gso_max_segs 65535; iptables -F INPUT'
        tc qdisc del dev "data-$host" root 2>/dev/null || true
        ip link set "data-$host" up gso_max_segs 65535
        ip link set "control-$host" up
    done
}

[ "$(basename "$0")" != agent ] || set -- agent "$@"
verb=${1:-}
case $verb in
    head) shift; start_head "$@" ;;
    die) shift; die_host "$@" ;;
    run_head | run_host | up | on | agent | rate | loss | cable | processes | block | wall | mend) shift; "$verb" "$@" ;;
    *) sed -n '2,/^set/{/^set/d;s/^# \?//p}' "$self"; exit 2 ;;
esac
