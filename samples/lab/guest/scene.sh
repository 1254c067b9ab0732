# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2013,SC2154 # settings are made by run
# What both workloads' PID 1 do: the capture kernel, actors, cores, the truth, the panic. Sourced.
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LAB_DIR=/tmp/lab
# One arena: others reserve 64 MB each, and gcore writes them in full.
export MALLOC_ARENA_MAX=1
. /lab/settings # ACTORS, CORES, WORKLOAD, BY_QEMU, KEEP_CACHE, LAB_SCALE, LAB_THREADS, CRASHKERNEL_APPEND

say() { echo "lab: $(cut -d' ' -f1 /proc/uptime) $*"; }
fail() {
    echo "lab-failed: $*"
    sync -f /out
    /lab/busybox reboot -n -f # without -n it syncs all file systems, of which one may be suspended
}
trap 'fail "guest script ended early"' EXIT

# begin TMPFS-SIZE: file systems, where cores go, the capture kernel.
begin() {
    mount -t tmpfs -o "size=$1" t /tmp
    mkdir -p $LAB_DIR
    [ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd # for bash's <(...): no udev runs here
    mount -t ext4 /dev/vdb /out || fail "no disk for cores"
    echo 0 >/proc/sys/kernel/printk_ratelimit
    echo "/out/core.%e.%p" >/proc/sys/kernel/core_pattern
    echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
    ulimit -c unlimited
    /lab/busybox ifconfig lo up
    : >$LAB_DIR/ready
    [ "$BY_QEMU" -eq 0 ] || return 0
    kexec -p /lab/vmlinuz --initrd=/lab/initramfs --append="$CRASHKERNEL_APPEND" ||
        kexec -p -s /lab/vmlinuz --initrd=/lab/initramfs --append="$CRASHKERNEL_APPEND" ||
        fail "kexec cannot load the capture kernel: more --memory may help"
    say "capture kernel loaded"
}

# start NAME ACTOR [COMMAND...]: starts an actor, below COMMAND if any, and notes the PID in "actors".
start() {
    local name=$1 actor=$2
    shift 2
    "$@" "${LAB_ACTORS:-/lab/actors}" "$actor" &
    echo "$name=$!" >>/out/actors
}
pid_of() { sed -n "s/^$1=//p" /out/actors; }
await() {
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        grep -qx "$1" $LAB_DIR/ready && return
        sleep 0.1
    done
    fail "actor $1 is not ready"
}

# children PID: PID and all below it.
family() {
    local child
    echo "$1"
    for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
        family "$child"
    done
}

# take_cores PID...: /out/core.PID of each, by one gdb with what gcore would have it do; one that fails with a
# process goes on with the next.
take_cores() {
    local pid commands=()
    for pid; do
        commands+=(-ex "attach $pid" -ex "gcore /out/core.$pid" -ex detach)
    done
    timeout 900 gdb -nx --batch --readnever -iex 'set pagination off' -iex 'set height 0' -iex 'set width 0' \
        -iex 'set debuginfod enabled off' "${commands[@]}" >/tmp/gdb.log 2>&1
    cp /tmp/gdb.log /out/gdb.log
    for pid; do
        [ -s "/out/core.$pid" ] || say "no core of $pid"
    done
}

# drop_cache: of files only pages that are mapped stay in memory.
drop_cache() { [ "$KEEP_CACHE" -eq 1 ] || echo 3 >/proc/sys/vm/drop_caches; }

# make_ipc_and_groups PID: a queue, a set and a segment of System V, and control groups with limits, PID in one of them.
make_ipc_and_groups() {
    ipcmk -Q && ipcmk -S 3 && ipcmk -M 12288
    mkdir -p /sys/fs/cgroup
    mountpoint -q /sys/fs/cgroup || mount -t cgroup2 c /sys/fs/cgroup || return
    echo "+memory +pids +cpu" >/sys/fs/cgroup/cgroup.subtree_control
    mkdir -p /sys/fs/cgroup/lab/inner /sys/fs/cgroup/empty
    echo "+memory +pids" >/sys/fs/cgroup/lab/cgroup.subtree_control
    echo 64M >/sys/fs/cgroup/lab/memory.max
    echo 100 >/sys/fs/cgroup/lab/inner/pids.max
    echo "50000 100000" >/sys/fs/cgroup/lab/cpu.max
    echo "$1" >/sys/fs/cgroup/lab/inner/cgroup.procs
}

# note_files FIND-ARGUMENT...: "PATH:LINE" for each line of each file that find finds and that can be read.
note_files() { find "$@" -type f -print0 2>/dev/null | xargs -0r grep -sH '' --; }

# note_host: what /proc and /sys tell of the host and not of one process.
note_host() {
    local file host=/out/truth/host
    mkdir -p $host/net $host/sysvipc
    for file in buddyinfo cgroups devices diskstats interrupts key-users keys loadavg meminfo partitions schedstat \
        slabinfo softirqs stat swaps timer_list uptime vmallocinfo vmstat zoneinfo; do
        cat "/proc/$file" >"$host/$file" 2>/dev/null
    done
    for file in /proc/net/* /proc/sysvipc/*; do
        [ ! -f "$file" ] || cat "$file" >"$host/${file#/proc/}" 2>/dev/null
    done
    note_files /proc/sys >$host/sys
    note_files /sys/fs/cgroup >$host/cgroup
    note_files /sys/block/*/ -maxdepth 2 >$host/block
    note_files /sys/class/net/*/ -maxdepth 2 >$host/interfaces
    note_files /sys/devices/virtual/workqueue >$host/workqueues
    cp $LAB_DIR/bpf $host/bpf 2>/dev/null
    note_files /sys/kernel/slab -name '*obj*' >$host/slabs
}

# note_truth: what /proc says of all.
note_truth() {
    say "noting the truth"
    mkdir /out/truth
    /lab/note-proc /out/truth || fail "cannot note /proc"
    note_host
    uname -a >/out/truth/uname
    tr '\n' ' ' </out/actors | sed 's/ $/\n/' >/out/truth/actors
    cp $LAB_DIR/waits.txt /out/truth/waits.txt
    sync -f /out
}

crash() {
    ps -eLo pid,tid,ppid,stat,psr,comm --no-headers >/out/truth/ps
    sync -f /out
    say "panic"
    echo 1 >/proc/sys/kernel/sysrq
    trap - EXIT
    echo c >/proc/sysrq-trigger
}
