# SPDX-License-Identifier: GPL-2.0-or-later
"""How the dumps of the matrix are made: by makedumpfile where it can, else by write_dump."""
import bz2
import gzip
import json
import lzma
import os
import shutil
import subprocess

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
# Whose makedumpfile writes what. Debian builds it without snappy; zstd is newer than Debian 12's.
OPTIONS = {"zlib": ("bookworm", ["-c"]), "lzo": ("bookworm", ["-l"]), "none": ("bookworm", []),
           "zstd": ("trixie", ["-z"])}
METHODS = ["zlib", "lzo", "snappy", "zstd", "none", "mixed"]
FORMS = ["plain", "flattened", "split", "stream"]
ELF_FORMS = ["elf", "elf-flattened", "elf-stream"]
# The stream around each method's file: every one of them is used. Those that take long only where
# the memory of processes is left out: each command unpacks them again.
STREAMS = {"zlib": "xz", "lzo": "gzip", "snappy": "zstd", "zstd": "bzip2", "none": "lz4", "mixed": "zstd",
           "elf": "zstd"}
QUICK = {"xz": "gzip", "bzip2": "lz4"}
USER_DATA = 8  # the bit of a level that leaves it out


def run(line, stdout=subprocess.PIPE):
    done = subprocess.run(line, stdout=stdout, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(line)}: {(done.stderr or done.stdout or b'').decode().strip()[-300:]}")
    return done.stdout


def remove(paths):
    for path in paths:
        os.remove(path)


def told(dump, method, form, pages):
    """What info says of a dump's form that is not so."""
    elf = form.startswith("elf")
    wanted = {"format": "ELF" if elf else "kdump-compressed", "compression": None if elf else method,
              "flattened": form.endswith("flattened"), "split": form == "split", "incomplete": False,
              "pages_dumped": pages}
    return [f"{key}: {dump[key]}, it is {value}" for key, value in wanted.items() if dump[key] != value]


def fetch_makedumpfile(suite):
    """The command of a suite's makedumpfile, with libraries of its own, as the lab fetches it."""
    script = 'set -eu; . "$0/common.sh"; . "$0/packages.sh"; makedumpfile_tree "$1"'
    tree = run(["bash", "-c", script, f"{TOP}/samples/lab/lib", suite]).decode().strip()
    libraries = [f"{tree}/{folder}/x86_64-linux-gnu" for folder in ("usr/lib", "lib")]
    loader = next(path for path in (f"{folder}/ld-linux-x86-64.so.2" for folder in libraries)
                  if os.path.exists(path))
    return [loader, "--library-path", ":".join(libraries), f"{tree}/usr/bin/makedumpfile"]


def pack(stream, source, target):
    """A whole-stream compression of a file."""
    if stream in ("zstd", "lz4"):
        run([stream, "-q", "-1", "-f", source, *(["-o"] if stream == "zstd" else []), target])
        return
    openers = {"gzip": lambda: gzip.open(target, "wb", 1), "bzip2": lambda: bz2.open(target, "wb", 1),
               "xz": lambda: lzma.open(target, "wb", preset=0)}
    with open(source, "rb") as file, openers[stream]() as out:
        shutil.copyfileobj(file, out, 1 << 20)


class Tools:
    """The programs."""

    def __init__(self, fbundle, work, with_makedumpfile):
        self.fbundle, self.frames = fbundle, os.path.join(work, "frames")
        folder = os.path.join(os.path.dirname(os.path.realpath(fbundle)), "tests")
        self.write_dump, self.dump_pages = f"{folder}/write_dump", f"{folder}/dump_pages"
        suites = {suite for suite, _ in OPTIONS.values()} if with_makedumpfile else set()
        self.makedumpfile = {suite: fetch_makedumpfile(suite) for suite in sorted(suites)}

    def pages_of(self, sample, paths):
        """Counts of a dump's pages, held against the truth, and its frames, a bit for each."""
        counts = json.loads(run([self.dump_pages, f"{sample.truth}/pages", self.frames, *paths]))
        with open(self.frames, "rb") as file:
            return counts, int.from_bytes(file.read(), "little")


class Maker:
    """Makes the dumps of one level. source: all of memory, which makedumpfile filters, or None; base: a
    dump of that level, of which write_dump makes others; extra: write_dump's options."""

    def __init__(self, tools, folder, level, source, base=None, extra=()):
        self.tools, self.folder, self.level = tools, folder, level
        self.source, self.base, self.extra = source, base, list(extra)

    def path(self, name):
        return os.path.join(self.folder, name)

    def line(self, suite, *options):
        return [*self.tools.makedumpfile[suite], *options, "-d", str(self.level), self.source]

    def make_base(self):
        self.base = self.path("base")
        run([*self.line("bookworm", "-l"), self.base])
        return self.base

    def can(self, method):
        """Whether makedumpfile writes that."""
        return self.source is not None and OPTIONS.get(method, (None,))[0] in self.tools.makedumpfile

    def names(self, form):
        return [self.path(f"part{n}") for n in range(3)] if form == "split" else [self.path("made")]

    def by_makedumpfile(self, method, form):
        suite, options = OPTIONS[method]
        line = self.line(suite, *(["-E"] if form.startswith("elf") else options))
        if form.endswith("flattened"):
            line.insert(len(line) - 3, "-F")
            with open(self.names(form)[0], "wb") as out:
                run(line, out)
        elif form == "split":
            run([*line[:-3], "--split", *line[-3:], *self.names(form)])
        else:
            run([*line, *self.names(form)])

    def make(self, method, form, writer):
        """The paths of a dump; None where makedumpfile cannot write it. The caller removes them."""
        bare = {"stream": "plain", "elf-stream": "elf"}.get(form, form)
        paths = self.names(bare)
        if writer == "write_dump":
            run([self.tools.write_dump, *self.extra, self.base, method, bare, *paths])
        elif self.can(method):
            self.by_makedumpfile(method, bare)
        else:
            return None
        if bare == form:
            return paths
        stream = STREAMS["elf" if bare == "elf" else method]
        pack(stream if self.level & USER_DATA else QUICK.get(stream, stream), paths[0], self.path("stream"))
        remove(paths)
        return [self.path("stream")]
