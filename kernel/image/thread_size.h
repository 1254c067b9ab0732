/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The size of a task's kernel stack (THREAD_SIZE, arch/x86/include/asm/page_64_types.h). */
#ifndef FB_KERNEL_THREAD_SIZE_H
#define FB_KERNEL_THREAD_SIZE_H

#include <stdint.h>

#include "kernel/image/kernel.h"

/* The largest size that is accepted, in bytes: with KASAN it is eight pages; 64 KiB leaves room. */
#define FB_THREAD_BYTES_MAX (64u << 10)

/* THREAD_SIZE in bytes, from the symbols __start_init_stack and __end_init_stack (8f69cba096b5, 6.10), before that
 * __start_init_task and __end_init_task, else from the size of union thread_union; 16 KiB where none of these gives
 * a plausible size. */
uint64_t fb_thread_size(const struct fb_kernel *kernel);

#endif
