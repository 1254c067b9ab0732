# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The guest's root: a small Debian with gdb, the same for every kernel, and the disks made of it.

LAB_ROOT_SUITE=bookworm
LAB_ROOT_PACKAGES=(gdb kexec-tools procps busybox-static kmod python3-minimal libc6-dev)

# guest_root: prints the folder of the guest's root file system; made once.
guest_root() {
    local root
    root=$(lab_cache)/root-$LAB_ROOT_SUITE
    if [ ! -e "$root/.complete" ]; then
        need_programs debootstrap:debootstrap
        say "making the guest's root ($LAB_ROOT_SUITE), once: 1 to 3 minutes"
        as_root rm -rf "$root"
        mkdir -p "$(lab_cache)"
        as_root timeout 1200 debootstrap --variant=minbase "$LAB_ROOT_SUITE" "$root" "$(mirror)" \
            >"$root.log" 2>&1 || die "debootstrap failed: see $root.log"
        # debootstrap cannot order gdb's dependencies, apt-get can.
        as_root timeout 1200 chroot "$root" /usr/bin/env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq install -y --no-install-recommends "${LAB_ROOT_PACKAGES[@]}" >>"$root.log" 2>&1 ||
            die "apt-get in the guest's root failed: see $root.log"
        as_root touch "$root/.complete"
    fi
    printf '%s\n' "$root"
}
