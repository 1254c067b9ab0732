# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A guest's root with systemd and kdump-tools as Debian ships them, and what fbundle runs on.

KDUMP_ROOT_SUITE=bookworm
KDUMP_ROOT_PACKAGES=(kdump-tools makedumpfile kexec-tools initramfs-tools busybox time gdb xz-utils zstd)

# program_packages PROGRAM: the packages whose libraries it links with.
program_packages() {
    ldd "$1" | sed -n 's/.* => \(\/[^ ]*\).*/\1/p' | xargs -r -n 1 realpath | xargs -r dpkg -S 2>/dev/null |
        cut -d: -f1 | sort -u
}

# kdump_root PROGRAM: prints the folder of that root; made once.
kdump_root() {
    local root packages
    root=$(lab_cache)/root-kdump-$KDUMP_ROOT_SUITE
    if [ ! -e "$root/.complete" ]; then
        need_programs debootstrap:debootstrap
        mapfile -t packages < <(program_packages "$1")
        say "making the guest's root with systemd and kdump-tools, once: 3 to 10 minutes"
        as_root rm -rf "$root"
        mkdir -p "$(lab_cache)"
        as_root timeout 1800 debootstrap --variant=minbase --include=systemd-sysv,udev,procps,kmod \
            "$KDUMP_ROOT_SUITE" "$root" "$(mirror)" >"$root.log" 2>&1 || die "debootstrap failed: see $root.log"
        as_root timeout 1800 chroot "$root" /usr/bin/env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
            --no-install-recommends "${KDUMP_ROOT_PACKAGES[@]}" "${packages[@]}" >>"$root.log" 2>&1 ||
            die "apt-get in the guest's root failed: see $root.log"
        as_root touch "$root/.complete"
    fi
    printf '%s\n' "$root"
}

# add_kernel ROOT TREE VERSION: puts a kernel into the root, and makes its initial RAM disks: the one to boot, and
# by kdump-tools' own script the one of the capture kernel.
add_kernel() {
    local root=$1 tree=$2 version=$3
    as_root mkdir -p "$root/lib/modules" "$root/boot"
    as_root cp -a "$tree/lib/modules/$version" "$root/lib/modules/"
    as_root cp "$(find "$tree/boot" "$tree/usr/lib/modules" -name 'vmlinuz*' -print -quit 2>/dev/null)" \
        "$root/boot/vmlinuz-$version"
    as_root cp "$(find "$tree/boot" "$tree/usr/lib/modules" -name 'config*' -print -quit 2>/dev/null)" \
        "$root/boot/config-$version"
    # What a virtual disk takes, and no look at the disk that a chroot is on.
    printf '%s\n' virtio_pci virtio_blk crc32c_generic ext4 | as_root tee "$root/etc/initramfs-tools/modules" >/dev/null
    as_root sed -i 's/^MODULES=.*/MODULES=list/; s/^COMPRESS=.*/COMPRESS=gzip/' "$root/etc/initramfs-tools/initramfs.conf"
    as_root chroot "$root" /bin/sh -e -c "
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin
        mount -t proc proc /proc
        trap 'umount /proc' EXIT
        depmod $version
        mkinitramfs -o /boot/initrd.img-$version $version
        /etc/kernel/postinst.d/kdump-tools $version
        # Or kdump-config makes it anew in the guest, which takes minutes.
        cp /etc/kdump/sysctl.conf /var/lib/kdump/latest_sysctls-$version" >"$WORK/initrd.log" 2>&1 ||
        die "the initial RAM disks cannot be made: $(tail -n 3 "$WORK/initrd.log")"
}
