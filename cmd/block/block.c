// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle block: disks and partitions as lsblk shows them, the state of their queues, and what was in flight at the
 * panic.
 */
#include "cmd/block/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/swap/swap.h"

static const struct argp_option block_options[] = {
	{"all", 'a', NULL, 0,
	 "devices without a size too, such as loop devices that nobody has set up", 0},
	{0},
};

static error_t parse(int key, char *arg FB_UNUSED, struct argp_state *state FB_UNUSED, void *own)
{
	struct fb_block *block = own;

	if (key != 'a')
		return ARGP_ERR_UNKNOWN;
	block->all = true;
	return 0;
}

static const struct fb_example examples[] = {
	{"Which disks there were, and what was in flight", "fbundle block dump.202611231722",
	 false},
	{"Everything about one disk", "fbundle block dump.202611231722 loop0", false},
	{0},
};

static const struct fb_usage usage = {
	.options = block_options,
	.parse = parse,
	.arguments = "INPUT [DEVICE]",
	.doc = "Lists disks and partitions with the state of their queues, and the requests that were in "
	       "flight at the panic, with their age and who waits for them.",
	.most_arguments = 1,
	.examples = examples,
};

static struct fb_error *load_rows(struct fb_kernel *kernel, struct fb_module_types *types,
				  struct fb_request_reader *reader, struct fb_block *block)
{
	struct fb_warnings *warnings = fb_kernel_warnings(kernel);
	const struct fb_driver_types mapper = {kernel, types, "dm_mod"};
	struct fb_block_flags flags;
	struct fb_error *err;

	fb_block_flags_find(kernel, &flags);
	err = fb_alloc_array(block->disks.count, sizeof(*block->rows), FB_MAX_BLOCK_DEVICES,
			     "disks", &block->rows);
	for (size_t i = 0; i < block->disks.count && !err; i++) {
		struct fb_block_row *row = &block->rows[i];

		row->disk = &block->disks.disks[i];
		err = fb_queue_read(kernel, &flags, row->disk->queue, &row->queue);
		row->queue_known = !err;
		err = fb_part_warn(warnings, err, "the queue of a disk");
		if (!err)
			err = fb_driver_state_read(kernel, types, row->disk, &row->driver);
		if (err || !fb_disk_is_mapped(row->disk))
			continue;
		err = fb_mapped_read(&mapper, row->disk, &row->mapped);
		row->mapped_known = !err;
		err = fb_part_warn(warnings, err, "a device of the device mapper");
		if (!err && row->mapped_known)
			err = fb_mapped_held_back(&mapper, row->disk, &row->mapped, reader,
						  &block->requests);
	}
	return err;
}

/* The list has the requests of each disk together. */
static void assign_requests(struct fb_block *block)
{
	for (size_t i = block->requests.count; i-- > 0;) {
		const struct fb_disk *disk = block->requests.list[i].disk;

		if (!disk)
			continue;
		block->rows[disk - block->disks.disks].first_request = i;
		block->rows[disk - block->disks.disks].request_count++;
	}
}

static struct fb_error *load_requests(struct fb_kernel *kernel, struct fb_block *block)
{
	struct fb_request_reader *reader = NULL;
	struct fb_module_types *types = NULL;
	struct fb_error *err;

	block->requests.complete = true;
	err = fb_module_types_create(kernel, &types);
	if (!err)
		err = fb_request_reader_create(kernel, &block->disks, block->tasks, types, &reader);
	if (!err)
		err = fb_requests_by_tags(kernel, &block->disks, reader, &block->requests);
	if (!err)
		err = load_rows(kernel, types, reader, block);
	fb_module_types_destroy(types);
	fb_request_reader_destroy(reader);
	if (err)
		return err;
	fb_requests_sort(&block->requests);
	assign_requests(block);
	return NULL;
}

/* Those of PID 1's namespace, as lsblk has them. */
static struct fb_error *load_mounts(struct fb_kernel *kernel, struct fb_block *block)
{
	const struct fb_task *init = fb_tasks_by_tid(block->tasks, 1);
	uint64_t namespace = 0;
	struct fb_error *err = NULL;

	if (init)
		err = fb_mounts_namespace(kernel, init, &namespace);
	if (!err && namespace)
		err = fb_mounts_load(kernel, namespace, NULL, &block->mounts);
	return fb_part_warn(fb_kernel_warnings(kernel), err,
			    "where file systems are mounted is not known");
}

static struct fb_error *load_swaps(struct fb_kernel *kernel, struct fb_block *block)
{
	struct fb_swap *swap = NULL;
	struct fb_error *err = fb_swap_create(kernel, &swap);

	if (err)
		return err;
	block->swaps = calloc((size_t)fb_swap_count(swap) + 1, sizeof(*block->swaps));
	if (!block->swaps)
		err = fb_error_nomem();
	for (uint32_t i = 0; i < fb_swap_count(swap) && !err; i++) {
		struct fb_swap_area area;

		err = fb_swap_area(swap, i, &area);
		if (!err && area.used && area.device)
			block->swaps[block->swap_count++] = area.device;
		err = fb_part_warn(fb_kernel_warnings(kernel), err, "swap area %u", i);
	}
	fb_swap_destroy(swap);
	return err;
}

/* Only threads in state D wait for a device. */
static struct fb_error *load_waits(struct fb_input *input, struct fb_block *block)
{
	const struct fb_task **sleepers = NULL;
	struct fb_wait_options options = {0};
	size_t count = fb_tasks_count(block->tasks);
	struct fb_error *err = fb_alloc_array(count + 1, sizeof(struct fb_task *), FB_MAX_TASKS + 1,
					      "tasks", &sleepers);

	for (size_t i = 0; i < count && !err; i++) {
		const struct fb_task *task = fb_tasks_get(block->tasks, i);

		if (task->state == 'D')
			sleepers[options.task_count++] = task;
	}
	options.tasks = sleepers;
	if (!err && options.task_count)
		err = fb_waits_find(input, &options, &block->waits);
	free(sleepers);
	return fb_part_warn(fb_kernel_warnings(fb_input_kernel(input)), err,
			    "which threads wait for devices is not known");
}

static struct fb_error *load(struct fb_input *input, struct fb_block *block)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_error *err = fb_input_tasks(input, &block->tasks);

	if (err)
		return err;
	err = fb_disks_load(kernel, &block->disks);
	if (err)
		return fb_input_explain(input, "block devices cannot be listed", err);
	err = load_requests(kernel, block);
	if (!err)
		err = load_mounts(kernel, block);
	if (!err)
		err = load_swaps(kernel, block);
	return err ? err : load_waits(input, block);
}

/* By a disk's name, the name of one of its partitions, or the name that the device mapper has for it; with or without
 * "/dev/" before it. */
static const struct fb_block_row *find_row(const struct fb_block *block)
{
	const char *name = block->wanted;

	if (!strncmp(name, "/dev/", 5))
		name += 5;
	if (!strncmp(name, "mapper/", 7))
		name += 7;
	for (size_t i = 0; i < block->disks.count; i++) {
		const struct fb_disk *disk = &block->disks.disks[i];

		if (!strcmp(disk->whole.name, name) ||
		    (block->rows[i].mapped_known && !strcmp(block->rows[i].mapped.name, name)))
			return &block->rows[i];
		for (size_t p = 0; p < disk->partition_count; p++)
			if (!strcmp(disk->partitions[p].name, name))
				return &block->rows[i];
	}
	return NULL;
}

static struct fb_error *print(struct fb_context *context, struct fb_input *input,
			      struct fb_block *block)
{
	const struct fb_block_row *row = NULL;

	if (block->wanted) {
		row = find_row(block);
		if (!row)
			return fb_error_create(FB_NOT_FOUND,
					       "no block device is named '%s': fbundle block "
					       "without a name lists them all",
					       block->wanted);
	}
	if (context->options.json)
		return fb_block_print_json(context, input, block, row);
	return row ? fb_block_print_disk(context, input, block, row)
		   : fb_block_print_text(context, input, block);
}

static void deinit(struct fb_block *block)
{
	for (size_t i = 0; block->rows && i < block->disks.count; i++) {
		fb_mapped_deinit(&block->rows[i].mapped);
		fb_driver_state_deinit(&block->rows[i].driver);
	}
	free(block->rows);
	free(block->swaps);
	fb_waits_destroy(block->waits);
	fb_mounts_deinit(&block->mounts);
	fb_requests_deinit(&block->requests);
	fb_disks_deinit(&block->disks);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_block block = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &block);
	err = fb_context_open(context, &input);
	if (!err && context->arg_count)
		block.wanted = context->args[0];
	if (!err)
		err = load(input, &block);
	if (!err)
		err = print(context, input, &block);
	deinit(&block);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_block = {
	.name = "block",
	.summary = "disks, their queues, and requests in flight",
	.run = run,
	.usage = &usage,
};
