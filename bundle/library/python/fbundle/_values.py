# SPDX-License-Identifier: GPL-2.0-or-later
"""The values that the package gives: enumerators, and objects that hold copies of what the library has. Imported
by the package itself, which exports them."""
import dataclasses
import enum
import typing


def known(kind, number):
    """The enumerator, or the number where the library has one that this package does not know."""
    try:
        return kind(number)
    except ValueError:
        return number


class Code(enum.IntEnum):
    """enum fbundle_code: why a call failed."""
    NOMEM = 1
    OS = 2
    INVALID = 3
    TRUNCATED = 4
    CORRUPT = 5
    UNSUPPORTED = 6
    NOT_FOUND = 7
    ABSENT = 8
    FAULT = 9
    LIMIT = 10


class Source(enum.IntEnum):
    """enum fbundle_source: the source of a byte."""
    DUMP = 0
    CORE = 1
    FILE = 2
    ZERO = 3
    ABSENT = 4


class Absence(enum.IntEnum):
    """enum fbundle_absence: why a byte cannot be read."""
    NONE = 0
    FILTERED = 1
    SWAPPED = 2
    UNTOUCHED = 3
    UNMAPPED = 4
    TRUNCATED = 5
    DAMAGED = 6


class Error(Exception):
    """A call of the library failed; code is the reason, a Code (an int where the library is newer than this)."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def rows(objects):
    """A list of dicts, one for each object, of plain values: pandas.DataFrame(fbundle.rows(bundle.tasks()))."""
    return [one.row() for one in objects]


class _Row:
    """Of the values of a dataclass those that can stand in a table."""

    def row(self):
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)
                if not field.name.startswith("_")}


@dataclasses.dataclass(frozen=True)
class Task(_Row):
    """A thread. pid is its process; times are in seconds since boot; ppid, uid and start are None where unknown."""
    pid: int
    tid: int
    ppid: typing.Optional[int]
    comm: str
    name: str
    state: str
    cpu: int
    running: bool
    idle: bool
    kernel_thread: bool
    uid: typing.Optional[int]
    address: int
    start: typing.Optional[float]
    runtime: float
    core: typing.Optional[str]
    ns_tids: typing.Tuple[int, ...]
    _bundle: "Bundle" = dataclasses.field(repr=False, compare=False)
    _handle: int = dataclasses.field(repr=False, compare=False)

    def stack(self):
        """Its whole stack. For many tasks, Bundle.stacks() takes less time."""
        return self._bundle.stacks([self])[0]

    def process(self):
        """Its process, for `with`: mappings and memory."""
        return self._bundle.process(self)

    def cmdline(self):
        """The command line of its process; "" where neither dump nor core has it."""
        return self._bundle.cmdline(self)


@dataclasses.dataclass(frozen=True)
class Frame(_Row):
    """A function on a stack; object is a module, program or library. What is unknown is None."""
    user: bool
    name: typing.Optional[str]
    symbol: typing.Optional[str]
    offset: int
    pc: int
    object: typing.Optional[str]
    build_id: typing.Optional[str]
    file: typing.Optional[str]
    line: typing.Optional[int]
    inlined: bool
    guess: bool
    language: typing.Optional[str]
    source: Source


@dataclasses.dataclass(frozen=True)
class Stack:
    """The whole stack of a thread, innermost frame first. Iterating it gives its frames."""
    task: Task
    frames: typing.Tuple[Frame, ...]
    complete: bool
    kernel_end: str
    user_end: str
    syscall: typing.Optional[int]
    syscall_name: typing.Optional[str]
    registers: typing.Dict[str, int]

    def __iter__(self):
        return iter(self.frames)

    def __len__(self):
        return len(self.frames)

    @property
    def kernel(self):
        return [frame for frame in self.frames if not frame.user]

    @property
    def user(self):
        return [frame for frame in self.frames if frame.user]

    def rows(self):
        """A dict for each frame, with the thread's numbers."""
        return [{"pid": self.task.pid, "tid": self.task.tid, "index": index, **frame.row()}
                for index, frame in enumerate(self.frames)]


@dataclasses.dataclass(frozen=True)
class Mapping(_Row):
    """A mapping of a process, as in /proc/PID/maps; end is exclusive."""
    start: int
    end: int
    permissions: str
    offset: int
    inode: int
    name: str
    from_core: bool

    @property
    def size(self):
        return self.end - self.start


class Run(typing.NamedTuple):
    """Bytes that have the same source; detail is a path, a name, or None."""
    start: int
    length: int
    source: Source
    absence: Absence
    detail: typing.Optional[str]


class Owner(typing.NamedTuple):
    """Who can end a wait: a thread, or any thread of a process."""
    tid: int
    process: bool


@dataclasses.dataclass(frozen=True)
class Wait(_Row):
    """A thread that waits for an object; seconds is None where unknown."""
    tid: int
    pid: int
    kind: str
    object: typing.Optional[str]
    object_number: int
    owners: typing.Tuple[Owner, ...]
    all_owners_needed: bool
    others_possible: bool
    certain: bool
    owners_certain: bool
    stuck: bool
    timeout: bool
    seconds: typing.Optional[float]
    evidence: typing.Optional[str]
    detail: typing.Optional[str]
    object_detail: typing.Optional[str]
    need: typing.Optional[str]
    text: str


class Waits:
    """All waits, and the deadlocks among them: cycles is a list of lists of TIDs."""

    def __init__(self, waits, cycles):
        self.waits = waits
        self.cycles = cycles
        self._by_tid = {}
        for wait in waits:
            self._by_tid.setdefault(wait.tid, []).append(wait)

    def __iter__(self):
        return iter(self.waits)

    def __len__(self):
        return len(self.waits)

    def of(self, task):
        """What a thread, given as a Task or TID, waits for."""
        return self._by_tid.get(getattr(task, "tid", task), [])

    def edges(self):
        """A dict for each waiter and owner: the graph as a table. owner_tid is None where no owner is known."""
        table = []
        for wait in self.waits:
            row = wait.row()
            del row["owners"]
            for owner in wait.owners or [Owner(None, None)]:
                table.append({**row, "owner_tid": owner.tid, "owner_is_process": owner.process})
        return table


@dataclasses.dataclass(frozen=True)
class Record(_Row):
    """A record of the kernel's log; time is in seconds since boot, level 0 (emerg) to 7 (debug)."""
    time: float
    level: int
    facility: int
    text: str
