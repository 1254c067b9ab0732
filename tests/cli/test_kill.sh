#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# merge, killed at 200 points of its run, leaves the old file or the new one, and nothing else that
# could be taken for either.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

points=200
# The sanitizers' build takes several times as long, and writes no other way.
if grep -q __asan_init "$FBUNDLE"; then
    points=50
fi
dump=$(echo "$samples"/dump.*)
core=$(find "$samples" -name 'core.[0-9]*.zst' | sort | head -n 1)
zstd -dqfo "$work/core" "$core"
mkdir "$work/out"
out=$work/out/the.fbundle

started=$(date +%s%N)
run merge "$dump" "$work/core" -o "$out"
took=$(($(date +%s%N) - started))
expect_status 0 "merge unharmed"
cp "$out" "$work/new"
# An old file that is no bundle, so that one cannot be taken for the other.
printf 'the old file\n' >"$work/old"

killed=0
old=0
new=0
other=0
strays=0
# The shell's own "Killed" of each goes nowhere.
exec 3>&2 2>/dev/null
for ((i = 0; i < points; i++)); do
    cp "$work/old" "$out"
    # Up to a tenth longer than a whole run, so that the last ones finish.
    delay=$(awk -v n="$took" -v i="$i" -v p="$points" 'BEGIN { printf "%.6f", n * 1.1 * i / p / 1e9 + 0.0005 }')
    started=$(date +%s%N)
    if timeout -s KILL "$delay" "$FBUNDLE" merge "$dump" "$work/core" -o "$out" --force >/dev/null; then
        # The machine has less to do than when the run was measured.
        needed=$(($(date +%s%N) - started))
        took=$((needed < took ? needed : took))
    else
        killed=$((killed + 1))
    fi
    if cmp -s "$out" "$work/old"; then
        old=$((old + 1))
    elif cmp -s "$out" "$work/new"; then
        new=$((new + 1))
    else
        other=$((other + 1))
    fi
    # A hidden .fbundle-* is a temporary by its name, where the file system has no nameless files.
    strays=$((strays + $(find "$work/out" -mindepth 1 ! -name the.fbundle ! -name '.fbundle-*' | wc -l)))
    find "$work/out" -name '.fbundle-*' -delete
done
exec 2>&3
printf '# %d points: %d killed, %d left the old file, %d the new one\n' "$points" "$killed" "$old" "$new"
command_line="$points merges, killed"
expect [ "$killed" -ge $((points / 2)) ] "most were killed in their run"
expect [ "$old" -ge 1 ] "some were killed early enough to leave the old file"
expect [ "$other" -eq 0 ] "each left the old file or the whole new one"
expect [ "$strays" -eq 0 ] "nothing else stands beside it"
rm -f "$out"
run merge "$dump" "$work/core" -o "$out"
expect_same "$out" "$work/new" "afterwards it writes the same file as ever"
finish
