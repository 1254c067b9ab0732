#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same as test_truth.sh on larger samples: $FBUNDLE_DATA holds a folder of each, as samples/lab/run
# leaves it.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"
# shellcheck source=tests/truth/sample.sh
. "$top/tests/truth/sample.sh"

if [ -z "${FBUNDLE_DATA:-}" ]; then
    skip "larger samples: FBUNDLE_DATA is not set"
    finished=yes
    exit 0
fi
for folder in "$FBUNDLE_DATA"/*/; do
    folder=${folder%/}
    [ -d "$folder/truth" ] || continue
    name=$(basename "$folder")
    cores=("$folder"/core.*)
    truth_hold "$name" "$folder"/dump.* "$folder/truth" "$folder/dmesg.txt" 100 "${cores[@]}"
    # The originals are not compressed: what comes back must be the same files.
    mkdir "$work/cores.$name"
    run extract "$work/$name.fbundle" --all -o "$work/cores.$name"
    expect_status 0 "$name: every core can be extracted"
    for core in "${cores[@]}"; do
        expect_same "$core" "$work/cores.$name/$(basename "$core")" "$name: $(basename "$core") comes back bit for bit"
    done
    rm -rf "$work/cores.$name" "$work/$name.fbundle"
done
finish
