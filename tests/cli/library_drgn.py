# SPDX-License-Identifier: GPL-2.0-or-later
"""library_drgn.py BUNDLE SYSROOT: drgn's programs with the memory of processes (fbundle.drgn) on the sample. Prints
"ok" and "not ok" lines for tests/cli/test_python.sh."""
import sys

import drgn
import fbundle
from fbundle.drgn import bundle_of, process_program, select

PAGE = 4096
failed = False


def report(good, text):
    global failed
    failed = failed or not good
    print("ok" if good else "not ok", "-", text)


def read(function, address):
    """The first bytes of a page; None where it cannot be read."""
    try:
        return function(address, 64)
    except (drgn.FaultError, fbundle.Error):
        return None


def same_memory(process, program):
    """How many pages both can read, and how many they do not agree on."""
    pages = [(read(process.memory.read, address), read(program.read, address))
             for mapping in process.mappings() for address in range(mapping.start, mapping.end, PAGE)]
    return sum(one is not None for one, _ in pages), sum(one != other for one, other in pages)


def check_programs(bundle, sysroot):
    for pid in (130, 132):
        with bundle.task(pid).process() as process:
            readable, different = same_memory(process, process_program(bundle, pid))
            report(readable > 50 and not different, f"a program of {pid} has its memory")
    made = process_program(bundle, 132, sysroot=sysroot)
    if not hasattr(made, "modules"):
        print(f"skipped - modules of a process: this drgn ({drgn.__version__}) has none")
        return
    frame = next(one for one in bundle.task(132).stack().user if one.object == "/lab/actors")
    module = next(one for one in made.modules() if one.name == "/lab/actors")
    report(module.address_range[0] <= frame.pc < module.address_range[1], "its program is a module")
    report(module.build_id is not None and module.build_id.hex() == frame.build_id, "with its build-id")
    report(module.loaded_file_path is not None, "whose file is found below a sysroot")


def check_selected(bundle, path, sysroot):
    program = drgn.Program()
    program.set_core_dump(path)
    if not hasattr(program, "core_dump_path"):
        try:
            select(program, 130)
            report(False, "a drgn that does not tell the dump's path needs it")
        except ValueError as error:
            report("path" in str(error), "a drgn that does not tell the dump's path needs it")
    for pid in (130, 132):
        select(program, pid, path=path, sysroot=sysroot)
        with bundle.task(pid).process() as process:
            readable, different = same_memory(process, program)
            report(readable > 50 and not different, f"user addresses are those of {pid} once it is selected")
    banner = bundle.symbol("linux_banner")
    report(program.read(banner, 13) == bundle.kernel.read(banner, 13) == b"Linux version", "kernel addresses stay")
    report(bundle_of(program) is bundle_of(program), "the dump is opened once")
    try:
        select(program, 4000000)
        report(False, "no such task")
    except LookupError:
        report(True, "no such task")


def check_plugin(path, sysroot):
    import fbundle.drgn_plugin as plugin
    if plugin.command is None:
        print(f"skipped - the plugin's command: this drgn ({drgn.__version__}) has no commands")
        return
    from drgn.commands import run_command

    program = drgn.Program()
    program.set_core_dump(path)
    run_command(program, f"process 132 --input {path} --sysroot {sysroot}")
    with bundle_of(program).task(132).process() as process:
        readable, different = same_memory(process, program)
        report(readable > 50 and not different, "the plugin's command selects a process")


def main():
    path, sysroot = sys.argv[1:]
    with fbundle.open(path, sysroot=sysroot) as bundle:
        check_programs(bundle, sysroot)
        check_selected(bundle, path, sysroot)
    check_plugin(path, sysroot)
    sys.exit(failed)


main()
