#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cores built from the dump: held against what the kernel itself said of the process just before the
# panic, and against the core that was taken of it.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
tar -xJf "$samples/truth.tar.xz" -C "$work"
truth=$work/truth
actor() { sed "s/.*\\b$1=\\([0-9]*\\).*/\\1/" "$samples/actors"; }
facts() { run_program python3 "$top/tests/cli/core_facts.py" "$@"; }

# expect_as_truth PID: registers, auxiliary vector and mapped files as /proc had them.
expect_as_truth() {
    local pid=$1 task
    for task in "$truth/$pid/task"/*/; do
        awk -v tid="$(basename "$task")" 'NF == 9 { print tid, $8, $9 }' "$task/syscall"
    done | sort >"$work/expected"
    json '.threads[] | "\(.tid) \(.rsp) \(.rip)"' | sort >"$work/threads"
    expect test -s "$work/expected" "truth has the stack pointers of PID $pid"
    expect_same "$work/expected" "$work/threads" "every thread of PID $pid has its stack pointer and pc"
    # The vector ends with AT_NULL; /proc shows what lies behind, too.
    json .auxv | python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >"$work/auxv"
    expect test "$(wc -c <"$work/auxv")" -gt 100 "PID $pid has an auxiliary vector"
    expect cmp -n "$(wc -c <"$work/auxv")" "$work/auxv" "$truth/$pid/auxv" \
        "the auxiliary vector of PID $pid is the kernel's"
    sed -nE 's/^0*([0-9a-f]+)-0*([0-9a-f]+) .* 0*([0-9a-f]+) [0-9a-f:]+ [1-9][0-9]* +(.*)$/0x\1 0x\2 0x\3 \4/p' \
        "$truth/$pid/maps" | sed 's/ 0x / 0x0 /' >"$work/expected"
    json '.files[] | "\(.start) \(.end) \(.offset) \(.path)"' >"$work/files"
    expect_same "$work/expected" "$work/files" "the mapped files of PID $pid are those of maps"
}

# A process of threads, of which no core is given.
pid=$(actor TH)
run extract "$dump" "$pid" -o "$work/core" --json
expect_status 3 "a core built without the process's memory is an answer with parts missing"
expect_json '.source == "dump" and (.complete | not) and .pages.absent > 0' "it says so"
expect_json '.warnings | any(test("left out by the dump filter"))' "and why"
expect [ "$(stat -c %a "$work/core")" = 600 ] "it is readable by its owner only"
facts "$work/core"
expect_json '.core and .machine == 62' "it is an x86-64 core"
expect_json '(.threads | length) == 7 and .fpu == 7' "every thread has general and FPU registers"
expect_json ".threads[0].tid == $pid and .psinfo.pid == $pid" "the leader comes first"
expect_json 'all(.segments[]; .bytes > 0)' "what is not to be had is in no segment"
expect_as_truth "$pid"
run extract "$dump" "$pid" -o "$work/core"
expect_error 1 'exists.*--force' "an existing output is refused"

# The process that ran at the panic: registers of its last entry to the kernel.
run extract "$dump" "$(actor SP)" -o "$work/spinner" --json
expect_json '.threads == 1' "a running process has its thread"

# It is a core like any other: fbundle finds whose it is, and each of its pages is the dump's.
run info "$dump" --core "$work/core" --json
expect_json ".cores[0].match | .verdict == \"certain\" and .pid == $pid" "the built core matches its process"
expect_json '.cores[0].pages | .total > 20 and .same == .total' "each of its pages is the dump's"

# With the core that was taken and the program's file; of the libraries there is none.
pid=$(actor DL)
xz -dc "$samples/core.$pid.xz" >"$work/taken"
run extract "$dump" "$pid" --core "$work/taken" --from-dump --sysroot "$samples/sysroot" -o "$work/whole" --json
expect_status 3 "without the libraries it is not complete"
expect_json '.source == "dump" and .pages.vmcore > 0 and .pages.core > 0 and .pages.file > 0' \
    "its pages come from the dump, the core and the file"
facts --pages "$work/whole" "$work/taken"
expect_json '.missing == 0' "no page of the taken core is missing"
expect_json '.same > 100 and .differ <= .same / 20' "nearly all pages are as they were"
facts "$work/whole"
expect_as_truth "$pid"
json '.threads[] | del(.rax) | tojson' | sort >"$work/ours"
facts "$work/taken"
json '.threads[] | del(.rax) | tojson' | sort >"$work/theirs"
expect_same "$work/theirs" "$work/ours" \
    "the registers of sleeping threads are those of the taken core (but rax, which ptrace changes)"
json .auxv >"$work/auxv"
facts "$work/whole"
expect_json ".auxv == \"$(cat "$work/auxv")\"" "the auxiliary vector too"

# Nothing of this program's own memory gets into a core: that would differ from run to run.
run extract "$dump" "$pid" --core "$work/taken" --from-dump --sysroot "$samples/sysroot" -o "$work/again"
expect_same "$work/whole" "$work/again" "built again it is the same, byte for byte"

run extract "$dump" "$pid" --core "$work/taken" -o "$work/back" --json
expect_json '.source == "core"' "where there is a core, the original is given"
expect_json '.program == "/lab/actors"' "with the program that it is of"
expect_same "$work/taken" "$work/back" "bit for bit"
# The line that opens it in gdb can be pasted.
run extract "$dump" many-files -o "$work/it's \$HOME"
expect_line stdout "^  gdb /lab/actors '$work/it'\\\\''s \\\$HOME'\$" "extract says how to open it in gdb, quoted"
expect [ "$(eval "set -- $(tail -n 1 "$work/stdout")"; printf '%s' "$3")" = "$work/it's \$HOME" ] "a shell reads the name back"
run extract "$dump" "$pid" --core "$work/taken" -o "$work/back" --force --sysroot "$samples/sysroot"
expect_line stdout "^  gdb -iex 'set sysroot $samples/sysroot' $samples/sysroot/lab/actors $work/back\$" "with the sysroot that is given"
run extract "$dump" "$pid" --core "$work/taken" --from-dump -o "$work/taken" --force
expect_error 1 'is an input' "an input is never written over"
cp "$dump" "$work/dump"
run extract "$work/dump" "$pid" -o "$work/dump" --force
expect_error 1 'is an input' "the dump neither"
expect_same "$dump" "$work/dump" "the dump is as it was"

# The PID in a core that matched none is another process's by now, or nobody's.
reused=$(actor REUSE)
run extract "$dump" "$reused" --core "$samples/core.reused.$reused.xz" -o "$work/live" --json
expect_json '.source == "dump"' "PID of a core that matched none: built of the process that has it now"
run merge "$dump" "$samples/core.reused.$reused.xz" "$samples/core.$pid.xz" -o "$work/b.fbundle"
run extract "$work/b.fbundle" "$reused" -o "$work/live" --force --json
expect_json '.source == "dump"' "of a bundle too"
facts "$work/live"
expect_json ".psinfo.pid == $reused and .threads[0].tid == $reused" "it is that process's"
run extract "$work/b.fbundle" "core.reused.$reused.xz" -o "$work/refused"
xz -dc "$samples/core.reused.$reused.xz" | cmp -s - "$work/refused"
report $? "by its name that core is given, bit for bit"
crashed=$(actor CR)
run extract "$dump" "$crashed" --core "$samples/core.actors.$crashed.zst" -o "$work/none"
expect_error 1 "no process had PID $crashed at the panic; core.actors.$crashed.zst is of one that had it before" \
    "of a PID that is gone its core is named, not given"
thread=$(basename "$(find "$truth/$pid/task" -mindepth 1 -maxdepth 1 ! -name "$pid" | head -n 1)")
run extract "$work/b.fbundle" "$thread" -o "$work/by-thread" --json
expect_json '.source == "core"' "a TID stands for its process"
expect_same "$work/taken" "$work/by-thread" "and gives its core"

# Cores of one name, as containers' are: all come back, each under a name of its own.
mkdir "$work/a" "$work/b"
xz -dc "$samples/core.128.xz" >"$work/a/core.1"
xz -dc "$samples/core.132.xz" >"$work/b/core.1"
run merge "$dump" "$work"/[ab]/core.1 -o "$work/twins.fbundle"
expect_status 0 "cores of one name are merged"
for input in "$work/twins.fbundle" "$dump --core $work/a/core.1 --core $work/b/core.1"; do
    rm -rf "$work/all"
    # shellcheck disable=SC2086 # words
    run extract $input --all -o "$work/all"
    expect_status 0 "all are extracted, to a folder that was not there"
    expect [ "$(stat -c %a "$work/all")" = 700 ] "which its owner only can enter"
    expect_same "$work/a/core.1" "$work/all/core.1" "the first under its name"
    expect_same "$work/b/core.1" "$work/all/core.1.2" "the second under its own"
done
run extract "$work/twins.fbundle" core.1.2 -o "$work/second"
expect_same "$work/b/core.1" "$work/second" "that names it"
run info "$work/twins.fbundle" --json
expect_json '[.cores[].path] == ["core.1", "core.1.2"]' "info has both names"
run extract "$work/twins.fbundle" --all -o "$work/no/such/folder"
expect_error 1 "cannot make the folder" "a folder in no folder"

# What a bundle has is not added again.
# A compressed core loses its suffix, unless another core has the name without it.
mkdir "$work/packed"
cp "$samples/core.139.xz" "$work/packed/core.139.xz"
cp "$samples/core.148.xz" "$work/packed/core.1.xz"
run merge "$work/twins.fbundle" "$work/packed"/core.* -o "$work/packed.fbundle"
run extract "$work/packed.fbundle" --all -o "$work/unpacked"
expect_status 0 "compressed cores are extracted"
xz -dc "$samples/core.139.xz" >"$work/plain.139"
expect_same "$work/plain.139" "$work/unpacked/core.139" "without their suffix"
expect_no_file "$work/unpacked/core.139.xz" "which would be a lie"
expect_file "$work/unpacked/core.1.xz" "unless another core has that name"
run merge "$work/twins.fbundle" "$work/b/core.1" "$samples/core.139.xz" -o "$work/more.fbundle" --json
expect_status 0 "a core that the bundle has is no fault"
expect_line stderr 'b/core.1: left out: the bundle has it already, as core.1.2$' "it is said"
expect_json '[.cores[].path | sub(".*/"; "")] == ["core.1", "core.1.2", "core.139.xz"]' "and not added twice"
run merge "$work/twins.fbundle" "$work"/[ab]/core.1 -o "$work/same.fbundle"
expect_error 1 'nothing to merge: the bundle has .*a/core.1 already' "where that is all there is nothing to do"
expect_no_file "$work/same.fbundle" "and no bundle is written"

run extract "$dump" 2 -o "$work/none"
expect_error 1 'kernel thread' "a kernel thread has no core"
run extract "$dump" 4000000 -o "$work/none"
expect_error 1 'no process has PID 4000000' "a PID that is no process is named"
run extract "$dump" core.nobody -o "$work/none"
expect_error 1 "'core.nobody' is neither a PID nor the name of a process or of a core" "a name that is neither is named"
expect_no_file "$work/none" "and nothing is written"
run extract "$dump" --all --from-dump
expect_status 2 "--all gives the cores that there are"

if [ -n "${FBUNDLE_DATA:-}" ]; then
    run extract "$FBUNDLE_DATA"/6.1/dump.* 126 --core "$FBUNDLE_DATA/6.1/core.126" --from-dump \
        --sysroot "$FBUNDLE_DATA/sysroot" -o "$work/complete" --json
    expect_status 0 "with core, program and libraries the built core is complete"
    expect_json '.complete and .warnings == [] and .pages.swap == 0' "and it says so"
else
    skip "a complete core: FBUNDLE_DATA is not set"
fi
finish
