# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the benchmarks: runs a command some times and keeps its best time.

runs=${RUNS:-10}
top=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
FBUNDLE=${FBUNDLE:-$top/build/fbundle}
work=$(mktemp -d "${TMPDIR:-/tmp}/fbundle-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

bench_die() {
    printf '%s\n' "$*" >&2
    exit 1
}

[ -x "$FBUNDLE" ] || bench_die "$FBUNDLE is missing: build it (Release), or set FBUNDLE"
[ -x /usr/bin/time ] || bench_die "/usr/bin/time is missing: install the package time"

heading() {
    printf '%s, %s runs each, %s CPUs, load %s\n' "$1" "$runs" "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
    printf '%-40s %12s %12s %12s\n' '' 'wall (best)' 'CPU (best)' 'peak memory'
}

# measure TITLE COMMAND...: its least wall time, its least CPU time (user and system), its peak memory.
# Status 3 is an answer too. The least is what the work takes; the rest is what others did meanwhile.
measure() {
    local title=$1 i status
    shift
    : >"$work/times"
    for ((i = 0; i < runs; i++)); do
        sync
        status=0
        /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" >"$work/output" 2>"$work/errors" </dev/null || status=$?
        if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
            printf '%-40s fails: %s\n' "$title" "$(tail -n 1 "$work/errors")"
            return
        fi
        tail -n 1 "$work/time" >>"$work/times"
    done
    awk -v title="$title" '
        NR == 1 || $1 < wall { wall = $1 }
        NR == 1 || $2 + $3 < cpu { cpu = $2 + $3 }
        $4 > peak { peak = $4 }
        END { printf "%-40s %9.0f ms %9.0f ms %8.1f MiB\n", title, wall * 1000, cpu * 1000, peak / 1024 }' "$work/times"
}

# shellcheck disable=SC2034 # dump is for who sources this
# sample FOLDER: sets $dump and ${cores[@]} to what the folder holds.
sample() {
    shopt -s nullglob
    local dumps=("$1"/dump.*)
    cores=("$1"/core.* "$1"/*.crash)
    if [ ${#dumps[@]} -ne 1 ] || [ ${#cores[@]} -eq 0 ]; then
        bench_die "$1 has not one dump.* and some core.*"
    fi
    dump=${dumps[0]}
}
