# SPDX-License-Identifier: GPL-2.0-or-later
"""What drgn loads at its start: `%process` at its prompt is fbundle.drgn.select(). libfbundle is loaded at its first
use. A drgn without commands (such as 0.0.31) gets none."""
import drgn

try:
    from drgn.commands import argument, command
except ImportError:
    command = None


def _is_kernel(prog):
    return bool(prog.flags & drgn.ProgramFlags.IS_LINUX_KERNEL)


def _process(prog, _name, args, **_others):
    from .drgn import select

    options = {"sysroot": args.sysroot} if args.sysroot else {}
    select(prog, args.task, path=args.input, **options)
    print(f"user addresses are those of the process of {args.task}")


if command is not None:
    command(
        name="process", description="read user addresses as a process has them, joined by fbundle", enabled=_is_kernel,
        arguments=(argument("task", type=int, help="PID or TID"),
                   argument("--input", help="the dump or bundle, where drgn does not tell it"),
                   argument("--sysroot", help="the folder with the host's programs and libraries")))(_process)
