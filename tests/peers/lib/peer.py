# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks crash, or drgn in crash's words, several questions about a dump in one session, and takes the time of each."""
import os
import subprocess
import tempfile
import time


class Peer:
    """start: the words that start the peer, KIND crash or drgn (then its Python)."""

    def __init__(self, kind, start, vmlinux, dump):
        self.kind, self.start, self.vmlinux, self.dump = kind, start, vmlinux, dump
        self.start_s = None

    def ask(self, words):
        """The answers, [(text, seconds)], in the order of the words; start_s is then what it took to begin."""
        with tempfile.TemporaryDirectory(prefix="fbundle-peer.") as folder:
            script = os.path.join(folder, "words")
            with open(script, "w", encoding="ascii") as file:
                file.write(self.script(words))
            began = time.time_ns()
            done = subprocess.run([*self.start, *self.arguments(script)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, timeout=1800, check=False, cwd=folder)
        answers, at, text = [], None, []
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            if line.startswith("=== ") and line[4:].isdigit():
                now = int(line[4:])
                if at is None:
                    self.start_s = (now - began) / 1e9
                else:
                    answers.append(("\n".join(text), (now - at) / 1e9))
                at, text = now, []
            elif at is not None:
                text.append(line)
        if len(answers) != len(words):
            raise RuntimeError(f"{self.kind} answered {len(answers)} of {len(words)} questions: {done.stdout[-300:]!r}")
        return answers

    def script(self, words):
        if self.kind == "drgn":
            return "".join(word + "\n" for word in words)
        mark = "!date +'=== %s%N'\n"
        return mark + "".join(f"{word}\n{mark}" for word in words) + "quit\n"

    def arguments(self, script):
        if self.kind == "crash":
            return ["-s", "-i", script, self.vmlinux, self.dump]
        return [os.path.join(os.path.dirname(os.path.abspath(__file__)), "drgn_words.py"), self.dump, self.vmlinux, script]
