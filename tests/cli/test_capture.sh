#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# capture: cores of processes that live, of each kind of them; and nobody stays stopped.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

expect gcc -O1 -g -pthread -o "$work/actor" "$top/tests/cli/capture_actor.c" "the actor builds"
[ -x "$work/actor" ] || finish

# act KIND [NUMBER]: starts an actor; its PID in $actor, what it said in $work/said.
act() {
    rm -f "$work/said"
    mkfifo "$work/said"
    "$work/actor" "$@" >"$work/said" 2>/dev/null &
    actor=$!
    said=
    while read -r line && [ "$line" != ready ]; do said=$line; done <"$work/said"
}
end_act() {
    kill -9 "$actor" 2>/dev/null
    wait "$actor" 2>/dev/null
}
# free_to_go PID: nobody traces it, and none of its threads stands stopped.
free_to_go() {
    ! grep -qE '^(TracerPid:.*[1-9]|State:.[tT])' /proc/"$1"/task/*/status
}
core_of() { json ".cores[] | select(.pid == $1) | .path"; }

# A process of many threads: all are in the core, and their stacks are those that gcore's core has.
act threads 30
run capture "$actor" -o "$work/cores" --json
if [ "$status" -eq 1 ] && grep -q 'not permitted' "$work/stderr"; then
    skip "capturing: processes may not be traced here"
    end_act
    finish
fi
expect_status 0 "a process of 31 threads"
expect_json '.cores[0].threads == 31 and .cores[0].consistent and .cores[0].unstopped == []' "all were stopped" \
    --argjson pid "$actor"
expect_json '.cores[0].stopped_ms < 5000 and .cores[0].lost_pages == 0' "not for long, and all was read"
core=$(core_of "$actor")
cp "$work/stdout" "$work/answer"
expect free_to_go "$actor" "it runs again"
expect test "$(stat -c %a "$core" "$work/cores/capture.json" | sort -u)" = 600 "the files are its owner's"
expect cmp -s <(jq -S 'del(.schema, .command, .warnings)' "$work/answer") \
    <(jq -S 'del(.schema)' "$work/cores/capture.json") "capture.json has the same"
expect test "$(readelf -nW "$core" 2>/dev/null | grep -c NT_PRSTATUS)" -eq 31 "a note for each thread"
expect test "${core##*.}" = "$(jq '.cores[0].taken_us' "$work/answer")" "its name has its time"
stacks() {
    gdb -nx -batch -ex 'set style enabled off' -ex 'thread apply all bt' -c "$1" "$work/actor" 2>/dev/null |
        sed -nE 's/^#([0-9]+) +(0x[0-9a-f]+ in )?([^ ]+) .*/\1 \3/p; s/^Thread.*LWP ([0-9]+).*/LWP \1/p' |
        awk '/^LWP/ { lwp = $2; next } { print lwp, $0 }' | sort
}
if ! command -v gcore >/dev/null || ! command -v gdb >/dev/null; then
    skip "stacks as in gcore's core: gdb is not installed"
else
    gcore -o "$work/gcore" "$actor" >/dev/null 2>&1
    stacks "$core" >"$work/ours"
    stacks "$work/gcore.$actor" >"$work/theirs"
    expect test "$(grep -c ' deep$' "$work/ours")" -gt 200 "gdb unwinds the core"
    expect_same "$work/ours" "$work/theirs" "gdb's stacks are those of gcore's core"
fi
end_act

# Registers beyond the general ones: gdb has of our core what it has of gcore's.
registers() {
    gdb -nx -batch -ex 'info registers' -ex 'info registers float' -ex 'info registers vector' -ex 'p $fs_base' \
        -ex 'p/x $xmm7.uint128' -ex 'p/x $ymm0.v4_int64' -ex 'p/x $ymm15.v4_int64' -c "$1" "$2" 2>&1 | sed -n '/^rax\|^eax/,$p'
}
if ! command -v gcore >/dev/null || ! command -v gdb >/dev/null; then
    skip "registers as in gcore's core: gdb is not installed"
else
    act vectors
    for _ in $(seq 100); do # it is ready before it has them
        grep -q '^34 ' "/proc/$actor/syscall" && break
        sleep 0.02
    done
    run capture "$actor" -o "$work/cores" --json
    expect_status 0 "one with something in all registers"
    core=$(core_of "$actor")
    gcore -o "$work/gcore" "$actor" >/dev/null 2>&1
    registers "$core" "$work/actor" >"$work/ours"
    registers "$work/gcore.$actor" "$work/actor" >"$work/theirs"
    # CPUs with AVX-512 that are not Intel's lay it out in another way: gdb before 14, and so its gcore, does not know
    # that, and reads no register behind those of SSE, of the kernel's cores neither.
    layout=known
    if gdb -nx -batch -c "$core" "$work/actor" 2>&1 | grep -q 'reg-xstate.* too small'; then
        layout=unknown
    fi
    for side in ours theirs; do
        if [ $layout = known ]; then
            cp "$work/$side" "$work/$side-compared"
        else
            sed '/^k0 /,$d' "$work/$side" >"$work/$side-compared"
        fi
    done
    expect_same "$work/ours-compared" "$work/theirs-compared" "gdb's registers are those of gcore's core"
    expect grep -q 'st0 .*3\.14159' "$work/ours" "those of the x87"
    expect grep -q '= 0x33333333444444441111111122222222$' "$work/ours" "those of SSE"
    if [ $layout = unknown ]; then
        skip "registers of AVX: this gdb does not know how this CPU lays them out"
    elif [ "$said" = avx=1 ]; then
        expect test "$(grep -c '{0x1111111122222222, 0x3333333344444444, 0x5555555566666666, 0x7777777788888888}$' \
            "$work/ours")" -ge 2 "those of AVX"
        expect test "$(readelf -nW "$core" 2>/dev/null | grep -cE 'LINUX .*(x86 XSAVE|0x00000205|XSAVE_LAYOUT)')" -ge 2 \
            "with the note of their layout"
    else
        skip "registers of AVX: the CPU has none"
    fi
    end_act
fi

# Memory that was touched is in it, to the byte; what was not takes no room.
act memory 64
run capture "$actor" -o "$work/cores" --json
expect_status 0 "a process of 64 MB"
core=$(core_of "$actor")
size=$(stat -c %s "$core")
expect test "$size" -gt $((64 << 20)) -a "$size" -lt $((80 << 20)) "its core has what was touched"
expect python3 - "$core" "the bytes are those of the process" <<'PYTHON'
import struct, sys
data = open(sys.argv[1], "rb").read()
offset, number = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
for i in range(number):
    kind, _, at, address, _, size, memory, _ = struct.unpack_from("<IIQQQQQQ", data, offset + 56 * i)
    if kind == 1 and size >= 64 << 20:
        words = struct.unpack_from(f"<{(64 << 20) // 8}Q", data, at)
        sys.exit(any(word != 0x0123456789abcdef ^ (8 * n) for n, word in enumerate(words)))
sys.exit(1)
PYTHON
expect_json '.cores[0].lost_pages == 0' "what it may not read itself is read too"
expect python3 - "$core" "and is in its core" <<'PYTHON'
import struct, sys
data = open(sys.argv[1], "rb").read()
offset, number = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
headers = [struct.unpack_from("<IIQQQQQQ", data, offset + 56 * i) for i in range(number)]
sys.exit(not any(kind == 1 and flags == 0 and data[at:at + size] == b"\x5a" * (1 << 16)
                 for kind, flags, at, _, _, size, _, _ in headers))
PYTHON

# Where the copy takes longer than --seconds, as on a disk that hangs, it goes on all the same.
end_act
act memory 512
"$FBUNDLE" capture "$actor" -o "$work/cores" --seconds 1 --json >"$work/stdout" 2>"$work/stderr" &
copying=$!
# Without a program of its own for each look: these would come too late.
while [[ $(<"/proc/$actor/status") != *State:$'\t't* ]] && kill -0 "$copying" 2>/dev/null; do :; done
kill -STOP "$copying"
expect grep -q '^State:.t' "/proc/$actor/status" "it stands still while it is copied"
for _ in $(seq 300); do
    free_to_go "$actor" && break
    sleep 0.01
done
expect free_to_go "$actor" "it runs again after a second, whatever the copy does"
kill -CONT "$copying"
wait "$copying"
status=$?
command_line="fbundle capture, stopped in its copy"
expect_status 3 "the copy is ended"
expect_json '(.cores[0].consistent | not) and .cores[0].unstopped == []' "and said not to be of one moment"
expect_line stderr 'went on after 1 s, before all of its memory was copied' "with a warning"
end_act
act memory 64

# Killed at 100 points of its run, nobody stays stopped.
left=0
begun=0
for point in $(seq 100); do
    rm -f "$work/killed/capture.json" # replacing one takes two calls, and a kill between them leaves a name
    setsid "$FBUNDLE" capture "$actor" -o "$work/killed" --force >/dev/null 2>&1 &
    killed=$!
    sleep "0.$(printf '%03d' $((point * 2)))"
    kill -9 "$killed" 2>/dev/null && begun=$((begun + 1))
    wait "$killed" 2>/dev/null
    # The kernel lets go when the process that holds it is gone, which dies of its parent's death.
    for _ in $(seq 200); do
        free_to_go "$actor" && break
        sleep 0.005
    done
    free_to_go "$actor" || left=$((left + 1))
done
expect test "$left" -eq 0 "killed at 100 points, it runs"
expect test "$begun" -ge 20 "many of them were in its run ($begun)"
expect test -z "$(find "$work/killed" -name '.fbundle-*' 2>/dev/null)" "nothing half is left"
end_act

# One that runs is stopped in its loop.
act running
run capture "$actor" -o "$work/cores" --json
expect_json '.cores[0].threads == 1 and .cores[0].consistent' "one that runs"
expect free_to_go "$actor" "it runs on"
end_act

# In D state: no debugger stops it; memory and what /proc tells of its system call are in the core.
act blocked
for _ in $(seq 100); do
    grep -q '^State:.D' "/proc/$actor/status" && break
    sleep 0.02
done
if ! grep -q '^State:.D' "/proc/$actor/status"; then
    skip "one in D state: vfork() does not make one here"
else
    run capture "$actor" -o "$work/cores" --json
    expect_status 3 "one in D state"
    expect_json '.cores[0].unstopped == [{tid: $pid, state: "D", traced_by: null, registers: "syscall"}] and
        .cores[0].threads == 1 and (.cores[0].consistent | not)' "it says that it could not be stopped" --argjson pid "$actor"
    expect_line stderr "$actor \(actor\): 1 of its threads could not be stopped \(state D\)" "and warns of it"
    core=$(core_of "$actor")
    expect grep -aq "TID $actor not stopped: state D; registers of its system call" "$core" "the core's own note says so"
    expect free_to_go "$actor" "nobody traces it afterwards"
    if command -v gdb >/dev/null; then
        expect grep -q vfork <(gdb -nx -batch -ex bt -c "$core" "$work/actor" 2>/dev/null) "gdb shows that it is in vfork()"
    fi
    run capture --blocked -o "$work/blocked" --json
    expect_json 'any(.cores[]; .pid == $pid)' "--blocked finds it" --argjson pid "$actor"
fi
pkill -9 -P "$actor" 2>/dev/null
end_act

# A 32-bit program: gdb finds in its core what it finds in gcore's.
if ! gcc -m32 -O1 -g -msse2 -nostdlib -static -ffreestanding -fno-pic -no-pie -fno-stack-protector -fno-omit-frame-pointer \
    -o "$work/narrow" "$top/tests/cli/capture_actor_32bit.c" 2>/dev/null; then
    skip "a 32-bit program: gcc does not make one here"
elif timeout 1 "$work/narrow" >/dev/null 2>&1; [ $? -eq 126 ]; then
    skip "a 32-bit program: this kernel runs none (CONFIG_IA32_EMULATION)"
else
    rm -f "$work/said"
    mkfifo "$work/said"
    "$work/narrow" >"$work/said" 2>/dev/null &
    actor=$!
    said=
    read -r said <"$work/said"
    if [ "$said" != ready ]; then
        skip "a 32-bit program: none runs here"
    else
        run capture "$actor" -o "$work/cores" --json
        expect_status 0 "a 32-bit program"
        expect_json '.cores[0].threads == 1 and .cores[0].consistent and .cores[0].lost_pages == 0' "it is captured whole"
        expect free_to_go "$actor" "it runs again"
        core=$(core_of "$actor")
        expect grep -qE '^ *Class: +ELF32' <(readelf -h "$core" 2>/dev/null) "its core is one of i386"
        if command -v gcore >/dev/null; then
            gcore -o "$work/gcore" "$actor" >/dev/null 2>&1
            seen() {
                gdb -nx -batch -ex bt -ex 'info registers' -ex 'info registers float' -ex 'info registers vector' \
                    -ex 'p $xmm0' -ex 'p $ymm0.v4_double' -ex 'info auxv' \
                    -ex 'info proc mappings' -ex "dump binary memory $2 memory memory+1048576" -c "$1" "$work/narrow" 2>&1
            }
            seen "$core" "$work/ours.memory" >"$work/ours"
            seen "$work/gcore.$actor" "$work/theirs.memory" >"$work/theirs"
            expect test "$(grep -c ' deep ' "$work/ours")" -eq 13 "gdb unwinds it"
            expect grep -q 'ebx .*0x11223344' "$work/ours" "and has its registers"
            expect grep -q 'v2_double = {7, 0}' "$work/ours" "those of SSE too"
            ! grep -q '^flags.* avx ' /proc/cpuinfo ||
                expect grep -q '= {7, 0, 7, 0}$' "$work/ours" "and of AVX"
            expect_same "$work/ours" "$work/theirs" "all as in gcore's core"
            expect_same "$work/ours.memory" "$work/theirs.memory" "and its memory"
        fi
    fi
    end_act
fi

# One that is traced already.
act traced
run capture "$said" -o "$work/cores" --json
expect_status 3 "one that another traces"
expect_json '.cores[0].unstopped[0].traced_by == $tracer and .cores[0].threads == 1' "it says who does" \
    --argjson tracer "$actor"
end_act

# Of thousands of threads.
act threads 5000
if [ "$(find "/proc/$actor/task" -maxdepth 1 2>/dev/null | wc -l)" -lt 5000 ]; then
    skip "5,000 threads: they cannot be made here"
else
    run capture "$actor" -o "$work/cores" --json
    expect_json '.cores[0].threads == 5001 and .cores[0].consistent' "5,001 threads"
    expect free_to_go "$actor" "all run again"
fi
end_act

run capture no-such-process -o "$work/none"
expect_error 1 "no process is PID or COMM 'no-such-process'" "no such process"
expect_no_file "$work/none" "nothing is made then"
run capture 1
expect_error 2 'name a folder' "no folder"
run capture -o "$work/none"
expect_error 2 'name processes' "no process"
run capture --all -o "$work/none" --panic yes
expect_status 2 "--panic takes its words"
if [ "$(cat /sys/kernel/kexec_crash_loaded 2>/dev/null)" != 1 ]; then
    run capture $$ -o "$work/none" --panic crash-this-host
    expect_error 1 'no kdump kernel is loaded' "--panic without kdump does nothing"
    expect_no_file "$work/none" "not even a core"
fi
finish
