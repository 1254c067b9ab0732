#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual page, docs/cli.md and the completion know every command and every option, and no others.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

page=$top/docs/fbundle.1
reference=$top/docs/cli.md
export LC_ALL=C.UTF-8

# check_formatting PROGRAM ARG...: it formats the page, and complains of nothing.
check_formatting() {
    if ! command -v "$1" >/dev/null; then
        skip "the page by $1: it is not installed"
        return
    fi
    run_program "$@"
    [ "$status" -eq 0 ] && [ -s "$work/stdout" ] && [ ! -s "$work/stderr" ]
    report $? "$1 formats the page without a warning"
}

check_formatting groff -mandoc -ww -Tutf8 "$page"
check_formatting man --warnings=w -P cat -l "$page"
if command -v mandoc >/dev/null; then
    run_program mandoc -T lint -W warning "$page"
    expect test ! -s "$work/stdout" "mandoc finds nothing wrong with the page"
else
    skip "the page by mandoc: it is not installed"
fi

# page_part NAME: the options that the page lists below the heading whose first word is NAME.
page_part() {
    awk -v name="$1" '
        /^\.S[hs] / { inside = $2 == name }
        inside && /^\.It Fl / {
            for (i = 1; i < NF; i++)
                if ($i == "Fl")
                    print "-" $(i + 1)
        }' "$page"
}

# reference_part NAME: cli.md below the heading whose first word is NAME.
reference_part() {
    awk -v name="$1" '/^## / { inside = $2 == name } inside' "$reference"
}

# help_options, common_options: the long options (and -j) that the help in $work/stdout lists, the command's
# own and those of all commands.
listed_options() { grep -oE '^ +(-[^ ,]+, +)?(--[a-z-]+|-j)' | grep -oE -- '--[a-z-]+|-j'; }
help_options() { sed '/^ Everywhere:/,$d' "$work/stdout" | listed_options; }
common_options() { sed -n '/^ Everywhere:/,$p' "$work/stdout" | listed_options; }

# same_words WORDS WORDS TEXT
same_words() {
    local missing
    missing=$(comm -3 <(sort -u <<<"$1") <(sort -u <<<"$2") | tr '\n' ' ')
    expect test -z "$missing" "$3"
    [ -z "$missing" ] || printf '# only in one (left: the help): %s\n' "$missing"
}

# -h and help are what people type first; what is mistyped is understood.
run --help
cp "$work/stdout" "$work/help"
run -h
expect_same "$work/help" "$work/stdout" "-h is --help"
run help
expect_same "$work/help" "$work/stdout" "help too"
run bt --help
cp "$work/stdout" "$work/help"
for words in "bt -h" "help bt" "bt dump -h"; do
    # shellcheck disable=SC2086 # words
    run $words
    expect_status 0 "$words"
    expect_same "$work/help" "$work/stdout" "$words is bt --help"
done
run help no-such-command
expect_error 2 "no command 'no-such-command'" "help of no command"
while read -r typed meant; do
    run "$typed" dump
    expect_error 2 "no command '$typed': did you mean '$meant'\?" "$typed: did you mean $meant"
done <<<"btt bt
waist waits
extrat extract
Info info
merg merge
reprot report"
for typed in x gdb frobnicate "$(printf '%0100d' 0)"; do
    run "$typed" dump
    expect_error 2 "no command '$typed': \`fbundle" "$typed is near to no command"
done
for words in "merge dump core" "extract dump 1" "report dump"; do
    # shellcheck disable=SC2086 # words
    run $words -o -
    command=${words%% *}
    expect_error 2 "fbundle $command: -o takes a file, and cannot write to standard output" "$command -o -"
done

run --help
mapfile -t commands < <(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/stdout")
expect test "${#commands[@]}" -ge 16 "the help lists commands"
same_words "$(printf '%s\n' "${commands[@]}")" "$(sed -n '/^\.Sh COMMANDS/,/^\.Sh ENV/s/^\.Ss \([a-z]*\).*/\1/p' "$page")" \
    "the page has a section for each command"
same_words "$(printf '%s\n' "${commands[@]}")" "$(sed -n 's/^## \([a-z]*\) .*[A-Z].*/\1/p' "$reference")" \
    "cli.md has a section for each command"
for command in "${commands[@]}"; do
    run "$command" --help
    options=$(help_options)
    same_words "$options" "$(page_part "$command" | grep -e ^--)" "$command: the page has its options"
    missing=
    for option in $options; do
        reference_part "$command" | grep -qE -- "(^|[^a-z-])$option([^a-z-]|$)" || missing+=" $option"
    done
    expect test -z "$missing" "$command: cli.md has its options${missing:+, but not$missing}"
    # Short options of both name the same long one.
    sed '/^ Everywhere:/,$d' "$work/stdout" | sed -nE 's/^ +(-[^ ,]), (--[a-z-]+).*/\1 \2/p' | sort >"$work/short-help"
    awk -v name="$command" '/^\.S[hs] / { inside = $2 == name } inside && /^\.It Fl .* , Fl -/ { print "-" $3, "-" $6 }' \
        "$page" | sort >"$work/short-page"
    expect_same "$work/short-help" "$work/short-page" "$command: the page has its short options"
done
common=$(common_options)
same_words "$common" "$(page_part OPTIONS | grep -e ^-- -e ^-j)" "the page has the options of all commands"
missing=
for option in $common; do
    reference_part Everywhere | grep -qF -- "\`$option" || missing+=" $option"
done
expect test -z "$missing" "cli.md has the options of all commands${missing:+, but not$missing}"
for name in DEBUGINFOD_URLS TMPDIR NO_COLOR TERM; do
    grep -q "^\.It Ev.*$name" "$page"
    report $? "the page has $name"
done

# The completion: complete WORD... leaves the answers for the last word in COMPREPLY.
mkdir "$work/files" "$work/files/folder"
touch "$work/files/dump.1" "$work/files/core.1"
cd "$work/files" || exit
# shellcheck source=cmd/fbundle.bash-completion
. "$top/cmd/fbundle.bash-completion"
complete_words() {
    command_line="completion of: $*"
    COMP_WORDS=(fbundle "$@")
    COMP_CWORD=$#
    _fbundle "$FBUNDLE" 2>/dev/null
    mapfile -t COMPREPLY < <(printf '%s\n' "${COMPREPLY[@]}" | sort)
}
# expect_words TEXT WORD...: COMPREPLY is these.
expect_words() {
    local text=$1
    shift
    expect test "${COMPREPLY[*]}" = "$(printf '%s\n' "$@" | sort | paste -sd' ')" "completion: $text"
}
complete_words ""
expect_words "commands" "${commands[@]}" --help --version
complete_words ve
expect_words "a command by its beginning" verify
for command in "${commands[@]}"; do
    run "$command" --help
    mapfile -t options < <(help_options; common_options | grep -e ^--)
    complete_words "$command" --
    expect_words "options of $command" "${options[@]}"
    # What the help calls values, the completion must know.
    while read -r kind; do
        case $kind in
        N | MEMBER | PID) continue ;;
        WORDS) continue ;; # to be typed in full
        esac
        COMPREPLY=()
        _fbundle_value "$kind" ""
        expect test "${#COMPREPLY[@]}" -gt 0 "completion: values $kind of $command"
    done < <(grep -oE -- '--[a-z-]+=[A-Za-z]+' "$work/stdout" | sed 's/.*=//' | sort -u)
done
complete_words bt d
expect_words "files for INPUT" dump.1
complete_words bt dump.1 ""
expect_words "no files for PIDs" ""
complete_words merge dump.1 -o core.1 core.1 c
expect_words "files for each CORE" core.1
complete_words log --level
expect_words "an option by its beginning" --level
complete_words log --level = w
expect_words "values behind a sign" warn
complete_words log --level w
expect_words "values behind a blank" warn
complete_words rd dump.1 -p ""
expect_words "values of a short option" core
complete_words bt --sysroot = ""
expect_words "folders" folder
complete_words bt -a -j 3 --core = core.1 ""
expect_words "values are no arguments" core.1 dump.1 folder
complete_words nonsense ""
expect_words "nothing for no command" ""
cd "$top" || exit

build=$(dirname "$FBUNDLE")
if [ -f "$build/cmake_install.cmake" ] && command -v cmake >/dev/null; then
    run_program cmake --install "$build" --prefix "$work/installed"
    expect_file "$work/installed/bin/fbundle" "installed: the program"
    expect_same "$page" "$work/installed/share/man/man1/fbundle.1" "installed: the page"
    expect_same "$top/cmd/fbundle.bash-completion" \
        "$work/installed/share/bash-completion/completions/fbundle" "installed: the completion"
else
    skip "installing: $build is no build folder"
fi
finish
