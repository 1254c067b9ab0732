# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # the lists are for whoever sources this
# The Debian and Ubuntu packages that building and testing take, and how missing ones are installed.

packages_build=(gcc libc6-dev cmake ninja-build pkg-config libkdumpfile-dev libelf-dev libdw-dev
    zlib1g-dev liblzo2-dev liblz4-dev libsnappy-dev libzstd-dev libdeflate-dev libarchive-dev libxxhash-dev
    libjansson-dev libseccomp-dev)
packages_test=(libcunit1-dev jq git python3 python3-jsonschema)
packages_lint=(clang clang-tidy shellcheck)
# One version, because each formats a little differently. Not every release has it.
packages_format=(clang-format-14)

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

# packages_install PACKAGE...: installs those that are missing. Fails with a message where it cannot.
packages_install() {
    local missing
    if ! command -v dpkg-query >/dev/null; then
        printf 'not a Debian or Ubuntu system: make sure that you have what these packages hold: %s\n' "$*" >&2
        return 0
    fi
    mapfile -t missing < <(packages_missing "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    printf 'installing %s\n' "${missing[*]}" >&2
    packages_apt update || true # the lists that are there may do
    if ! packages_apt install -y --no-install-recommends "${missing[@]}"; then
        printf 'cannot install %s: run as root, or with sudo, or install them by hand:\n  apt-get install %s\n' \
            "${missing[*]}" "${missing[*]}" >&2
        return 1
    fi
}
