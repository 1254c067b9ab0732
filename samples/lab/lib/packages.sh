# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Packages of a Debian suite that the host itself need not use: private apt lists, unpacked, never installed.

# mirror [SUITE]: the Debian mirror the host uses, asked of its apt when run. Security updates are in an archive of
# their own.
mirror() {
    local uri label=Debian variable=FBUNDLE_LAB_MIRROR
    [[ ${1:-} != *-security ]] || label=Debian-Security variable=FBUNDLE_LAB_SECURITY_MIRROR
    if [ -n "${!variable:-}" ]; then
        printf '%s\n' "${!variable}"
        return
    fi
    # shellcheck disable=SC2016 # apt expands it
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Label: $label" | head -n 1)
    [ -n "$uri" ] || die "apt knows no mirror of $label: run apt-get update, or set $variable"
    printf '%s\n' "$uri"
}

# suite_apt SUITE TOOL ARG...: apt-get or apt-cache with lists of its own.
suite_apt() {
    local suite=$1 tool=$2 dir
    shift 2
    dir=$(lab_cache)/apt-$suite
    "$tool" -o Dir::State="$dir" -o Dir::State::lists="$dir/lists" -o Dir::State::status=/dev/null \
        -o Dir::Cache="$dir/cache" -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null -o APT::Architecture=amd64 -o APT::Architectures=amd64 \
        -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@"
}

# suite_lists SUITE: fetches the package lists once a day.
suite_lists() {
    local suite=$1 dir
    dir=$(lab_cache)/apt-$suite
    [ -z "$(find "$dir/fetched" -mmin -1440 2>/dev/null)" ] || return 0
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$(mirror "$suite")" "$suite" \
        >"$dir/sources.list"
    say "fetching the package lists of $suite"
    timeout 600 bash -c "$(declare -f suite_apt lab_cache); suite_apt $suite apt-get -qq update" ||
        die "cannot read the package lists of $suite: does the mirror still carry that suite?"
    touch "$dir/fetched"
}

# suite_unpack SUITE DIR PACKAGE...: downloads packages and unpacks them into DIR.
suite_unpack() {
    local suite=$1 into=$2 debs
    shift 2
    debs=$(lab_cache)/debs-$suite
    mkdir -p "$debs" "$into"
    (cd "$debs" && suite_apt "$suite" apt-get -qq download "$@") ||
        die "cannot download $* of $suite: check the network"
    local package deb
    for package; do
        deb=$(find "$debs" -name "${package}_*.deb" -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
        dpkg -x "$deb" "$into" || die "cannot unpack $deb: delete it and run again"
    done
}

# suite_depends SUITE PACKAGE REGEX: PACKAGE and what it needs, directly or not, with names that match REGEX.
suite_depends() {
    suite_apt "$1" apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
        --no-replaces --no-enhances "$2" | sed -n 's/^\([a-z0-9][^:]*\)\(:.*\)\?$/\1/p' | grep -Ex "$3" | sort -u
}

# kernel_packages SUITE FLAVOUR: the packages of the suite's newest kernel, PACKAGE=VERSION a line. Flavours: cloud,
# generic, rt.
kernel_packages() {
    local suite=$1 flavour=$2 name packages
    name=${flavour/generic/}
    name=${name:+$name-}amd64
    mapfile -t packages < <(suite_depends "$suite" "linux-image-$name" "linux-(image|binary|modules|base)-[0-9].*$name")
    [ "${#packages[@]}" -gt 0 ] || die "no $flavour kernel in $suite: choose another --suite or --flavour"
    suite_apt "$suite" apt-cache show --no-all-versions "${packages[@]}" |
        sed -n 's/^Package: //p; s/^Version: /=/p' | paste -sd' ' | sed 's/ =/=/g; s/ /\n/g'
}

# kernel_tree SUITE [FLAVOUR]: prints the folder of the suite's kernel (boot/vmlinuz-*, lib/modules or usr/lib/modules),
# as it was when it was fetched first. Its file "complete" names the packages.
kernel_tree() {
    local suite=$1 flavour=${2:-cloud} tree packages
    tree=$(lab_cache)/kernel-$suite
    [ "$flavour" = cloud ] || tree+=-$flavour
    if [ ! -e "$tree/complete" ]; then
        suite_lists "$suite"
        packages=$(kernel_packages "$suite" "$flavour") || exit 1
        say "fetching $(paste -sd' ' <<<"$packages")"
        rm -rf "$tree"
        # shellcheck disable=SC2046 # words
        suite_unpack "$suite" "$tree" $(cut -d= -f1 <<<"$packages")
        printf '%s\n' "$packages" >"$tree/complete"
    fi
    printf '%s\n' "$tree"
}

# makedumpfile_tree SUITE: prints the folder of the suite's makedumpfile with the libraries it runs on.
makedumpfile_tree() {
    local suite=$1 tree packages
    tree=$(lab_cache)/makedumpfile-$suite
    if [ ! -e "$tree/complete" ]; then
        suite_lists "$suite"
        mapfile -t packages < <(suite_depends "$suite" makedumpfile \
            'makedumpfile|libc6|zlib1g|lib(bz2|lzma|elf|dw|debuginfod|lzo2|zstd|snappy)[-0-9a-z.]*')
        [ "${#packages[@]}" -gt 1 ] || die "no makedumpfile in $suite: choose another --makedumpfile-suite"
        say "fetching ${packages[*]}"
        rm -rf "$tree"
        suite_unpack "$suite" "$tree" "${packages[@]}"
        touch "$tree/complete"
    fi
    printf '%s\n' "$tree"
}
