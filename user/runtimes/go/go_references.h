/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the goroutines whose stacks refer to a channel or lock on which others wait. Go does not record who has a lock
 * or is to send: these are those who may be it, and it is never certain. Called by goroutines.c.
 */
#ifndef FB_USER_GO_REFERENCES_H
#define FB_USER_GO_REFERENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/go/go.h"

/* What goroutines wait on. */
struct fb_go_object {
	uint64_t address;
	bool alone; /* a channel, which is never a member of a struct */
};

/* A goroutine that refers to an object. */
struct fb_go_reference {
	uint64_t object;  /* address */
	uint32_t routine; /* index in the list of goroutines */
	bool near;        /* only to what may be the struct that has it */
};

/* References that are kept of one object. */
#define FB_GO_REFERENCES 16u

/* Looks through the stacks of count goroutines for the objects, whose addresses ascend, each once. *list_ret, in order
 * of objects, then of routines, is an array that the caller frees. Stacks that cannot be read are left out. FB_NOMEM;
 * FB_OS. */
FB_MUST_CHECK struct fb_error *
fb_go_references_find(struct fb_go *go, const struct fb_goroutine *routines, size_t count,
		      const struct fb_go_object *objects, size_t object_count,
		      struct fb_go_reference **list_ret, size_t *count_ret);

#endif
