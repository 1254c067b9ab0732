#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A short, fixed mutation sweep and attack: tests/hostile/sweep and tests/hostile/attack have thousands more,
# on demand.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

adopt python3 "$top/tests/hostile/sweep" "$FBUNDLE" "$samples" --mutants 6 --commands 3 --seed 1
adopt python3 "$top/tests/hostile/attack" "$FBUNDLE" "$samples" --mutants 2 --commands 2 --seed 1
adopt python3 "$top/tests/hostile/claims" "$FBUNDLE" "$samples"
adopt python3 "$top/tests/hostile/lost_tasks" "$FBUNDLE" "$samples" --rounds 10 --hidden 2 --each
adopt python3 "$top/tests/hostile/lost_vmas" "$FBUNDLE" "$samples" --processes 4
adopt python3 "$top/tests/hostile/lost_memory" "$FBUNDLE" "$samples" --cores 3
adopt python3 "$top/tests/hostile/lost_modules" "$FBUNDLE" "$samples" --pairs 5
finish
