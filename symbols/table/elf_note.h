/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the notes of an ELF PT_NOTE segment or of a section of notes one after the other.
 * Format: System V ABI, "Note Section"; elf(5).
 */
#ifndef FB_SYMBOLS_ELF_NOTE_H
#define FB_SYMBOLS_ELF_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

struct fb_elf_note {
	const uint8_t *owner; /* owner_size bytes, which need not end in a NUL; borrowed */
	uint32_t owner_size;
	uint32_t type;
	const uint8_t *desc; /* size bytes; borrowed */
	uint32_t size;
};

/* Reads the note at the cursor and moves the cursor to the next one. alignment: of notes, in bytes: 4, or 8 where
 * p_align is 8. FB_TRUNCATED where the note ends behind the data; only the padding of the last note may be missing. */
FB_MUST_CHECK struct fb_error *fb_elf_note_next(struct fb_cursor *cursor, size_t alignment,
						struct fb_elf_note *note_ret);
/* Whether the note's owner has this name, its NUL counted in owner_size or not; and whether it is of this type too. */
bool fb_elf_note_is(const struct fb_elf_note *note, const char *owner, uint32_t type);
bool fb_elf_note_owner_is(const struct fb_elf_note *note, const char *owner);

#endif
