/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects that the dynamic linker has loaded into a process, from its memory: AT_PHDR ->
 * PT_DYNAMIC -> DT_DEBUG -> struct r_debug -> the chain of struct link_map (link.h; with glibc 2.35
 * and newer one chain per dlmopen() namespace). Also the vDSO and, where there is no dynamic linker
 * (a static program, or one not yet that far), the program alone.
 */
#ifndef FB_USER_LINK_MAP_H
#define FB_USER_LINK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "base/warnings.h"
#include "user/build_id.h"
#include "user/core.h"

struct fb_object {
	uint64_t bias;    /* l_addr: what to add to an address of the ELF file */
	uint64_t base;    /* where its first page is mapped; 0: unknown */
	uint64_t dynamic; /* l_ld; 0: none */
	char *name;       /* l_name, as the program asked for it; "" for the program itself */
	char *path;       /* of the mapped file (links resolved), or NULL: unknown, or the vDSO */
	char build_id[FB_BUILD_ID_TEXT]; /* "" where it cannot be had */
};

struct fb_objects {
	struct fb_object *objects; /* owned; the program first, then in the linker's order */
	size_t count;
	size_t room;
	bool complete; /* the linker's chain was followed to its end */
};

/* What a process is known by: all of it borrowed. */
struct fb_process_image {
	struct fb_space *space;
	const uint64_t *auxv; /* pairs (type, value) */
	size_t auxv_pairs;
	const struct fb_core_mapping *mappings; /* of files; in order of address */
	size_t mapping_count;
};

/* A chain that cannot be followed gives the objects up to there, and a warning. FB_NOT_FOUND: no
 * AT_PHDR; FB_ABSENT, FB_FAULT, FB_TRUNCATED: the program headers cannot be read; FB_CORRUPT. */
FB_MUST_CHECK struct fb_error *fb_objects_find(const struct fb_process_image *image,
					       struct fb_warnings *warnings,
					       struct fb_objects *objects_ret);
void fb_objects_deinit(struct fb_objects *objects);

/* The image of a core; borrows it. */
struct fb_process_image fb_core_image(struct fb_core *core);

#endif
