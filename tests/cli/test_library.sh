#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# libfbundle as its users meet it: installed, found by pkg-config, linked with a program that includes only
# fbundle.h. Its answers on the sample are those of the program's --json; it exports what its header declares.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

build=$(dirname "$FBUNDLE")
if [ ! -e "$build/libfbundle.so.0" ]; then
    skip "the library: $build has none (ninja libfbundle)"
    finish
fi
if nm -D "$build/libfbundle.so.0" | grep -q ' __asan_'; then
    skip "the library: a sanitizer build is linked with nothing that is compiled without"
    finish
fi

# What `cmake --install` would do, without building the rest.
library=$(realpath "$build/libfbundle.so.0")
mkdir -p "$work/usr/include" "$work/usr/lib/pkgconfig"
cp "$library" "$work/usr/lib/libfbundle.so.0"
ln -s libfbundle.so.0 "$work/usr/lib/libfbundle.so"
cp "$top/bundle/library/fbundle.h" "$work/usr/include"
sed -e "s|^prefix=.*|prefix=$work/usr|" -e "s|^libdir=.*|libdir=$work/usr/lib|" "$build/generated/fbundle.pc" \
    >"$work/usr/lib/pkgconfig/fbundle.pc"
export PKG_CONFIG_PATH=$work/usr/lib/pkgconfig LD_LIBRARY_PATH=$work/usr/lib
# shellcheck disable=SC2046 # words
run_program cc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$work/answers" "$top/tests/cli/library_answers.c" \
    $(pkg-config --cflags --libs fbundle) -pthread
expect_status 0 "a program compiles with pkg-config"
printf '#include <fbundle.h>\nint main() { return fbundle_error_code(nullptr); }\n' >"$work/empty.cc"
if command -v c++ >/dev/null; then
    # shellcheck disable=SC2046
    run_program c++ -Wall -Wextra -Werror -o "$work/empty" "$work/empty.cc" $(pkg-config --cflags --libs fbundle)
    expect_status 0 "and one in C++"
    expect "$work/empty" "which runs"
fi

# The header, the map and the library have the same functions.
grep -oE '\bfbundle_[a-z0-9_]+\(' "$top/bundle/library/fbundle.h" | grep -v '^fbundle_warnings_get())' | tr -d '(' |
    sort -u >"$work/declared"
sed -En 's/^\t(fbundle_[a-z0-9_]+);$/\1/p' "$top/bundle/library/libfbundle.map" | sort >"$work/mapped"
nm -D --defined-only "$library" | awk '$2 != "A" {sub(/@.*/, "", $3); print $3}' | sort >"$work/exported"
expect_same "$work/declared" "$work/mapped" "each function of the header is in the map"
expect_same "$work/mapped" "$work/exported" "and the library exports these and no others"
readelf -d "$library" >"$work/dynamic"
expect grep -q 'SONAME.*\[libfbundle\.so\.0\]' "$work/dynamic" "its soname"

# Made by: abidw --header-file bundle/library/fbundle.h --drop-private-types --no-elf-needed --no-corpus-path
#   --no-comp-dir-path --no-show-locs --no-parameter-names build/libfbundle.so.0 >tests/cli/libfbundle.abi
if command -v abidiff >/dev/null; then
    # Functions may be added; whatever else changed breaks programs that were linked with an older one.
    run_program abidiff --header-file2 "$top/bundle/library/fbundle.h" --drop-private-types --no-added-syms \
        "$top/tests/cli/libfbundle.abi" "$library"
    expect_status 0 "the ABI is that of tests/cli/libfbundle.abi"
else
    skip "the ABI: abidiff is not installed (abigail-tools)"
fi

dump=$(echo "$samples"/dump.*)
bundle=$work/sample.fbundle
run merge "$dump" "$samples"/core.* -o "$bundle"
expect_status 0 "a bundle of the sample"

# same TEXT JQ_FILTER COMMAND... -- ANSWER...: the program's answer in these words is the library's.
same() {
    local text=$1 filter=$2
    local -a command=()
    shift 2
    while [ "$1" != -- ]; do
        command+=("$1")
        shift
    done
    shift
    run "${command[@]}" --json
    json "$filter" >"$work/of-program"
    run_program "$work/answers" "$@"
    expect_status 0 "$text"
    expect test -s "$work/of-program" "$text: there are some"
    diff "$work/of-program" "$work/stdout" >"$work/stderr"
    report $? "$text: the library's are the program's"
}

# shellcheck disable=SC2016 # jq's
{
    tasks='.tasks[] | "\(.pid) \(.tid) \(.ppid // -1) \(.state) \(.cpu) \(.running) \(.kernel_thread) \(.uid // 4294967295) \(.task) \(.core // "-") \(.comm) \(.name) \(.ns_pids | map(tostring) | join(" "))"'
    frames='.threads[0] | "\(.tid) \(.user_complete) \(.syscall.number // -1) \(.syscall.name // "-") \(.user_regs.rip // "0x0")",
        (.kernel[] | "kernel \(.pc) \(.symbol // "-") +\(.offset // 0) \(.module // "-") - \(.file // "-") \(.line // 0) \(.guessed)"),
        (.user[] | "user \(.pc) \(.symbol // "-") +\(.offset // 0) \(.object // "-") \(.build_id // "-") \(.file // "-") \(.line // 0) \(.found | IN("registers", "unwind-table") | not)")'
    mappings='.vmas[] | "\(.start) \(.end) \(.perms) \(.offset) \(.inode) \(.from) \(.pages.vmcore) \(.pages.core) \(.pages.file) \(.pages.zero) \(.pages.absent + .pages.swap) \(.name)"'
    edges='(.edges[] | "\(.tid) \(.pid) \(.kind) \(.object // "-") \(.owner_tid // -1) \(.owner_is_process) \(.certain) \(.stuck) \(.timeout)"),
        (.cycles[] | "cycle \(map(tostring) | join(" "))")'
    records='.records[] | .level as $level | "\(.time_us) \(["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"] | index($level)) \(.text)"'
}
for input in "$dump" "$bundle"; do
    what="of $(basename "$input")"
    same "tasks $what" "$tasks" ps "$input" -- "$input" "" tasks
    same "mappings $what" "$mappings" vm "$input" 132 -- "$input" "" mappings 132
    same "waits $what" "$edges" waits "$input" -- "$input" "" waits
    same "log $what" "$records" log "$input" -- "$input" "" log
    same "a stack $what" "$frames" bt "$input" 132 -- "$input" "" stack 132
    same "a stack $what, with the host's files" "$frames" bt "$input" 130 --sysroot "$samples/sysroot" -- \
        "$input" "$samples/sysroot" stack 130
done
same "cores" '.cores[] | "\(.path) \(.match.pid // -1)"' info "$bundle" -- "$bundle" "" cores

run rd "$bundle" 130:55d4a696e000 4096 --raw
cp "$work/stdout" "$work/of-program"
run_program "$work/answers" "$bundle" "" read 130 55d4a696e000 4096
expect_status 0 "memory"
expect_same "$work/of-program" "$work/stdout" "its bytes"
run_program "$work/answers" "$bundle" "" read 130 1000 4096
expect_error 1 '^error 9: ' "memory that is not mapped is FBUNDLE_FAULT"
run_program "$work/answers" "$bundle" "" read 2 0 4096
expect_error 1 '^error 3: ' "a kernel thread has none: FBUNDLE_INVALID"
run_program "$work/answers" "$work/nothing" "" tasks
expect_error 1 '^error 2: .*nothing' "an input that is not there is FBUNDLE_OS"

run_program "$work/answers" "$bundle" "" threads
expect_status 0 "three threads with an input each"
expect_line stdout '^true$' "get the same stacks"
finish
