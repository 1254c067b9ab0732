# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For tests of the command line. A test file is
#
#     #!/bin/bash
#     # SPDX-License-Identifier: GPL-2.0-or-later
#     . "$(dirname "$0")/harness.sh"
#     run info "$dump"
#     expect_status 0 "info reads the sample"
#     expect_line stdout '^release +6\.1' "info names the release"
#     finish
#
# Each expect_ prints one "ok" or "not ok" line, the latter with what was seen. tests/run counts them.
# $FBUNDLE is the program, $samples the folder of the small sample, $work a folder of the test's own.

set -u
top=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
FBUNDLE=${FBUNDLE:-$top/build/fbundle}
# shellcheck disable=SC2034 # for the tests
samples=$top/samples/small
work=$(mktemp -d "${TMPDIR:-/tmp}/fbundle-cli.XXXXXX")
checks=0
failures=0
skipped=0
command_line=
status=
finished=no

harness_end() {
    local code=$?
    rm -rf "$work"
    # A test that stops midway has not passed.
    if [ "$finished" = no ]; then
        printf 'not ok - %s stopped before its end (status %s)\n' "$(basename "$0")" "$code"
        exit 1
    fi
}
trap harness_end EXIT

if [ ! -x "$FBUNDLE" ]; then
    printf '%s is missing: build it first, or set FBUNDLE\n' "$FBUNDLE" >&2
    exit 1
fi

# run ARG...: runs fbundle; leaves $status, and its output in $work/stdout and $work/stderr.
run() {
    command_line="fbundle $*"
    timeout 300 "$FBUNDLE" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
    status=$?
}

# run_program PROGRAM ARG...: the same for another program.
run_program() {
    command_line="$*"
    timeout 300 "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
    status=$?
}

# report GOOD TEXT: GOOD is 0 for success.
report() {
    checks=$((checks + 1))
    if [ "$1" -eq 0 ]; then
        printf 'ok - %s\n' "$2"
        return
    fi
    failures=$((failures + 1))
    printf 'not ok - %s\n' "$2"
    {
        printf '# command: %s\n# status: %s\n' "$command_line" "$status"
        head -n 20 "$work/stdout" | sed 's/^/# stdout: /'
        head -n 20 "$work/stderr" | sed 's/^/# stderr: /'
    } 2>/dev/null
}

# expect COMMAND... : the last argument is the text; the others are run, and must succeed.
expect() {
    local text=${!#}
    "${@:1:$#-1}" >/dev/null 2>&1
    report $? "$text"
}

# expect_status NUMBER TEXT
expect_status() {
    [ "$status" = "$1" ]
    report $? "$2 (status $1)"
}

# expect_line stdout|stderr REGEX TEXT: a line matches the extended regular expression.
expect_line() {
    grep -Eq -- "$2" "$work/$1"
    report $? "$3"
}

# expect_no_line stdout|stderr REGEX TEXT
expect_no_line() {
    ! grep -Eq -- "$2" "$work/$1"
    report $? "$3"
}

# expect_lines stdout|stderr NUMBER TEXT: exactly so many lines.
expect_lines() {
    [ "$(wc -l <"$work/$1")" -eq "$2" ]
    report $? "$3"
}

# expect_json FILTER TEXT [JQ_ARG...]: stdout is one JSON value for which the jq filter is true.
expect_json() {
    local filter=$1 text=$2
    shift 2
    jq -es "$@" "(length == 1) and (.[0] | $filter)" "$work/stdout" >/dev/null 2>"$work/jq"
    report $? "$text"
    [ ! -s "$work/jq" ] || sed 's/^/# jq: /' "$work/jq"
}

# json FILTER: prints what the jq filter gives of stdout.
json() { jq -r "$1" "$work/stdout"; }

# expect_file FILE TEXT, expect_no_file FILE TEXT
expect_file() {
    [ -f "$1" ]
    report $? "$2"
}

expect_no_file() {
    [ ! -e "$1" ]
    report $? "$2"
}

# expect_same FILE FILE TEXT: byte for byte.
expect_same() {
    cmp -s -- "$1" "$2"
    report $? "$3"
}

# expect_error STATUS REGEX TEXT: that status, one line on stderr, which matches, and no more.
expect_error() {
    [ "$status" = "$1" ] && [ "$(wc -l <"$work/stderr")" -eq 1 ] && grep -Eq -- "$2" "$work/stderr"
    report $? "$3 (status $1, one line)"
}

# adopt PROGRAM ARG...: runs a program that prints such lines itself, and counts them as ours.
adopt() {
    local good bad
    command_line="$*"
    status=0
    "$@" </dev/null >"$work/stdout" 2>"$work/stderr" || status=$?
    cat "$work/stdout"
    good=$(grep -c '^ok ' "$work/stdout")
    bad=$(grep -c '^not ok ' "$work/stdout")
    checks=$((checks + good + bad))
    failures=$((failures + bad))
    # It may also die without a word.
    if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; }; then
        report 1 "$(basename "$1") runs to its end"
    fi
}

# skip TEXT: says that checks are left out, and why.
skip() {
    skipped=$((skipped + 1))
    printf 'skipped - %s\n' "$1"
}

# finish: last line of every test file.
finish() {
    finished=yes
    if [ "$checks" -eq 0 ] && [ "$skipped" -eq 0 ]; then
        printf 'not ok - %s checked nothing\n' "$(basename "$0")"
        exit 1
    fi
    [ "$failures" -eq 0 ]
    exit
}
