# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Kernels of configurations that Debian does not ship, built of its linux-source packages.

# source_version SUITE PACKAGE: PACKAGE=VERSION as the suite has it.
source_version() {
    local version
    version=$(suite_apt "$1" apt-cache show --no-all-versions "$2" 2>/dev/null | sed -n "s/^Version: /$2=/p")
    [ -n "$version" ] || die "no package $2 in $1: has a newer one taken its place?"
    printf '%s\n' "$version"
}

# source_tree SUITE PACKAGE=VERSION: prints the folder of the unpacked sources; unpacked once.
source_tree() {
    local suite=$1 package=${2%%=*} tree
    tree=$(lab_cache)/source-${2//=/_}
    if [ ! -e "$tree/complete" ]; then
        say "fetching $2 and unpacking it"
        rm -rf "$tree" "$tree.deb"
        suite_unpack "$suite" "$tree.deb" "$package"
        mkdir -p "$tree"
        tar -xJf "$tree.deb/usr/src/$package.tar.xz" -C "$tree" --strip-components=1 ||
            die "cannot unpack $package: is there room?"
        rm -rf "$tree.deb"
        touch "$tree/complete"
    fi
    printf '%s\n' "$tree"
}

# configuration_line NAME: SUITE PACKAGE OPTION=VALUE... of the table.
configuration_line() {
    local name rest
    while read -r name rest; do
        [ "$name" != "$1" ] || { printf '%s\n' "$rest" && return; }
    done <"$HERE/configurations"
    die "no configuration $1 in $HERE/configurations"
}

# wanted_options OPTION=VALUE...: base.config with these in place of its own, a line of .config each.
wanted_options() {
    printf 'CONFIG_%s\n' "$@" | awk -F= '
        NR == FNR { if (NF > 1) { changed[$1] = 1; lines = lines $0 "\n" } next }
        /^CONFIG_/ && !($1 in changed)
        END { printf "%s", lines }' - "$HERE/base.config"
}

# check_options WANTED CONFIG: whether the kernel took every option; the others depend on something that is not there.
check_options() {
    local line missing=()
    while read -r line; do
        case $line in
        *=n) ! grep -q "^${line%n}" "$2" || missing+=("$line") ;;
        *) grep -qxF "$line" "$2" || missing+=("$line") ;;
        esac
    done <"$1"
    [ "${#missing[@]}" -eq 0 ] || die "the kernel does not take ${missing[*]}: see $2"
}

# configuration_key NAME: what decides what is built: the sources, the options, the compiler.
configuration_key() {
    local suite options package
    read -r suite package options <<<"$(configuration_line "$1")"
    (suite_lists "$suite") || say "without the package lists of $suite the sources stay as they are"
    package=$(source_version "$suite" "$package") || exit 1
    # shellcheck disable=SC2086 # words
    printf '%s\n%s\n%s\n' "$package" "$(wanted_options $options | sha256sum | cut -c1-16)" "$(gcc --version | head -n 1)"
}

# build_configuration NAME: prints the folder with boot/ (vmlinuz, config, System.map, vmlinux) and lib/modules/ of that
# kernel. One folder of objects serves all configurations, so that what two of them share is compiled once.
build_configuration() {
    local name=$1 key package suite options source objects tree
    key=$(configuration_key "$name") || exit 1
    tree=$(lab_cache)/kernel-of-$name
    if [ "$(cat "$tree/complete" 2>/dev/null)" != "$key" ]; then
        read -r suite package options <<<"$(configuration_line "$name")"
        package=$(head -n 1 <<<"$key")
        source=$(source_tree "$suite" "$package") || exit 1
        objects=$(lab_cache)/objects-${package//=/_}
        say "building $name of $package: minutes (log: $objects/$name.log)"
        rm -rf "$tree"
        configure_kernel
        kernel_make all >>"$objects/$name.log" 2>&1 ||
            die "cannot build $name: $(grep -m 3 -iE 'error|\*\*\*' "$objects/$name.log")"
        keep_kernel
        printf '%s\n' "$key" >"$tree/complete"
    fi
    printf '%s\n' "$tree"
}

# check_configuration NAME: whether its sources take all of its options; builds nothing.
check_configuration() {
    local name=$1 package suite options source objects
    read -r suite package options <<<"$(configuration_line "$name")"
    (suite_lists "$suite") || say "without the package lists of $suite the sources stay as they are"
    package=$(source_version "$suite" "$package") || exit 1
    source=$(source_tree "$suite" "$package") || exit 1
    objects=$(lab_cache)/configured-${package//=/_}
    configure_kernel
    printf '%s: %s takes all of its options\n' "$name" "$package"
}

# What these call, with their variables.
configure_kernel() {
    mkdir -p "$objects"
    # shellcheck disable=SC2086 # words
    wanted_options $options >"$objects/$name.wanted"
    kernel_make KCONFIG_ALLCONFIG="$objects/$name.wanted" allnoconfig >"$objects/$name.log" 2>&1 ||
        die "cannot configure $name: $(tail -n 3 "$objects/$name.log")"
    check_options "$objects/$name.wanted" "$objects/.config"
}

# The date is fixed: two builds of one configuration are the same.
kernel_make() {
    nice make -C "$source" O="$objects" -j "${FBUNDLE_LAB_JOBS:-$(nproc)}" LOCALVERSION="-lab-$name" KBUILD_BUILD_TIMESTAMP='2026-01-01' \
        KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=lab "$@"
}

keep_kernel() {
    local version
    version=$(cat "$objects/include/config/kernel.release")
    mkdir -p "$tree/boot" "$tree/lib/modules/$version"
    cp "$objects/arch/x86/boot/bzImage" "$tree/boot/vmlinuz-$version"
    cp "$objects/.config" "$tree/boot/config-$version"
    cp "$objects/System.map" "$objects/vmlinux" "$tree/boot/"
    if grep -q '^CONFIG_MODULES=y' "$objects/.config"; then
        kernel_make INSTALL_MOD_PATH="$tree" INSTALL_MOD_STRIP=1 modules_install >>"$objects/$name.log" 2>&1 ||
            die "cannot install the modules of $name: $(tail -n 3 "$objects/$name.log")"
    else
        cp "$objects"/modules.{builtin,order} "$tree/lib/modules/$version/" 2>/dev/null || true
    fi
    PATH="$PATH:/sbin:/usr/sbin" depmod -b "$tree" "$version" || die "depmod failed for $name"
}
