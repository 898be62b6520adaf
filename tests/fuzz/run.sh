#!/bin/bash
# run.sh SECONDS [TARGET...] - runs libFuzzer on each target (all, unless some are named) for that
# many seconds, from the kept corpus on. An input that crashes, hangs or leaks stays in
# build/fuzz/found/TARGET, and the exit code is 1.
#   tests/fuzz/run.sh 300 journal
# What was found belongs into tests/fuzz/corpus/TARGET once it is mended, under a name that says
# what it is; each file reach-* there reaches code that the others do not. New inputs that reach
# more code are kept in build/fuzz/corpus/TARGET and used again by the next run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/setup.sh"

[ $# -ge 1 ] && [[ $1 =~ ^[0-9]+$ ]] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
seconds=$1; shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
    for folder in "$root"/tests/fuzz/corpus/*/; do targets+=("$(basename "$folder")"); done
fi

build fuzz
folder="$root/build/fuzz"
# The journal's target writes files and syncs them; in memory that costs nothing.
TMPDIR=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" zmqsweep-fuzz.XXXXXX)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
# libFuzzer looks for leaks as it goes and stops at the first; libraries hold a little to the end.
export ASAN_OPTIONS=quarantine_size_mb=16 LSAN_OPTIONS="suppressions=$root/tests/house/leaks.supp:print_suppressions=0" UBSAN_OPTIONS=print_stacktrace=1

# fuzz TARGET: prints what came of it.
fuzz() {
    local target=$1 found="$folder/found/$1" grown="$folder/corpus/$1" log="$folder/$1.log"
    mkdir -p "$found" "$grown"
    if "$folder/tests/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$found/" "$grown" "$root/tests/fuzz/corpus/$target" >"$log" 2>&1; then
        awk -v target="$target" '/cov: /{line = $0} /^stat::number_of_executed_units/{runs = $2}
            END {match(line, /cov: [0-9]+ ft: [0-9]+ corp: [0-9]+/)
                 print target ": " runs " runs, nothing found, " substr(line, RSTART, RLENGTH)}' "$log"
    else
        echo "$target: FOUND SOMETHING, see $log:"
        grep -m 3 -E 'ERROR|SUMMARY|does not hold|runtime error|Test unit written' "$log" || tail -n 5 "$log"
        ls "$found"
        return 1
    fi
}

# As many at once as there are cores; all take the same time.
code=0
while [ ${#targets[@]} -gt 0 ]; do
    tries=()
    for target in "${targets[@]:0:$(nproc)}"; do
        fuzz "$target" &
        tries+=($!)
    done
    for try in "${tries[@]}"; do wait "$try" || code=1; done
    targets=("${targets[@]:$(nproc)}")
done
exit $code
