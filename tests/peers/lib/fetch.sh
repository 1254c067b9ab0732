# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by what compares fbundle with its peers, after samples/lab/lib/{common,packages}.sh: fetches the debug information
# of a kernel, and the peers of newer suites, unpacked beside their own libraries. FBUNDLE_LAB_CACHE is where they are kept.

# fetch_from SUITE PACKAGE DIR: downloads a package.
fetch_from() (
    suite_lists "$1"
    cd "$3" || exit 1
    suite_apt "$1" apt-get -qq download "$2"
)

# fetch_vmlinux RELEASE: prints the path of that kernel's debug information, or nothing. Suites other
# than the host's own are tried too, because they carry other kernels.
fetch_vmlinux() {
    local package=linux-image-$1-dbg tree=$FBUNDLE_LAB_CACHE/vmlinux-$1 suite found
    found=$tree/usr/lib/debug/boot/vmlinux-$1
    if [ ! -e "$found" ]; then
        mkdir -p "$tree"
        if apt-cache show "$package" >/dev/null 2>&1; then
            (cd "$tree" && apt-get -qq download "$package") 2>/dev/null || return 0
        else
            for suite in bullseye-security bullseye bookworm-security bookworm trixie-security trixie sid; do
                fetch_from "$suite" "$package" "$tree" >/dev/null 2>&1 && break
            done
        fi
        find "$tree" -maxdepth 1 -name "$package*.deb" -exec dpkg --fsys-tarfile {} \; |
            tar -C "$tree" -x --wildcards './usr/lib/debug/boot/vmlinux-*' 2>/dev/null || return 0
        rm -f "$tree"/*.deb
    fi
    [ ! -e "$found" ] || printf '%s\n' "$found"
}

# unpack_peer SUITE PACKAGE REGEX: the folder of a peer and of what it needs of that suite, with names that match REGEX.
unpack_peer() {
    local suite=$1 tree=$FBUNDLE_LAB_CACHE/$2-$1 packages
    if [ ! -e "$tree/complete" ]; then
        suite_lists "$suite" || return 1
        mapfile -t packages < <(suite_depends "$suite" "$2" "$3")
        suite_unpack "$suite" "$tree" "${packages[@]}" || return 1
        touch "$tree/complete"
    fi
    printf '%s\n' "$tree"
}

# with_loader TREE PROGRAM: the words, a line each, that start a program of a tree on that tree's libraries.
with_loader() {
    printf '%s\n' "$1/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path \
        "$1/usr/lib/x86_64-linux-gnu:$1/lib/x86_64-linux-gnu" "$1/$2"
}

# newer_crash: the words, a line each, that start a newer suite's crash.
newer_crash() {
    local tree
    tree=$(unpack_peer trixie crash 'crash|libc6|zlib1g|lib(gcc-s|lzo2|ncursesw|snappy|stdc\+\+|tinfo|zstd)[-0-9a-z.]*') ||
        return 1
    with_loader "$tree" usr/bin/crash
}

# newer_drgn: the words, a line each, that start the Python of a drgn that knows crash's commands.
newer_drgn() {
    local tree python libraries
    libraries='addrxlat|bz2|dw|elf|expat|ffi|gcc-s|gomp|kdumpfile|lzma|lzo2|ncursesw|pcre2-8|readline|snappy|sqlite3|ssl|'
    libraries+='stdc\+\+|tinfo|uuid|zstd'
    python='python3\.[0-9]+(-minimal)?|libpython3\.[0-9]+-(minimal|stdlib)'
    tree=$(unpack_peer sid python3-drgn "python3-drgn|$python|libc6|zlib1g|lib($libraries)[-0-9a-z.]*") || return 1
    python=$(cd "$tree/usr/bin" && ls python3.[0-9]*) || return 1
    printf '%s\n' env "PYTHONHOME=$tree/usr" PYTHONUTF8=1 TERM=dumb
    with_loader "$tree" "usr/bin/$python"
}
