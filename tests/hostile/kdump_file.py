# SPDX-License-Identifier: GPL-2.0-or-later
"""A kdump-compressed dump that pages can be changed in: a plain copy, patched and healed in place."""
import struct
import zlib

PAGE = 4096
METHOD_ZLIB = 1
METHOD_NONE = 0
DESC = struct.Struct("<qIIQ")


def unflatten(path, to):
    """Writes the plain dump that a flattened one holds (makedumpfile -R), or a copy of a plain one."""
    with open(path, "rb") as flat, open(to, "wb") as plain:
        if flat.read(12) != b"makedumpfile":
            flat.seek(0)
            while chunk := flat.read(1 << 20):
                plain.write(chunk)
            return
        flat.seek(PAGE)
        while True:
            offset, size = struct.unpack(">qq", flat.read(16))
            if offset < 0:
                return
            plain.seek(offset)
            plain.write(flat.read(size))


class KdumpFile:
    def __init__(self, path):
        self.file = open(path, "r+b")
        header = self.read(0, PAGE)
        if header[:8] != b"KDUMP   ":
            raise ValueError(f"{path} is no kdump-compressed dump")
        sub_header_blocks, bitmap_blocks = struct.unpack_from("<ii", header, 432)
        self.sub_header = PAGE
        self.bitmaps = PAGE * (1 + sub_header_blocks)
        bitmap = self.read(self.bitmaps + bitmap_blocks * PAGE // 2, bitmap_blocks * PAGE // 2)
        self.descs = self.bitmaps + bitmap_blocks * PAGE
        bits = int.from_bytes(bitmap, "little")
        self.slots = {}
        pfn = 0
        for byte in bitmap:
            while byte:
                low = byte & -byte
                self.slots[pfn + low.bit_length() - 1] = len(self.slots)
                byte ^= low
            pfn += 8
        assert len(self.slots) == bin(bits).count("1")
        self.frames = sorted(self.slots)
        self.end = self.file.seek(0, 2)
        vmcoreinfo = struct.unpack_from("<QQ", self.read(self.sub_header, 104), 32)
        self.vmcoreinfo = vmcoreinfo if vmcoreinfo[1] else None
        self.undo = []

    def read(self, offset, size):
        """Bytes of the file."""
        self.file.seek(offset)
        return self.file.read(size)

    def patch(self, offset, data):
        """Overwrites bytes of the file until heal()."""
        self.undo.append((offset, self.read(offset, len(data))))
        self.file.seek(offset)
        self.file.write(data)

    def read_page(self, pfn):
        offset, size, flags, _ = DESC.unpack(self.read(self.descs + DESC.size * self.slots[pfn], DESC.size))
        data = self.read(offset, size)
        if flags & 0xFF == METHOD_ZLIB:
            data = zlib.decompress(data)
        elif flags & 0xFF != METHOD_NONE:
            raise ValueError(f"page frame {pfn:#x} is compressed by method {flags & 0xff}")
        return data

    def write_page(self, pfn, data):
        """The page's logical bytes, until heal(); its descriptor then points behind the end."""
        stored = zlib.compress(data, 1)
        flags = METHOD_ZLIB
        if len(stored) >= PAGE:
            stored, flags = data, METHOD_NONE
        at = self.file.seek(0, 2)
        self.file.write(stored)
        self.patch(self.descs + DESC.size * self.slots[pfn], DESC.pack(at, len(stored), flags, 0))

    def heal(self):
        for offset, data in reversed(self.undo):
            self.file.seek(offset)
            self.file.write(data)
        self.undo.clear()
        self.file.truncate(self.end)
        self.file.flush()

    def flush(self):
        self.file.flush()
