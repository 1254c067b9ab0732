#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The hook of initramfs-tools: what it puts into the capture kernel's initial RAM disk runs there, with nothing else.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

hook=$top/cmd/dump/initramfs-hook
kdump=/var/lib/kdump/initramfs-tools
mkdir "$work/path"
cp "$FBUNDLE" "$work/path/fbundle"
printf '#!/bin/sh\n' >"$work/path/makedumpfile"
chmod 755 "$work/path/makedumpfile"

# new_tree NAME: a root as mkinitramfs begins one.
new_tree() {
    local folder
    for folder in bin sbin lib lib64; do
        mkdir -p "$work/$1/usr/$folder"
        ln -s "usr/$folder" "$work/$1/$folder"
    done
}
# run_hook TREE CONFDIR PATH
run_hook() { run_program env DESTDIR="$work/$1" CONFDIR="$2" verbose=n PATH="$3:$PATH" sh "$hook"; }

new_tree other
run_hook other /etc/initramfs-tools "$work/path"
expect_status 0 "no other initial RAM disk"
expect [ -z "$(find "$work/other" -type f)" ] "gets anything"
run_program sh "$hook" prereqs
expect_status 0 "it names no other hook"
expect_lines stdout 0 "that has to run first"

if [ ! -e /usr/share/initramfs-tools/hook-functions ]; then
    skip "what the hook copies: the package initramfs-tools-core is not installed"
    finish
fi
if grep -qa __asan_init "$FBUNDLE"; then
    skip "what the hook copies: the sanitizers' build is larger, and wants /proc"
    finish
fi
new_tree tree
run_hook tree "$kdump" "$work/path"
expect_status 0 "the hook runs"
expect [ -x "$work/tree/usr/bin/fbundle" ] "fbundle is in the tree"
expect [ -x "$work/tree/usr/bin/makedumpfile" ] "and makedumpfile"
enter=()
[ "$(id -u)" = 0 ] || enter=(unshare -r)
if "${enter[@]}" true 2>/dev/null; then
    run_program "${enter[@]}" chroot "$work/tree" /usr/bin/fbundle --version
    expect_status 0 "fbundle runs in it, with its libraries"
    expect_line stdout '^fbundle ' "and says its version"
else
    skip "fbundle in the tree: this machine lets nobody change its root"
fi
# All that hosts.md says it takes: 60 MB at most.
size=$(du -s --apparent-size -B 1000000 "$work/tree" | cut -f1)
expect [ "$size" -le 60 ] "it takes $size MB"

# Without the programs the initial RAM disk is made all the same.
new_tree bare
run_program env -i DESTDIR="$work/bare" CONFDIR="$kdump" verbose=n PATH="$work/none" /bin/sh "$hook"
expect_status 0 "no program fails no initial RAM disk"
expect_line stderr 'no fbundle to put' "but it is told"
finish
