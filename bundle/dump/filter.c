// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Classifies the frames of a dump in ascending order, one window of struct pages at a time, so that
 * the memory it takes does not grow with the host. Called by filtered_dump.c through the writer of
 * bundles, and by cmd/dump for the counts.
 */
#include "bundle/dump/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "kernel/memory/page_frame.h"

struct fb_filter {
	struct fb_dump *dump;
	unsigned level;
	const struct fb_frame_set *kept;
	struct fb_page_classifier *classifier; /* NULL: no class is known */
	uint64_t window;                       /* its first frame; UINT64_MAX: none yet */
	uint8_t classes[FB_PAGE_CLASS_WINDOW];
	uint64_t end;                /* frames from here on are outside of the kernel's memory */
	uint64_t run_start, run_end; /* frames that are known to be in the dump */
	bool leaves_out[FB_PAGE_CLASSES];
	struct fb_filter_count counts[FB_PAGE_CLASSES];
};

bool fb_level_leaves_out(unsigned level, enum fb_page_class class)
{
	switch (class) {
	case FB_PAGE_FREE:
		return level & FB_LEVEL_FREE;
	case FB_PAGE_CACHE:
		return level & (FB_LEVEL_CACHE | FB_LEVEL_CACHE_PRIVATE);
	case FB_PAGE_CACHE_PRIVATE:
		return level & FB_LEVEL_CACHE_PRIVATE;
	case FB_PAGE_USER:
		return level & FB_LEVEL_USER;
	case FB_PAGE_OFFLINE:
	case FB_PAGE_POISONED:
	case FB_PAGE_OUTSIDE:
		return true; /* whatever the level: they are not to be read, or no memory of the kernel's */
	case FB_PAGE_UNKNOWN:
	case FB_PAGE_KERNEL:
	case FB_PAGE_CLASSES:
		break;
	}
	return false;
}

struct fb_error *fb_filter_create(struct fb_kernel *kernel, unsigned level,
				  const struct fb_frame_set *kept, struct fb_filter **filter_ret)
{
	struct fb_filter *filter;
	struct fb_error *err;

	if (level > FB_LEVEL_ALL)
		return fb_error_create(FB_INVALID, "%u is no dump level: 0 to %u", level,
				       FB_LEVEL_ALL);
	filter = calloc(1, sizeof(*filter));
	if (!filter)
		return fb_error_nomem();
	filter->dump = fb_kernel_dump(kernel);
	filter->level = level;
	filter->kept = kept;
	filter->window = UINT64_MAX;
	for (unsigned i = 0; i < FB_PAGE_CLASSES; i++)
		filter->leaves_out[i] = fb_level_leaves_out(level, i);
	err = fb_part_warn(fb_kernel_warnings(kernel),
			   fb_page_classifier_create(kernel, &filter->classifier),
			   "what pages are used for is not known, so that none is left out");
	if (!err)
		err = fb_page_frames_end(kernel, &filter->end);
	if (err) {
		fb_filter_destroy(filter);
		return err;
	}
	*filter_ret = filter;
	return NULL;
}

void fb_filter_destroy(struct fb_filter *filter)
{
	if (!filter)
		return;
	fb_page_classifier_destroy(filter->classifier);
	free(filter);
}

bool fb_filter_knows_classes(const struct fb_filter *filter)
{
	return filter->classifier != NULL;
}

static struct fb_error *class_of(struct fb_filter *filter, uint64_t pfn,
				 enum fb_page_class *class_ret)
{
	uint64_t window = pfn / FB_PAGE_CLASS_WINDOW * FB_PAGE_CLASS_WINDOW;
	struct fb_error *err;

	*class_ret = pfn < filter->end ? FB_PAGE_UNKNOWN : FB_PAGE_OUTSIDE;
	if (!filter->classifier || pfn >= filter->end)
		return NULL;
	if (filter->window != window) {
		filter->window = UINT64_MAX;
		err = fb_page_classify(filter->classifier, window, filter->classes);
		if (err)
			return err;
		filter->window = window;
	}
	*class_ret = filter->classes[pfn - window];
	return NULL;
}

/* Whether the page stays; it is counted either way. A page that must not be read, such as device
 * memory, never stays. */
static bool stays(struct fb_filter *filter, uint64_t pfn, enum fb_page_class class)
{
	struct fb_filter_count *count = &filter->counts[class];

	if (!filter->leaves_out[class]) {
		count->kept++;
		return true;
	}
	if (filter->kept && fb_frame_set_has(filter->kept, pfn) && class != FB_PAGE_OFFLINE &&
	    class != FB_PAGE_POISONED && class != FB_PAGE_OUTSIDE) {
		count->kept_though++;
		return true;
	}
	count->left_out++;
	return false;
}

/* The first frame at or behind pfn that the dump has. */
static uint64_t next_dumped(struct fb_filter *filter, uint64_t pfn)
{
	if (pfn >= filter->run_start && pfn < filter->run_end)
		return pfn;
	pfn = fb_dump_next_page(filter->dump, pfn);
	if (pfn != UINT64_MAX) {
		filter->run_start = pfn;
		filter->run_end = fb_dump_run_end(filter->dump, pfn);
	}
	return pfn;
}

struct fb_error *fb_filter_next(struct fb_filter *filter, uint64_t pfn, uint64_t *pfn_ret)
{
	if (!pfn)
		memset(filter->counts, 0, sizeof(filter->counts));
	for (pfn = next_dumped(filter, pfn); pfn != UINT64_MAX;
	     pfn = next_dumped(filter, pfn + 1)) {
		enum fb_page_class class;
		struct fb_error *err = class_of(filter, pfn, &class);

		if (err)
			return err;
		if (stays(filter, pfn, class))
			break;
	}
	*pfn_ret = pfn;
	return NULL;
}

uint64_t fb_filter_end(const struct fb_filter *filter)
{
	return filter->end;
}

const struct fb_filter_count *fb_filter_count(const struct fb_filter *filter,
					      enum fb_page_class class)
{
	return &filter->counts[class];
}
