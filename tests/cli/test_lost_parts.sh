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
run rd "$work/whole" schedule 16 --raw
cp "$work/stdout" "$work/code"
run vtop "$work/whole" schedule --json
json .physical >"$work/physical"
run sym "$work/whole" schedule --json
code=$(json '.symbols[0].address')

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
    for command in ps waits mounts block "bt $work/$lost 1" "vm $work/$lost 1" "files $work/$lost 1" "struct $work/$lost task_struct" \
        "struct $work/$lost list_head init_task" "rd $work/$lost 1:400000 8" "vtop $work/$lost 1:400000" \
        "extract $work/$lost 128 -o $work/none" "extract $work/$lost 128 --from-dump -o $work/none" \
        "dump $work/$lost -o $work/none" "merge $work/$lost $samples/core.132.xz -o $work/none"; do
        # shellcheck disable=SC2086 # a command and its arguments
        case $command in
        *' '*) run $command ;;
        *) run $command "$work/$lost" ;;
        esac
        expect_error 1 "types \\(BTF\\) are missing.*$gives" "$lost: ${command%% *} says what is missing"
    done
    expect_no_file "$work/none" "$lost: and nothing is written"
    run rd "$work/$lost" schedule 16 --raw
    expect_same "$work/stdout" "$work/code" "$lost: rd reads the kernel's memory"
    run vtop "$work/$lost" schedule --json
    json .physical | cmp -s - "$work/physical"
    report $? "$lost: vtop finds it"
    run dump "$work/$lost" --keep none -o "$work/dumped"
    expect_status 3 "$lost: dump --keep none answers"
    expect_line stderr "types are missing" "$lost: and says why no page is left out"
    rm -f "$work/dumped"
    run report "$work/$lost" --core "$samples/core.132.xz" -f -o "$work/page.html"
    expect_status 3 "$lost: report answers"
    expect_lines stderr 2 "$lost: with what is missing, once, and that the core is left out"
    for text in "Linux $release" "$message" 'CPU 1 (panicked)' 'sysrq_handle_crash+0x16' 'It ran in user mode' \
        "$build_id, as --vmlinux" 'the cores are left out' 'sysrq: Trigger a crash' '>zram<'; do
        expect grep -qF -- "$text" "$work/page.html" "$lost: the page has: $text"
    done
    expect [ "$(grep -o 'It cannot be told from this dump' "$work/page.html" | wc -l)" = 4 ] \
        "$lost: and of waits, stacks, cores and tasks that they are not known"
done

run info "$work/no-symbols" --json
expect_status 3 "without symbols info answers"
expect_json ".kernel.release == \"$release\" and .panic.message == \"$message\"" "with release and panic"
expect_json ".warnings | (length == 1) and any(test(\"symbols and types are missing.*$gives\"))" \
    "and says what would give them, once"
expect_json '.look | .command == "log" and .argument == null' "and to look at the log, which is left"
run report "$work/no-symbols" -f -o "$work/page.html"
expect_status 3 "without symbols report answers"
expect_error 3 "symbols and types are missing.*$gives" "and says what would give them"
for text in "Linux $release" "$message" "$build_id, as --vmlinux" 'sysrq: Trigger a crash' 'What the CPUs ran cannot be told' \
    'They cannot be read from this dump'; do
    expect grep -qF -- "$text" "$work/page.html" "without symbols the page has: $text"
done
run rd "$work/no-symbols" "$code" 16 --raw
expect_same "$work/stdout" "$work/code" "without symbols rd reads an address"
run vtop "$work/no-symbols" "$code" --json
json .physical | cmp -s - "$work/physical"
report $? "and vtop finds it"
run log "$work/no-symbols"
cmp -s "$work/stdout" "$work/log"
report $? "without symbols the log is as ever"
for command in ps bt waits mods mounts block "bt $work/no-symbols -a" "bt $work/no-symbols --panic" "bt $work/no-symbols 1" \
    "sym $work/no-symbols schedule" "sym $work/no-symbols $code" "rd $work/no-symbols schedule 16" \
    "vtop $work/no-symbols schedule" "rd $work/no-symbols 1:400000 8" "vtop $work/no-symbols 1:400000" \
    "vm $work/no-symbols 1" "files $work/no-symbols 1" "struct $work/no-symbols task_struct" \
    "extract $work/no-symbols 128 -o $work/none" "extract $work/no-symbols 128 --from-dump -o $work/none" \
    "dump $work/no-symbols -o $work/none" "merge $work/no-symbols $samples/core.132.xz -o $work/none"; do
    # shellcheck disable=SC2086 # a command and its arguments
    case $command in
    *' '*) run $command ;;
    *) run $command "$work/no-symbols" ;;
    esac
    expect_error 1 "symbols and types are missing.*$gives" "without symbols ${command%% *} says what is missing"
done

expect_no_file "$work/none" "and nothing is written"

# With its vmlinux a bundle is made all the same; its cores come out of it without.
python3 "$top/tests/cli/make_vmlinux.py" "$FBUNDLE" "$work/whole" "$build_id" "$work/vmlinux"
report $? "a vmlinux with symbols and unwind tables"
xz -dc "$samples/core.132.xz" >"$work/core.132"
run merge "$work/no-symbols" "$work/core.132" --vmlinux "$work/vmlinux" -o "$work/bundle"
expect_status 3 "with its vmlinux the dump without symbols takes a core"
run extract "$work/bundle" core.132 -o "$work/again"
expect_status 3 "without it extract gives a core by its name"
expect_same "$work/core.132" "$work/again" "bit for bit"
run extract "$work/bundle" --all -o "$work/folder"
expect_same "$work/core.132" "$work/folder/core.132" "and all of them"
run extract "$work/bundle" 132 -f -o "$work/again"
expect_error 1 "symbols and types are missing.*$gives" "whose it is cannot be told"
run info "$work/bundle"
expect_line stdout '^ +cores +left out: whose they are cannot be told' "and info says so"

run bt "$work/no-unwind" 132 --json
expect_status 3 "without unwind tables bt answers"
expect_line stderr "unwind tables \\(ORC\\).*$gives" "and says that they are missing, and what gives them"
expect_json '.threads[0] | .kernel == [] and .user_regs_from == "kernel-stack"' "registers of user mode are there"
run waits "$work/no-unwind"
expect_error 1 "unwind tables \\(ORC\\).*$gives" "waits says what it lacks"
run info "$work/no-unwind" --json
expect_json ".look.deadlocks == null and .look.uninterruptible > 0 and .panic.pid == 1" "info has the panic and D states"
expect_json ".warnings | any(test(\"unwind tables \\\\(ORC\\\\).*$gives\"))" "and says what gives them"
run report "$work/no-unwind" -f -o "$work/page.html"
expect_status 3 "report answers"
expect_line stderr "unwind tables \\(ORC\\).*$gives" "and says what gives them"
expect grep -q 'unwind tables (ORC).*give.* them' "$work/page.html" "on the page too"
for command in ps mods mounts log "vm $work/no-unwind 128" "files $work/no-unwind 128" "sym $work/no-unwind schedule" \
    "struct $work/no-unwind task_struct" "rd $work/no-unwind schedule 16" "vtop $work/no-unwind schedule"; do
    # shellcheck disable=SC2086 # a command and its arguments
    case $command in
    *' '*) run $command ;;
    *) run $command "$work/no-unwind" ;;
    esac
    expect_status 0 "${command%% *} needs none"
done
# The tables of a file stand in for them.
{ cat "$work/whole" && head -c 4096 /dev/zero; } >"$work/plain" # no bundle, as no-unwind is none
for command in bt waits; do
    for dump in plain no-unwind; do
        # shellcheck disable=SC2046 # bt of all threads
        run $command "$work/$dump" $([ $command = waits ] || echo -a) --vmlinux "$work/vmlinux" --json
        cp "$work/stdout" "$work/$command.$dump"
    done
    expect_same "$work/$command.plain" "$work/$command.no-unwind" "with its vmlinux $command is as ever"
done
expect jq -e '[.threads[].kernel | length] | add > 500' "$work/bt.no-unwind" "and has kernel frames"
finish
