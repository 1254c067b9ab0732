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
#include "symbols/table/elf_note.h"

#define NOTE_ALIGN 4

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
				  const struct fb_elf_note *note)
{
	struct fb_dump_note kept = {note->desc, note->size};
	struct fb_error *err;

	if (fb_elf_note_owner_is(note, "VMCOREINFO")) {
		notes->vmcoreinfo = kept;
		return NULL;
	}
	if (!fb_elf_note_owner_is(note, "CORE"))
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
	struct fb_elf_note note;
	size_t room = 0;

	fb_cursor_init(&cursor, data, size, "ELF notes");
	while (!err && !damage && fb_cursor_left(&cursor)) {
		if (at_zeros(&cursor)) {
			size_t left = fb_cursor_left(&cursor);

			err = fb_cursor_skip(&cursor, left < NOTE_ALIGN ? left : NOTE_ALIGN);
			continue;
		}
		damage = fb_elf_note_next(&cursor, NOTE_ALIGN, &note);
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
