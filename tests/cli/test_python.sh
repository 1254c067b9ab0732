#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The Python module on the sample, and the example scripts.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

library=$(dirname "$FBUNDLE")/libfbundle.so.0
if ! command -v python3 >/dev/null; then
    skip "the Python module: python3 is not installed"
    finish
fi
if [ ! -e "$library" ]; then
    skip "the Python module: there is no $library (ninja libfbundle)"
    finish
fi
if nm -D "$library" | grep -q ' __asan_'; then
    skip "the Python module: this Python loads no library of a sanitizer build"
    finish
fi
export PYTHONPATH=$top/bundle/library/python FBUNDLE_LIBRARY=$library PYTHONDONTWRITEBYTECODE=1
dump=$(echo "$samples"/dump.*)
bundle=$work/sample.fbundle
examples=$top/bundle/library/python/examples

run merge "$dump" "$samples"/core.* -o "$bundle"
expect_status 0 "a bundle of the sample"
adopt python3 "$top/tests/cli/library_python.py" "$bundle" "$dump" "$FBUNDLE"

run_program python3 "$examples/hung_threads.py" "$dump" "$samples"/core.*
expect_status 0 "hung_threads.py"
expect_line stdout '^5 threads in D state' "counts them"
expect_line stdout "^  waits for [0-9]+ s: 'rwsem i_rwsem:/in/d .*, by 336 dir-holder'$" "tells what each waits for"
expect_line stdout '^  kernel [0-9a-f]{16} __schedule$' "and its stack"
expect_line stdout '^deadlock: 130 -> 131 -> 130$' "and the deadlock"
expect_no_line stdout $'\x1b' "no control character of the dump"
run_program python3 "$examples/biggest_mappings.py" "$bundle" 2
expect_status 0 "biggest_mappings.py"
expect_line stdout "^ +132 +2048 +2048  'actors' ''$" "lists them"
expect_no_line stdout $'\x1b' "no control character of the dump"
run_program python3 "$examples/compare_tasks.py" "$dump" "$bundle"
expect_status 0 "compare_tasks.py"
expect_lines stdout 1 "a dump and its bundle have the same tasks"

# drgn is a module of Debian's own python3 only.
if /usr/bin/python3 -c 'import drgn' 2>/dev/null; then
    adopt /usr/bin/python3 "$top/tests/cli/library_drgn.py" "$bundle" "$samples/sysroot"
else
    skip "drgn's plugin: drgn is not installed (python3-drgn)"
fi

for example in "$examples"/*.py; do
    run_program python3 "$example"
    expect_error 1 "^$(basename "$example") DUMP" "$(basename "$example") tells its usage"
done
finish
