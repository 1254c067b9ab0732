# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # warnings is run's
# The programs of the server workload that no package has: the locks of musl, of 32 bits, of Rust, Go and Python.

# build_server DIR WITHOUT: builds them into DIR, with the host's compilers, but for what is in the list WITHOUT.
# Those of Rust and Go are left out, with a word, where these are not to be had.
build_server() {
    local dir=$1 without=" $2 " part sources=("$HERE"/actors/{main,actor,locks}.c)
    cp "$HERE"/server/{locks.py,layers.py,upstream.py,nginx.conf,pg_hba.conf} "$dir/"
    for part in musl i386 rust go; do
        [[ $without == *" $part "* ]] || "build_$part"
    done
}

# What build_server calls, with its variables.
build_musl() {
    need_programs musl-gcc:musl-tools
    # musl's own headers lack those of the kernel.
    musl-gcc "${warnings[@]}" -static -DLAB_LOCKS_ONLY -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu \
        -o "$dir/actors-musl" "${sources[@]}"
}

build_i386() {
    [ -e /usr/lib/gcc/x86_64-linux-gnu/"$(gcc -dumpversion)"/32 ] || install_packages gcc-multilib
    gcc -m32 "${warnings[@]}" -static -DLAB_LOCKS_ONLY -pthread -o "$dir/actors-i386" "${sources[@]}"
}

build_rust() {
    need_programs rustc:rustc
    rustc -O --edition 2021 -o "$dir/locks-rust" "$HERE/server/locks.rs" 2>"$WORK/rust.log" ||
        say "no Rust in this workload: $(tail -n 1 "$WORK/rust.log")"
}

build_go() {
    need_programs go:golang-go
    (cd "$HERE/server" && CGO_ENABLED=0 GO111MODULE=off GOCACHE="$WORK/go" go build -o "$dir/locks-go" locks.go) ||
        say "no Go in this workload"
}

# keep_server_programs ROOT LAB SYSROOT: the programs and libraries that its processes map.
keep_server_programs() {
    local root=$1 lab=$2 to=$3 file
    cp "$lab"/locks* "$to/lab/"
    for file in usr/sbin/nginx usr/bin/redis-server usr/bin/redis-cli usr/bin/curl usr/bin/python3.?? \
        usr/lib/postgresql/*/bin/{postgres,psql}; do
        # shellcheck disable=SC2086 # a pattern within the root
        (cd "$root" && cp --parents -L $file "$to/" 2>/dev/null) || true
    done
    return 0
}
