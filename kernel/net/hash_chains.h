/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks hash tables of the kernel's, whose buckets are heads of chains: hlist_head, hlist_nulls_head, and those of
 * rhashtable (include/linux/list.h, list_nulls.h, rhashtable.h). In all of them a node begins with the address of the
 * next one, and a chain ends with 0 or an odd number. Called by the tables of sockets.
 */
#ifndef FB_KERNEL_HASH_CHAINS_H
#define FB_KERNEL_HASH_CHAINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_hash_chains {
	const char *what; /* for messages: "TCP sockets" */
	uint64_t address; /* of the first bucket */
	uint64_t count;   /* of buckets; the caller has checked it against a limit */
	uint32_t bucket;  /* bytes of one, > 0 and at most a page */
	uint32_t head;    /* bytes from the start of a bucket to its pointer, within it */
};

/* Calls callback(context, node) with the address of each node. Each lowers *left by one; where it becomes 0 the walk
 * ends. Buckets that cannot be read, and the rest of a chain that is broken, are missing, with a warning, and *whole is
 * set to false (else it is left as it is). An error of the callback ends the walk and is returned. */
FB_MUST_CHECK struct fb_error *
fb_hash_chains_each(struct fb_kernel *kernel, const struct fb_hash_chains *chains, uint64_t *left,
		    struct fb_error *(*callback)(void *context, uint64_t node), void *context,
		    bool *whole);

#endif
