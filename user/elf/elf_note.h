/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the notes of an ELF PT_NOTE segment one after the other. Called for cores and for build-ids.
 * Format: System V ABI, "Note Section"; elf(5).
 */
#ifndef FB_USER_ELF_NOTE_H
#define FB_USER_ELF_NOTE_H

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
bool fb_elf_note_is(const struct fb_elf_note *note, const char *owner, uint32_t type);
bool fb_elf_note_owner_is(const struct fb_elf_note *note, const char *owner);

#endif
