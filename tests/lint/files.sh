# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Which files the lint scripts look at. Sourced, with the top of the source tree as current folder.

# lint_files: every file of the project, NUL-terminated; without git, every file but builds.
lint_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
            [ ! -f "$file" ] || printf '%s\0' "$file"
        done
    else
        find . -path './build*' -prune -o -path ./out -prune -o -type f -printf '%P\0'
    fi
}

# lint_c: C sources and headers, one a line.
lint_c() { lint_files | tr '\0' '\n' | grep -E '\.[ch]$'; }

# lint_scripts: shell scripts, one a line, by name or first line.
lint_scripts() {
    local file first
    lint_files | while IFS= read -r -d '' file; do
        case $file in
        *.sh | *.bash-completion) printf '%s\n' "$file" ;;
        tests/fuzz/corpus/* | *.*) ;;
        *)
            IFS= read -r first <"$file" 2>/dev/null || true
            [[ ${first-} =~ ^#!.*(/|[[:space:]])(ba|da)?sh ]] && printf '%s\n' "$file"
            ;;
        esac
    done
    return 0
}
