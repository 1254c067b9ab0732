/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notes of a core that is built of a process of the sample, read back. */
#ifndef FB_TESTS_BUNDLE_WRITTEN_NOTES_H
#define FB_TESTS_BUNDLE_WRITTEN_NOTES_H

#include <sys/procfs.h>

#include "base/limits.h"
#include "bundle/process/core_notes_writer.h"
#include "tests/bundle/sample_input.h"

#define NOTES_MAX_THREADS 8u

struct notes {
	struct sample_input sample;
	struct fb_buf bytes;
	struct fb_written_notes written;
	struct elf_prstatus threads[NOTES_MAX_THREADS];
	size_t thread_count, fpu_count;
	struct elf_prpsinfo psinfo;
	size_t psinfo_count;
	uint64_t auxv[FB_MAX_AUXV_PAIRS][2];
	size_t auxv_pairs; /* 0: no such note */
	const uint8_t *files;
	size_t files_size;
};

/* Opens the sample with this core (NULL: none). */
void notes_open(struct notes *notes, const char *core);
void notes_close(struct notes *notes);
/* A thread, for a test that changes it. */
struct fb_task *notes_task(struct notes *notes, int32_t tid);
/* Writes the notes of a process with these mappings, in place of those before, and reads them. */
struct fb_error *notes_write_of(struct notes *notes, int32_t pid, const struct fb_vmas *vmas);
/* The same without mappings, which must not fail. */
void notes_write(struct notes *notes, int32_t pid);

#endif
