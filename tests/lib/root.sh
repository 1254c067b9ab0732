# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Bare roots of Debian suites, and running programs in them with nothing of this host but its kernel. Sourced by
# bash as root.

# root_mirror: prints the mirror that this host's apt uses; FBUNDLE_LAB_MIRROR names another. Fails where there is
# none.
root_mirror() {
    local mirror=${FBUNDLE_LAB_MIRROR:-}
    if [ -z "$mirror" ]; then
        # shellcheck disable=SC2016 # apt expands it
        mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
    fi
    [ -n "$mirror" ] || return 1
    printf '%s\n' "$mirror"
}

# root_make SUITE ROOT MIRROR LOG: makes the bare root, unless it is there. One that was not finished is made anew.
root_make() {
    local suite=$1 root=$2 mirror=$3 log=$4
    [ ! -e "$root/bare" ] || return 0
    rm -rf --one-file-system "$root"
    debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$log" 2>&1 || return 1
    touch "$root/bare"
}

# root_run ROOT COMMAND...: in the root, with a fresh environment, /proc, /dev and /tmp, as the only processes. All
# of them end with the caller. Nothing is mounted outside of its own namespace, so that the root can be removed at
# any time.
root_run() {
    local root=$1
    shift
    # shellcheck disable=SC2016 # expanded within
    unshare --mount --pid --fork --kill-child env -i TERM=dumb HOME=/root \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        bash -euc 'root=$1
            shift
            mount -t proc proc "$root/proc"
            mount -t sysfs -o ro sysfs "$root/sys"
            mount -t tmpfs -o mode=755 tmpfs "$root/dev"
            for node in null:3 zero:5 full:7 random:8 urandom:9; do
                mknod -m 666 "$root/dev/${node%:*}" c 1 "${node#*:}"
            done
            mknod -m 666 "$root/dev/tty" c 5 0
            mkdir "$root/dev/pts" "$root/dev/shm"
            mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
            mount -t tmpfs tmpfs "$root/dev/shm"
            ln -s pts/ptmx "$root/dev/ptmx"
            ln -s /proc/self/fd "$root/dev/fd"
            ln -s fd/0 "$root/dev/stdin"
            ln -s fd/1 "$root/dev/stdout"
            ln -s fd/2 "$root/dev/stderr"
            exec chroot "$root" "$@"' - "$root" "$@"
}
