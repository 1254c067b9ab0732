#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The sample's memory as memory images: the same answers as from its dump, but for what notes and registers
# tell. tests/kernel/images does the parsing.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

image=$(dirname "$0")/../formats/memory_image.py
python3 "$(dirname "$0")/lossy_dump.py" plain "$(echo "$samples"/dump.*)" "$work/plain"
report $? "the sample's plain dump"

# answers INPUT...: what has to be equal in one text.
answers() {
    "$FBUNDLE" log "$@" --quiet
    "$FBUNDLE" mods "$@" --json --quiet | jq -S 'del(.warnings)'
    "$FBUNDLE" ps "$@" --threads --json --quiet | jq -S '[.tasks[] | {task, tid, pid, comm, state, found_by}]'
}
answers "$work/plain" >"$work/expected"

# check FORM FORMAT INPUT...
check() {
    local form=$1 format=$2
    shift 2
    answers "$@" >"$work/answers"
    expect_same "$work/answers" "$work/expected" "$form: the same log, modules and threads"
    run info "$@" --json
    expect_status 3 "$form: info"
    expect_json ".dump.format == \"$format\"" "$form: info names the format"
    expect_line stderr 'has no VMCOREINFO note; the kernel.s own copy was found' "$form: VMCOREINFO is found"
    expect_line stderr 'has the registers of no CPU' "$form: it says that no CPU has registers"
}

for form in lime:LiME avml:AVML raw:raw holes:raw qevm:QEVM vbox:ELF; do
    python3 "$image" "$work/plain" "${form%:*}" "$work/image"
    report $? "an image is made: ${form%:*}"
    check "${form%:*}" "${form#*:}" "$work/image"
    rm "$work/image"
done
python3 "$image" "$work/plain" vmware "$work/guest.vmss" "$work/guest.vmem"
report $? "an image is made: vmware"
check vmware VMware "$work/guest.vmss" --part "$work/guest.vmem"
run info "$work/guest.vmss"
expect_error 1 'without its memory: give the .vmem of the same name with --part' "a checkpoint without its memory"

# A bundle of an image is one of a dump.
python3 "$image" "$work/plain" lime "$work/memory.lime"
run merge "$work/memory.lime" "$samples/core.132.xz" -o "$work/image.fbundle" --json
expect_json '.cores[0].match.verdict == "certain"' "a core matches its process in an image"
run verify "$work/image.fbundle"
expect_status 0 "the bundle of an image is right"
finish
