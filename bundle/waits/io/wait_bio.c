// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads in submit_bio_wait(): direct input and output of a block device, flushes, discards. Such a thread
 * sleeps in a completion on its own stack, which the bio leads to (block/bio.c). Called through the table in
 * bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/io/recognise.h"
#include "bundle/waits/io/wait_io.h"

/* What of a stack is searched. */
#define MOST_STACK 32768u

/* A thread, and the bio that it waits for. */
struct wanted {
	struct fb_wait_finder *finder;
	uint64_t done; /* the completion */
	uint64_t ends[2];
	uint64_t bio; /* 0: it was not found */
};

/* Takes the bio at this address if it ends at the completion. */
static struct fb_error *try_bio(struct wanted *wanted, uint64_t address)
{
	const struct fb_layout *layout = wanted->finder->layout;
	uint64_t private = 0, end = 0;
	struct fb_error *err =
		fb_kernel_field(wanted->finder->kernel, address, &layout->bio_private, &private);

	if (!err && private == wanted->done)
		err = fb_kernel_field(wanted->finder->kernel, address, &layout->bio_end, &end);
	if (!err && end && (end == wanted->ends[0] || end == wanted->ends[1]))
		wanted->bio = address;
	return fb_part_skip(err);
}

/* The bio is on the stack itself, or what made it has its address there. The function that it ends with has another
 * name in 7.2. */
static struct fb_error *search(struct wanted *wanted, const uint64_t *words, size_t count,
			       uint64_t low)
{
	static const char *const ends[] = {"submit_bio_wait_endio", "bio_wait_end_io"};
	const struct fb_kernel *kernel = wanted->finder->kernel;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(ends); i++)
		if (!fb_kernel_find_symbol(kernel, ends[i], &wanted->ends[i]))
			wanted->ends[i] = 0;
	for (size_t i = 0; i < count && !err && !wanted->bio; i++)
		if (words[i] == wanted->done)
			err = try_bio(wanted,
				      low + 8 * i - wanted->finder->layout->bio_private.offset);
	for (size_t i = 0; i < count && !err && !wanted->bio; i++)
		if (words[i] % 8 == 0 && fb_kernel_address_ok(words[i]))
			err = try_bio(wanted, words[i]);
	return err || wanted->bio ? err
				  : fb_error_create(FB_NOT_FOUND,
						    "the bio was not found by the thread's stack");
}

static struct fb_error *find_bio(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 uint64_t *bio_ret)
{
	const size_t size = blocked->high > blocked->low ? blocked->high - blocked->low : 0;
	const size_t count = (size < MOST_STACK ? size : MOST_STACK) / 8;
	struct wanted wanted = {.finder = finder};
	uint64_t head, *words;
	uint32_t list;
	struct fb_error *err = fb_wait_member(finder, "completion", "wait.task_list", &list);

	if (!err)
		err = fb_wait_completion_of(finder, blocked, &head);
	if (!err)
		err = fb_layout_require(&finder->layout->bio_private);
	if (err)
		return err;
	wanted.done = head - list;
	words = calloc(count ? count : 1, sizeof(*words));
	if (!words)
		return fb_error_nomem();
	err = fb_space_read(finder->space, blocked->low, words, count * sizeof(*words));
	if (!err)
		err = search(&wanted, words, count, blocked->low);
	free(words);
	if (!err)
		*bio_ret = wanted.bio;
	return err;
}

struct fb_error *fb_wait_bio(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "block-io");
	uint64_t bio = 0, bdev = 0, sector = 0;
	bool fresh;
	struct fb_error *err = find_bio(finder, blocked, &bio);

	if (!err)
		err = fb_kernel_field(finder->kernel, bio, &layout->bio_device, &bdev);
	if (!err)
		err = fb_kernel_field(finder->kernel, bio, &layout->bio_sector, &sector);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "device", bdev, 0, &wait.object, &fresh);
	if (!err && fresh)
		err = fb_wait_describe_device(finder, bdev, wait.object);
	if (!err)
		err = fb_wait_text(&wait.detail, "bio at sector %" PRIu64, sector);
	wait.evidence = "the bio that ends at the completion on its kernel stack";
	if (!err)
		return fb_wait_graph_add(&finder->graph, &wait);
	free(wait.detail);
	return err;
}
