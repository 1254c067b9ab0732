/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks linked lists of objects whose type and member are named at run time: list_head, hlist and llist
 * (include/linux/types.h, list.h, list_nulls.h, list_bl.h, llist.h), RCU callbacks, and a member that points to the
 * next object. Called by the command list.
 */
#ifndef FB_KERNEL_LINKED_LIST_H
#define FB_KERNEL_LINKED_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "symbols/btf/btf.h"

enum fb_link_kind {
	FB_LINK_LIST_HEAD,   /* a circle of struct list_head, of which one is the head */
	FB_LINK_HLIST,       /* struct hlist_node, from a struct hlist_head on; ends with NULL */
	FB_LINK_HLIST_NULLS, /* struct hlist_nulls_node: ends with an odd number */
	FB_LINK_HLIST_BL,    /* struct hlist_bl_node: bit 0 of the head's pointer is a lock */
	FB_LINK_LLIST,       /* struct llist_node, struct callback_head: ends with NULL */
	FB_LINK_POINTER,     /* a pointer to the next object; ends with NULL */
};

struct fb_linked_list {
	enum fb_link_kind kind;
	uint64_t offset; /* of the link in each object, in bytes */
};

/* How a member (a path as fb_btf_find_member() takes it) of a type links its objects. FB_INVALID where it is no link;
 * errors of fb_btf_find_member(). */
FB_MUST_CHECK struct fb_error *fb_linked_list_find(const struct fb_btf *types, uint32_t type,
						   const char *member,
						   struct fb_linked_list *list_ret);

/* "list_head", "hlist", "hlist_nulls", "hlist_bl", "llist", "pointer". Static. */
const char *fb_link_kind_name(enum fb_link_kind kind);

struct fb_list_walk {
	struct fb_kernel *kernel;
	struct fb_linked_list list;
	uint64_t start; /* the address of the list's head, or of its first object */
	bool from_head; /* which of both; an object at start is the first that is given */
	bool backwards; /* by the links prev: FB_LINK_LIST_HEAD only */
	/* Called with the address of each object, once. An error ends the walk and is returned. */
	struct fb_error *(*object)(void *context, uint64_t address);
	/* Called where the list is broken, leads back into itself, or is linked differently in its other direction;
	 * takes over the error. What it returns ends the walk. */
	struct fb_error *(*broken)(void *context, struct fb_error *err);
	void *context;
};

/* Walks a list. Where a list of list_heads is broken, its other objects are given from its other end on, in the reverse
 * order. *whole_ret: whether the walk came to the list's end. Errors of fb_space_read() where start cannot be read;
 * FB_LIMIT after FB_MAX_LIST_OBJECTS. */
FB_MUST_CHECK struct fb_error *fb_linked_list_walk(const struct fb_list_walk *walk,
						   bool *whole_ret);

#endif
