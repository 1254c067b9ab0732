#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cores that are cut off before their notes, which gdb writes last: what is left of them tells whose they are,
# and the dump has the rest.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
xzcat "$samples/core.132.xz" >"$work/whole"
xzcat "$samples/core.reused.328.xz" >"$work/reused"
notes=$((16#$(readelf -lW "$work/whole" | awk '$1 == "NOTE" { print substr($2, 3) }')))

# cut NAME BYTES: the first bytes of the whole core.
cut() { head -c "$2" "$work/whole" >"$work/$1"; }

vm_of() { run vm "$dump" 132 --core "$1" --json && json '.vmas[] | [.start, .end, .perms, .name] | join(" ")'; }
vm_of "$work/whole" >"$work/mappings"

# All of its memory, which has the auxiliary vector on the stack, half of it, and little; the file's name tells
# the PID, or nothing does.
verdict=certain
for bytes in "$notes" $((notes / 2)) $((notes / 20)); do
    cut core.132 "$bytes"
    run merge "$dump" "$work/core.132" -f -o "$work/cut.fbundle" --json
    expect_status 3 "merge of $bytes bytes of a core"
    # shellcheck disable=SC2016 # the variable is of jq
    expect_json '.cores[0].match | .verdict == $verdict and .pid == 132 and any(.evidence[]; . == "PID 132, of its file'\''s name, equal")' "it is matched, and $verdict" --arg verdict "$verdict"
    verdict=likely
    expect_json '.cores[0].pages | .total > 0 and .filled > 0 and .total == .same + .filled + .differ + .unplaced' "its pages are placed"
    run verify "$work/cut.fbundle"
    expect_status 0 "the bundle verifies"
    vm_of "$work/core.132" >"$work/mappings.cut"
    expect_same "$work/mappings.cut" "$work/mappings" "its mappings are those of the whole core's process"
    mv "$work/core.132" "$work/unnamed"
    run info "$dump" --core "$work/unnamed" --json
    expect_json '.cores[0].match | .verdict == "likely" and .pid == 132' "without the name it is matched too"
done

# A core that is completed has threads, vector and files; gdb reads it.
cut core.132 $((notes / 2))
run extract "$dump" 132 --core "$work/core.132" --from-dump -o "$work/built"
expect_status 3 "a core is built of the cut one and the dump"
expect_line stderr 'is not in the core: cut off' "what is missing is called cut off"
readelf -nW "$work/built" >"$work/built.notes"
expect grep -q NT_PRSTATUS "$work/built.notes" "it has a thread"
expect grep -q NT_AUXV "$work/built.notes" "it has the auxiliary vector"
expect grep -q NT_FILE "$work/built.notes" "it has the mapped files"
run extract "$dump" 132 --core "$work/core.132" -o "$work/back"
expect_same "$work/back" "$work/core.132" "the cut core itself comes back as it was"
expect_line stdout 'from-dump' "extract says how to have it completed"

# Page after page the bytes are those of the whole core, or absent.
start=$(readelf -lW "$work/whole" | awk '$1 == "LOAD" && $7 == "RW" { print $3; exit }')
run rd "$dump" "132:$start" 4096 --core "$work/whole" --raw
cp "$work/stdout" "$work/page"
run rd "$dump" "132:$start" 4096 --core "$work/core.132" --raw
expect_same "$work/stdout" "$work/page" "what is left of its memory is read"

# A process that had ended is nobody's: not even the one that has its PID now.
head -c $(($(stat -c %s "$work/reused") / 2)) "$work/reused" >"$work/core.328"
run info "$dump" --core "$work/core.328" --json
expect_json '.cores[0].match | .verdict == "none" and .pid == null' "a cut core of an earlier process matches none"
finish
