# SPDX-License-Identifier: GPL-2.0-or-later
"""library_python.py BUNDLE DUMP PROGRAM: the Python module on the sample, held against the program's
--json. Prints "ok" and "not ok" lines for tests/cli/test_python.sh."""
import json
import subprocess
import sys

import fbundle

failed = False


def report(good, text):
    global failed
    failed = failed or not good
    print("ok" if good else "not ok", "-", text)


def answer(*args):
    done = subprocess.run([sys.argv[3], *args, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False)
    return json.loads(done.stdout)


def raises(kind, function, code=None):
    try:
        function()
    except kind as error:
        return code is None or error.code == code
    return False


def check_tasks(bundle, path):
    wanted = answer("ps", path)["tasks"]
    table = fbundle.rows(bundle.tasks())
    report([(one["pid"], one["tid"], one["ppid"], one["state"], one["uid"], one["core"], tuple(one["ns_pids"]))
            for one in wanted] ==
           [(one["pid"], one["tid"], one["ppid"], one["state"], one["uid"], one["core"], one["ns_tids"])
            for one in table], "tasks as rows")
    report(all(value is None or isinstance(value, (int, float, str, tuple))
               for one in table for value in one.values()), "of plain values")
    report(all(abs((row["start"] or 0) - one["start_s"]) < 1e-6 for row, one in zip(table, wanted)),
           "when they started")
    report(bundle.task(130).cmdline() == next(one["cmdline"] for one in wanted if one["tid"] == 130), "a command line")
    report(raises(LookupError, lambda: bundle.task(4000000)), "no such task")


def check_stacks(bundle, path):
    wanted = answer("bt", path, "--all")["threads"]
    stacks = bundle.stacks()
    report(len(stacks) == len(list(bundle.tasks())), "a stack for each task")
    found = {stack.task.address: stack for stack in stacks}
    report(all([frame["symbol"] for frame in one["kernel"] + one["user"]] ==
               [frame.symbol for frame in found[int(one["task"], 16)]] for one in wanted), "their functions")
    report(all([int(frame["pc"], 16) for frame in one["user"]] ==
               [frame.pc for frame in found[int(one["task"], 16)].user] for one in wanted), "their addresses")
    report(all({name: hex(value) for name, value in found[int(one["task"], 16)].registers.items()} ==
               {name: value for name, value in (one["user_regs"] or {}).items() if name != "core"}
               for one in wanted), "registers")
    one = bundle.task(130).stack()
    report(len(one) == len(list(one)) == len(one.rows()) == len(one.kernel) + len(one.user), "the stack of one task")
    report(one.syscall_name == "futex" and one.rows()[0]["tid"] == 130, "its system call")


def check_waits(bundle, path):
    wanted = answer("waits", path)
    waits = bundle.waits()
    report([(one["tid"], one["kind"], one["object"], one["owner_tid"], one["owner_is_process"], one["stuck"])
            for one in wanted["edges"]] ==
           [(one["tid"], one["kind"], one["object"], one["owner_tid"], one["owner_is_process"], one["stuck"])
            for one in waits.edges()], "waits as a table of edges")
    report(waits.cycles == wanted["cycles"] == [[130, 131]], "the deadlock")
    report([wait.owners for wait in waits.of(130)] == [((131, False),)] and not waits.of(bundle.task(1)),
           "waits of a task")
    report(len(waits) == len(list(waits)), "how many")


def check_memory(bundle, path):
    wanted = answer("vm", path, "132")["vmas"]
    with bundle.task(132).process() as process:
        mappings = process.mappings()
        report([(int(one["start"], 16), int(one["end"], 16), one["perms"], one["name"]) for one in wanted] ==
               [(one.start, one.end, one.permissions, one.name) for one in mappings], "mappings")
        biggest = max(mappings, key=lambda one: one.size)
        runs = list(process.memory.runs(biggest.start, biggest.size))
        report(sum(run.length for run in runs) == biggest.size and all(run.source in fbundle.Source for run in runs),
               "the sources of a mapping")
        buffer = bytearray(8192)
        missing = process.memory.readinto(biggest.start, memoryview(buffer)[:4096], holes=True)
        report(buffer[:4096] == process.memory.read(biggest.start, 4096, holes=True) and missing in (0, 4096) and
               not any(buffer[4096:]), "memory into a part of a buffer")
        report(raises(fbundle.Error, lambda: process.memory.read(0, 1), fbundle.Code.FAULT), "an address in no mapping")
        report(process.memory.readinto(0, b"") == 0, "nothing is read into nothing")
        memory = process.memory
    report(raises(ValueError, lambda: memory.read(biggest.start, 1)), "a closed process is not read")
    report(raises(fbundle.Error, bundle.task(2).process, fbundle.Code.INVALID), "a kernel thread has no memory")
    banner = bundle.symbol("linux_banner")
    report(bundle.kernel.read(banner, 20).startswith(b"Linux version 6.1"), "kernel memory")
    report(bundle.kernel.u32(banner) == int.from_bytes(b"Linu", "little") and
           bundle.kernel.u64(banner) == int.from_bytes(b"Linux ve", "little"), "its numbers")
    report(raises(fbundle.Error, lambda: bundle.symbol("no_such"), fbundle.Code.NOT_FOUND), "no such symbol")


def main():
    path, dump = sys.argv[1:3]
    report(fbundle.version() == subprocess.run([sys.argv[3], "--version"], stdout=subprocess.PIPE, check=True)
           .stdout.decode().split()[1], "its version is the program's")
    report(raises(fbundle.Error, lambda: fbundle.open("/no/such"), fbundle.Code.OS), "an input that is not there")
    with fbundle.open(path) as bundle:
        for check in (check_tasks, check_stacks, check_waits, check_memory):
            check(bundle, path)
        log = answer("log", path)["records"]
        levels = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
        records = bundle.log()
        report(len(log) == len(records) and all(
            abs(one["time_us"] - record.time * 1e6) < 1.5 and one["level"] == levels[record.level]
            for one, record in zip(log, records)), "the log")
        report(("core.132.xz", 132) in bundle.cores(), "cores")
        report(isinstance(bundle.warnings, list) and isinstance(bundle.lost_tids(), list), "warnings")
        left, task = bundle.task(130).process(), bundle.task(130)
    report(raises(ValueError, left.mappings), "a process is closed with its bundle")
    report(raises(ValueError, task.stack) and task.tid == 130, "a task outlives it, as values")
    report(raises(ValueError, lambda: next(bundle.tasks())), "a closed bundle is not read")
    left.close()
    bundle.close()
    with fbundle.open(dump, cores=[dump.rsplit("/", 1)[0]], threads=1, debug_dirs=["/usr/lib/debug"]) as bundle:
        report(bundle.release == "6.1.0-50-cloud-amd64" and bundle.uptime > 0, "a dump with options")
    sys.exit(failed)


main()
