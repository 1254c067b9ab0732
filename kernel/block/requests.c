// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the requests that have a tag: of each hardware queue of each disk, and again of each tag set, which has the
 * same tags where the list of hardware queues is broken (block/blk-mq-tag.h). A set of tags has all its requests from
 * the start (static_rqs); which of them are in use is in the requests themselves. Called by the command block.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/block/request.h"
#include "kernel/memory/xarray.h"

/* Tags that are looked at, of all queues together. */
#define MOST_TAGS (16u * FB_MAX_BLOCK_REQUESTS)

struct tag_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_request_reader *reader;
	struct fb_requests *requests;
	/* blk_mq_tags that were walked: queues of one controller share them */
	struct fb_u64_map sets;
	struct fb_u64_map seen; /* requests that were looked at */
	uint64_t queue;
	/* tags and hardware queues that may still be looked at, of all queues together */
	uint64_t left;
};

struct fb_error *fb_requests_add(struct fb_requests *requests, const struct fb_request *request)
{
	struct fb_error *err =
		fb_grow_array(&requests->list, &requests->room, requests->count, sizeof(*request),
			      FB_MAX_BLOCK_REQUESTS, "requests in flight");

	if (!err)
		requests->list[requests->count++] = *request;
	return err;
}

static struct fb_error *part_lost(struct tag_walk *walk, struct fb_error *err)
{
	if (err)
		walk->requests->complete = false;
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "requests of queue 0x%" PRIx64,
			    walk->queue);
}

static struct fb_error *take_steps(struct tag_walk *walk, uint64_t count)
{
	if (count > walk->left) {
		walk->left = 0;
		return fb_error_create(FB_LIMIT, "more than %u tags", MOST_TAGS);
	}
	walk->left -= count;
	return NULL;
}

static struct fb_error *look_at(struct tag_walk *walk, uint64_t address)
{
	struct fb_request request;
	bool fresh, live = false;
	struct fb_error *err;

	if (!fb_kernel_address_ok(address))
		return fb_error_create(FB_CORRUPT, "request 0x%" PRIx64, address);
	err = fb_u64_set_add(&walk->seen, address, MOST_TAGS, "requests", &fresh);
	if (err || !fresh)
		return err;
	err = fb_request_read(walk->reader, address, &request, &live);
	return err || !live ? err : fb_requests_add(walk->requests, &request);
}

static struct fb_error *walk_requests(struct tag_walk *walk, uint64_t array, uint64_t count)
{
	uint64_t *list = NULL;
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*list), FB_MAX_QUEUE_TAGS, "tags of a queue", &list);
	if (!err && count)
		err = fb_space_read(fb_kernel_space(walk->kernel), array, list,
				    count * sizeof(*list));
	/* A set whose queue has gone has none. */
	for (uint64_t i = 0; i < count && !err; i++)
		if (list[i])
			err = part_lost(walk, look_at(walk, list[i]));
	free(list);
	return err;
}

/* tags: the address of a struct blk_mq_tags; 0: none, such as the scheduler's where there is no scheduler. */
static struct fb_error *walk_tags(struct tag_walk *walk, uint64_t tags)
{
	uint64_t count = 0, array = 0;
	bool fresh;
	struct fb_error *err;

	if (!tags)
		return NULL;
	err = fb_u64_set_add(&walk->sets, tags, FB_MAX_TAG_SETS, "sets of tags", &fresh);
	if (err || !fresh)
		return err;
	err = fb_kernel_field(walk->kernel, tags, &walk->layout->tags_count, &count);
	if (!err)
		err = fb_kernel_field(walk->kernel, tags, &walk->layout->tags_requests, &array);
	if (!err && count > FB_MAX_QUEUE_TAGS)
		err = fb_error_create(FB_CORRUPT, "%" PRIu64 " tags", count);
	if (!err)
		err = take_steps(walk, count);
	if (!err && array)
		err = walk_requests(walk, array, count);
	return part_lost(walk, err);
}

/* A flush has a request of its own, which borrows the tag of the first one that waits for it. */
static struct fb_error *walk_flush(struct tag_walk *walk, uint64_t owner,
				   const struct fb_field *member)
{
	uint64_t flush = 0, request = 0;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, owner, member, &flush);
	if (!err && flush)
		err = fb_kernel_field(walk->kernel, flush, &walk->layout->flush_request, &request);
	return part_lost(walk, err || !request ? err : look_at(walk, request));
}

static struct fb_error *walk_hw_queue(struct tag_walk *walk, uint64_t hw_queue)
{
	const struct fb_field *const sets[] = {&walk->layout->hw_queue_tags,
					       &walk->layout->hw_queue_sched_tags};
	struct fb_error *err = NULL;

	if (!fb_kernel_address_ok(hw_queue))
		return fb_error_create(FB_CORRUPT, "hardware queue 0x%" PRIx64, hw_queue);
	for (size_t i = 0; i < FB_ARRAY_SIZE(sets) && !err; i++) {
		uint64_t tags = 0;

		err = fb_kernel_field(walk->kernel, hw_queue, sets[i], &tags);
		if (!err)
			err = walk_tags(walk, tags);
	}
	return err ? err : walk_flush(walk, hw_queue, &walk->layout->hw_queue_flush);
}

static struct fb_error *hw_queue_at(struct tag_walk *walk, uint64_t index, uint64_t *hw_queue_ret)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t array = 0;
	struct fb_error *err;

	if (layout->queue_hw_xarray.found)
		return fb_xarray_load(walk->kernel, walk->queue + layout->queue_hw_xarray.offset,
				      index, hw_queue_ret);
	err = fb_kernel_field(walk->kernel, walk->queue, &layout->queue_hw_array, &array);
	return err ? err
		   : fb_space_u64(fb_kernel_space(walk->kernel), array + index * sizeof(array),
				  hw_queue_ret);
}

static struct fb_error *walk_hw_queues(struct tag_walk *walk)
{
	uint64_t count = 0, hw_queue = 0;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, walk->queue, &walk->layout->queue_hw_count, &count);
	if (!err && count > FB_MAX_CPUS)
		err = fb_error_create(FB_CORRUPT, "%" PRIu64 " hardware queues", count);
	for (uint64_t i = 0; i < count && walk->left && !err; i++) {
		err = take_steps(walk, 1);
		if (!err)
			err = hw_queue_at(walk, i, &hw_queue);
		if (!err)
			err = walk_hw_queue(walk, hw_queue);
		err = part_lost(walk, err);
	}
	return part_lost(walk, err);
}

static struct fb_error *walk_tag_set(struct tag_walk *walk)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t set = 0, array = 0, count = 0, tags = 0;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, walk->queue, &layout->queue_tag_set, &set);
	if (err || !set)
		return part_lost(walk, err);
	err = fb_kernel_field(walk->kernel, set, &layout->tag_set_tags, &array);
	if (!err)
		err = fb_kernel_field(walk->kernel, set, &layout->tag_set_hw_count, &count);
	if (!err && count > FB_MAX_CPUS)
		err = fb_error_create(FB_CORRUPT, "%" PRIu64 " hardware queues", count);
	for (uint64_t i = 0; array && i < count && walk->left && !err; i++) {
		err = take_steps(walk, 1);
		if (!err)
			err = fb_space_u64(fb_kernel_space(walk->kernel), array + i * sizeof(tags),
					   &tags);
		if (!err)
			err = walk_tags(walk, tags);
	}
	return part_lost(walk, err);
}

struct fb_error *fb_requests_by_tags(struct fb_kernel *kernel, const struct fb_disks *disks,
				     struct fb_request_reader *reader, struct fb_requests *requests)
{
	struct tag_walk walk = {.kernel = kernel,
				.layout = fb_kernel_layout(kernel),
				.reader = reader,
				.requests = requests,
				.left = MOST_TAGS};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < disks->count && walk.left && !err; i++) {
		uint64_t operations = 0;

		walk.queue = disks->disks[i].queue;
		err = fb_kernel_field(kernel, walk.queue, &walk.layout->queue_operations,
				      &operations);
		if (!err && operations) {
			err = walk_hw_queues(&walk);
			if (!err)
				err = walk_tag_set(&walk);
		}
		err = part_lost(&walk, err);
	}
	fb_u64_map_deinit(&walk.sets);
	fb_u64_map_deinit(&walk.seen);
	return err;
}

/* By disk, those without one last; then the oldest first, and those whose age is not known last. */
static int by_age(const void *a, const void *b)
{
	const struct fb_request *x = a, *y = b;
	double x_age = isnan(x->age_s) ? -1 : x->age_s, y_age = isnan(y->age_s) ? -1 : y->age_s;

	if (x->disk != y->disk) {
		if (!x->disk || !y->disk)
			return x->disk ? -1 : 1;
		return x->disk < y->disk ? -1 : 1; /* they are in one array */
	}
	if (x_age < y_age || x_age > y_age)
		return x_age > y_age ? -1 : 1;
	if (x->sector != y->sector)
		return x->sector < y->sector ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

void fb_requests_sort(struct fb_requests *requests)
{
	if (requests->count)
		qsort(requests->list, requests->count, sizeof(*requests->list), by_age);
}

void fb_requests_deinit(struct fb_requests *requests)
{
	free(requests->list);
	*requests = (struct fb_requests){0};
}
