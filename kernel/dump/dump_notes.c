// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the ELF notes of a dump once, when it is opened: VMCOREINFO and the registers of the CPUs.
 * Called by kdump_open.c and elf_vmcore.c.
 */
#include "kernel/dump/dump_notes.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/limits.h"

#define NOTE_ALIGN 4

struct note {
	const uint8_t *name; /* name_size bytes, NUL included */
	uint32_t name_size;
	uint32_t type;
	const uint8_t *desc;
	uint32_t desc_size;
};

static bool is_named(const struct note *note, const char *name)
{
	size_t size = strlen(name);

	/* Some writers leave the NUL out of namesz. */
	return (note->name_size == size || note->name_size == size + 1) &&
	       !memcmp(note->name, name, size);
}

static struct fb_error *next_note(struct fb_cursor *cursor, struct note *note_ret)
{
	struct fb_error *err;
	struct note note;

	err = fb_cursor_u32(cursor, &note.name_size);
	if (!err)
		err = fb_cursor_u32(cursor, &note.desc_size);
	if (!err)
		err = fb_cursor_u32(cursor, &note.type);
	if (!err)
		err = fb_cursor_bytes(cursor, note.name_size, &note.name);
	if (!err)
		err = fb_cursor_align(cursor, NOTE_ALIGN);
	if (!err)
		err = fb_cursor_bytes(cursor, note.desc_size, &note.desc);
	if (err)
		return err;
	/* The last note need not be padded. */
	if (fb_cursor_left(cursor) >= NOTE_ALIGN)
		err = fb_cursor_align(cursor, NOTE_ALIGN);
	else
		err = fb_cursor_skip(cursor, fb_cursor_left(cursor));
	if (!err)
		*note_ret = note;
	return err;
}

/* The buffer of a CPU that never came up is all zeros, and so is padding. No kernel note is without
 * a name, so a zero where its size stands is passed over, 4 bytes at a time. */
static bool at_zeros(const struct fb_cursor *cursor)
{
	const uint8_t *at = cursor->data + cursor->offset;
	size_t i, left = fb_cursor_left(cursor);

	for (i = 0; i < NOTE_ALIGN && i < left; i++) {
		if (at[i])
			return false;
	}
	return true;
}

static struct fb_error *keep_note(struct fb_dump_notes *notes, size_t *room,
				  const struct note *note)
{
	struct fb_dump_note kept = {note->desc, note->desc_size};
	struct fb_error *err;

	if (is_named(note, "VMCOREINFO")) {
		notes->vmcoreinfo = kept;
		return NULL;
	}
	if (!is_named(note, "CORE"))
		return NULL;
	if (note->type == NT_PRPSINFO || note->type == NT_AUXV || note->type == NT_FILE)
		notes->of_process = true;
	if (note->type != NT_PRSTATUS)
		return NULL;
	err = fb_grow_array(&notes->prstatus, room, notes->prstatus_count, sizeof(*notes->prstatus),
			    FB_MAX_NOTES / sizeof(Elf64_Nhdr), "NT_PRSTATUS notes");
	if (!err)
		notes->prstatus[notes->prstatus_count++] = kept;
	return err;
}

struct fb_error *fb_dump_notes_init(void *data, size_t size, const char *path,
				    struct fb_warnings *warnings, struct fb_dump_notes *notes_ret)
{
	struct fb_dump_notes notes = {.data = data, .size = size};
	struct fb_error *err = NULL, *damage = NULL;
	struct fb_cursor cursor;
	struct note note;
	size_t room = 0;

	fb_cursor_init(&cursor, data, size, "ELF notes");
	while (!err && !damage && fb_cursor_left(&cursor)) {
		if (at_zeros(&cursor)) {
			size_t left = fb_cursor_left(&cursor);

			err = fb_cursor_skip(&cursor, left < NOTE_ALIGN ? left : NOTE_ALIGN);
			continue;
		}
		damage = next_note(&cursor, &note);
		if (!damage)
			err = keep_note(&notes, &room, &note);
	}
	fb_warn_error(warnings, damage, "%s", path);
	if (err)
		fb_dump_notes_deinit(&notes);
	else
		*notes_ret = notes;
	return err;
}

void fb_dump_notes_deinit(struct fb_dump_notes *notes)
{
	free(notes->prstatus);
	free(notes->data);
	*notes = (struct fb_dump_notes){0};
}
