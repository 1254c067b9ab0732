/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses "[PID:]ADDR" on the command line: an address in the memory of a process, or of the
 * kernel. For the kernel, the address may be given as NAME, NAME+OFFSET or, for a per-CPU
 * variable, NAME:CPU. Called by the commands that take such an argument or a PID.
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

/* Splits "NAME+OFFSET", or "NAME+OFFSET/SIZE" as in stacks and logs; OFFSET is hexadecimal. False where text does not
 * have that form, or where the name does not fit into name (size bytes). */
bool fb_split_offset(const char *text, char *name, size_t size, uint64_t *offset_ret);

/* The process with this PID, or with a thread of this TID. FB_NOT_FOUND, with the reason. */
FB_MUST_CHECK struct fb_error *fb_find_process(struct fb_input *input, int32_t pid,
					       const struct fb_task **task_ret);

/* The same for a text: a PID or TID in decimal, or a name. Where several processes have the name, FB_INVALID, with
 * their PIDs. */
FB_MUST_CHECK struct fb_error *fb_find_process_named(struct fb_input *input, const char *text,
						     const struct fb_task **task_ret);
/* Whether text is a number, which stands for a PID (fb_parse_pid()), and not a name. */
bool fb_is_number(const char *text);

/* Opens the joined space of a task's process. The caller frees the result with fb_target_deinit(). */
FB_MUST_CHECK struct fb_error *fb_target_open_process(struct fb_context *context,
						      struct fb_input *input,
						      const struct fb_task *task, bool prefer_core,
						      struct fb_target *target_ret);
/* Parses text, in the form that the head of this file describes, and opens its space. FB_INVALID for a malformed
 * address, FB_NOT_FOUND for an unknown symbol or PID. */
FB_MUST_CHECK struct fb_error *fb_target_open(struct fb_context *context, struct fb_input *input,
					      const char *text, bool prefer_core,
					      struct fb_target *target_ret);
void fb_target_deinit(struct fb_target *target);

#endif
