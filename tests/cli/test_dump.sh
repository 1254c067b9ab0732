#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dump: what is written answers as what it was made of, and makedumpfile's arguments are understood.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
mapfile -t cores < <(find "$samples" -name 'core.*' | sort)
run merge "$dump" "${cores[@]}" -o "$work/bundle"
expect_status 0 "a bundle, which has process memory"

# answers INPUT OUT: what does not name the file or its cores.
answers() {
    run bt "$1" -a --json
    json '.threads[] | [.tid, [.kernel[] | .pc, .symbol], [.user[] | .pc, .symbol], .user_complete]' >"$2.bt"
    run waits "$1" --json
    json '.edges[] | [.tid, .kind, .object, .owner_tid]' >"$2.waits"
    run ps "$1" --json
    json '.tasks[] | [.tid, .comm, .cmdline, .state]' >"$2.ps"
}

run dump "$work/bundle" -o "$work/filtered" --json
expect_status 0 "dump of a bundle"
expect_json '.output_bytes > 0 and .dump_level == 31 and .pages_unread == 0 and .keep.threads > 40
    and .pages_written == ([.classes[] | .kept + .kept_though] | add)' "its figures agree"
expect_json '.classes.user.left_out == 0 and .classes.kernel.kept > 17000' "pages of cores are kept"
run verify "$work/filtered"
expect_status 0 "its checksums are right"
answers "$work/bundle" "$work/before"
answers "$work/filtered" "$work/after"
for what in bt waits ps; do
    expect [ -s "$work/before.$what" ] "$what of the bundle answers"
    cmp -s "$work/before.$what" "$work/after.$what"
    report $? "$what of the filtered dump is the bundle's"
done
run extract "$work/bundle" -a -o "$work/cores.before"
run extract "$work/filtered" -a -o "$work/cores.after"
expect_status 0 "its cores are taken over"
diff -r "$work/cores.before" "$work/cores.after" >/dev/null
report $? "bit for bit"
run dump "$work/bundle" -o "$work/bare" --keep none
expect_error 3 'cores of .* are left out.*--keep none' "without process memory no core is"
run info "$work/filtered" --json
expect_json '.dump.pages_total == 40821 and .dump.format == "kdump-compressed"' "frames that exist are told as before"

# As kdump-tools calls makedumpfile.
run dump -c -d 31 -F "$dump"
expect_status 0 "makedumpfile's arguments"
cp "$work/stdout" "$work/flat"
run info "$work/flat" --json
expect_json '.dump.flattened and .dump.pages_dumped == 18025' "a flattened dump comes from standard output"
run verify "$work/flat"
expect_status 0 "verify takes it as it is"
run dump --message-level 1 -d 31 "$dump" "$work/second"
expect_status 0 "the output may be the second argument"
run dump --dump-dmesg "$dump" "$work/dmesg"
expect_status 0 "--dump-dmesg answers"
cmp -s "$work/dmesg" "$samples"/dmesg.*
report $? "and writes what makedumpfile wrote"
if command -v makedumpfile >/dev/null; then
    makedumpfile -R "$work/unflat" <"$work/flat" >/dev/null 2>&1
    run info "$work/unflat" --json
    expect_json '.dump.pages_dumped == 18025 and (.dump.flattened | not)' "makedumpfile puts the stream together"
    run_program makedumpfile -c -d 31 "$work/second" "$work/third"
    expect_status 0 "makedumpfile filters the dump again"
fi

# What a hypervisor has as memory below 4 GiB is its firmware: the kernel has no struct page for it. makedumpfile does
# not read a dump that reaches so far behind the last memory.
python3 "$(dirname "$0")/lossy_dump.py" plain "$dump" "$work/plain"
python3 "$top/tests/formats/memory_image.py" "$work/plain" lime "$work/image"
python3 -c 'import struct, sys
sys.stdout.buffer.write(struct.pack("<IIQQQ", 0x4c694d45, 1, 0xfffc0000, 0xffffffff, 0) + b"\xff" * (256 << 10))' >>"$work/image"
run dump "$work/image" -o "$work/inside" --json
expect_json '.classes.outside == {kept: 0, kept_though: 0, left_out: 64} and .classes.unknown.left_out == 0' \
    "firmware behind the last memory is left out"
end=$(od -A n -t u8 -j $((4096 + 96)) -N 8 "$work/inside") # kdump_sub_header.max_mapnr_64
expect [ "$end" -gt $((18025)) ] "the dump ends behind its pages"
expect [ "$end" -lt $((1 << 20)) ] "and before the firmware"
run verify "$work/inside"
expect_status 0 "it is whole"
run info "$work/inside" --json
expect_json '.dump.pages_dumped == 18025' "with all pages of the kernel"
expect_json '[.warnings[] | select(test("VMCOREINFO"))] == []' "and with VMCOREINFO, which the image had in its memory alone"
if command -v makedumpfile >/dev/null; then
    run_program makedumpfile -c -d 31 "$work/inside" "$work/inside.again"
    expect_status 0 "makedumpfile filters it again"
fi

# What fails leaves nothing, and says why.
run dump "$dump" -o "$work/second"
expect_error 1 'exists: only overwritten with --force' "an output that exists"
run dump "$dump" -o "$dump" -f
expect_status 1 "an input is never overwritten"
"$FBUNDLE" dump -F "$dump" >/dev/full 2>"$work/stderr"
expect [ $? -eq 1 ] "no space for standard output"
expect_line stderr 'cannot write standard output: No space left' "and it says so"
run dump "$dump" -o "$work/none/out"
expect_error 1 'cannot write .*/none/out' "no folder"
expect [ -z "$(find "$work" -name '.fbundle*')" ] "no temporary file is left"
run dump "$dump" -o "$work/new" --keep-process 'no such'
expect_error 1 "no process is 'no such'" "a process that does not exist"
expect_no_file "$work/new" "and nothing is written"
for bad in '-d 32' '-d x' '--keep all' '--budget 1T' '--budget -1'; do
    # shellcheck disable=SC2086 # an option and its value
    run dump "$dump" -o "$work/new" $bad
    expect_status 2 "dump $bad"
done
run dump "$dump" "$work/new" -o "$work/new"
expect_error 2 'two outputs' "two outputs"
run dump "$dump" --json
expect_error 2 'json takes --output' "--json without --output"

# The disk is full midway: nothing is left on it, neither under the output's name nor another.
mkdir "$work/full"
if unshare -rm true 2>/dev/null; then
    # shellcheck disable=SC2016 # for the inner shell
    run_program unshare -rm sh -c 'mount -t tmpfs -o size=4m none "$1" && "$2" dump "$3" -o "$1/out"
        status=$?; ls -A "$1"; exit $status' sh "$work/full" "$FBUNDLE" "$dump"
    expect_status 1 "no space midway"
    expect_line stderr 'No space left on device' "it says so"
    expect_lines stdout 0 "and leaves nothing"
else
    skip "no space midway: this machine lets nobody mount"
fi

# Of a whole process its files have most, but for the first page of each.
run dump "$dump" -o "$work/process" --keep none --keep-process 202 --json
expect_json '.keep.process_pages < 50 and .keep.in_files > 300' "what files have is left to them"
run dump "$dump" -o "$work/process" -f --keep none --keep-process 202 --with-files --json
expect_json '.keep.process_pages > 350 and .keep.in_files == 0' "with --with-files nothing is"

# A budget is filled: of a dump with the memory of some processes and no cores, those that wait come first, then those of
# little memory, each whole as far as the budget goes.
python3 "$(dirname "$0")/lossy_dump.py" plain "$work/bundle" "$work/plain"
python3 "$top/tests/formats/memory_image.py" "$work/plain" lime "$work/memory"
run dump "$work/memory" -o "$work/no-budget" --json
expect_json '.keep | .rest_pages == 0 and .rest_left_out == 0 and .whole == []' "without a budget nothing is filled"
least=$(json .output_bytes)
run dump "$work/memory" -o "$work/all" --budget 100M --json
expect_json '.keep | .rest_processes == 40 and .rest_left_out == 0 and .rest_pages > 600 and .refused == 0' \
    "a large budget is filled with all processes"
expect_json '.keep.whole | index(128) < index(1) and .[-1] == 132' "blocked ones first, then small ones"
expect_json '.classes.user.left_out == 0' "then no page of processes is left out"
whole=$(json .keep.whole)
last=0
for pages in 380 440 800; do
    run dump "$work/memory" -o "$work/budget.$pages" --budget $((4 * pages))K --json
    expect_json ".keep | .stack_pages + .rest_pages == $pages and .rest_left_out > 0 and .refused == 0" \
        "a budget of $pages pages is spent to the last"
    expect_json "([.classes[].kept_though] | add) <= $pages and .output_bytes <= $least + $pages * 4096" \
        "and is the most that the dump is larger by"
    expect_json ".keep.whole as \$some | ${whole}[:\$some | length] == \$some and (\$some | length) >= $last" \
        "the same processes are the first"
    last=$(json '.keep.whole | length')
    first=${first:-$last}
    kept=$(json '.keep | {rest_pages, rest_processes, rest_left_out, whole}')
    run info "$work/budget.$pages" --json
    expect_json "(.kept | {rest_pages, rest_processes, rest_left_out, whole}) == $kept" "and the dump itself says so"
done
expect [ "$first" -lt "$last" ] "of a larger budget more processes are whole"
run info "$work/budget.800"
expect_line stdout 'kept  .* pages of other processes, which fill the budget; [0-9]+ are whole' "in words too"
expect_line stdout 'left out  memory of 1 other processes' "with what was left out"
# A process that is whole so has what naming it keeps, and its own memory is that of the whole input.
run dump "$work/memory" -o "$work/named" --keep-process 128 --json
expect_json '.keep | .whole == [128] and .rest_pages == 0' "a process that is named is listed"
for input in memory named budget.800; do
    run extract "$work/$input" 128 -o "$work/core.$input"
    expect_file "$work/core.$input" "a core from $input"
    run vm "$work/$input" 128 --json
    json '.vmas[] | select(.inode == 0) | [.start, .pages.vmcore]' >"$work/memory.$input"
done
cmp -s "$work/core.named" "$work/core.budget.800"
report $? "the core of a process that fills the budget is that of one that is named, bit for bit"
expect [ -s "$work/memory.memory" ] "the process has memory without a file"
cmp -s "$work/memory.memory" "$work/memory.budget.800"
report $? "which all is in the dump"
run_program python3 "$top/tests/cli/core_facts.py" --pages "$work/core.budget.800" "$work/core.memory"
expect_json '.same > 20 and .differ == 0 and .extra == 0' "with the bytes of the whole input"
# What does not fit is not filled, and --keep none keeps nothing that is not named.
run dump "$work/memory" -o "$work/filled" --budget 400K --json
expect_json '.keep | .refused > 0 and .rest_pages == 0 and .rest_left_out == 40' "stacks that do not fit leave no rest"
run dump "$work/memory" -o "$work/filled" -f --keep none --budget 100M --json
expect_json '.keep | .rest_pages == 0 and .whole == [] and .stack_pages == 0' "with --keep none a budget is not filled"
run dump "$work/memory" -o "$work/filled" -f --keep none --keep-process 128 --budget 100M --json
expect_json '.keep | .rest_pages == 0 and .whole == [128] and .rest_left_out == 0' "a process that is named is all then"

# A budget: what is of most use first.
run dump "$work/bundle" -o "$work/small" --budget 40K --json
expect_json '.keep.refused > 0 and (.warnings | any(test("the budget is spent")))' "a budget that is spent is told"
kept=$(json '.keep | {refused, threads, stack_pages, process_pages, too_late}')
run info "$work/small" --json
expect_json ".kept.level == 31 and (.kept | {refused, threads, stack_pages, process_pages, too_late}) == $kept" \
    "and the dump itself says so"
run info "$work/small"
expect_line stdout 'left out  .*pages of processes: the budget' "in words too"
run info "$work/bundle" --json
expect_json '.kept == null' "a bundle of another origin does not"
finish
