#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every command of the tutorial and of the pages for users of crash and gdb runs, and prints what stands there; so
# do the examples of --help.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"
export LC_ALL=C.UTF-8 TZ=UTC
unset COLUMNS

mkdir "$work/bin"
ln -s "$(realpath "$FBUNDLE")" "$work/bin/fbundle"
PATH=$work/bin:$PATH

# fresh_copy NAME: the sample alone in a folder, which becomes the current one.
fresh_copy() {
    mkdir "$work/$1"
    cp -r "$samples/." "$work/$1"
    cd "$work/$1" || exit
}

for page in tutorial crash-users gdb-users; do
    fresh_copy "$page"
    adopt "$top/tests/cli/documented.py" "$top/docs/$page.md"
done

# Examples: those for the host that is to be dumped have the prompt of root, and are left out.
fresh_copy examples
run --help
mapfile -t commands < <(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/stdout")
for command in "${commands[@]}"; do
    run "$command" --help
    mapfile -t examples < <(sed -n '/^Examples:/,$s/^    \$ //p' "$work/stdout")
    expect grep -qE '^    [$#] fbundle '"$command( |\$)" "$work/stdout" "$command: the help has an example"
    # A longer one would be broken over two lines.
    sed '1,/^Examples:/d' "$work/stdout" | grep -vE '^$|^  [^ ].*[:?]$|^    [$#] fbundle ' >"$work/broken"
    expect test ! -s "$work/broken" "$command: nothing else is among its examples"
    for example in "${examples[@]}"; do
        command_line=$example
        bash -c "set -o pipefail; $example" >"$work/stdout" 2>"$work/stderr" </dev/null
        status=$?
        [ "$status" -eq 0 ] || [ "$status" -eq 3 ]
        report $? "$example"
    done
done
finish
