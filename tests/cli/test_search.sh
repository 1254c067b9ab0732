#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# search on the small sample: what is found is read again with rd, and is where other commands say it is.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run search "$dump" init_task
expect_status 0 "a value by its symbol"
value=$("$FBUNDLE" sym "$dump" init_task --json | jq -r '.symbols[0].address')
run search --json "$dump" "${value#0x}"
expect_json '.found == (.places | length) and .found > 10 and any(.places[]; .kind == "slab" and .name == "task_struct") and
    any(.places[]; .kind == "symbol" and .name == "init_task")' "and where it is"
for at in $(json '.places[:5][].address'); do
    expect test "$("$FBUNDLE" rd --json "$dump" "${at#0x}" 8 | jq -r .hex)" = \
        "$(printf '%s' "${value#0x}" | fold -w2 | tac | tr -d '\n')" "the value is at $at"
done
run search --json "$dump" -p init_task -j 1
cp "$work/stdout" "$work/one"
run search --json "$dump" -p init_task -j 4
expect_same "$work/one" "$work/stdout" "many threads find the same in the same order"
expect_json 'any(.places[]; .kind == "stack" and .tid > 0)' "in stacks too"
run search "$dump" -s "Linux version"
expect_line stdout '  linux_banner\+0x0$' "a text"
run search "$dump" -s "no such text in it"
expect_status 0 "nothing found is an answer"
expect test ! -s "$work/stdout" "and nothing is printed"
run search "$dump" -s x --process 999999
expect_error 1 '999999' "no such process"
run search "$dump"
expect_error 2 'VALUE' "nothing to search for"
run search "$dump" 1 -s x
expect_error 2 'one of' "two things to search for"
run search "$dump" 123456789 --word
expect_error 1 '4 bytes' "a word that is too large"
finish
