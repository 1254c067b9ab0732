#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What ps tells beyond the task table, against /proc of the small sample just before its panic.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}
tar -C "$work" -xf "$samples/truth.tar.xz"

run ps --json "$dump"
expect_status 0 "ps"
json '.tasks[] | select(.pid == .tid and .pid > 0) |
    "\(.pid) \(.uid) \(.euid) \(.rss_bytes // 0 | . / 1024) \(.cgroup) \(.start_s)"' >"$work/tasks"
json '.tasks[] | select(.pid == .tid and .pid > 0) | .pid as $pid | .namespaces | to_entries[] |
    select(.value) | "\($pid) \(.key) \(.value)"' | sort >"$work/namespaces"

# Processors hold back up to 64 pages of each of the three counters; the kernel's own sum may lack them.
slack=$((2 * 3 * 64 * 4))
known=0
wrong=0
while read -r pid uid euid rss cgroup start; do
    [ -f "$work/truth/$pid/status" ] || continue
    known=$((known + 1))
    read -r real effective < <(awk '/^Uid:/ {print $2, $3}' "$work/truth/$pid/status")
    [ "$uid $euid" = "$real $effective" ] || wrong=$((wrong + 1))
    resident=$(awk '/^VmRSS:/ {print $2}' "$work/truth/$pid/status")
    difference=$((rss - ${resident:-0}))
    [ "${difference#-}" -le "$slack" ] || wrong=$((wrong + 1))
    # Field 22, behind the name in parentheses: hundredths of a second.
    ticks=$(sed 's/.*) //' "$work/truth/$pid/stat" | cut -d' ' -f20)
    awk -v a="$start" -v b="$ticks" 'BEGIN {exit !(a * 100 - b >= 0 && a * 100 - b < 1)}' || wrong=$((wrong + 1))
    path=$(sed -n 's/^0:://p' "$work/truth/$pid/cgroup" 2>/dev/null)
    [ -z "$path" ] || [ "$path" = "$cgroup" ] || wrong=$((wrong + 1))
done <"$work/tasks"
expect test "$known" -gt 30 "processes of the truth ($known)"
expect test "$wrong" -eq 0 "UIDs, memory, control group and start as in /proc"

for folder in "$work"/truth/[0-9]*; do
    sed -En "s/^([a-z]+) [a-z]+:\[([0-9]+)\]\$/${folder##*/} \1 \2/p" "$folder/ns" 2>/dev/null
done | sort >"$work/wanted"
expect test "$(wc -l <"$work/wanted")" -gt 200 "namespaces of the truth"
# Processes that started after /proc was saved, and namespaces that it does not name, may be more.
join <(cut -d' ' -f1 "$work/tasks" | sort) "$work/wanted" | sort | comm -23 - "$work/namespaces" >"$work/differing"
expect test ! -s "$work/differing" "each with its inode number"

container=$(grep -o '\bNS=[0-9]*' "$samples/actors" | cut -d= -f2)
run ps --long "$dump"
expect_status 0 "ps --long"
expect_line stdout 'PID +PPID.*EUID +STARTED +RSS +CGROUP +NAMESPACES' "its columns"
expect_line stdout "^ *[0-9]+ +$container .* pid:[0-9]+" "namespaces of a container's process"
finish
