# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The guest's root: a small Debian with gdb, the same for every kernel, and the disks made of it.

LAB_ROOT_SUITE=bookworm
LAB_ROOT_PACKAGES=(gdb kexec-tools procps busybox-static kmod python3-minimal libc6-dev iproute2)
# That of the server workload: the services, and what sets the scenes of file systems.
LAB_SERVER_SUITE=trixie
LAB_SERVER_PACKAGES=(gdb kexec-tools procps busybox-static kmod python3 postgresql nginx-light redis-server curl
    bindfs nfs-kernel-server nfs-common rpcbind dmsetup xfsprogs e2fsprogs)

# install_in ROOT PACKAGE...: debootstrap cannot order gdb's dependencies, apt-get can.
install_in() {
    local root=$1
    shift
    as_root timeout 1200 chroot "$root" /usr/bin/env DEBIAN_FRONTEND=noninteractive \
        sh -c 'apt-get -qq update && exec apt-get -qq install -y --no-install-recommends "$@"' sh "$@" >>"$root.log" 2>&1 ||
        die "apt-get in the guest's root failed: see $root.log"
    printf '%s\n' "$*" | as_root tee "$root/.complete" >/dev/null
}

# make_root SUITE FOLDER PACKAGE...: prints FOLDER, a root file system; made once. ".complete" in it names the packages.
make_root() {
    local suite=$1 root=$2
    shift 2
    if [ ! -e "$root/.complete" ]; then
        need_programs debootstrap:debootstrap
        say "making the guest's root ($suite), once: 1 to 5 minutes"
        as_root rm -rf "$root"
        mkdir -p "$(lab_cache)"
        as_root timeout 1200 debootstrap --variant=minbase "$suite" "$root" "$(mirror)" \
            >"$root.log" 2>&1 || die "debootstrap failed: see $root.log"
        # No service is to be started in here.
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$root/usr/sbin/policy-rc.d" >/dev/null
        as_root chmod 755 "$root/usr/sbin/policy-rc.d"
        install_in "$root" "$@"
    elif [ "$(cat "$root/.complete")" != "$*" ]; then
        say "installing in the guest's root what it lacks"
        install_in "$root" "$@"
    fi
    printf '%s\n' "$root"
}

# guest_root, server_root: print the folder of the root of the workloads full and small, and of server.
guest_root() { make_root "$LAB_ROOT_SUITE" "$(lab_cache)/root-$LAB_ROOT_SUITE" "${LAB_ROOT_PACKAGES[@]}"; }
server_root() { make_root "$LAB_SERVER_SUITE" "$(lab_cache)/root-server" "${LAB_SERVER_PACKAGES[@]}"; }
