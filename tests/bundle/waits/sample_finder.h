/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A finder of waits over the sample, and a thread of it as if blocked, for tests of what is read of its process. */
#ifndef FB_TESTS_BUNDLE_SAMPLE_FINDER_H
#define FB_TESTS_BUNDLE_SAMPLE_FINDER_H

#include "bundle/waits/finder/wait_blocked.h"
#include "bundle/waits/finder/wait_memory.h"
#include "tests/bundle/sample_input.h"

struct sample_finder {
	struct sample_input sample;
	struct fb_wait_finder finder;
	struct fb_blocked blocked; /* the thread, with its registers */
	struct fb_joined *joined;  /* its process's memory: the finder's */
};

/* core: of a process, or NULL. files: borrowed, or NULL. */
void sample_finder_begin(struct sample_finder *finder, int32_t tid, const char *core,
			 struct fb_host_files *files);
void sample_finder_end(struct sample_finder *finder);

#define SAMPLE_PROGRAM "/lab/actors"
/* A sysroot of that name in the test's folder with the sample's program alone, in which the first place with these
 * bytes has others. The caller frees the path. */
char *sample_finder_sysroot(const char *name, const void *bytes, const void *others, size_t size);

#endif
