#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Goroutines of a guest's program against what Go's runtime itself wrote of them before the panic (said/go.stacks), and
# against what each noted before it began to wait. The guests are those of $FBUNDLE_DATA in which the server workload ran
# with Go (samples/lab/run); no toolchain is needed.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

seen=''
for folder in "${FBUNDLE_DATA:-/nonexistent}"/*/; do
    said=$folder/said/go.stacks
    [ -s "$said" ] || continue
    seen=yes
    name=$(basename "$folder")
    dump=$(find "$folder" -maxdepth 1 \( -name 'vmcore.zst' -o -name 'dump.*' \) | sort | tail -n 1)
    pid=$(tr ' ' '\n' <"$folder/truth/actors" | sed -n 's/^GO=//p')

    run bt "$dump" "$pid" --goroutines --json
    expect_status 0 "$name: goroutines of PID $pid"
    # "7 chan receive" of each that the runtime shows; the one that wrote them ran then.
    sed -nE 's/^goroutine ([0-9]+) \[([^],]*).*/\1 \2/p' "$said" | grep -v ' running$' | sort >"$work/said"
    json '.goroutines[] | select(.system | not) | "\(.id) \(.reason // .state)"' | sort >"$work/read"
    expect test -z "$(comm -23 "$work/said" "$work/read")" "$name: every goroutine that Go shows is read, with its reason"
    expect test "$(wc -l <"$work/said")" -gt 5 "$name: there are some"

    run waits "$dump" --json
    json '.edges[] | select(.kind == "futex" and .pid == '"$pid"') | .tid' >"$work/unknown"
    expect test ! -s "$work/unknown" "$name: no thread of the scheduler is told as an unknown wait"
    while read -r _ _ _ id kind address owner; do
        value=$(json '.goroutines[] | select(.pid == '"$pid"') | .waits[] |
            select(.goroutine == '"${id#id=}"' and .address == "'"${address#object=}"'") |
            "\(.kind) \([.owners[].goroutine | tostring] | index("'"${owner#owner=}"'") != null)"')
        expect test "$value" = "${kind#kind=} $([ "$owner" = owner=- ] && echo false || echo true)" \
            "$name: goroutine ${id#id=} waits as it noted"
    done < <(grep '^goroutine actor=GO ' "$folder/truth/waits.txt")
    json '.goroutines[] | select(.pid == '"$pid"') | .cycles[] | length' >"$work/cycles"
    expect grep -qx 2 "$work/cycles" "$name: the two that wait for each other are a deadlock"
done
[ -n "$seen" ] || skip "goroutines of a guest: FBUNDLE_DATA has none of the server workload with Go"
finish
