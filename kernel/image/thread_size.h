/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large a task's kernel stack is (THREAD_SIZE, arch/x86/include/asm/page_64_types.h). */
#ifndef FB_KERNEL_THREAD_SIZE_H
#define FB_KERNEL_THREAD_SIZE_H

#include <stdint.h>

#include "kernel/image/kernel.h"

/* The largest that is believed, bytes: KASAN makes it eight pages; 64 KiB leaves room. */
#define FB_THREAD_BYTES_MAX (64u << 10)

/* THREAD_SIZE in bytes: __start/__end_init_stack (8f69cba096b5, 6.10), __start/__end_init_task
 * before, else the size of union thread_union; 16 KiB where nothing believable says so. */
uint64_t fb_thread_size(const struct fb_kernel *kernel);

#endif
