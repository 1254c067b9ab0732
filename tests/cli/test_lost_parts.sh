#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A dump that has lost its types, symbols or unwind tables: what is missing is said, with what would give it,
# and what does not need them is shown.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
# A bundle is a plain kdump-compressed file, which the sample is not.
run merge "$dump" "$samples"/core.128.xz -o "$work/whole"
expect_status 0 "a bundle to take parts out of"

# physical SYMBOL: its physical address. length FIRST LAST: bytes from one symbol to another, hexadecimal.
physical() {
    run vtop "$work/whole" "$1" --json
    json .physical
}
length() {
    local start stop
    run sym "$work/whole" "$1" --json
    start=$(json '.symbols[0].address')
    run sym "$work/whole" "$2" --json
    stop=$(json '.symbols[0].address')
    printf '%x' $((stop - start))
}
# lose zeros|noise OUT FIRST LAST: a dump without what lies between two symbols.
lose() {
    python3 "$top/tests/cli/lose_pages.py" "$1" "$work/whole" "$work/$2" "$(physical "$3")" "$(length "$3" "$4")"
    report $? "$2: pages are lost"
}
lose zeros no-types __start_BTF __stop_BTF
lose noise bad-types __start_BTF __stop_BTF
lose zeros no-unwind __start_orc_unwind_ip __stop_orc_unwind
# kallsyms does not name its own tables, VMCOREINFO does; the image is physically as it is virtually.
vmcoreinfo() { grep -aom1 "^SYMBOL($1)=[0-9a-f]*" "$work/whole" | sed 's/.*=//'; }
names=$((0x$(vmcoreinfo kallsyms_names)))
python3 "$top/tests/cli/lose_pages.py" zeros "$work/whole" "$work/no-symbols" \
    "$(printf '%x' $((names - 0x$(vmcoreinfo _stext) + $(physical _stext))))" \
    "$(printf '%x' $((0x$(vmcoreinfo kallsyms_token_index) - names)))"
report $? "no-symbols: pages are lost"

run info "$work/whole" --json
build_id=$(json .kernel.build_id)
release=$(json .kernel.release)
message=$(json .panic.message)
cpu=$(json .panic.cpu)
run bt "$work/whole" --panic --json
json '.threads[] | select(.tid == 1) | .kernel' >"$work/stack"
expect_json '.cpus == []' "where threads are known CPUs are not told apart from them"
run mods "$work/whole" --json
json '.modules | map(.name) | sort' >"$work/modules"
run log "$work/whole"
cp "$work/stdout" "$work/log"

gives="build-id $build_id.* --vmlinux .*linux-image-$release-dbg"
for lost in no-types bad-types; do
    run info "$work/$lost"
    expect_status 3 "$lost: info answers"
    expect_line stderr "the kernel's types \\(BTF\\) are missing.*$gives" "$lost: info says what would give them"
    expect_lines stderr 1 "$lost: and says it once"
    expect_line stdout 'sysrq_handle_crash\+0x16' "$lost: info shows the panic's stack"
    run info "$work/$lost" --json
    expect_json ".kernel.release == \"$release\" and .panic.message == \"$message\" and .panic.cpu == $cpu
        and .panic.pid == null and .kernel.cpus == 2" "$lost: info has what needs no types"
    expect_json '.look | .uninterruptible == null and .deadlocks == null and .command == "bt" and .argument == "--panic"' \
        "$lost: info says to look at what the CPUs ran"
    run info "$work/$lost" --core "$samples/core.132.xz" --json
    expect_status 3 "$lost: info answers with a core, too"
    expect_json ".cores == [] and .kernel.release == \"$release\" and any(.warnings[]; test(\"cores are left out\"))" \
        "$lost: and says that it cannot be matched"
    for what in -a --panic; do
        run bt "$work/$lost" $what --json
        expect_status 3 "$lost: bt $what answers"
        json ".cpus[0] | select(.cpu == $cpu) | .kernel" | cmp -s - "$work/stack"
        report $? "$lost: bt $what has the stack of the CPU that panicked"
        expect_json '(.cpus | map(.cpu) | sort) == [0, 1] and .threads == []' "$lost: bt $what has each CPU"
    done
    run bt "$work/$lost"
    expect_line stdout '^CPU 1, which panicked' "$lost: the text tells the CPUs"
    expect_line stdout 'it ran in user mode' "$lost: and that one was in user mode"
    run mods "$work/$lost" --json
    expect_status 3 "$lost: mods answers"
    json '.modules | map(.name) | sort' | cmp -s - "$work/modules"
    report $? "$lost: mods has all names"
    expect_json '.modules | all(.address == null and .size == null and .state == "Unknown")' "$lost: and no more"
    run log "$work/$lost"
    cmp -s "$work/stdout" "$work/log"
    report $? "$lost: the log is as ever"
    run sym "$work/$lost" schedule
    expect_status 3 "$lost: sym answers"
    expect_line stdout '^ffffffffa32070d0 T schedule/' "$lost: sym has the symbol"
    expect_lines stderr 1 "$lost: with one warning"
    for command in ps waits "bt $work/$lost 1" "vm $work/$lost 1" "files $work/$lost 1" "struct $work/$lost task_struct" \
        report; do
        # shellcheck disable=SC2086 # a command and its arguments
        case $command in
        *' '*) run $command ;;
        *) run $command "$work/$lost" ;;
        esac
        expect_error 1 "types \\(BTF\\) are missing.*$gives" "$lost: ${command%% *} says what is missing"
    done
done

run info "$work/no-symbols" --json
expect_status 3 "without symbols info answers"
expect_json ".kernel.release == \"$release\" and .panic.message == \"$message\"" "with release and panic"
expect_json ".warnings | any(test(\"symbols and types are missing.*$gives\"))" "and says what would give them"
run log "$work/no-symbols"
cmp -s "$work/stdout" "$work/log"
report $? "without symbols the log is as ever"
for command in ps bt waits mods "sym $work/no-symbols schedule"; do
    # shellcheck disable=SC2086 # a command and its arguments
    case $command in
    *' '*) run $command ;;
    *) run $command "$work/no-symbols" ;;
    esac
    expect_error 1 "symbols and types are missing.*$gives" "without symbols ${command%% *} says what is missing"
done

run bt "$work/no-unwind" 132 --json
expect_status 3 "without unwind tables bt answers"
expect_line stderr 'unwind tables \(ORC\).*no other file gives them' "and says that they are missing"
expect_json '.threads[0] | .kernel == [] and .user_regs_from == "kernel-stack"' "registers of user mode are there"
run waits "$work/no-unwind"
expect_error 1 'unwind tables \(ORC\)' "waits says what it lacks"
run ps "$work/no-unwind"
expect_status 0 "ps needs none"
finish
