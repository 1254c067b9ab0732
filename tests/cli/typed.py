#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""typed.py [--rows N] PROGRAM ARG... <STEPS: runs a program on a terminal of its own and types into it.

Each line of STEPS is "> TEXT", which is typed, or "< TEXT", which is waited for; in TEXT \\n, \\t, \\x03 and the like stand
for keys. What the program has written goes to standard output, up to the end of the program. Exit status: the program's;
1 and a message where a text does not come within a minute."""
import os
import pty
import select
import struct
import sys
import termios
import time
import fcntl

SECONDS = 60
INTERRUPT = b"\x03"
AGAIN_SECONDS = 5


def unescape(text):
    return text.encode().decode("unicode_escape").encode("latin-1")


class Terminal:
    def __init__(self, argv, rows):
        self.seen = b""
        self.at = 0  # what was waited for is before this
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 100, 0, 0))

    def read(self, seconds):
        """Some more of what the program writes; False at its end."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return True
        try:
            more = os.read(self.fd, 65536)
        except OSError:
            more = b""
        self.seen += more
        return bool(more)

    def wait_for(self, text, again=b""):
        """again: is typed again and again until the text comes."""
        end = time.monotonic() + SECONDS
        next_time = time.monotonic() + AGAIN_SECONDS
        while text not in self.seen[self.at:]:
            if time.monotonic() > end or not self.read(1):
                return False
            if again and time.monotonic() > next_time:
                self.type(again)
                next_time += AGAIN_SECONDS
        self.at = self.seen.index(text, self.at) + len(text)
        return True

    def type(self, text):
        os.write(self.fd, text)

    def finish(self):
        """Reads up to the end of the program, and returns its exit status."""
        end = time.monotonic() + SECONDS
        while self.read(1):
            if time.monotonic() > end:
                sys.stderr.write("typed.py: the program does not end\n")
                os.kill(self.pid, 9)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def main():
    argv, rows = sys.argv[1:], 24
    if argv[0] == "--rows":
        rows, argv = int(argv[1]), argv[2:]
    terminal = Terminal(argv, rows)
    good, typed = True, b""
    for step in sys.stdin.read().splitlines():
        text = unescape(step[2:])
        if step.startswith("> "):
            terminal.type(text)
            typed = text
        # Ctrl-C that comes while the terminal changes hands is lost: a person types it again.
        elif not terminal.wait_for(text, INTERRUPT if typed.endswith(INTERRUPT) else b""):
            sys.stderr.write("typed.py: did not come: %r; after %r\n" % (text, terminal.seen[terminal.at:][-500:]))
            os.kill(terminal.pid, 15)
            good = False
            break
    status = terminal.finish()
    sys.stdout.buffer.write(terminal.seen)
    sys.stdout.flush()
    sys.exit(status if good else 1)


main()
