# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands of fbundle: for their answers, and on hostile input within a time and a memory that they must
not pass."""
import json
import os
import resource
import signal
import subprocess
import threading

# On a busy machine only processor time says how much a command does; the other limit is for one that waits.
CPU_S = 20  # of a command and each of its children
TIMEOUT_S = 120
# The sanitizers' own memory included; the program alone stays below a third of it on the sample.
MEMORY_CAP_KB = 1 << 20
SANITIZER_STATUS = 99


def ask(fbundle, *arguments):
    done = subprocess.run([fbundle, *arguments, "--json"], capture_output=True, check=False)
    return json.loads(done.stdout)


def environment():
    return dict(
        os.environ, ASAN_OPTIONS=f"exitcode={SANITIZER_STATUS}:detect_leaks=1:allocator_may_return_null=1",
        UBSAN_OPTIONS=f"exitcode={SANITIZER_STATUS}:halt_on_error=1:print_stacktrace=1",
        LSAN_OPTIONS=f"exitcode={SANITIZER_STATUS}")


def run_bounded(line, folder, variables):
    """None, or what went wrong. Standard error goes to a file in folder."""
    with open(os.path.join(folder, "stderr"), "w+b") as stderr:
        child = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr,
                                 env=variables, preexec_fn=lambda: resource.setrlimit(
                                     resource.RLIMIT_CPU, (CPU_S, CPU_S + 1)))
        timer = threading.Timer(TIMEOUT_S, child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        late = not timer.is_alive()
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        stderr.seek(0)
        said = stderr.read().decode(errors="replace")
    if late:
        return f"took longer than {TIMEOUT_S} s"
    if child.returncode == -signal.SIGXCPU:
        return f"took more than {CPU_S} s of processor time"
    if child.returncode not in (0, 1, 2, 3):
        return f"ended with {child.returncode}: {said[:3000]}"
    if child.returncode == 2:
        return f"took it for wrong usage: {said[:300]}"
    # A command of the prompt that dies does not end the prompt.
    if "the command was ended by signal" in said or "process that reads the dump" in said:
        return f"lost a command: {said[:3000]}"
    if child.returncode == 1 and not said:
        return "failed without a word"
    if usage.ru_maxrss > MEMORY_CAP_KB:
        return f"took {usage.ru_maxrss} KB"
    return None
