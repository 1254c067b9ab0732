#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A CPU that left no registers: it is named, and the others keep theirs.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
# A bundle is a plain kdump-compressed file, which the sample is not.
run merge "$dump" "$samples"/core.128.xz -o "$work/bundle"
expect_status 0 "a bundle to take a note out of"
python3 "$top/tests/cli/drop_prstatus.py" "$work/bundle" "$work/dropped"

# stack_of CPU: what the last bt --json says of the thread that CPU ran.
stack_of() {
    json ".threads[] | select(.cpu == $1) | [.tid, .kernel, .end, .user_regs_from]"
}

run bt "$work/bundle" --panic --json
expect_no_line stderr 'left no registers' "all CPUs left registers"
stack_of 1 >"$work/whole"
expect [ -s "$work/whole" ] "CPU 1 ran a thread"
run bt "$work/dropped" --panic --json
expect_status 3 "a CPU without registers is a part that is missing"
expect_line stderr 'CPU 0 left no registers' "it is named"
stack_of 1 | cmp -s - "$work/whole"
report $? "the other CPU's stack is its own as before"
expect_json '[.threads[] | select(.cpu == 0)] | length == 1 and .[0].kernel == []' "CPU 0 is given none of it"
expect_json '.threads[0] | .cpu == 1 and .tid == 1 and (.kernel | any(.symbol == "sysrq_handle_crash"))' \
    "the panic's stack is that of the thread that panicked"
run bt "$work/dropped" --panic
expect_line stdout 'ends: CPU 0 left no registers in the dump' "the text says so at its stack"
expect_line stdout '^  user +registers of when it last entered the kernel' "its registers of user mode are not called those of the panic"
run info "$work/dropped" --json
expect_json '.kernel.cpus == 2 and .panic.cpu == 1 and any(.warnings[]; test("CPU 0 left no registers"))' \
    "info counts it all the same"
finish
