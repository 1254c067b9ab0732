/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of kernel addresses: what a walk has visited already.
 */
#ifndef FB_KERNEL_ADDRESS_SET_H
#define FB_KERNEL_ADDRESS_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Zeroed, it is empty. */
struct fb_address_set {
	uint64_t *slots; /* owned; open addressing, 0: free */
	size_t count;
	size_t room; /* a power of two, or 0 */
};

void fb_address_set_deinit(struct fb_address_set *set);

/* *fresh_ret: it was not in the set, and now is. address: not 0. FB_LIMIT, naming `what`, where the
 * set has maximum addresses. */
FB_MUST_CHECK struct fb_error *fb_address_set_add(struct fb_address_set *set, uint64_t address,
						  size_t maximum, const char *what,
						  bool *fresh_ret);

#endif
