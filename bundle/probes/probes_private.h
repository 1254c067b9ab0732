/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share. Included by them only. */
#ifndef FB_BUNDLE_PROBES_PRIVATE_H
#define FB_BUNDLE_PROBES_PRIVATE_H

#include "bundle/probes/probes.h"

/* A list that grows. */
struct fb_probe_list {
	struct fb_probe *probes;
	size_t count, room;
};

/* Appends a copy. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_probe_list_add(struct fb_probe_list *list,
						 const struct fb_probe *probe);

/* Adds each function in which threads wait (bundle/waits/recognisers.c). */
FB_MUST_CHECK struct fb_error *fb_probes_add_functions(struct fb_kernel *kernel,
						       struct fb_modules *modules,
						       struct fb_probe_list *list);

/* Decides of each probe that was not found whether another one is there in its place, and whether it is known why a
 * kernel may lack it. modules may be NULL. */
void fb_probes_explain(struct fb_modules *modules, struct fb_probe_list *list);

/* The module that a function is in; NULL: the kernel. */
const char *fb_probe_module_of(const char *function);

/* The names in probe_reasons.h, so that a test sees that each is a probe's; NULL behind the last. */
const char *fb_probe_reason_name(size_t index);

#endif
