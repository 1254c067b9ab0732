# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What every part of the lab needs: messages, root rights, missing programs, the cache folder.

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
    printf 'lab: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# lab_cache: the folder of downloads and guest disks, outside the repository.
lab_cache() { printf '%s\n' "${FBUNDLE_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fbundle-lab}"; }

# need_programs PROGRAM:PACKAGE...: installs the packages whose program is missing.
need_programs() {
    local pair missing=()
    for pair; do
        PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    [ "${#missing[@]}" -eq 0 ] || install_packages "${missing[@]}"
}

install_packages() {
    say "installing $*"
    as_root apt-get -qq update >/dev/null || die "apt-get update failed: check the network and apt's sources"
    DEBIAN_FRONTEND=noninteractive as_root apt-get -qq install -y --no-install-recommends "$@" >/dev/null ||
        die "could not install $*: install them by hand and run again"
}
