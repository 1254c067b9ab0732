#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""made_crashes.py SAMPLE FOLDER NAME KEY=VALUE...: a dump of another crash, FOLDER/NAME, made of the sample's.

Texts of its memory are replaced by others of the same length: KEY=VALUE is panic=TEXT (what panic() was told: 21
characters), report=TEXT (the line before that: 22 characters) or host=NAME (as long as the sample's host name);
time=SECONDS is when it crashed. Shorter texts are filled up. Further arguments "--" NAME KEY=VALUE... make further dumps,
for which the sample is searched only once."""
import os
import shutil
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hostile"))
import kdump_file  # noqa: E402

PANIC = b"sysrq triggered crash"
REPORT = b"sysrq: Trigger a crash"


class Maker:
    def __init__(self, sample, work):
        self.plain = os.path.join(work, "sample.plain")
        kdump_file.unflatten(sample, self.plain)
        kdump = kdump_file.KdumpFile(self.plain)
        offset, size = kdump.vmcoreinfo
        self.vmcoreinfo = kdump.read(offset, size)
        # struct utsname of the header: signature, version, then six names of 65 bytes, the second is the host's.
        self.host = kdump.read(12 + 65, 65).split(b"\0")[0]
        self.pages = []  # (page frame, bytes) that have one of the texts
        for pfn in kdump.frames:
            page = kdump.read_page(pfn)
            if PANIC in page or REPORT in page or (self.host + b"\0").rjust(len(self.host) + 2, b"\0") in page or \
                    b"Linux\0" in page or b"CRASHTIME=" in page:
                self.pages.append((pfn, page))

    def replaced(self, data, texts):
        for old, new in texts:
            data = data.replace(old, new)
        return data

    def make(self, path, changes):
        texts = []
        for key, old in (("panic", PANIC), ("report", REPORT), ("host", self.host)):
            if key in changes:
                new = changes[key].encode()
                if len(new) > len(old):
                    raise ValueError(f"{key}: more than {len(old)} characters")
                fill = b"\0" if key == "host" else b"."
                if key == "host":  # only where it is a whole name
                    texts.append((b"\0" + old + b"\0", b"\0" + new.ljust(len(old), fill) + b"\0"))
                else:
                    texts.append((old, new.ljust(len(old), fill)))
        if "time" in changes:
            line = next(line for line in self.vmcoreinfo.split(b"\n") if line.startswith(b"CRASHTIME="))
            texts.append((line, b"CRASHTIME=" + changes["time"].encode().rjust(len(line) - 10, b"0")))
        shutil.copyfile(self.plain, path)
        kdump = kdump_file.KdumpFile(path)
        offset, size = kdump.vmcoreinfo
        kdump.patch(offset, self.replaced(self.vmcoreinfo, texts))
        for pfn, page in self.pages:
            new = self.replaced(page, texts)
            if new != page:
                kdump.write_page(pfn, new)
        kdump.flush()
        kdump.file.close()


def main():
    sample, folder, *rest = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    work = os.path.join(folder, ".made")
    os.makedirs(work)
    maker = Maker(sample, work)
    while rest:
        end = rest.index("--") if "--" in rest else len(rest)
        name, *changes = rest[:end]
        rest = rest[end + 1:]
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        maker.make(path, dict(change.split("=", 1) for change in changes))
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
