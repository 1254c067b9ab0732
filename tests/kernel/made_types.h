/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of a made kernel, for code that asks for members by name. */
#ifndef FB_TESTS_KERNEL_MADE_TYPES_H
#define FB_TESTS_KERNEL_MADE_TYPES_H

#include "symbols/btf/btf_builder.h"
#include "tests/kernel/made_kernel.h"

#define MADE_MEMBERS 12u

struct made_types {
	struct fb_btf_builder builder;
	struct fb_btf *btf; /* owned, once given */
	uint32_t word;      /* an unsigned integer of 8 bytes, which stands for pointers too */
	uint32_t half;      /* one of 4 bytes */
	uint32_t list;      /* struct list_head */
	uint32_t queue;     /* struct wait_queue_head, its list at MADE_QUEUE_LIST */
	uint32_t entry;     /* struct wait_queue_entry: 40 bytes */
	size_t members;     /* of the structs made so far, but for the two above */
	size_t left_out;    /* the one of these, from 1, that goes by another name; 0: none */
};
#define MADE_QUEUE_LIST 8u

struct made_member {
	const char *name; /* NULL behind the last */
	uint32_t type, offset;
};

/* For a table of members. */
#define MADE_MEMBERS_OF(...) ((const struct made_member[MADE_MEMBERS]){__VA_ARGS__})

void made_types_begin(struct made_types *types);
uint32_t made_struct(struct made_types *types, const char *name, uint32_t size,
		     const struct made_member members[MADE_MEMBERS]);
/* The kernel's, from now on. */
void made_types_give(struct made_types *types, struct made_kernel *made);
/* After the kernel was destroyed. */
void made_types_end(struct made_types *types);

#endif
