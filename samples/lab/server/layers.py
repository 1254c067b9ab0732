#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""layers.py FIFO READER: a thread that writes into the FIFO with a lock held, and one that waits for that lock.

READER is the PID of the client of PostgreSQL that reads its commands from the FIFO.
"""
import os
import sys
import threading
import time

DIR = os.environ["LAB_DIR"]
lock = threading.RLock()


def append(file, line):
    with open(f"{DIR}/{file}", "a") as to:
        to.write(line + "\n")


def note(facts):
    append("waits.txt", f"wait actor=LYP tid={threading.get_native_id()} {facts} library=python")


def want(owner):
    note(f"kind=python-rlock object=- owner={owner}")
    with lock:
        pass


# The client reads no further than to its first command: the pipe fills.
fifo = os.open(sys.argv[1], os.O_WRONLY)
with lock:
    threading.Thread(target=want, args=(threading.get_native_id(),), daemon=True).start()
    time.sleep(0.5)
    note(f"kind=pipe-write object=- owner={sys.argv[2]}")
    append("ready", "LYP")
    os.write(fifo, b"select * from layers;\n" + b"-- more\n" * 65536)
