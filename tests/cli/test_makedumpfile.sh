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
# The real one, which says that it was run. With REAL_IS_OLD it says too, where the real one does, that it does not know the
# kernel, and ends well in spite of it.
cat >"$work/bin/makedumpfile" <<'END'
#!/bin/bash
echo "real: $*" >&2
[ ! -e "$REAL_FAILS" ] || exit 1
for last; do :; done
if [ -e "$REAL_IS_OLD" ]; then
    [ ! -e "$REAL_FAILS_UNFILTERED" ] || [ "$last" != -d17 ] || exit 1
    if [ "$1" = -F ]; then exec 3>&2; else exec 3>&1 && : >"${@: -1}"; fi
    echo "The kernel version is not supported." >&3
    echo "The makedumpfile operation may be incomplete." >&3
fi
echo made by the real one
END
chmod 755 "$work/bin/makedumpfile"
export REAL_FAILS=$work/fails REAL_IS_OLD=$work/old REAL_FAILS_UNFILTERED=$work/fails-unfiltered

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

# The level, in the second header of a plain dump.
expect_level() { expect [ "$(od -An -tu4 -j4104 -N4 "$work/level" | tr -d ' ')" = "$1" ] "$2"; }

# What fails in us is done by others.
PATH=$work/bin:$PATH
run makedumpfile -F -c -d 31 --keep-process nobody --budget=4M --with-files "$dump"
expect_line stderr "no process is 'nobody'" "an option of fbundle's own, which fbundle cannot meet"
expect_line stderr '^real: -F -c -d 31 '"$dump"'$' "makedumpfile is run without it"
run makedumpfile -F -c -d 31 --keep-process 132 "$dump"
expect_no_line stderr '^real' "one that it can"
cp "$work/stdout" "$work/flat"
run info "$work/flat"
expect_status 0 "gives a dump"
run makedumpfile -c "$dump" "$work/level"
expect_level 0 "no level is level 0, as makedumpfile has it"
run makedumpfile -F -E -d 31 "$dump"
expect_status 0 "an option that fbundle does not have"
expect_line stderr "^real: -F -E -d 31 $dump" "goes to makedumpfile at once"
expect_no_line stderr 'trying again' "and nothing else is tried"
head -c 5000 "$dump" >"$work/cut"
run makedumpfile -F -c -d 31 "$work/cut"
expect_status 0 "a dump that fbundle cannot read"
expect_line stdout '^made by the real one$' "is left to makedumpfile"
expect_line stderr 'trying again without process memory' "after the filter alone"
# A makedumpfile that is older than the kernel: of one without a flag for slabs it takes slabs in use for other pages.
: >"$REAL_IS_OLD"
run makedumpfile -F -c -d 31 "$work/cut"
expect_status 0 "a makedumpfile that does not know the kernel"
expect_line stderr 'does not know the kernel' "is ended"
expect_line stderr "^real: -F -c -d 31 $work/cut -d17\$" "and run to keep process memory and cache"
expect [ "$(cat "$work/stdout")" = 'made by the real one' ] "which is all that is written"
run makedumpfile -F -c -d 3,11 "$work/cut"
expect_line stderr "^real: -F -c -d 3,11 $work/cut -d1\$" "free pages too, where they were to be kept"
for level in 1 16 17; do
    run makedumpfile -F -c -d $level "$work/cut"
    expect_status 0 "level $level"
    expect_no_line stderr 'does not know' "has no use for what it does not know"
done
{ cat "$work/cut" && echo 'NUMBER(PG_slab)=9'; } >"$work/cut-with-flag"
run makedumpfile -F -c -d 31 "$work/cut-with-flag"
expect_status 0 "a kernel with a flag for slabs"
expect_no_line stderr 'does not know' "is filtered well"
: >"$REAL_FAILS_UNFILTERED"
run makedumpfile -F -c -d 31 "$work/cut"
expect_status 0 "where it cannot do with less either"
expect_same "$work/cut" "$work/stdout" "all of the memory is written as it is"
run makedumpfile -c -d 31 "$work/cut" "$work/none"
expect_status 1 "to a file"
expect_no_file "$work/none" "what it began is removed"
echo mine >"$work/mine"
run makedumpfile -c -d 31 "$work/cut" "$work/mine"
expect [ -e "$work/mine" ] "but no file that was there"
run makedumpfile --dump-dmesg "$work/cut" "$work/none"
expect_status 0 "for the log it need not know the kernel"
rm -f "$REAL_FAILS_UNFILTERED" "$REAL_IS_OLD" "$work/none" "$work/mine"

# Pages whose use is not known may be known to makedumpfile. Where they are not, fbundle keeps them all.
run merge "$dump" "$samples"/core.128.xz -o "$work/whole"
run vtop "$work/whole" __start_BTF --json
start=$(json .physical)
run sym "$work/whole" __start_BTF --json
types=$(json '.symbols[0].address')
run sym "$work/whole" __stop_BTF --json
python3 "$top/tests/cli/lose_pages.py" zeros "$work/whole" "$work/untyped" "$start" \
    "$(printf '%x' $(($(json '.symbols[0].address') - types)))"
report $? "a dump without types"
run dump "$work/untyped" --keep none --need-classes -o "$work/none"
expect_status 1 "--need-classes where classes are not known"
expect_line stderr 'what pages are used for is not known' "says so"
expect_no_file "$work/none" "and writes nothing"
run dump "$work/untyped" --keep none --need-classes -d 1 -o "$work/all"
expect_status 3 "at a level that leaves out none they need not be"
run makedumpfile -F -c -d 31 "$work/untyped"
expect_status 0 "a kernel without types"
expect_line stdout '^made by the real one$' "is left to makedumpfile"
: >"$REAL_FAILS"
run makedumpfile -F -c -d 31 "$work/untyped"
expect_status 0 "and if that fails"
expect_line stderr 'keeping all pages' "fbundle keeps all pages"
cp "$work/stdout" "$work/flat"
run info "$work/flat"
expect_line stdout 'kdump-compressed, pages zlib, flattened' "in a dump"
run makedumpfile -c -d 31 "$work/untyped" "$work/none"
expect_status 1 "a file that makedumpfile may have begun is left to who called"
rm "$REAL_FAILS"

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
expect_line stderr "^real: -F -c -d 31 $dump\$" "with its arguments"
: >"$REAL_IS_OLD"
run_program sh "$work/script" -F -c -d 31 "$work/cut"
expect_status 0 "and one that does not know the kernel"
expect_line stderr "^real: -F -c -d 31 $work/cut -d 17\$" "is to keep process memory and cache"
run_program sh "$work/script" -F -c -d 31 "$work/cut-with-flag"
expect_line stderr "^real: -F -c -d 31 $work/cut-with-flag\$" "but not of a kernel with a flag for slabs"
run_program sh "$work/script" --dump-dmesg "$work/cut" "$work/none"
expect_line stderr "^real: --dump-dmesg $work/cut $work/none\$" "and not for the log"
rm "$REAL_IS_OLD"

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
