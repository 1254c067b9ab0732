#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# eval: numbers and symbols, in all bases.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run eval "$dump" '(1 << 12 | 0xf) * 2'
expect_status 0 "an expression"
expect_line stdout '^hexadecimal: 0x201e$' "hexadecimal"
expect_line stdout '^ +decimal: 8222$' "decimal"
expect_line stdout '^ +octal: 020036$' "octal"
expect_line stdout '^ +binary: 0{50}10000000011110$' "binary"
run eval "$dump" -- -1
expect_line stdout '^ +decimal: 18446744073709551615 \(-1\)$' "with its sign"

# The same by what sym says.
run sym "$dump" schedule --json
address=$(json '.symbols[0].address')
run eval "$dump" schedule + 0x10 --json
expect_status 0 "a symbol"
expect test "$(json '.value')" = "$(printf '0x%x' $((address + 16)))" "its address is what sym has"
expect_json '.expression == "schedule + 0x10" and .signed < 0 and .overflow == false' "as JSON"

run eval "$dump" '0xffffffffffffffff + 1' --json
expect_status 3 "an overflow"
expect_json '.overflow and .value == "0x0" and (.warnings | length == 1)' "is told"
run eval "$dump" 1 / 0
expect_error 1 'division by zero' "a division by zero"
run eval "$dump" no_such_symbol
expect_error 1 'no_such_symbol' "an unknown symbol"
run eval "$dump" '(1'
expect_error 1 'not closed' "an open parenthesis"
run eval "$dump"
expect_status 2 "no expression"
run shell "$dump" -c 'eval 1g + 0x10'
expect_line stdout '^hexadecimal: 0x40000010$' "as crash has it"
finish
