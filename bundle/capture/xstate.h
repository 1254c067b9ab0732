/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers beyond the general ones (x87, SSE, AVX, AMX and what comes after them), as the CPU's XSAVE writes them, for
 * the notes NT_X86_XSTATE and NT_X86_XSAVE_LAYOUT of a core. Called by tracer.c and capture_notes.c. Format: Intel's
 * manual, volume 1, 13.4; arch/x86/kernel/fpu/regset.c (xstateregs_get).
 */
#ifndef FB_BUNDLE_CAPTURE_XSTATE_H
#define FB_BUNDLE_CAPTURE_XSTATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* Room for the state of one thread: starts small, and grows where the CPU's is larger. */
struct fb_xstate_room {
	uint8_t *bytes; /* owned */
	size_t size;
};

/* Reads the state of a thread that the caller traces, and that stands still. Returns how many bytes it has, at
 * room->bytes until the next call; 0: the CPU or the kernel has no such state, or it cannot be read. */
size_t fb_xstate_read(int32_t tid, struct fb_xstate_room *room);
void fb_xstate_room_deinit(struct fb_xstate_room *room);

/* Appends to layout where each component of a state of this CPU lies (struct x86_xfeat_component of asm/elf.h, in
 * kernels from 6.12 on: ba386777a30b), for the components that the state says are there. Nothing is appended where the
 * CPU tells something else than the state does. FB_NOMEM, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_xstate_layout(const uint8_t *state, size_t size,
						struct fb_buf *layout);

#endif
