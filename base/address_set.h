/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that were seen, by hash. */
#ifndef FB_BASE_ADDRESS_SET_H
#define FB_BASE_ADDRESS_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_address_set {  /* zeros: empty */
	uint64_t *slots; /* owned; 0: free */
	size_t count, room;
};

/* *fresh_ret: it was not in the set before; address is not 0. FB_LIMIT where maximum are in already:
 * what names them in the error. */
FB_MUST_CHECK struct fb_error *fb_address_set_add(struct fb_address_set *set, uint64_t address,
						  size_t maximum, const char *what,
						  bool *fresh_ret);
void fb_address_set_deinit(struct fb_address_set *set);

#endif
