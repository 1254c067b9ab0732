# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Guests that only panic: the kinds, the module that some of them take, and a root that has no more than it takes.

# Kinds that a module brings about, and those that the guest or qemu can.
PANIC_BY_MODULE="null page protection bug warn warn-then-sysrq stack list softlockup rcustall hardlockup nmiheld"
# shellcheck disable=SC2034 # run checks --panic by it
PANIC_KINDS="sysrq oom init nmi mce hung $PANIC_BY_MODULE"

# panic_module SUITE VERSION OUT: builds samples/lab/module for that kernel by the host's compiler, with the
# headers and programs of the kernel's packages, which must run on the host: those of a suite newer than it do not.
panic_module() {
    local suite=$1 version=$2 out=$3 tree headers
    tree=$(lab_cache)/headers-$version
    if [ ! -e "$tree/complete" ]; then
        suite_lists "$suite"
        mapfile -t headers < <(suite_depends "$suite" "linux-headers-$version" 'linux-(headers|kbuild)-[0-9].*')
        [ "${#headers[@]}" -gt 1 ] || die "$suite has no headers of $version any more: delete the kernel's folder"
        say "fetching ${headers[*]}"
        rm -rf "$tree"
        suite_unpack "$suite" "$tree" "${headers[@]}"
        # They name each other by their places in a root.
        grep -rlI --include=Makefile --include='.kernelvariables' /usr/ "$tree"/usr/src/*/ |
            xargs -r sed -i "s@\([ =]\)/usr/\(src\|lib\)/linux@\1$tree/usr/\2/linux@g"
        touch "$tree/complete"
    fi
    mkdir -p "$WORK/module"
    cp "$HERE/module/lab_panic.c" "$WORK/module/"
    echo 'obj-m := lab_panic.o' >"$WORK/module/Makefile"
    make -s -C "$tree/usr/src/linux-headers-$version" M="$WORK/module" modules >"$WORK/module.log" 2>&1 ||
        die "the module for $version cannot be built here: $(grep -v warning "$WORK/module.log" | tail -n 3)"
    cp "$WORK/module/lab_panic.ko" "$out"
}

# panic_root ROOT FOLDER: what a guest takes that only panics: a shell and kexec, out of the guests' ROOT.
panic_root() {
    local root=$1 folder=$2 library
    mkdir -p "$folder"/{bin,sbin,dev,proc,sys,tmp,lib64,lib/x86_64-linux-gnu,usr/sbin}
    cp "$root/bin/busybox" "$folder/bin/"
    cp "$root/sbin/kexec" "$folder/sbin/"
    as_root chroot "$root" ldd /sbin/kexec | sed -n 's/.* => \(\/[^ ]*\).*/\1/p' | while read -r library; do
        cp -L "$root$library" "$folder/lib/x86_64-linux-gnu/"
    done
    cp -L "$root/lib64/ld-linux-x86-64.so.2" "$folder/lib64/"
}
