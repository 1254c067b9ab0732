/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stopped child of the test, or the test itself, as the unwinder sees a process
 * of a dump: its registers by ptrace, its mappings from /proc, its memory by
 * process_vm_readv(), with faults and changed bytes as a test wants them.
 */
#ifndef FB_TESTS_USER_LIVE_PROCESS_H
#define FB_TESTS_USER_LIVE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#include "base/space.h"
#include "user/unwind/unwind.h"

#define FB_LIVE_THREADS 64u

struct fb_live_process {
	struct fb_space space; /* first */
	pid_t pid;
	pid_t tids[FB_LIVE_THREADS];
	struct user_regs_struct regs[FB_LIVE_THREADS]; /* the leader's first */
	size_t thread_count;
	struct fb_user_mapping *mappings;
	size_t mapping_count;

	/* Reads of [absent_start, absent_end) fail, and it is located as absence; all else as source.
	 * 8 bytes at patch_at read as patch. */
	uint64_t absent_start, absent_end;
	enum fb_absence absence;
	enum fb_source source;
	uint64_t patch_at, patch;
	/* One of this many bytes reads as something else, by seed; 0: none. */
	unsigned damage;
	uint64_t seed;
};

/* Forks; the child runs body(ready fd), which must write a byte from each of threads threads when
 * it stands where it is to be seen, and then block. Stops them all. False where ptrace is not
 * allowed here: the test is then skipped. */
bool fb_live_process_start(struct fb_live_process *process, void (*body)(int ready),
			   size_t threads);
void fb_live_process_stop(struct fb_live_process *process);

/* The test's own process, whose stack the test unwinds while it stands on it; without registers. To be
 * stopped like a child, which only frees. */
void fb_live_process_self(struct fb_live_process *process);

/* For fb_object_sources.find: the file itself. context: NULL. The files are closed at the end of
 * the program. */
struct fb_error *fb_live_find_file(void *context, const char *path, const uint64_t *size,
				   struct fb_file **file_ret);

/* The mapping that holds address, or NULL. */
const struct fb_user_mapping *fb_live_mapping(const struct fb_live_process *process,
					      uint64_t address);

#endif
