# requeue.sh - sourced by the batch scripts beside it: run_sweep runs zmqsweep on the ranks of the
# job. When Slurm's USR1 says that the time limit is near, it has the sweep saved and puts the job
# back into the queue, where it goes on with what is missing.

: "${LAUNCHER:=mpirun}"                            # mpirun or srun
: "${LAUNCHER_OPTIONS:=}"                          # more options for it, such as: --mca btl_tcp_if_include eth1
: "${OUTPUT:=$SLURM_JOB_NAME-$SLURM_JOB_ID.h5}"    # the job's number is the same after a requeue
: "${MAX_RESTARTS:=100}"                           # an end, should the time limit be too short for a single repetition

# zmqsweep: that of PATH, else of the software tree or of the checkout that these scripts are in.
: "${PROGRAM:=$(PATH=$PATH:$JOBS_DIR/../../../bin:$JOBS_DIR/../build/release command -v zmqsweep)}"

# A host that dies is noticed by mpirun after 16 s, not after many minutes in which the job's other
# nodes idle. Open MPI 4 reads the first family of names, Open MPI 5 the second.
: "${OMPI_MCA_oob_tcp_keepalive_time:=10}" "${OMPI_MCA_oob_tcp_keepalive_intvl:=2}" "${OMPI_MCA_oob_tcp_keepalive_probes:=3}"
: "${PRTE_MCA_oob_tcp_keepalive_time:=10}" "${PRTE_MCA_oob_tcp_keepalive_intvl:=2}" "${PRTE_MCA_oob_tcp_keepalive_probes:=3}"
export "${!OMPI_MCA_oob_tcp_keepalive_@}" "${!PRTE_MCA_oob_tcp_keepalive_@}"

# After sbatch --export=NAME,... srun (mpirun calls it, too) would pass on those variables and no
# PATH.
unset SLURM_EXPORT_ENV

journal_size() { stat -c %s "$OUTPUT.journal" 2>/dev/null || echo none; }

# warn_launcher PID: once the ranks are up, which a line in the journal tells. Before that USR1
# would be lost by mpirun, and by srun would end the ranks: that leaves PMIx's socket of the step
# behind for some seconds, and the requeued job's step, of the same number, fails on it. Once only:
# a second USR1 could meet an mpirun that is on its way out, and would end it.
warn_launcher() {
    while [ "$(journal_size)" = "$size_before" ] && kill -0 "$1" 2>/dev/null; do sleep 0.1; done
    kill -USR1 "$1" 2>/dev/null
}

# Runs the launcher, and waits for it: in the background, because bash runs a trap only between
# commands or in `wait`.
launch() {
    "$@" &
    pid=$!
    [ -z "$warned" ] || warn_launcher "$pid" &
    again=yes
    while [ "$again" ]; do # a trap ends `wait`, but not the launcher
        again=''
        wait "$pid"
        code=$?
    done
}

# run_sweep OPTIONS...: does not return; the job's exit code is zmqsweep's.
run_sweep() {
    local launcher pid='' code again='' warned='' ended='' size_before try
    case $LAUNCHER in # unbound, since each rank has ZeroMQ's threads besides its own
        mpirun) launcher=(mpirun --bind-to none) ;;
        srun) launcher=(srun --mpi=pmix --cpu-bind=none --wait=10) ;; # a lost rank ends all
        *) echo "LAUNCHER is mpirun or srun, not $LAUNCHER" >&2; exit 2 ;;
    esac
    trap 'warned=yes again=yes; [ -z "$pid" ] || warn_launcher "$pid" &' USR1
    trap 'ended=yes again=yes' TERM # scancel or the time limit itself: Slurm tells the ranks, too
    echo "job $SLURM_JOB_ID, start $((1 + ${SLURM_RESTART_COUNT:-0})), on $SLURM_JOB_NODELIST: $OUTPUT"
    size_before=$(journal_size)
    # Open MPI 4.1 under Slurm's PMIx may let a rank out of MPI_Init before another is ready for its
    # first message: that one then ends by SIGSEGV (139), before anything is measured. Seen in 3 of
    # some 100 jobs of a busy machine; begun again at most twice.
    for try in 1 2 3; do
        launch "${launcher[@]}" $LAUNCHER_OPTIONS "$PROGRAM" --resume --output "$OUTPUT" "$@"
        [ "$code" = 139 ] && [ ! "$warned$ended" ] && [ "$(journal_size)" = "$size_before" ] || break
        echo "a rank crashed before the sweep began (try $try)" >&2
    done
    # A warning that meets a launcher on its way out may end it with a code of its own (srun: 255),
    # when all is in the file. With --resume a sweep that is complete measures nothing, and ends
    # with its code.
    if [ "$warned" ] && [ ! "$ended" ] && [ -e "$OUTPUT" ] && [ ! -e "$OUTPUT.journal" ]; then
        case $code in
            0 | 3 | 4) ;;
            *) launch "${launcher[@]}" $LAUNCHER_OPTIONS "$PROGRAM" --resume --output "$OUTPUT" "$@" ;;
        esac
    fi
    # Open MPI 5's mpirun ends with 0 when it has lost a host; the journal then tells that the sweep
    # was cut short.
    if [ $code = 0 ] && [ -e "$OUTPUT.journal" ]; then
        echo "the sweep was cut short; go on with: scontrol requeue $SLURM_JOB_ID" >&2
        code=1
    fi
    if [ "$warned" ] && [ ! "$ended" ] && [ $code = 4 ]; then # interrupted and saved
        if [ "${SLURM_RESTART_COUNT:-0}" -ge "$MAX_RESTARTS" ]; then
            echo "not done after $MAX_RESTARTS restarts; go on with: scontrol requeue $SLURM_JOB_ID" >&2
        else
            scontrol requeue "$SLURM_JOB_ID"
        fi
    elif [ $code = 0 ] || [ $code = 3 ]; then
        "${PROGRAM%sweep}report" show "$OUTPUT"
    fi
    exit $code
}
