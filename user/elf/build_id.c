// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The GNU build-id of an ELF object mapped in a memory space. Called to tell objects apart, and by
 * matching for the vDSO.
 */
#include "user/elf/build_id.h"

#include <elf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "symbols/table/elf_note.h"
#include "user/elf/elf_headers.h"

/* What to add to a p_vaddr: the object's first page is that of the PT_LOAD with offset 0. */
static struct fb_error *load_bias(const Elf64_Phdr *phdrs, size_t count, uint64_t base,
				  uint64_t *bias_ret)
{
	for (size_t i = 0; i < count; i++) {
		if (phdrs[i].p_type == PT_LOAD && phdrs[i].p_offset < FB_PAGE_SIZE) {
			*bias_ret = base - (phdrs[i].p_vaddr - phdrs[i].p_offset);
			return NULL;
		}
	}
	return fb_error_create(FB_CORRUPT, "no PT_LOAD covers the ELF header");
}

/* Finds the note in the bytes of one PT_NOTE. */
static bool find_note(const uint8_t *data, size_t size, size_t alignment,
		      struct fb_elf_note *note_ret)
{
	struct fb_elf_note note;
	struct fb_cursor cursor;
	struct fb_error *err;

	fb_cursor_init(&cursor, data, size, "notes");
	while (fb_cursor_left(&cursor) > 0) {
		err = fb_elf_note_next(&cursor, alignment, &note);
		if (err) {
			fb_error_destroy(err);
			return false;
		}
		if (fb_elf_note_is(&note, ELF_NOTE_GNU, NT_GNU_BUILD_ID) && note.size > 0 &&
		    note.size <= FB_BUILD_ID_MAX) {
			*note_ret = note;
			return true;
		}
	}
	return false;
}

static void to_hex(const uint8_t *bytes, size_t size, char *to)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	to[2 * size] = '\0';
}

/* Whether this PT_NOTE has the build-id; then it is in text. */
static struct fb_error *search_segment(struct fb_space *space, uint64_t address,
				       const Elf64_Phdr *phdr, char *text, bool *found_ret)
{
	struct fb_elf_note note;
	struct fb_error *err;
	uint8_t *data;

	err = fb_alloc_array(phdr->p_memsz, 1, FB_MAX_OBJECT_NOTES, "bytes of notes", &data);
	if (err)
		return err;
	err = fb_space_read(space, address, data, phdr->p_memsz);
	if (!err) {
		*found_ret = find_note(data, phdr->p_memsz, phdr->p_align == 8 ? 8 : 4, &note);
		if (*found_ret)
			to_hex(note.desc, note.size, text);
	}
	free(data);
	return err;
}

static struct fb_error *search_object(struct fb_space *space, uint64_t base,
				      const Elf64_Phdr *phdrs, size_t count, char *text)
{
	struct fb_error *unread = NULL, *err;
	bool found = false;
	uint64_t bias;

	err = load_bias(phdrs, count, base, &bias);
	if (err)
		return err;
	for (size_t i = 0; i < count && !found; i++) {
		if (phdrs[i].p_type != PT_NOTE || phdrs[i].p_memsz == 0)
			continue;
		err = search_segment(space, bias + phdrs[i].p_vaddr, &phdrs[i], text, &found);
		if (!err)
			continue;
		if (fb_error_is_fatal(err)) {
			fb_error_destroy(unread);
			return err;
		}
		/* The build-id may be in another segment of notes. If it is in none, this error
		 * says why. */
		fb_error_destroy(unread);
		unread = err;
	}
	if (!found && unread)
		return unread;
	fb_error_destroy(unread);
	if (!found)
		return fb_error_create(FB_NOT_FOUND, "no NT_GNU_BUILD_ID note");
	return NULL;
}

struct fb_error *fb_build_id_read(struct fb_space *space, uint64_t base, char *to, size_t size)
{
	struct fb_elf_headers headers = {.phdrs = NULL};
	char text[FB_BUILD_ID_TEXT];
	struct fb_error *err = fb_elf_headers_read(space, base, &headers);

	if (err)
		return err;
	err = search_object(space, base, headers.phdrs, headers.ehdr.e_phnum, text);
	fb_elf_headers_deinit(&headers);
	if (err)
		return fb_error_prefix(err, "object at %#" PRIx64, base);
	if (strlen(text) >= size)
		return fb_error_create(FB_INVALID,
				       "a build-id of %zu digits does not fit %zu bytes",
				       strlen(text), size);
	memcpy(to, text, strlen(text) + 1);
	return NULL;
}
