/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "[PID:]ADDR" on the command line: an address in the joined space of a process,
 * or in the kernel's. There NAME, NAME+OFFSET and, of a per-CPU variable, NAME:CPU may
 * stand for an address.
 */
#ifndef FB_CMD_TARGET_H
#define FB_CMD_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "bundle/process/joined_space.h"
#include "cmd/shared/command.h"
#include "cmd/shared/memory_sources.h"

struct fb_target {
	struct fb_memory_sources sources; /* of a process */
	struct fb_joined *joined;         /* NULL: the kernel */
	const struct fb_task *task;       /* NULL: the kernel */
	struct fb_space *space;           /* owned by joined or by the kernel */
	uint64_t address;
};

/* Takes "NAME+OFFSET" apart, or "NAME+OFFSET/SIZE" as stacks and logs show it; OFFSET is
 * hexadecimal. False where text is not of that form, or name[size] is too small. */
bool fb_split_offset(const char *text, char *name, size_t size, uint64_t *offset_ret);

/* The process of PID (any of its threads' TIDs will do). FB_NOT_FOUND, with the reason. */
FB_MUST_CHECK struct fb_error *fb_find_process(struct fb_input *input, int32_t pid,
					       const struct fb_task **task_ret);

/* The same of a process as people name it: its PID or a TID in decimal, or its name where no other has
 * that; else FB_INVALID, with the PIDs that have it. */
FB_MUST_CHECK struct fb_error *fb_find_process_named(struct fb_input *input, const char *text,
						     const struct fb_task **task_ret);
/* Whether text is a number, to be taken for a PID (fb_parse_pid()), not for a name. */
bool fb_is_number(const char *text);

/* What a joined space needs besides a task. fb_target_deinit() it. */
FB_MUST_CHECK struct fb_error *fb_target_open_process(struct fb_context *context,
						      struct fb_input *input,
						      const struct fb_task *task, bool prefer_core,
						      struct fb_target *target_ret);
/* text as above. FB_INVALID for an address that cannot be, FB_NOT_FOUND for a symbol or PID. */
FB_MUST_CHECK struct fb_error *fb_target_open(struct fb_context *context, struct fb_input *input,
					      const char *text, bool prefer_core,
					      struct fb_target *target_ret);
void fb_target_deinit(struct fb_target *target);

#endif
