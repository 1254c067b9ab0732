#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The sample's dump with more pages and with fewer, as other dump levels leave them: those of zeros, and
# those of processes, which a bundle has. What may be said more of each, and what must stay.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

if [ ! -x "$(dirname "$FBUNDLE")/tests/write_dump" ]; then
    skip "levels: tests/write_dump was not built"
    finished=yes
    exit 0
fi
adopt "$top/tests/formats/matrix" "$FBUNDLE" "$samples" --methods mixed --forms plain,elf --work "$work"
expect_line stdout '^[0-9]+ passed, 0 failed$' "every answer is the one that it has to be"
finish
