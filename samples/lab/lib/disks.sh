# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2015 # "a && b || die" is meant
# What qemu is given: the initramfs with the kernel's modules, and the guest's disks.

# Modules by name: what the root disk needs, then what the workload needs. Built-in ones cost nothing.
BOOT_MODULES=(virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk crc32c_generic ext4)
# qemu_fw_cfg tells qemu where VMCOREINFO is, for its own dumps.
GUEST_MODULES=(loop zram lzo-rle af_packet qemu_fw_cfg)
# What the network of the full workload is made of.
# shellcheck disable=SC2034 # run adds them
NETWORK_MODULES=(veth bridge 8021q dummy)
# What the scenes of the server workload need.
# shellcheck disable=SC2034 # run adds them
SERVER_MODULES=(fuse dm-mod dm-multipath dm-round-robin xfs sunrpc nfsd nfs nfsv4 libcrc32c crc32c-intel)

# module_files TREE VERSION NAME...: the files to insert, in order, each once; names the kernel lacks are skipped.
module_files() {
    local tree=$1 version=$2 name
    shift 2
    for name; do
        PATH="$PATH:/sbin:/usr/sbin" modprobe -d "$tree" -S "$version" --show-depends "$name" 2>/dev/null |
            sed -n 's/^insmod \([^ ]*\).*/\1/p' || true
    done | awk '!seen[$0]++'
}

# add_modules FROM-LIST DIR LIST: copies module files, unpacked, and writes their names to LIST.
add_modules() {
    local file name
    while read -r file; do
        name=$(basename "$file" | sed 's/\.\(xz\|zst\|gz\)$//')
        case $file in
        *.xz) xz -dc "$file" >"$1/modules/$name" ;;
        *.zst) zstd -qdc "$file" >"$1/modules/$name" ;;
        *.gz) gzip -dc "$file" >"$1/modules/$name" ;;
        *) cp "$file" "$1/modules/$name" ;;
        esac || return 1
        printf '%s\n' "$name"
    done >"$2"
}

# make_initramfs TREE VERSION BUSYBOX OUT: one for both kernels, the one that crashes and the one that saves.
make_initramfs() {
    local tree=$1 version=$2 busybox=$3 out=$4 dir
    dir=$(mktemp -d "$WORK/initramfs.XXXXXX")
    mkdir -p "$dir"/{bin,dev,proc,sys,modules,root}
    cp "$busybox" "$dir/bin/busybox"
    install -m 755 "$HERE/guest/init" "$dir/init"
    install -m 755 "$HERE/guest/capture" "$dir/capture"
    module_files "$tree" "$version" "${BOOT_MODULES[@]}" | add_modules "$dir" "$dir/modules/boot" &&
        module_files "$tree" "$version" "${GUEST_MODULES[@]}" | add_modules "$dir" "$dir/modules/guest" ||
        die "cannot unpack the kernel's modules in $tree: delete that folder and run again"
    grep -q virtio_blk "$dir/modules/boot" || grep -q /virtio_blk "$tree/lib/modules/$version/modules.builtin" ||
        die "kernel $version has no virtio_blk: choose another --suite"
    (cd "$dir" && find . | LC_ALL=C sort | cpio --quiet -o -H newc | gzip -6) >"$out" || die "cannot write $out"
}

# make_disk OUT SIZE [FOLDER [EXT4-FEATURES]]: an ext4 image, filled from FOLDER.
make_disk() {
    local out=$1 size=$2 folder=${3:-} features=${4:-^has_journal}
    rm -f "$out"
    truncate -s "$size" "$out" && as_root env PATH="$PATH:/sbin:/usr/sbin" mke2fs -q -t ext4 -O "$features" -m 0 \
        ${folder:+-d "$folder"} "$out" || die "cannot make the disk $out: is there room?"
    [ "$(id -u)" -eq 0 ] || as_root chown "$(id -u)" "$out"
}

# read_disk IMAGE FOLDER: copies everything on IMAGE into FOLDER.
read_disk() {
    mkdir -p "$2"
    PATH="$PATH:/sbin:/usr/sbin" debugfs -R "rdump / $2" "$1" >"$WORK/debugfs.log" 2>&1 &&
        rmdir "$2/lost+found" 2>/dev/null
    return 0
}

# make_frozen_disks DIR: the file system that will be frozen, with the image of a second one inside.
make_frozen_disks() {
    local dir=$1
    mkdir -p "$WORK/in/d" "$WORK/fz"
    make_disk "$WORK/fz/inner.img" 8M "$WORK/in" has_journal
    # Written in full: a hole would want blocks of the frozen file system at the wrong moment.
    cp --sparse=never "$WORK/fz/inner.img" "$WORK/fz/inner.full" && mv "$WORK/fz/inner.full" "$WORK/fz/inner.img"
    : >"$WORK/fz/file"
    make_disk "$dir/fz.img" 24M "$WORK/fz" has_journal
}
