/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What recognisers ask of processes: their memory, its symbols, descriptors and paths. */
#ifndef FB_BUNDLE_WAIT_MEMORY_H
#define FB_BUNDLE_WAIT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "bundle/process/joined_space.h"
#include "bundle/waits/finder/wait_blocked.h"
#include "kernel/files/path.h"

/* The joined space of the thread's process; kept until another process's is asked for.
 * FB_ABSENT where it has no memory. */
FB_MUST_CHECK struct fb_error *fb_wait_process(struct fb_wait_finder *finder,
					       const struct fb_task *task,
					       struct fb_joined **joined_ret);
/* Names an address of that process: "A", "A+0x10" as a symbol of a mapped object under --sysroot,
 * else "". */
FB_MUST_CHECK struct fb_error *fb_wait_user_symbol(struct fb_wait_finder *finder,
						   const struct fb_task *task,
						   struct fb_joined *joined, uint64_t address,
						   char *to, size_t size);

/* Whether the file that is mapped there defines a function of that name, as far as it is under
 * --sysroot; else false. */
FB_MUST_CHECK struct fb_error *fb_wait_file_defines(struct fb_wait_finder *finder,
						    const struct fb_task *task,
						    const struct fb_vma *vma, const char *function,
						    bool *defines_ret);

/* Descriptor fd of the thread: its struct file. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_wait_fd(struct fb_wait_finder *finder,
					  const struct fb_blocked *blocked, uint64_t fd,
					  uint64_t *file_ret);
/* Printable path of a file as the thread sees it. to holds FB_WAIT_PATH; "" where the dump does not tell it,
 * and absence (NULL: nobody asks) then says why. */
#define FB_WAIT_PATH 512u
struct fb_wait_absence;
FB_MUST_CHECK struct fb_error *fb_wait_path(struct fb_wait_finder *finder,
					    const struct fb_task *task, uint64_t file, char *to,
					    struct fb_wait_absence *absence);

#endif
