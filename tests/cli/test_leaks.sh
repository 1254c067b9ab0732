#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every command gives back what it took, also where it fails: asks the leak checker of a sanitizer
# build, outside of the sandbox, in which it cannot work.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

if ! nm "$FBUNDLE" 2>/dev/null | grep -q __lsan_do_leak_check && ! ldd "$FBUNDLE" | grep -q asan; then
    skip "leaks: this is no sanitizer build"
    finished=yes
    exit 0
fi
export ASAN_OPTIONS=detect_leaks=1

dump=$(echo "$samples"/dump.*)
mapfile -t cores < <(ls "$samples"/core.*)
pid=$(sed 's/.*DL=\([0-9]*\).*/\1/' "$samples/actors")
bundle=$work/sample.fbundle

# clean TEXT ARG...: the command leaks nothing, whatever it answers.
clean() {
    local text=$1
    shift
    run "$@" --no-sandbox
    [ "$status" -le 3 ]
    report $? "$text ends by itself"
    expect_no_line stderr 'LeakSanitizer|AddressSanitizer|runtime error' "$text leaks nothing"
}

clean merge merge "$dump" "${cores[@]}" -o "$bundle"
clean "merge onto an existing bundle" merge "$dump" "${cores[@]}" -o "$bundle"
for json in '' --json; do
    for command in info ps log mods waits; do
        clean "$command $json" "$command" "$bundle" ${json:+"$json"}
    done
    clean "ps --tree --threads $json" ps "$bundle" --tree --threads ${json:+"$json"}
    clean "bt -a $json" bt "$bundle" -a ${json:+"$json"}
    for command in vm files; do
        clean "$command $json" "$command" "$bundle" "$pid" ${json:+"$json"}
    done
    clean "rd $json" rd "$bundle" init_task 64 ${json:+"$json"}
    clean "vtop $json" vtop "$bundle" init_task ${json:+"$json"}
    clean "sym $json" sym "$bundle" schedule ${json:+"$json"}
    clean "struct $json" struct "$bundle" task_struct init_task ${json:+"$json"}
    clean "verify $json" verify "$bundle" ${json:+"$json"}
done
clean extract extract "$bundle" "$pid" -o "$work/core"
clean "extract from the dump" extract "$dump" "$pid" -o "$work/built"
clean report report "$bundle" -o "$work/report.html"
clean "report for a ticket" report "$bundle" --markdown -o "$work/report.md"
clean "report as a folder" report "$bundle" --sos "$work/report.sos"
clean "a PID that nobody had" vm "$bundle" 4194000
clean "a dump that is none" info "$samples/actors"
finish
