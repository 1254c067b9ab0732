#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What fbundle looks for in a kernel, what this one lacks, and what a newer kernel lost of an older one's.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
run info "$dump" --probes
expect_status 0 "the sample's kernel is asked"
expect_line stdout '^Kernel 6\.1\.[^ ]*, [0-9]+ names looked for$' "the kernel is named"
expect_line stdout '^ +0  missing$' "nothing that its answers need is missing"
expect_no_line stdout 'pid_links' "what is there is counted, not listed"
run info "$dump" --probes --all
expect_line stdout '^member +task_struct\.pid_links *$' "--all lists what is there"
expect_line stdout '^member +mm_struct\.mmap_lock *$' "under its newest name"
expect_line stdout '^symbol +prb *$' "symbols too"
expect_line stdout '^function +anon_pipe_read +pipe_read in its place$' "a function that has another name here"
expect_line stdout '^symbol +timekeeper_data +as [a-z_]+$' "a symbol by its older name"
expect_line stdout '^member +backing_file\.user_path +def3ae83da02, 6\.7' "what came later has its commit"
expect_no_line stdout '[[:blank:]]{3}$' "no blanks at line ends but those of a column"
run info "$dump" --all
expect_status 2 "--all alone is a mistake"

run info "$dump" --probes --json
expect_status 0 "the same as JSON"
cp "$work/stdout" "$work/old.json"
expect_json '.probes | length > 800 and all(.[]; (.state == "found") == (.found != null))' "every probe has a state"
expect_json '[.probes[] | select(.kind == "function" and .row == null)] == []' "functions have their row"

held() {
    python3 "$top/tests/truth/probes" "$@" >"$work/held" 2>&1
}

held "$work/old.json" "$work/old.json"
report $? "a kernel has what it had"
# rename NAME: the newer kernel has it under a name that fbundle does not know.
rename() {
    jq --arg name "$1" '(.probes[] | select(.name == $name)) |= (.state = "missing" | .found = null)' \
        "$work/old.json" >"$work/new.json"
}
for name in task_struct.tasks slab_caches 'enum pageflags.PG_lru' pipe_read mm_struct; do
    rename "$name"
    held "$work/old.json" "$work/new.json"
    expect [ $? -eq 1 ] "$name is missed where a newer kernel has it no more"
    expect grep -q "^#.* $name: " "$work/held" "and named"
done
# A function has a successor in its row, or none.
jq '(.probes[] | select(.name == "anon_pipe_read")) |= (.state = "found" | .found = .name)
    | (.probes[] | select(.name == "pipe_read")) |= (.state = "replaced" | .found = null | .instead = "anon_pipe_read")' \
    "$work/old.json" >"$work/new.json"
held "$work/old.json" "$work/new.json"
report $? "a renamed function that is known is no loss"
jq '(.probes[] | select(.name == "pipe_read")) |= (.state = "replaced" | .found = null | .instead = "pipe_wait_readable")' \
    "$work/old.json" >"$work/new.json"
held "$work/old.json" "$work/new.json"
expect [ $? -eq 1 ] "one for which only functions stand that were there before is one"
# What hangs on the configuration is lost only between kernels that were configured alike.
jq '(.probes[] | select(.name == "task_struct.stack_vm_area"))
    |= (.state = "absent" | .found = null | .why = "CONFIG_VMAP_STACK" | .sort = "option")' \
    "$work/old.json" >"$work/new.json"
held "$work/old.json" "$work/new.json"
expect [ $? -eq 1 ] "an option is a loss"
held --other-configuration "$work/old.json" "$work/new.json"
report $? "but not between other configurations"
held "$work/old.json"
expect [ $? -eq 1 ] "one kernel cannot be held against itself"
finish
