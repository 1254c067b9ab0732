/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Access of recognisers to processes: their memory, symbols, descriptors and paths. */
#ifndef FB_BUNDLE_WAIT_MEMORY_H
#define FB_BUNDLE_WAIT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "bundle/process/joined_space.h"
#include "bundle/waits/finder/wait_blocked.h"
#include "kernel/files/path.h"

/* The joined space of the thread's process, owned by the finder and valid until this is called for another process.
 * FB_ABSENT where the process has no memory. */
FB_MUST_CHECK struct fb_error *fb_wait_process(struct fb_wait_finder *finder,
					       const struct fb_task *task,
					       struct fb_joined **joined_ret);
/* Writes the symbol of an address of that process to `to` (size bytes): "A", "A+0x10", from a mapped object under
 * --sysroot, else "". */
FB_MUST_CHECK struct fb_error *fb_wait_user_symbol(struct fb_wait_finder *finder,
						   const struct fb_task *task,
						   struct fb_joined *joined, uint64_t address,
						   char *to, size_t size);

/* Whether the file of the mapping vma defines a function of this name. False where the file is not under --sysroot. */
FB_MUST_CHECK struct fb_error *fb_wait_file_defines(struct fb_wait_finder *finder,
						    const struct fb_task *task,
						    const struct fb_vma *vma, const char *function,
						    bool *defines_ret);

/* The address of the struct file of the thread's descriptor fd. FB_NOT_FOUND where it is not open. */
FB_MUST_CHECK struct fb_error *fb_wait_fd(struct fb_wait_finder *finder,
					  const struct fb_blocked *blocked, uint64_t fd,
					  uint64_t *file_ret);
/* The path of a file (the address of a struct file) as the thread sees it, printable, in `to` (FB_WAIT_PATH bytes); ""
 * where it cannot be read, and absence (may be NULL) then has the reason. */
#define FB_WAIT_PATH 512u
struct fb_wait_absence;
FB_MUST_CHECK struct fb_error *fb_wait_path(struct fb_wait_finder *finder,
					    const struct fb_task *task, uint64_t file, char *to,
					    struct fb_wait_absence *absence);

#endif
