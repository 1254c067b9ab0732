# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # work and top are the harness's
# For tests that hold answers against a sample's truth. Sourced behind tests/cli/harness.sh.

pages=$(dirname "$FBUNDLE")/tests/truth_pages

# truth_hold NAME DUMP TRUTH DMESG SYMBOLS CORE...: merges, and holds the bundle against the truth.
truth_hold() {
    local name=$1 dump=$2 truth=$3 dmesg=$4 symbols=$5
    shift 5
    run merge "$dump" "$@" -o "$work/$name.fbundle" --json
    expect_status 0 "$name: merge is complete"
    expect_json "(.cores | length == $#) and .pages_added > 0" "$name: every core is listed, pages were added"
    adopt "$top/tests/truth/check" "$FBUNDLE" "$work/$name.fbundle" "$truth" --dmesg "$dmesg" --dump "$dump" \
        --symbols "$symbols" --segments 4
    if [ -x "$pages" ]; then
        adopt "$pages" "$dump" "$work/$name.fbundle" "$truth/pages"
    else
        skip "$name: pages against the truth: $pages was not built"
    fi
}
