# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # the lists are for whoever sources this
# The Debian and Ubuntu packages that building and testing take, and how missing ones are installed.

packages_build=(gcc libc6-dev cmake ninja-build pkg-config libkdumpfile-dev libelf-dev libdw-dev
    zlib1g-dev liblzo2-dev liblz4-dev libsnappy-dev libzstd-dev libdeflate-dev libarchive-dev libxxhash-dev
    libjansson-dev libseccomp-dev libiberty-dev libedit-dev libcapstone-dev libsqlite3-dev)
packages_test=(libcunit1-dev lowdown mandoc jq git python3 python3-jsonschema binutils file bzip2 lz4 tidy xz-utils zstd)
packages_lint=(abigail-tools clang clang-tidy shellcheck)
# For tests/coverage and tests/mutate.
packages_measure=(clang llvm python3-clang-14)
# One version, because each formats a little differently. Not every release has it.
packages_format=(clang-format-14)
# For the plugin for drgn. Not every release has it either.
packages_drgn=(python3-drgn)

packages_missing() {
    local package
    for package; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            printf '%s\n' "$package"
    done
}

# packages_apt ARG...: apt-get as root. Quiet, but for errors.
packages_apt() {
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || return 1
        sudo=(sudo)
    fi
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

# packages_known PACKAGE...: those of them that this release's package lists have.
packages_known() {
    apt-cache show --no-all-versions "$@" 2>/dev/null | sed -n 's/^Package: //p'
}

# packages_install PACKAGE...: installs those that are missing. Fails with a message where it cannot: each that
# the release does not have is named apart from what could not be installed.
packages_install() {
    local missing known unknown
    if ! command -v dpkg-query >/dev/null; then
        printf 'not a Debian or Ubuntu system: make sure that you have what these packages hold: %s\n' "$*" >&2
        return 0
    fi
    mapfile -t missing < <(packages_missing "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    printf 'installing %s\n' "${missing[*]}" >&2
    packages_apt update || true # the lists that are there may do
    mapfile -t known < <(packages_known "${missing[@]}")
    if [ "${#known[@]}" -gt 0 ] && ! packages_apt install -y --no-install-recommends "${known[@]}"; then
        printf 'cannot install %s: run as root, or with sudo, or install them by hand:\n  apt-get install %s\n' \
            "${known[*]}" "${known[*]}" >&2
        return 1
    fi
    mapfile -t unknown < <(packages_missing "${missing[@]}")
    [ "${#unknown[@]}" -eq 0 ] || {
        printf 'not among the packages of this release, nor of its other sources: %s\n' "${unknown[*]}" >&2
        return 1
    }
}
