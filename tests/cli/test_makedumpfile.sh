#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fbundle in makedumpfile's place: a dump comes out whatever fails, and `dump --install` puts it there.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
root=$work/root
defaults=$root/etc/default/kdump-tools
script=$root/usr/local/lib/fbundle/kdump/makedumpfile
mkdir -p "$root/etc/default" "$work/bin"
# The real one, which says that it was run.
cat >"$work/bin/makedumpfile" <<'END'
#!/bin/sh
echo "real: $*" >&2
[ -e "$REAL_FAILS" ] && exit 1
echo made by the real one
END
chmod 755 "$work/bin/makedumpfile"
export REAL_FAILS=$work/fails

run dump --install --root "$root"
expect_error 1 'kdump-tools is not installed' "--install without kdump-tools"
echo 'USE_KDUMP=1' >"$defaults"
run dump --check --root "$root"
expect_status 3 "--check before"
expect_line stderr 'has not the PATH' "and what is missing"
run dump --install --root "$root"
expect_status 0 "--install"
expect [ -x "$script" ] "the script is there"
run dump --check --root "$root"
expect_status 3 "--check below a root that lacks the program"
mkdir -p "$root$(dirname "$FBUNDLE")" && : >"$root$(realpath "$FBUNDLE")" && chmod 755 "$root$(realpath "$FBUNDLE")"
run dump --check --root "$root"
expect_status 0 "--check with it"

# As kdump-config does it: its PATH, then its configuration.
expect_line_of_path() { sh -c 'PATH=/bin:/usr/bin; . "$1"; echo "$PATH"' sh "$defaults" >"$work/path"; }
expect_line_of_path
expect grep -qx '/usr/local/lib/fbundle/kdump:/bin:/usr/bin:/sbin:/usr/sbin' "$work/path" "PATH leads to it"

run_program "$script" -F -c -d 31 "$dump"
expect_status 0 "the script runs fbundle"
cp "$work/stdout" "$work/flat"
run info "$work/flat" --json
expect_json '.dump.flattened and .dump.pages_dumped == 18025' "which writes the dump"
run_program "$script" --dump-dmesg "$dump" "$work/dmesg"
expect_status 0 "and the log"
cmp -s "$work/dmesg" "$samples"/dmesg.*
report $? "which is the one of makedumpfile"
for arguments in "-l --message-level 7 -d 31" "-z -d 17 --num-threads 2" "-f -x none -d 31"; do
    # shellcheck disable=SC2086 # words
    run_program "$script" $arguments "$dump" "$work/out"
    expect_status 0 "$arguments"
    run info "$work/out"
    expect_status 0 "and its dump can be read"
    [ "$arguments" = "-z -d 17 --num-threads 2" ] || rm -f "$work/out"
done

# What fails in us is done by others.
PATH=$work/bin:$PATH
run makedumpfile -F -c -d 31 --keep-process nobody "$dump"
expect_line stderr 'running makedumpfile instead' "an option that makedumpfile does not have and fbundle cannot meet"
run makedumpfile -F -E -d 31 "$dump"
expect_status 0 "an option that fbundle does not have"
expect_line stderr "^real: -F -E -d 31 $dump" "goes to makedumpfile at once"
expect_no_line stderr 'trying again' "and nothing else is tried"
head -c 5000 "$dump" >"$work/cut"
run makedumpfile -F -c -d 31 "$work/cut"
expect_status 0 "a dump that fbundle cannot read"
expect_line stdout '^made by the real one$' "is left to makedumpfile"
expect_line stderr 'trying again without process memory' "after the filter alone"
: >"$REAL_FAILS"
run makedumpfile -F -c -d 31 "$work/cut"
expect_status 0 "where that fails too"
expect_same "$work/cut" "$work/stdout" "all of the memory is written as it is"
run makedumpfile -c -d 31 "$work/cut" "$work/none"
expect_status 1 "to a file this is left to who called"
expect_no_file "$work/none" "which finds none"
run makedumpfile --dump-dmesg "$work/cut" "$work/none"
expect_status 1 "no log of it"
"$FBUNDLE" makedumpfile -F -d 31 "$dump" >/dev/full 2>"$work/stderr"
expect [ $? -eq 1 ] "no space for the dump"
expect_line stderr 'cannot write standard output: No space left' "is said"
expect_no_line stderr 'instead' "and nothing is written a second time"

# fbundle that does not start, as after an upgrade of a library.
sed "s|^program=.*|program=$work/gone|; s|^PATH=.*|PATH=$work/bin:/bin:/usr/bin|" "$script" >"$work/script"
rm "$REAL_FAILS"
run_program sh "$work/script" -F -c -d 31 "$dump"
expect_status 0 "a program that does not start"
expect_line stdout '^made by the real one$' "leaves it to makedumpfile"

run dump --uninstall --root "$root"
expect_status 0 "--uninstall"
expect [ "$(cat "$defaults")" = USE_KDUMP=1 ] "the configuration is as it was"
expect_no_file "$script" "the script is gone"
for bad in "--install x" "--root $root" "--check --json" ""; do
    # shellcheck disable=SC2086 # words
    run dump $bad
    expect_status 2 "dump $bad"
done
finish
