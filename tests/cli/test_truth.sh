#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every answer on the small sample against what its kernel said of itself just before the panic.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"
# shellcheck source=tests/truth/sample.sh
. "$top/tests/truth/sample.sh"

shopt -s nullglob
cores=("$samples"/core.* "$samples"/*.crash)
tar -C "$work" -xf "$samples/truth.tar.xz"
truth_hold small "$samples"/dump.* "$work/truth" "$samples"/dmesg.* 30 "${cores[@]}"
finish
