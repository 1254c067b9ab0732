# SPDX-License-Identifier: GPL-2.0-or-later
"""The instrumented build that tests/coverage and tests/mutate share (CMake's FB_MEASURE): builds it,
runs its unit tests, and tells which lines each of them ran."""
import concurrent.futures
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDERS = ("base", "symbols", "kernel", "user", "bundle")
# A mutant may loop, and allocate while it does; what a real test takes is far below.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1:max_allocation_size_mb=4096:hard_rss_limit_mb=3072",
    "UBSAN_OPTIONS": "halt_on_error=1",
    "LSAN_OPTIONS": f"suppressions={TOP}/tests/measure/leaks:print_suppressions=0",
}


def fail(text):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {text}")


def digest(*paths):
    """Of the contents of files."""
    whole = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            whole.update(hashlib.sha256(file.read()).digest())
    return whole.hexdigest()[:16]


def folder_of(test):
    """test_kernel_vma -> kernel"""
    return test.split("_")[1]


def room_of(source):
    """kernel/mappings/vma.c -> kernel/mappings"""
    return os.path.dirname(source)


class Build:
    """path: its folder. tests: name -> source of every unit test program. lines: source -> line ->
    tests that ran it (an empty list for a line that none ran). seconds: test -> what it took."""

    def __init__(self, path, jobs):
        self.path = os.path.abspath(path)
        self.jobs = jobs
        for program in ("cmake", "ninja", "clang", "llvm-cov", "llvm-profdata"):
            if not shutil.which(program):
                fail(f"{program} is missing: install packages_measure of tests/lib/packages.sh")
        self.make()
        self.tests = self.find_tests()
        self.lines, self.seconds = self.run_tests()

    def make(self):
        configure = ["cmake", "-G", "Ninja", "-B", self.path, "-S", TOP, "-DFB_MEASURE=ON",
                     "-DCMAKE_C_COMPILER=clang", "-DCMAKE_BUILD_TYPE=Debug"]
        for command in (configure, ["ninja", "-C", self.path]):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            if done.returncode:
                sys.stderr.buffer.write(done.stdout[-4000:])
                fail(f"cannot build in {self.path}")

    def find_tests(self):
        tests = {}
        for folder in FOLDERS + ("cmd",):
            for source in glob.glob(f"{TOP}/tests/{folder}/**/test_*.c", recursive=True):
                module = os.path.basename(source)[len("test_"):-len(".c")]
                tests[f"test_{folder}_{module}"] = source
        return tests

    def environment(self, work):
        """For a test program: its files go below work."""
        temporary = os.path.join(work, "tmp")
        os.makedirs(temporary, exist_ok=True)
        return {**os.environ, **SANITIZERS, "TMPDIR": temporary, "LLVM_PROFILE_FILE": "/dev/null"}

    def run_tests(self):
        """Runs each once, unless nothing changed since they ran, and reads what its counters say."""
        kept = os.path.join(self.path, "measured.json")
        data = os.environ.get("FBUNDLE_DATA", "")
        state = digest(*sorted(glob.glob(f"{self.path}/libfb_*.so")),
                       *(os.path.join(self.path, "tests", name) for name in sorted(self.tests))) + data
        if os.path.exists(kept):
            with open(kept, encoding="utf-8") as file:
                measured = json.load(file)
            if measured["state"] == state:
                return measured["lines"], measured["seconds"]
        lines, seconds = {}, {}
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for name, (took, ran) in zip(self.tests, pool.map(self.run_test, self.tests)):
                seconds[name] = took
                for source, numbers in ran.items():
                    of_source = lines.setdefault(source, {})
                    for number, count in numbers.items():
                        tests = of_source.setdefault(str(number), [])
                        if count:
                            tests.append(name)
        with open(kept, "w", encoding="utf-8") as file:
            json.dump({"state": state, "lines": lines, "seconds": seconds}, file)
        return lines, seconds

    def run_test(self, name):
        """Seconds, and source -> line -> how often it ran. The counters are mapped (%c), so that what
        a child ran counts too, however it ended."""
        work = os.path.join(self.path, "profiles", name)
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        environment = {**self.environment(work), "LLVM_PROFILE_FILE": f"{work}/%m.%c.profraw"}
        start = time.monotonic()
        done = subprocess.run([os.path.join(self.path, "tests", name)], cwd=work, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        took = time.monotonic() - start
        if done.returncode:
            sys.stderr.buffer.write(done.stdout[-4000:])
            fail(f"{name} fails: mend it first")
        ran = self.read_counters(work)
        shutil.rmtree(work)
        return took, ran

    def read_counters(self, work):
        subprocess.run(["llvm-profdata", "merge", "-o", f"{work}/profile",
                        *glob.glob(f"{work}/*.profraw")], check=True)
        objects = []
        for library in glob.glob(f"{self.path}/libfb_*.so"):
            objects += ["-object", library]
        text = subprocess.run(["llvm-cov", "export", "-format=lcov", f"-instr-profile={work}/profile",
                               *objects], stdout=subprocess.PIPE, check=True, text=True).stdout
        ran, numbers = {}, {}
        for line in text.splitlines():
            if line.startswith("SF:"):
                path = os.path.relpath(os.path.realpath(os.path.join(self.path, line[3:])), TOP)
                numbers = ran.setdefault(path, {}) if path.endswith(".c") else {}
            elif match := re.match(r"DA:(\d+),(\d+)", line):
                numbers[int(match[1])] = int(match[2])
        return ran

    def tests_of_line(self, source, line):
        """The tests of all folders that ran a line of source."""
        return self.lines.get(source, {}).get(str(line), [])

    def own_tests(self, source, line):
        """Those of source's folder."""
        folder = source.split("/")[0]
        return [test for test in self.tests_of_line(source, line) if folder_of(test) == folder]
