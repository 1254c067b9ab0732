#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads of CPython that wait for each other; SIGUSR1 has it say where each of them is (faulthandler)."""
import faulthandler
import os
import queue
import signal
import threading
import time

DIR = os.environ["LAB_DIR"]
faulthandler.register(signal.SIGUSR1, file=open(f"{DIR}/python.stacks", "w"), all_threads=True)


def append(file, line):
    with open(f"{DIR}/{file}", "a") as to:
        to.write(line + "\n")


def note(word, facts=""):
    append("waits.txt", f"{word} actor=PY tid={threading.get_native_id()} {facts} library=python")


a, b = threading.Lock(), threading.Lock()
both = threading.Barrier(3)
tids = {}


def deadlock(own, other, name, peer):
    tids[name] = threading.get_native_id()
    with own:
        both.wait()
        note("wait", f"kind=python-lock|mutex object=- owner={tids[peer]}")
        with other:
            pass


def take():
    note("wait", "kind=python-condition|condition object=- owner=-")
    queue.Queue().get()


def sleep():
    note("idle")
    time.sleep(1000000)


threads = [threading.Thread(target=deadlock, args=(a, b, "ab", "ba")), threading.Thread(target=deadlock, args=(b, a, "ba", "ab")),
           threading.Thread(target=take), threading.Thread(target=sleep)]
for thread in threads:
    thread.daemon = True
    thread.start()
both.wait()
time.sleep(0.5)
note("wait", f"kind=join object=- owner={tids['ab']}")
append("ready", "PY")
threads[0].join()
