// SPDX-License-Identifier: GPL-2.0-or-later
/* See written_notes.h. */
#include "tests/bundle/process/written_notes.h"

#include <elf.h>
#include <string.h>

#include "tests/harness.h"

void notes_open(struct notes *notes, const char *core)
{
	const struct fb_input_core *cores = NULL;
	size_t count = 0;

	memset(notes, 0, sizeof(*notes));
	sample_open(&notes->sample, (const char *const[]){core, NULL});
	FB_OK_FATAL(fb_input_cores(notes->sample.input, &cores, &count));
	fb_buf_init(&notes->bytes, FB_MAX_CORE_NOTES);
}

void notes_close(struct notes *notes)
{
	fb_buf_deinit(&notes->bytes);
	sample_close(&notes->sample);
}

struct fb_task *notes_task(struct notes *notes, int32_t tid)
{
	return (struct fb_task *)sample_task(&notes->sample, tid);
}

static void take_note(struct notes *notes, uint32_t type, const uint8_t *desc, size_t size)
{
	if (type == NT_PRSTATUS) {
		CU_ASSERT_FATAL(size == sizeof(notes->threads[0]) &&
				notes->thread_count < NOTES_MAX_THREADS);
		memcpy(&notes->threads[notes->thread_count++], desc, size);
	} else if (type == NT_FPREGSET) {
		notes->fpu_count++;
	} else if (type == NT_PRPSINFO) {
		CU_ASSERT_EQUAL_FATAL(size, sizeof(notes->psinfo));
		memcpy(&notes->psinfo, desc, size);
		notes->psinfo_count++;
	} else if (type == NT_AUXV) {
		CU_ASSERT_FATAL(size <= sizeof(notes->auxv) && !notes->auxv_pairs);
		memcpy(notes->auxv, desc, size);
		notes->auxv_pairs = size / sizeof(notes->auxv[0]);
	} else {
		CU_ASSERT(type == NT_FILE && !notes->files);
		notes->files = desc;
		notes->files_size = size;
	}
}

/* Each note of what was written: owner "CORE", descriptions padded to 4 bytes. */
static void take_notes(struct notes *notes)
{
	for (size_t at = 0; at < notes->bytes.size;) {
		Elf64_Nhdr head;
		const uint8_t *name = notes->bytes.data + at + sizeof(head);

		CU_ASSERT_FATAL(notes->bytes.size - at > sizeof(head));
		memcpy(&head, notes->bytes.data + at, sizeof(head));
		CU_ASSERT_EQUAL_FATAL(head.n_namesz, 5);
		CU_ASSERT_EQUAL(memcmp(name, "CORE", 5), 0);
		take_note(notes, head.n_type, name + 8, head.n_descsz);
		at += sizeof(head) + 8 + ((head.n_descsz + 3) & ~3u);
	}
}

struct fb_error *notes_write_of(struct notes *notes, int32_t pid, const struct fb_vmas *vmas)
{
	struct fb_error *err;

	notes->bytes.size = 0;
	notes->thread_count = notes->fpu_count = notes->psinfo_count = notes->auxv_pairs = 0;
	notes->files = NULL;
	memset(&notes->written, 0xaa, sizeof(notes->written));
	err = fb_core_notes_write(notes->sample.input, notes_task(notes, pid), vmas, &notes->bytes,
				  &notes->written);
	if (!err)
		take_notes(notes);
	return err;
}

void notes_write(struct notes *notes, int32_t pid)
{
	const struct fb_vmas none = {0};

	FB_OK_FATAL(notes_write_of(notes, pid, &none));
}
