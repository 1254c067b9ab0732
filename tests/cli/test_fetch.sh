#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where DEBUGINFOD_URLS is set, what a dump lacks is fetched by its build-id: its vmlinux, and programs that
# stacks end in. The server is one of this test, on the loopback device.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
if ! ldconfig -p | grep -q 'libdebuginfod\.so\.1'; then
    skip "fetching by build-id: libdebuginfod is not installed"
    finish
fi
mkdir "$work/www"
# Unbuffered, so that its line with the port is there at once.
python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$work/www" >"$work/server" 2>&1 &
server=$!
for _ in {1..300}; do
    port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$work/server")
    [ -z "$port" ] || break
    sleep 0.1
done
expect test -n "$port" "a server"
urls=http://127.0.0.1:$port
# Not made yet: fbundle does, before it is shut in.
export DEBUGINFOD_CACHE_PATH=$work/cache

# serve WHAT BUILD_ID FILE
serve() {
    mkdir -p "$work/www/buildid/$2"
    cp "$3" "$work/www/buildid/$2/$1"
}
requests() { grep -c "GET /buildid/$1" "$work/server"; }

# A dump without symbols. kallsyms does not name its own tables, VMCOREINFO does; the image is physically as it is
# virtually.
run merge "$dump" "$samples/core.128.xz" -o "$work/whole"
run info "$work/whole" --json
kernel=$(json .kernel.build_id)
run vtop "$work/whole" _stext --json
text=$(json .physical)
vmcoreinfo() { grep -aom1 "^SYMBOL($1)=[0-9a-f]*" "$work/whole" | sed 's/.*=//'; }
names=$((0x$(vmcoreinfo kallsyms_names)))
python3 "$top/tests/cli/lose_pages.py" zeros "$work/whole" "$work/no-symbols" \
    "$(printf '%x' $((names - 0x$(vmcoreinfo _stext) + text)))" \
    "$(printf '%x' $((0x$(vmcoreinfo kallsyms_token_index) - names)))"
report $? "a dump without symbols"
python3 "$top/tests/cli/make_vmlinux.py" "$FBUNDLE" "$work/whole" "$kernel" "$work/vmlinux"
report $? "a vmlinux with them"
# The dump without symbols has pages behind the table of cores, so it is no bundle: this one too.
{ cat "$work/whole" && head -c 4096 /dev/zero; } >"$work/plain"
for command in ps mods waits; do
    run "$command" "$work/plain" --json
    cp "$work/stdout" "$work/$command.whole"
done

export DEBUGINFOD_URLS=$urls
run ps "$work/no-symbols"
expect_error 1 "symbols and types are missing .*$kernel: no server of DEBUGINFOD_URLS has it" "no server has its vmlinux: ps says so"
expect [ "$(requests "$kernel/debuginfo")" = 1 ] "it was asked for once"
# What no server had is remembered for a while, as debuginfod's client does.
rm -rf "$work/cache"
serve debuginfo "$kernel" "$work/vmlinux"
for command in ps mods waits; do
    run "$command" "$work/no-symbols" --json
    expect_status 0 "with a fetched vmlinux $command is complete"
    expect_same "$work/stdout" "$work/$command.whole" "$command answers as ever"
done
expect [ "$(requests "$kernel/debuginfo")" = 2 ] "the vmlinux was fetched once, and kept"
run ps "$work/plain"
expect [ "$(requests "$kernel")" = 2 ] "nothing is asked for where nothing is missing"

# One of another build is as good as none.
rm -rf "$work/cache"
python3 "$top/tests/cli/make_vmlinux.py" "$FBUNDLE" "$work/whole" "${kernel//[0-9]/0}" "$work/vmlinux"
serve debuginfo "$kernel" "$work/vmlinux"
run ps "$work/no-symbols"
expect_error 1 "of another build: build-id ${kernel//[0-9]/0}, the dump's kernel has" "another build's vmlinux is refused"

# Nobody listens: the answer is as without.
rm -rf "$work/cache"
DEBUGINFOD_URLS=http://127.0.0.1:1 run ps "$work/no-symbols"
expect_error 1 "symbols and types are missing .*cannot be fetched" "a server that cannot be reached costs nothing else"
DEBUGINFOD_URLS=http://127.0.0.1:1 run info "$work/no-symbols"
expect_status 3 "info answers all the same"

# Programs: what merge fetches, the bundle has.
actors=$(readelf -n "$samples/sysroot/lab/actors" | sed -n 's/.*Build ID: //p')
run bt "$dump" 132 --core "$samples/core.132.xz" --sysroot "$samples/sysroot" --json
json '.threads[].user | map([.pc, .symbol, .object])' >"$work/frames"
serve executable "$actors" "$samples/sysroot/lab/actors"
run merge "$dump" "$samples/core.132.xz" -o "$work/fetched.fbundle" --json
# shellcheck disable=SC2016 # the variable is of jq
expect_json '.objects.added | any(.build_id == $id)' "merge fetches what stacks need" --arg id "$actors"
kill "$server"
unset DEBUGINFOD_URLS
run bt "$work/fetched.fbundle" 132 --json
json '.threads[].user | map([.pc, .symbol, .object])' >"$work/frames.fetched"
expect_same "$work/frames.fetched" "$work/frames" "without server or files, the bundle has the frames of --sysroot"
finish
