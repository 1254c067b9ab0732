// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the notes of an ELF PT_NOTE segment or of a section of notes one after the other. Called for dumps, the kernel
 * and its modules, cores, and build-ids.
 */
#include "symbols/table/elf_note.h"

#include <elf.h>
#include <string.h>

/* size bytes and the padding behind them, which may be missing at the end of the data. */
static struct fb_error *read_padded(struct fb_cursor *cursor, uint32_t size, size_t alignment,
				    const uint8_t **bytes_ret)
{
	size_t padding, left;
	const uint8_t *bytes;
	struct fb_error *err;

	err = fb_cursor_bytes(cursor, size, &bytes);
	if (err)
		return err;
	padding = -cursor->offset & (alignment - 1);
	left = fb_cursor_left(cursor);
	err = fb_cursor_skip(cursor, padding < left ? padding : left);
	if (!err)
		*bytes_ret = bytes;
	return err;
}

struct fb_error *fb_elf_note_next(struct fb_cursor *cursor, size_t alignment,
				  struct fb_elf_note *note_ret)
{
	struct fb_cursor next = *cursor;
	const uint8_t *owner, *desc;
	struct fb_error *err;
	Elf64_Nhdr nhdr;

	err = fb_cursor_copy(&next, &nhdr, sizeof(nhdr));
	if (!err)
		err = read_padded(&next, nhdr.n_namesz, alignment, &owner);
	if (!err)
		err = read_padded(&next, nhdr.n_descsz, alignment, &desc);
	if (err)
		return err;
	*cursor = next;
	*note_ret = (struct fb_elf_note){
		.owner = owner,
		.owner_size = nhdr.n_namesz,
		.type = nhdr.n_type,
		.desc = desc,
		.size = nhdr.n_descsz,
	};
	return NULL;
}

/* n_namesz counts the NUL; some writers leave that out. */
bool fb_elf_note_owner_is(const struct fb_elf_note *note, const char *owner)
{
	size_t length = strlen(owner);

	return (note->owner_size == length || note->owner_size == length + 1) &&
	       memcmp(note->owner, owner, length) == 0 &&
	       (note->owner_size == length || note->owner[length] == '\0');
}

bool fb_elf_note_is(const struct fb_elf_note *note, const char *owner, uint32_t type)
{
	return note->type == type && fb_elf_note_owner_is(note, owner);
}
