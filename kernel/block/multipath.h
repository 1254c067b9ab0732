/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The paths of a multipath device of the device mapper, in their groups, and which of them the kernel uses
 * (drivers/md/dm-mpath.c). Called for the targets of mapped devices.
 */
#ifndef FB_KERNEL_BLOCK_MULTIPATH_H
#define FB_KERNEL_BLOCK_MULTIPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/modules/driver_types.h"

struct fb_multipath_path {
	uint64_t address; /* of the struct pgpath */
	char device[16];  /* "8:16", the numbers of the device; raw text */
	bool failed;
	bool current;      /* the path that was chosen last */
	uint32_t failures; /* how often it has failed */
};

/* In the words of `multipath -ll`. */
enum fb_multipath_group_state {
	FB_MULTIPATH_ENABLED,  /* used where the active one has no path left */
	FB_MULTIPATH_ACTIVE,   /* requests go to its paths */
	FB_MULTIPATH_DISABLED, /* its administrator has put it aside */
};

struct fb_multipath_group {
	uint32_t number; /* from 1 */
	enum fb_multipath_group_state state;
	char policy[32];                 /* the path selector: "round-robin"; raw text */
	struct fb_multipath_path *paths; /* owned */
	size_t path_count;
};

struct fb_multipath {
	uint64_t address;      /* of the struct multipath */
	bool queue_if_no_path; /* requests wait where all paths have failed; else they fail */
	bool saved_queue;      /* the same, put aside while the device is suspended */
	bool initializing;     /* requests wait until the paths of a group are initialized */
	int32_t valid_paths;   /* the kernel's count of paths that have not failed */
	char handler[32];      /* of the hardware: "alua"; "": none; raw text */
	uint32_t next_group;   /* to which it will switch; 0: none */
	struct fb_multipath_group *groups; /* owned */
	size_t group_count;
	bool complete; /* false: a list is broken, or has another length than is counted */
};

/* The paths of all groups, and how many of them have failed. */
size_t fb_multipath_paths(const struct fb_multipath *multipath, size_t *failed_ret);
/* "active", "enabled", "disabled". Static. */
const char *fb_multipath_group_state_name(enum fb_multipath_group_state state);

/* address: dm_target.private of a target of type "multipath". FB_NOT_FOUND where the kernel keeps no types of the
 * module; errors of fb_space_read(). Groups and paths behind a broken link are missing, with a warning. The caller
 * frees the result with fb_multipath_destroy(). */
FB_MUST_CHECK struct fb_error *fb_multipath_read(const struct fb_driver_types *types,
						 uint64_t address,
						 struct fb_multipath **multipath_ret);
void fb_multipath_destroy(struct fb_multipath *multipath);

#endif
