#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The sandbox lets every command work, and can be turned off.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
run info "$dump"
expect_line stdout '^ +sandbox +.*seccomp' "info says which applies"
shut_in=$(grep -c 'sandbox.*Landlock' "$work/stdout")
run info "$dump" --no-sandbox
expect_line stdout '^ +sandbox +off' "info says that it is off"

# What a command answers is the same with it and without.
compare() {
    run "$@"
    cp "$work/stdout" "$work/with"
    cp "$work/stderr" "$work/with-errors"
    local with=$status
    run "$@" --no-sandbox
    [ "$with" = "$status" ] && [ "$status" -ne 2 ] && cmp -s "$work/stdout" "$work/with" && cmp -s "$work/stderr" "$work/with-errors"
    report $? "$1: the same answer with it and without"
}

cores=()
for core in "$samples"/core.*; do
    cores+=(--core "$core")
done
pid=$(tr ' ' '\n' <"$samples/actors" | sed -n 's/^PT=//p')
compare ps "$dump" "${cores[@]}" --sysroot "$samples/sysroot"
compare vm "$dump" "$pid" "${cores[@]}" --sysroot "$samples/sysroot"
compare bt "$dump" "$pid" "${cores[@]}" --sysroot "$samples/sysroot"
compare files "$dump" "$pid"
compare log "$dump"
compare mods "$dump"
compare sym "$dump" schedule

# User stacks are unwound in children. Where none can be made, the kernel halves are shown all the same.
if [ "$(id -u)" -ne 0 ]; then
    skip "without children: only root can take them from this test alone"
else
    chmod 755 "$work" && mkdir "$work/open" && cp "$dump" "${cores[@]:1:1}" "$FBUNDLE" "$work/open/"
    chmod -R a+rX "$work/open"
    run_program prlimit --nproc=1 setpriv --reuid=65534 --clear-groups "$work/open/$(basename "$FBUNDLE")" \
        bt "$work/open/$(basename "$dump")" "$pid"
    expect_status 3 "bt without children"
    expect_line stdout ' schedule\+0x' "bt without children: the kernel half is there"
    expect_line stdout 'ends: not unwound: cannot make a child' "bt without children: the user half says why it is not"
fi

# With DEBUGINFOD_URLS children are shut in as ever, and a process of its own fetches for them.
mkdir "$work/server" "$work/cache"
id=$(readelf -n "$samples/sysroot/lab/actors" | sed -n 's/.*Build ID: //p')
mkdir -p "$work/server/buildid/$id"
cp "$samples/sysroot/lab/actors" "$work/server/buildid/$id/executable"
run bt "$dump" "$pid" "${cores[@]}"
expect_line stdout '^ +[0-9]+ +/lab/actors +[0-9a-f]{40}$' "without the program's file its stack ends in it"
if ! ldconfig -p | grep -q 'libdebuginfod\.so\.1'; then
    skip "fetching by build-id: libdebuginfod is not installed"
else
    export DEBUGINFOD_URLS="file://$work/server" DEBUGINFOD_CACHE_PATH="$work/cache"
    run bt "$dump" "$pid" "${cores[@]}"
    expect_no_line stdout ' /lab/actors ' "a file fetched by its build-id leads through it"
    compare bt "$dump" "$pid" "${cores[@]}"
    unset DEBUGINFOD_URLS DEBUGINFOD_CACHE_PATH
fi

# Names that only work if links, folders and relative paths do.
mkdir "$work/crash" "$work/elsewhere"
cp "$dump" "$work/crash/"
ln -s "$work/crash" "$work/link"
run ps "$work/link" --json
expect_status 0 "a folder behind a symbolic link"
cd "$work/elsewhere" || exit 1
zstd -qf "$work/crash/$(basename "$dump")" -o ../packed.zst
run ps ../packed.zst --json
expect_status 0 "a packed dump by a relative path"
run merge ../link "${cores[1]}"
expect_status 0 "merge writes beside its input"
expect_file "$work/crash/$(basename "$dump").fbundle" "the bundle is where the dump is"
run extract "$work/crash/$(basename "$dump").fbundle" --all
expect_status 0 "extract writes into the working folder"

if [ "$shut_in" = 0 ]; then
    skip "a file of another folder: this kernel has no Landlock"
else
    # A process's file is opened only below --sysroot, so a link that leads out of it leads nowhere.
    mkdir -p "$work/root/lab"
    ln -s "$(realpath "$samples/sysroot/lab/actors")" "$work/root/lab/actors"
    run bt "$dump" "$pid" "${cores[@]}" --sysroot "$work/root"
    [ "$status" -ne 1 ]
    report $? "a link out of --sysroot costs its file only"
fi
finish
