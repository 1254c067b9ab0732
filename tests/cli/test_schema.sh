#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The JSON of every command is what docs/schema says.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
cores=("$samples"/core.* "$samples"/*.crash)
adopt "$top/tests/truth/schema" "$FBUNDLE" "$samples"/dump.* "${cores[@]}"
finish
