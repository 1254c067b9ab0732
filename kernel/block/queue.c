// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a struct request_queue. Called by the command block. */
#include "kernel/block/queue.h"

#include <inttypes.h>
#include <stdio.h>

/* BLK_FEAT_ROTATIONAL (include/linux/blkdev.h; bd4a633b6f7c, 6.11). */
#define FEATURE_ROTATIONAL (1u << 2)

static struct fb_error *read_scheduler(struct fb_kernel *kernel, struct fb_queue *queue)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t elevator, type = 0, name;
	struct fb_error *err;

	snprintf(queue->scheduler, sizeof(queue->scheduler), "none");
	err = fb_kernel_field(kernel, queue->address, &layout->queue_elevator, &elevator);
	if (err || !elevator)
		return err;
	err = fb_kernel_field(kernel, elevator, &layout->elevator_type, &type);
	if (!err)
		err = fb_kernel_field(kernel, type, &layout->elevator_name, &name);
	return err ? err
		   : fb_space_string_whole(fb_kernel_space(kernel), name, queue->scheduler,
					   sizeof(queue->scheduler));
}

static struct fb_error *read_number(struct fb_kernel *kernel, const struct fb_queue *queue,
				    const struct fb_field *field, uint32_t *number)
{
	uint64_t value = 0;
	struct fb_error *err = fb_kernel_field(kernel, queue->address, field, &value);

	*number = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
	return err;
}

static bool has_bit(uint64_t flags, int bit)
{
	return bit >= 0 && flags >> bit & 1;
}

static struct fb_error *read_state(struct fb_kernel *kernel, const struct fb_block_flags *bits,
				   struct fb_queue *queue)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t flags = 0, features = 0;
	uint32_t quiesce_depth = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, queue->address, &layout->queue_flags, &flags);
	if (!err && layout->queue_quiesce_depth.found)
		err = read_number(kernel, queue, &layout->queue_quiesce_depth, &quiesce_depth);
	if (!err)
		err = read_number(kernel, queue, &layout->queue_freeze_depth, &queue->freeze_depth);
	if (!err && layout->queue_features.found)
		err = fb_kernel_field(kernel, queue->address, &layout->queue_features, &features);
	queue->dying = has_bit(flags, bits->queue_dying);
	queue->quiesced = quiesce_depth || has_bit(flags, bits->queue_quiesced);
	queue->rotational_known = layout->queue_features.found || bits->queue_nonrotational >= 0;
	queue->rotational = layout->queue_features.found
				    ? (features & FEATURE_ROTATIONAL) != 0
				    : !has_bit(flags, bits->queue_nonrotational);
	return err;
}

struct fb_error *fb_queue_read(struct fb_kernel *kernel, const struct fb_block_flags *flags,
			       uint64_t address, struct fb_queue *queue_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_queue queue = {.address = address};
	const struct {
		const struct fb_field *field;
		uint32_t *to;
	} numbers[] = {
		{&layout->queue_hw_count, &queue.hw_queues},
		{&layout->queue_logical_block, &queue.logical_block},
		{&layout->queue_physical_block, &queue.physical_block},
		{&layout->queue_max_sectors, &queue.max_sectors},
		{&layout->queue_max_segments, &queue.max_segments},
		{&layout->queue_timeout, &queue.timeout_jiffies},
	};
	uint64_t operations = 0;
	struct fb_error *err = NULL;

	if (!fb_kernel_address_ok(address))
		return fb_error_create(FB_CORRUPT, "request_queue 0x%" PRIx64, address);
	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers) && !err; i++)
		err = read_number(kernel, &queue, numbers[i].field, numbers[i].to);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->queue_requests, &queue.requests);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->queue_operations, &operations);
	queue.has_requests = operations != 0;
	if (!err)
		err = read_state(kernel, flags, &queue);
	if (!err)
		err = read_scheduler(kernel, &queue);
	if (err)
		return fb_error_prefix(err, "request_queue 0x%" PRIx64, address);
	*queue_ret = queue;
	return NULL;
}
