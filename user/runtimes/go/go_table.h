/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Go's tables of functions ("pclntab"): which function has an address, its lines, what is inlined there, and how far
 * its stack pointer is from the return address. Called by go_stack.c and go.c.
 *
 * Sources of the format: Go's src/runtime/symtab.go, src/runtime/runtime2.go (struct _func),
 * src/cmd/link/internal/ld/pcln.go, src/internal/abi/symtab.go; the form of 1.18, and that of 1.20 and later.
 */
#ifndef FB_USER_GO_TABLE_H
#define FB_USER_GO_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/go/go_private.h"

/* Whether the address is Go's code. */
bool fb_go_is_code(const struct fb_go *go, uint64_t pc);

/* What is known of pc; is_return: it is a return address, whose call stands before it. Places stay as they are until
 * the next call of this function. FB_NOT_FOUND: it is no function of Go's; FB_CORRUPT, FB_LIMIT; errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_go_place(struct fb_go *go, uint64_t pc, bool is_return,
					   const struct fb_go_place **place_ret);

#endif
