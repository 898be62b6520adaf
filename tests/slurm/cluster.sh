#!/bin/bash
# cluster.sh FOLDER [NODES] [CPUS] - a real Slurm on this machine: munged, slurmctld, and slurmd on
# made-up nodes n1, n2, ... of so many CPUs each. It prints "ready", and stops all of it at the end
# of its input or on a signal. To try something by hand:
#   tests/slurm/cluster.sh /tmp/slurm 4 4          in one terminal (Ctrl-D ends it)
#   export SLURM_CONF=/tmp/slurm/slurm.conf         in another; then sinfo, sbatch, srun ...
# Everything is below FOLDER, which it makes; it listens on 127.0.0.1 only. Needs root. Exit code
# 77: namespaces or munge are not allowed here.
#
# A PID namespace holds it all, so nothing outlives it. Each slurmd has in addition a host name, a
# /dev/shm (Open MPI's files would collide) and an /etc/hosts of its own. The nodes share the
# network.
set -euo pipefail

skip() { echo "skipped: $*" >&2; exit 77; }

# In a chroot, "/" need not be a mount whose propagation could be changed; what is mounted here is
# then as private as what is there.
mount_namespace=(--mount)
unshare --mount true 2>/dev/null || mount_namespace+=(--propagation unchanged)

if [ "${CLUSTER_INSIDE:-}" != yes ]; then
    why=$(unshare --pid --fork "${mount_namespace[@]}" --mount-proc --uts --ipc true 2>&1) ||
        skip "namespaces are not allowed here: $why"
    CLUSTER_INSIDE=yes exec unshare --pid --fork --kill-child "${mount_namespace[@]}" --mount-proc "$0" "$@"
fi
unset CLUSTER_INSIDE

run=$(realpath -m "$1") nodes=${2:-4} cpus=${3:-2}
mkdir -p "$(dirname "$run")"
mkdir -m 755 "$run"
mkdir "$run/munge" "$run/state"
export SLURM_CONF=$run/slurm.conf
daemons=()

# slurmctld's port and, after it, one per node; below the ephemeral ones.
free_ports() {
    local base port
    for base in $(seq $((20000 + RANDOM % 8000)) $((nodes + 1)) 32000); do
        for ((port = base; port <= base + nodes; port++)); do
            ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue 2
        done
        echo "$base"
        return
    done
}

write_configuration() {
    local port=$1 i
    cat >"$SLURM_CONF" <<END
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
# A requeued job waits for cred_expire + 1 s before it starts again; under 5 it would be the
# default, 120.
AuthInfo=socket=$run/munge/socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
# CPUs are as said here, whatever there is.
SlurmdParameters=config_overrides
MpiDefault=none
StateSaveLocation=$run/state
SlurmdSpoolDir=$run/spool.%n
# srun --mpi=pmix makes its folder here; in /tmp those of the nodes would collide.
TmpFS=$run/tmp.%n
SlurmctldPidFile=$run/slurmctld.pid
SlurmdPidFile=$run/slurmd.%n.pid
SlurmctldLogFile=$run/slurmctld.log
SlurmdLogFile=$run/slurmd.%n.log
ReturnToService=2
# Quick: KILL comes so long after TERM (30 s as delivered), and jobs are started soon.
KillWait=4
MinJobAge=3600
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
NodeName=DEFAULT CPUs=$cpus Sockets=1 CoresPerSocket=$cpus ThreadsPerCore=1 RealMemory=1000
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
    # Nothing here uses cgroups; left to find out which kind there is, slurmd does not start where
    # none is mounted.
    echo CgroupPlugin=cgroup/v1 >"$run/cgroup.conf"
    cp /etc/hosts "$run/hosts"
    for ((i = 1; i <= nodes; i++)); do
        # One address for all: srun on a node binds to the node's own, and slurmd calls back to
        # 127.0.0.1.
        echo "NodeName=n$i NodeAddr=127.0.0.1 Port=$((port + i))" >>"$SLURM_CONF"
        echo "127.0.0.1 n$i" >>"$run/hosts"
        mkdir "$run/spool.n$i" "$run/tmp.n$i"
    done
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    local tries=$(($1 * 10))
    shift
    while ! "$@" >/dev/null 2>&1; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.1
    done
}

start_munge() {
    local at=$run/munge
    (umask 077 && head -c 128 /dev/urandom >"$at/key")
    # By force: everybody here is root, and a bare system's "/" may be closed to others, which
    # munged would not have.
    munged --force --foreground --key-file="$at/key" --socket="$at/socket" --pid-file="$at/pid" --seed-file="$at/seed" \
        </dev/null >"$at/said" 2>&1 &
    daemons+=($!)
    wait_for 10 munge -S "$at/socket" -n || skip "munge does not run here: $(tail -n 1 "$at/said")"
}

start_slurm() {
    local i
    slurmctld -D -i >/dev/null 2>&1 &
    daemons+=($!)
    for ((i = 1; i <= nodes; i++)); do
        unshare --uts "${mount_namespace[@]}" --ipc sh -c '
            hostname "$1" && mount -t tmpfs -o mode=1777 tmpfs /dev/shm && mount --bind "$2/hosts" /etc/hosts &&
            exec slurmd -D -N "$1"' sh "n$i" "$run" >/dev/null 2>&1 &
        daemons+=($!)
    done
    wait_for 30 all_idle || { sinfo -N -l; tail -n 5 "$run"/*.log; exit 1; } >&2
}

all_idle() { [ "$(sinfo -h -o '%T %D')" = "idle $nodes" ]; }
no_jobs() { [ -z "$(squeue -h)" ]; }

stop() {
    trap '' INT TERM HUP
    if [ -e "$run/slurmctld.pid" ]; then
        timeout 5 scancel --user root || true
        wait_for 15 no_jobs || true
    fi
    [ ${#daemons[@]} = 0 ] || kill "${daemons[@]}" 2>/dev/null || true
    wait_for 8 gone || true # what is left ends with this process, the first of the PID namespace
}

gone() { ! kill -0 "${daemons[@]}"; }

trap stop EXIT
trap 'exit 1' INT TERM HUP
write_configuration "$(free_ports)"
start_munge
start_slurm
echo ready
cat >/dev/null
