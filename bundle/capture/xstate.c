// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the XSAVE state of threads, and tells how it is laid out. Called by tracer.c and capture_notes.c. */
#include "bundle/capture/xstate.h"

#include <cpuid.h>
#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "base/limits.h"

#define FIRST_ROOM 4096u
/* x87 and SSE, whose place is fixed, and the header behind them. */
#define LEGACY_SIZE 576u
/* In the bytes that FXSAVE leaves to software, the kernel has the mask of components (fx_sw_reserved). */
#define MASK_OFFSET 464u
#define FIRST_EXTENDED 2u
#define CPUID_XSTATE 0xdu

/* The kernel cuts a state that does not fit: only one that leaves room over is known to be whole. */
size_t fb_xstate_read(int32_t tid, struct fb_xstate_room *room)
{
	for (size_t size = room->size ? room->size : FIRST_ROOM; size <= FB_MAX_XSTATE; size *= 2) {
		struct iovec place = {.iov_len = size};

		if (size != room->size) {
			uint8_t *bytes = realloc(room->bytes, size);

			if (!bytes)
				return 0;
			*room = (struct fb_xstate_room){bytes, size};
		}
		place.iov_base = room->bytes;
		if (ptrace(PTRACE_GETREGSET, tid, (void *)(intptr_t)NT_X86_XSTATE, &place))
			return 0;
		if (place.iov_len < size)
			return place.iov_len;
	}
	return 0;
}

void fb_xstate_room_deinit(struct fb_xstate_room *room)
{
	free(room->bytes);
	*room = (struct fb_xstate_room){0};
}

/* Where the CPU puts a component in a state that is not compacted, which is what ptrace(2) gives. */
static bool place_of(unsigned component, size_t size, uint32_t *size_ret, uint32_t *offset_ret)
{
	unsigned eax, ebx, ecx, edx;

	if (!__get_cpuid_count(CPUID_XSTATE, component, &eax, &ebx, &ecx, &edx) || !eax ||
	    ebx < LEGACY_SIZE || ebx > size || eax > size - ebx)
		return false;
	*size_ret = eax;
	*offset_ret = ebx;
	return true;
}

struct fb_error *fb_xstate_layout(const uint8_t *state, size_t size, struct fb_buf *layout)
{
	const size_t before = layout->size;
	uint64_t mask = 0;
	struct fb_error *err = NULL;

	if (size >= LEGACY_SIZE)
		memcpy(&mask, state + MASK_OFFSET, sizeof(mask));
	for (unsigned i = FIRST_EXTENDED; i < 64 && !err; i++) {
		struct {
			uint32_t type, size, offset, flags;
		} component = {.type = i};

		if (!(mask >> i & 1))
			continue;
		if (!place_of(i, size, &component.size, &component.offset)) {
			layout->size = before;
			return NULL;
		}
		err = fb_buf_append(layout, &component, sizeof(component));
	}
	return err;
}
