// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts the pages of the kernel that a filter left out. Called by bundle/input.
 */
#include "kernel/memory/filter_loss.h"

#include <string.h>

#include "base/part.h"
#include "kernel/memory/page_class.h"
#include "kernel/memory/page_frame.h"

/* Lost pages that are looked at one by one. */
#define MOST_LOOKED_AT 65536u
/* Fewer may have changed their use while the dump was written, or have a damaged struct page. */
#define LEAST_LOST 16u
#define LEAST_SHARE 1000u /* one of so many pages of the kernel */

/* What the kernel had in a page that was left out. */
static struct fb_error *look_at(struct fb_kernel *kernel, uint64_t pfn, struct fb_filter_loss *loss)
{
	struct fb_page_frame frame;
	uint64_t head;
	struct fb_error *err = fb_page_frame_read(kernel, pfn, &frame);

	if (err || !frame.known || !frame.type || strcmp(frame.type, "slab") != 0)
		return err;
	loss->lost_slab++;
	if (!frame.head)
		return NULL;
	err = fb_page_frame_number(kernel, frame.head, &head);
	if (!err && pfn == head + 1)
		loss->lost_second++;
	return fb_part_skip(err);
}

/* The kernel's pages of a window. Those that the filter was not given (of the capture kernel, of devices) are not in
 * the dump's bitmap of pages that existed. */
static struct fb_error *count_window(struct fb_kernel *kernel, const uint8_t *classes,
				     uint64_t first, uint64_t end, struct fb_filter_loss *loss)
{
	struct fb_dump *dump = fb_kernel_dump(kernel);
	uint8_t existing[FB_PAGE_CLASS_WINDOW / 8];
	struct fb_error *err =
		fb_dump_existing_bitmap(dump, first / 8, existing, (size_t)(end - first + 7) / 8);

	for (uint64_t pfn = first; !err && pfn < end; pfn++) {
		uint64_t at = pfn - first;

		if (classes[at] != FB_PAGE_KERNEL || !(existing[at / 8] >> at % 8 & 1))
			continue;
		loss->kernel++;
		if (fb_dump_has_page(dump, pfn) ||
		    fb_dump_page_absence(dump, pfn) != FB_ABSENCE_FILTERED)
			continue;
		loss->lost++;
		if (loss->lost <= MOST_LOOKED_AT)
			err = look_at(kernel, pfn, loss);
	}
	return err;
}

static struct fb_error *count(struct fb_kernel *kernel, struct fb_page_classifier *classifier,
			      struct fb_filter_loss *loss)
{
	uint8_t classes[FB_PAGE_CLASS_WINDOW];
	uint64_t end, windows, step;
	struct fb_error *err = fb_page_frames_end(kernel, &end);

	if (err)
		return err;
	windows = (end + FB_PAGE_CLASS_WINDOW - 1) / FB_PAGE_CLASS_WINDOW;
	step = windows / (FB_FILTER_LOSS_FRAMES / FB_PAGE_CLASS_WINDOW) + 1;
	loss->all = step == 1;
	for (uint64_t window = 0; !err && window < windows; window += step) {
		uint64_t first = window * FB_PAGE_CLASS_WINDOW;
		uint64_t last = first + FB_PAGE_CLASS_WINDOW;

		err = fb_page_classify(classifier, first, classes);
		if (!err)
			err = count_window(kernel, classes, first, last < end ? last : end, loss);
	}
	return err;
}

struct fb_error *fb_filter_loss_find(struct fb_kernel *kernel, struct fb_filter_loss *loss_ret)
{
	struct fb_page_classifier *classifier = NULL;
	struct fb_filter_loss loss = {0};
	struct fb_error *err = fb_page_classifier_create(kernel, &classifier);

	if (!err)
		err = count(kernel, classifier, &loss);
	fb_page_classifier_destroy(classifier);
	err = fb_part_skip(err);
	if (!err)
		*loss_ret = loss;
	return err;
}

bool fb_filter_loss_is_pattern(const struct fb_filter_loss *loss)
{
	return loss->lost >= LEAST_LOST && loss->lost >= loss->kernel / LEAST_SHARE;
}
