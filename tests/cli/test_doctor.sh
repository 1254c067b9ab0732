#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# doctor: a host below a root of made files; tests/bundle/host/test_doctor.c has each check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

# put PATH TEXT: a file of that host.
put() {
    mkdir -p "$work/root$(dirname "$1")"
    printf '%s\n' "$2" >"$work/root$1"
}
put /sys/kernel/kexec_crash_loaded 1
put /sys/kernel/kexec_crash_size 268435456
put /sys/kernel/btf/vmlinux x
put /proc/meminfo 'MemTotal: 1024 kB'
put /proc/sys/kernel/core_pattern '|/usr/share/apport/apport'
put /usr/bin/makedumpfile x
put /usr/bin/fbundle x
chmod 755 "$work"/root/usr/bin/*
put /etc/default/kdump-tools USE_KDUMP=1
mkdir -p "$work/root/var/crash"
for sysctl in panic_on_oops sysrq unknown_nmi_panic hung_task_timeout_secs; do
    put /proc/sys/kernel/$sysctl 1
done

run doctor --root "$work/root"
expect_status 3 "a host without fbundle in makedumpfile's place"
expect_line stdout '^kdump-tools +weak' "what is weak"
expect_line stderr 'kdump-tools: saves dumps by makedumpfile.*: fbundle dump --install' "and what to do"
expect_lines stderr 1 "and nothing else"
put /usr/local/lib/fbundle/kdump/makedumpfile program=/usr/bin/fbundle
run dump --install --root "$work/root"
sed -i 's|^program=.*|program=/usr/bin/fbundle|' "$work/root/usr/local/lib/fbundle/kdump/makedumpfile"
run doctor --root "$work/root"
expect_status 0 "with it"
expect_line stdout '^core-pattern +ok +cores go to Apport' "a program that takes cores is named"
run doctor --root "$work/root" --json
expect_status 0 "as JSON"
expect_json '.checks | length == 12 and all(.state == "ok" and .advice == null)' "everything is well"
put /sys/kernel/kexec_crash_loaded 0
put /proc/sys/kernel/core_pattern $'|/bin/\e[31mx'
run doctor --root "$work/root" --json
expect_status 3 "without a capture kernel"
expect_json '[.checks[] | select(.state == "bad") | .name] == ["kdump-loaded"]
    and (.warnings | length == 1 and (.[0] | test("no capture kernel")))' "which is bad"
run doctor --root "$work/root"
expect_line stdout '\\x1b' "what a file holds is escaped"
run doctor extra
expect_status 2 "an argument"

# The running kernel, where it may not be read.
if [ ! -e /proc/kcore ]; then
    run ps live
    expect_error 1 'no /proc/kcore' "live says why it cannot be"
    run dump --live -o "$work/dump"
    expect_error 1 'no /proc/kcore' "dump --live too"
    expect_no_file "$work/dump" "and writes nothing"
else
    skip "live where there is no /proc/kcore: samples/lab/kdump --live tries it"
fi
finish
