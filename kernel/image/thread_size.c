// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The size of a task's kernel stack, from the symbols around the first task's stack, else from the types.
 * Called wherever the end of a stack is needed.
 */
#include "kernel/image/thread_size.h"

/* Two pages at least; without anything that says so, the four of every 64-bit kernel since 3.15. */
#define THREAD_BYTES_MIN (8u << 10)
#define THREAD_BYTES (16u << 10)

static bool thread_size_ok(uint64_t size)
{
	return size >= THREAD_BYTES_MIN && size <= FB_THREAD_BYTES_MAX && !(size & (size - 1));
}

uint64_t fb_thread_size(const struct fb_kernel *kernel)
{
	static const char *const bounds[][2] = {
		{"__start_init_stack", "__end_init_stack"},
		{"__start_init_task", "__end_init_task"},
	};
	uint64_t size;

	for (size_t i = 0; i < FB_ARRAY_SIZE(bounds); i++) {
		uint64_t start, bytes;
		struct fb_error *err;

		err = fb_kernel_symbol_range(kernel, bounds[i][0], bounds[i][1], 1,
					     FB_THREAD_BYTES_MAX, &start, &bytes);
		if (!err && thread_size_ok(bytes))
			return bytes;
		fb_error_destroy(err);
	}
	size = fb_kernel_layout(kernel)->thread_union.size;
	return thread_size_ok(size) ? size : THREAD_BYTES;
}
