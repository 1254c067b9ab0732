#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/peers/with_makedumpfile.sh FBUNDLE DUMP BUNDLE WORK: what makedumpfile makes of a bundle.
# DUMP is the dump that it was made of, not flattened.
set -eu
fbundle=$1 dump=$2 bundle=$3 work=$4
failures=0
PATH=$PATH:/usr/sbin

report() {
    if [ "$1" -eq 0 ]; then
        printf 'ok - makedumpfile: %s\n' "$2"
    else
        failures=$((failures + 1))
        printf 'not ok - makedumpfile: %s\n' "$2"
    fi
}

pages_of() { "$fbundle" info "$1" --json | jq .dump.pages_dumped; }

for name in dump bundle; do
    rm -f "$work/dmesg.$name"
    makedumpfile --dump-dmesg "${!name}" "$work/dmesg.$name" >"$work/log" 2>&1 || cat "$work/log"
done
good=0
cmp -s "$work/dmesg.dump" "$work/dmesg.bundle" && [ -s "$work/dmesg.bundle" ] || good=1
report $good "--dump-dmesg gives the same $(wc -l <"$work/dmesg.bundle") lines of dump and bundle"
kernel=$(pages_of "$dump")
# Any level would do: makedumpfile adds those that its input was filtered with before.
left=0
makedumpfile -c -d 31 "$bundle" "$work/filtered" >"$work/log" 2>&1 && left=$(pages_of "$work/filtered")
good=0
[ "$left" -eq "$kernel" ] || good=1
report $good "-d 31 takes the processes' memory out again: $left pages, the dump has $kernel"
[ "$failures" -eq 0 ]
