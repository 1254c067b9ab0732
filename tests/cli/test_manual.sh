#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual page, docs/cli.md and the completion know every command and every option, and no others.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

build=$(dirname "$(realpath "$FBUNDLE")")
pages=$build/man
page=$pages/fbundle.1
export LC_ALL=C.UTF-8

# check_formatting PAGE PROGRAM ARG...: it formats the page, and complains of nothing.
check_formatting() {
    local name
    name=$(basename "$1")
    shift
    if ! command -v "$1" >/dev/null; then
        skip "$name by $1: it is not installed"
        return
    fi
    run_program "$@"
    [ "$status" -eq 0 ] && [ -s "$work/stdout" ] && [ ! -s "$work/stderr" ]
    report $? "$1 formats $name without a warning"
}

expect test "$(find "$pages" -name '*.1' | wc -l)" -ge 17 "there are manual pages"
for file in "$pages"/*.[157] "$top"/docs/man/*.7; do
    macros=-mdoc
    [ "$file" != "$pages/fbundle.5" ] || macros='-K utf8 -t -man'
    # shellcheck disable=SC2086 # words
    check_formatting "$file" groff $macros -ww -Tutf8 "$file"
    check_formatting "$file" man --warnings=w -P cat -l "$file"
    if command -v mandoc >/dev/null; then
        # That other packages' pages are not installed is no fault.
        mandoc -T lint -W style "$file" 2>/dev/null | grep -v -e 'referenced manual not found' -e 'skipping paragraph macro' >"$work/lint"
        expect test ! -s "$work/lint" "mandoc finds nothing wrong with $(basename "$file")"
        sed 's/^/# /' "$work/lint"
    else
        skip "$(basename "$file") by mandoc: it is not installed"
    fi
done

# page_options PAGE: the options that a page lists.
page_options() {
    awk '/^\.It Fl / { for (i = 1; i < NF; i++) if ($i == "Fl") print "-" $(i + 1) }' "$1"
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
same_words "$(printf '%s\n' "${commands[@]}")" "$(sed -n 's/^\.It Xr fbundle-\([a-z]*\) 1$/\1/p' "$page")" \
    "fbundle(1) lists each command"
same_words "$(printf '%s\n' "${commands[@]}")" "$(find "$pages" -name 'fbundle-*.1' | sed 's/.*fbundle-\(.*\)\.1/\1/')" \
    "there is a page for each command"
for command in "${commands[@]}"; do
    run "$command" --help
    same_words "$(help_options)" "$(page_options "$pages/fbundle-$command.1" | grep -e ^--)" "$command: the page has its options"
    # Short options of both name the same long one.
    sed '/^ Everywhere:/,$d' "$work/stdout" | sed -nE 's/^ +(-[^ ,]), (--[a-z-]+).*/\1 \2/p' | sort >"$work/short-help"
    awk '/^\.It Fl .* , Fl -/ { print "-" $3, "-" $6 }' "$pages/fbundle-$command.1" | sort >"$work/short-page"
    expect_same "$work/short-help" "$work/short-page" "$command: the page has its short options"
    # What it does, and its examples, are the help's, before anything else.
    sed -n '/^Examples:/,$s/^    [$#] //p' "$work/stdout" >"$work/examples-help"
    sed -n '/^\.Ss Examples/,/^\.Ss Details/s/^[$#] //p' "$pages/fbundle-$command.1" | sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g' >"$work/examples-page"
    expect_same "$work/examples-help" "$work/examples-page" "$command: the page has its examples"
done
common=$(common_options | grep -vx -e --help -e --usage)
expect grep -q "^\.Fl -help$" "$page" "fbundle(1) has --help"
same_words "$common" "$(page_options "$page" | grep -e ^-- -e ^-j)" "fbundle(1) has the options of all commands"
run_program "$top/tests/lint/pages" "$build"
expect_status 0 "cli.md has the headings and options of all commands, as the program has them"
# That says nothing unless a difference is found.
sed '/^| `--why/s/why/wherefore/' "$top/docs/cli.md" | "$build/make_pages" reference | cmp -s - "$top/docs/cli.md"
report $? "an option that cli.md alone had is made right"
sed '/^<!-- made: waits/d' "$top/docs/cli.md" >"$work/cli.md"
run_program bash -c "'$build/make_pages' reference <'$work/cli.md'"
expect_error 1 "made parts" "a command that cli.md lacks is missed"
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
        N | MEMBER | PID | ADDR | TEXT) continue ;;
        WORDS | SHARE) continue ;; # to be typed in full
        esac
        COMPREPLY=()
        program=$FBUNDLE _fbundle_value "$kind" ""
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

if [ -f "$build/cmake_install.cmake" ] && command -v cmake >/dev/null; then
    run_program cmake --install "$build" --prefix "$work/installed"
    expect_file "$work/installed/bin/fbundle" "installed: the program"
    for name in fbundle fbundle-merge; do
        expect_same "$pages/$name.1" "$work/installed/share/man/man1/$name.1" "installed: $name(1)"
    done
    expect_same "$top/docs/man/fbundle-kdump.7" "$work/installed/share/man/man7/fbundle-kdump.7" "installed: fbundle-kdump(7)"
    expect_same "$top/cmd/fbundle.bash-completion" \
        "$work/installed/share/bash-completion/completions/fbundle" "installed: the completion"
else
    skip "installing: $build is no build folder"
fi

# One version: CMake's, which the program tells, is that of the package and of the newest release.
run --version
version=$(sed 's/^fbundle //' "$work/stdout")
run_program "$top/release" --check
expect_line stdout "^version $version\$" "package, NEWS and program have one version"
for file in debian/changelog NEWS; do
    # A copy of what is asked, one of which tells another version.
    mkdir -p "$work/other/debian"
    cp "$top/release" "$top/CMakeLists.txt" "$top/NEWS" "$work/other"
    cp "$top/debian/changelog" "$work/other/debian"
    sed -i "1s/$version/9.9.9/" "$work/other/$file"
    run_program "$work/other/release" --check
    expect_error 1 "$file begins with" "another version in $file is found"
done
finish
