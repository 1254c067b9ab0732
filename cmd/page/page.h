/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the command page share. */
#ifndef FB_CMD_PAGE_H
#define FB_CMD_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/shared/command.h"
#include "kernel/files/page_file.h"
#include "kernel/mappings/reverse_map.h"
#include "kernel/memory/page_words.h"
#include "kernel/memory/slab_object.h"

/* One frame. */
struct fb_page_frame_listed {
	uint64_t pfn;
	bool dumped; /* its bytes are in the dump */
	struct fb_page_words words;
};

struct fb_page_answer {
	struct fb_page_frame_listed *frames; /* owned; one, unless a range was asked for */
	size_t count;
	/* Of one frame: */
	const char *owner; /* "anonymous memory", "a file"...; static */
	bool has_slab, has_file, has_offset, has_swap;
	struct fb_slab_object slab; /* which object of the cache the frame's first byte is in */
	struct fb_page_file file;
	uint64_t offset; /* of the frame in the file, in bytes */
	uint32_t swap_type;
	uint64_t swap_offset;
	/* the control group that the page is accounted to; "": none, or unknown */
	char group[4096];
	struct fb_frame_users users;
};

FB_MUST_CHECK struct fb_error *fb_page_print_json(struct fb_context *context,
						  const struct fb_page_answer *answer);
FB_MUST_CHECK struct fb_error *fb_page_print_text(struct fb_context *context,
						  const struct fb_page_answer *answer, bool all);

#endif
