// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads one struct request, or one struct bio that is held back, and finds the thread that sleeps for it: the pointer
 * through which the end is told leads to its stack or to its task_struct, to a buffer for which it sleeps, or to an
 * object that has the thread; and the bio has the pages. Called for all requests of a host.
 */
#include "kernel/block/request.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/block/io_sleepers.h"
#include "kernel/block/request_names.h"
#include "kernel/image/thread_size.h"
#include "kernel/modules/driver_types.h"
#include "kernel/modules/module.h"

/* A request is merged of some bios, and a bio has some pages; those behind are not looked at. */
#define MOST_BIOS 256u
#define MOST_PAGES 256u

#define NO_TAG (-1)

struct fb_request_reader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_disks *disks;
	const struct fb_tasks *tasks;
	struct fb_modules *modules;    /* owned; NULL: they cannot be read */
	struct fb_module_types *types; /* borrowed */
	struct fb_io_sleepers sleepers;
	struct fb_field pages, page_count; /* of a bio */
	uint32_t page_size;                /* bytes of a struct bio_vec; 0: unknown */
	/* lowest address of a stack, and address of a task, to its index in tasks */
	struct fb_u64_map stacks;
	uint64_t stack_size; /* bytes, to which stacks are aligned */
	uint64_t now_ns;     /* 0: unknown */
	struct fb_request_names names;
};

const char *fb_request_state_name(enum fb_request_state state)
{
	static const char *const names[] = {
		[FB_REQUEST_QUEUED] = "queued",         [FB_REQUEST_IN_FLIGHT] = "in flight",
		[FB_REQUEST_COMPLETE] = "complete",     [FB_REQUEST_HELD_BACK] = "held back",
		[FB_REQUEST_DAMAGED] = "damaged state",
	};

	return names[state];
}

/* Members that need not be there: without them a thread that sleeps for a page is not found. */
static void find_pages(const struct fb_btf *types, struct fb_request_reader *reader)
{
	static const char *const pages[] = {"bi_io_vec", NULL}, *const count[] = {"bi_vcnt", NULL};

	if (fb_layout_find(types, "bio", pages, "bio.bi_io_vec", &reader->pages) &&
	    fb_layout_find(types, "bio", count, "bio.bi_vcnt", &reader->page_count))
		reader->page_size = fb_layout_size(types, "bio_vec");
}

static struct fb_error *index_tasks(struct fb_request_reader *reader)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; reader->tasks && i < fb_tasks_count(reader->tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(reader->tasks, i);

		if (task->idle)
			continue;
		err = fb_u64_map_add(&reader->stacks, task->address, i, 2ull * FB_MAX_TASKS,
				     "tasks", NULL);
		if (!err && task->stack)
			err = fb_u64_map_add(&reader->stacks, task->stack, i, 2ull * FB_MAX_TASKS,
					     "tasks", NULL);
	}
	return err;
}

struct fb_error *fb_request_reader_create(struct fb_kernel *kernel, const struct fb_disks *disks,
					  const struct fb_tasks *tasks,
					  struct fb_module_types *module_types,
					  struct fb_request_reader **reader_ret)
{
	const struct fb_btf *types = fb_kernel_types(kernel);
	struct fb_request_reader *reader = calloc(1, sizeof(*reader));
	struct fb_error *err;

	if (!reader)
		return fb_error_nomem();
	reader->kernel = kernel;
	reader->layout = fb_kernel_layout(kernel);
	reader->disks = disks;
	reader->tasks = tasks;
	reader->types = module_types;
	reader->now_ns = fb_kernel_info(kernel)->monotonic_ns;
	if (types) {
		find_pages(types, reader);
		fb_request_names_load(types, &reader->names);
	}
	err = index_tasks(reader);
	if (!err && tasks)
		err = fb_io_sleepers_load(kernel, tasks, &reader->sleepers);
	reader->stack_size = fb_thread_size(kernel);
	if (!err)
		err = fb_part_skip(fb_modules_load(kernel, &reader->modules));
	if (err) {
		fb_request_reader_destroy(reader);
		return err;
	}
	*reader_ret = reader;
	return NULL;
}

void fb_request_reader_destroy(struct fb_request_reader *reader)
{
	if (!reader)
		return;
	fb_modules_destroy(reader->modules);
	fb_io_sleepers_deinit(&reader->sleepers);
	fb_u64_map_deinit(&reader->stacks);
	free(reader);
}

static double seconds_since(const struct fb_request_reader *reader, uint64_t then_ns)
{
	/* The clock was last updated some ms before the panic, so that a young request may be younger. */
	if (!then_ns || !reader->now_ns)
		return NAN;
	return then_ns < reader->now_ns ? (double)(reader->now_ns - then_ns) / 1e9 : 0;
}

/* The age by a struct bio_issue, which has 51 bits of the time, and the bio's size above them
 * (include/linux/blk_types.h): it starts anew every 26 days. A time that seems to be ahead of the clock by less than
 * half of that is ahead. */
static double seconds_since_issue(const struct fb_request_reader *reader, uint64_t issue)
{
	const uint64_t mask = (1ull << 51) - 1;
	uint64_t age_ns = (reader->now_ns - issue) & mask;

	if (!issue || !reader->now_ns)
		return NAN;
	return age_ns <= mask / 2 ? (double)age_ns / 1e9 : 0;
}

/* The thread that a pointer leads to: to its stack, to its task_struct, or to a buffer or page for which it sleeps. */
static void find_sleeper(const struct fb_request_reader *reader, uint64_t pointer,
			 struct fb_request *request)
{
	const uint64_t *index;

	if (request->tid >= 0 || !pointer)
		return;
	index = fb_u64_map_find(&reader->stacks, pointer);
	if (!index)
		index = fb_u64_map_find(&reader->stacks, pointer & ~(reader->stack_size - 1));
	if (!index)
		index = fb_u64_map_find(&reader->sleepers.by_object, pointer);
	if (index)
		request->tid = fb_tasks_get(reader->tasks, *index)->tid;
}

/* The objects that the ends of some bios are told to, and which have the thread that sleeps: its task_struct, or a
 * completion in whose queue it is. */
static const struct {
	const char *end, *module, *type, *task, *queue;
} told_to[] = {
	{"blkdev_bio_end_io", "", "blkdev_dio", "waiter", NULL},
	{"iomap_dio_bio_end_io", "", "iomap_dio", "submit.waiter", NULL},
	{"dio_bio_end_io", "", "dio", "waiter", NULL},
	{"xfs_buf_bio_end_io", "xfs", "xfs_buf", NULL, "b_iowait.wait.task_list"},
};

/* The first of a struct swait_queue_head. */
static struct fb_error *first_of_queue(const struct fb_driver_types *types, uint64_t head,
				       uint64_t *task_ret)
{
	struct fb_field list;
	uint64_t first = 0;
	struct fb_error *err = fb_driver_field(types, "swait_queue", "task_list", &list);

	*task_ret = 0;
	if (!err)
		err = fb_space_u64(fb_kernel_space(types->kernel), head, &first);
	if (err || first == head)
		return err;
	return fb_driver_value(types, first - list.offset, "swait_queue", "task", task_ret);
}

/* What this kernel has no types of, or is not in the dump, leads to no thread. */
static struct fb_error *look_into(const struct fb_request_reader *reader, uint64_t object,
				  struct fb_request *request)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(told_to) && request->tid < 0 && !err; i++) {
		const struct fb_driver_types types = {reader->kernel, reader->types,
						      told_to[i].module};
		struct fb_field queue;
		uint64_t task = 0;

		if (strcmp(request->end, told_to[i].end) != 0)
			continue;
		if (told_to[i].task) {
			err = fb_driver_value(&types, object, told_to[i].type, told_to[i].task,
					      &task);
		} else {
			err = fb_driver_field(&types, told_to[i].type, told_to[i].queue, &queue);
			if (!err)
				err = first_of_queue(&types, object + queue.offset, &task);
		}
		err = fb_part_skip(err);
		find_sleeper(reader, task, request);
	}
	return err;
}

static void name_end(const struct fb_request_reader *reader, uint64_t function,
		     struct fb_request *request)
{
	struct fb_symbol symbol;

	if (*request->end || !function || !reader->modules)
		return;
	if (fb_modules_symbol_by_address(reader->modules, function, &symbol))
		snprintf(request->end, sizeof(request->end), "%s", symbol.name);
}

static struct fb_error *read_ends(const struct fb_request_reader *reader, uint64_t base,
				  const struct fb_field *end, const struct fb_field *data,
				  struct fb_request *request)
{
	uint64_t function = 0, pointer = 0;
	struct fb_error *err = fb_kernel_field(reader->kernel, base, end, &function);

	if (!err)
		err = fb_kernel_field(reader->kernel, base, data, &pointer);
	if (!err) {
		name_end(reader, function, request);
		if (function)
			find_sleeper(reader, pointer, request);
		if (function && reader->types)
			err = look_into(reader, pointer, request);
	}
	return err;
}

/* A thread may sleep for a page that the bio reads or writes. */
static struct fb_error *look_at_pages(const struct fb_request_reader *reader, uint64_t bio,
				      struct fb_request *request)
{
	uint64_t vector = 0, count = 0, page = 0;
	struct fb_error *err;

	if (!reader->sleepers.by_object.count || !reader->pages.found ||
	    !reader->page_count.found || !reader->page_size)
		return NULL;
	err = fb_kernel_field(reader->kernel, bio, &reader->pages, &vector);
	if (!err)
		err = fb_kernel_field(reader->kernel, bio, &reader->page_count, &count);
	for (uint64_t i = 0; vector && i < count && i < MOST_PAGES && request->tid < 0 && !err;
	     i++) {
		/* A struct bio_vec begins with its page. */
		err = fb_space_u64(fb_kernel_space(reader->kernel), vector + i * reader->page_size,
				   &page);
		if (!err)
			find_sleeper(reader, page, request);
	}
	return fb_part_skip(err);
}

static struct fb_error *read_bios(const struct fb_request_reader *reader,
				  struct fb_request *request)
{
	const struct fb_layout *layout = reader->layout;
	uint64_t bio = request->bio;
	struct fb_error *err = NULL;

	for (uint32_t i = 0; bio && i < MOST_BIOS && request->tid < 0 && !err; i++) {
		if (!fb_kernel_address_ok(bio))
			return fb_error_create(FB_CORRUPT, "bio 0x%" PRIx64, bio);
		err = read_ends(reader, bio, &layout->bio_end, &layout->bio_private, request);
		if (!err)
			err = look_at_pages(reader, bio, request);
		if (!err)
			err = fb_kernel_field(reader->kernel, bio, &layout->bio_next, &bio);
	}
	return err;
}

static void find_partition(uint64_t part, struct fb_request *request)
{
	const struct fb_disk *disk = request->disk;

	for (size_t i = 0; disk && i < disk->partition_count; i++)
		if (disk->partitions[i].address == part)
			request->part_number = disk->partitions[i].number;
}

static struct fb_error *read_tags(const struct fb_request_reader *reader,
				  struct fb_request *request)
{
	const struct fb_layout *layout = reader->layout;
	uint64_t hw_queue = 0, number = 0;
	int64_t tag = NO_TAG, scheduler_tag = NO_TAG;
	struct fb_error *err;

	err = fb_kernel_field_signed(reader->kernel, request->address, &layout->request_tag, &tag);
	if (!err)
		err = fb_kernel_field_signed(reader->kernel, request->address,
					     &layout->request_internal_tag, &scheduler_tag);
	request->tag = tag >= 0 && tag < (int64_t)FB_MAX_QUEUE_TAGS ? (int32_t)tag : NO_TAG;
	request->scheduler_tag = scheduler_tag >= 0 && scheduler_tag < (int64_t)FB_MAX_QUEUE_TAGS
					 ? (int32_t)scheduler_tag
					 : NO_TAG;
	if (!err)
		err = fb_kernel_field(reader->kernel, request->address, &layout->request_hw_queue,
				      &hw_queue);
	if (!err && hw_queue) {
		err = fb_kernel_field(reader->kernel, hw_queue, &layout->hw_queue_number, &number);
		if (!err && number < FB_MAX_CPUS)
			request->hw_queue = (int32_t)number;
	}
	return err;
}

static struct fb_error *read_times(const struct fb_request_reader *reader,
				   struct fb_request *request)
{
	const struct fb_layout *layout = reader->layout;
	uint64_t start = 0, issue = 0;
	struct fb_error *err;

	err = fb_kernel_field(reader->kernel, request->address, &layout->request_start_ns, &start);
	if (!err)
		err = fb_kernel_field(reader->kernel, request->address, &layout->request_issue_ns,
				      &issue);
	request->age_s = seconds_since(reader, start);
	if (request->state != FB_REQUEST_QUEUED)
		request->driver_s = seconds_since(reader, issue);
	return err;
}

/* What one in use tells besides its queue. */
static struct fb_error *read_used(const struct fb_request_reader *reader,
				  struct fb_request *request)
{
	const struct fb_layout *layout = reader->layout;
	uint64_t word = 0, part = 0;
	struct fb_error *err;

	err = fb_kernel_field(reader->kernel, request->address, &layout->request_operation, &word);
	if (!err)
		err = fb_kernel_field(reader->kernel, request->address, &layout->request_sector,
				      &request->sector);
	if (!err)
		err = fb_kernel_field(reader->kernel, request->address, &layout->request_bytes,
				      &request->bytes);
	if (!err)
		err = fb_kernel_field(reader->kernel, request->address, &layout->request_partition,
				      &part);
	if (!err)
		err = fb_kernel_field(reader->kernel, request->address, &layout->request_bio,
				      &request->bio);
	if (!err)
		err = read_tags(reader, request);
	if (!err)
		err = read_times(reader, request);
	if (err)
		return err;
	fb_request_name(&reader->names, (uint32_t)word, request);
	find_partition(part, request);
	return NULL;
}

static struct fb_request empty_request(uint64_t address)
{
	return (struct fb_request){
		.address = address,
		.tag = NO_TAG,
		.scheduler_tag = NO_TAG,
		.hw_queue = -1,
		.age_s = NAN,
		.driver_s = NAN,
		.tid = -1,
	};
}

struct fb_error *fb_request_read(struct fb_request_reader *reader, uint64_t address,
				 struct fb_request *request_ret, bool *live_ret)
{
	const struct fb_layout *layout = reader->layout;
	struct fb_request request = empty_request(address);
	uint64_t state = 0, references = 0;
	struct fb_error *err;

	err = fb_kernel_field(reader->kernel, address, &layout->request_state, &state);
	if (!err)
		err = fb_kernel_field(reader->kernel, address, &layout->request_references,
				      &references);
	if (err)
		return err;
	*live_ret = state || references;
	if (!*live_ret)
		return NULL;
	request.state =
		state < FB_REQUEST_HELD_BACK ? (enum fb_request_state)state : FB_REQUEST_DAMAGED;
	err = fb_kernel_field(reader->kernel, address, &layout->request_queue_pointer,
			      &request.queue);
	if (!err) {
		request.disk = fb_disks_by_queue(reader->disks, request.queue);
		err = read_used(reader, &request);
	}
	if (!err)
		err = read_ends(reader, address, &layout->request_end, &layout->request_end_data,
				&request);
	/* Bios lie in pages that the dump may lack; the request itself is known without them. */
	if (!err)
		err = fb_part_warn(fb_kernel_warnings(reader->kernel), read_bios(reader, &request),
				   "the bios of request 0x%" PRIx64, address);
	if (!err)
		*request_ret = request;
	return err;
}

struct fb_error *fb_request_read_bio(struct fb_request_reader *reader, const struct fb_disk *disk,
				     uint64_t address, struct fb_request *request_ret,
				     uint64_t *next_ret)
{
	const struct fb_layout *layout = reader->layout;
	struct fb_request request = empty_request(address);
	uint64_t word = 0, next = 0, issue = 0;
	struct fb_error *err;

	request.state = FB_REQUEST_HELD_BACK;
	request.disk = disk;
	request.queue = disk->queue;
	request.bio = address;
	err = fb_kernel_field(reader->kernel, address, &layout->bio_operation, &word);
	if (!err)
		err = fb_kernel_field(reader->kernel, address, &layout->bio_sector,
				      &request.sector);
	if (!err)
		err = fb_kernel_field(reader->kernel, address, &layout->bio_bytes, &request.bytes);
	if (!err)
		err = read_ends(reader, address, &layout->bio_end, &layout->bio_private, &request);
	if (!err)
		err = look_at_pages(reader, address, &request);
	if (!err)
		err = fb_kernel_field(reader->kernel, address, &layout->bio_next, &next);
	if (!err && layout->bio_issue.found)
		err = fb_kernel_field(reader->kernel, address, &layout->bio_issue, &issue);
	if (err)
		return err;
	request.age_s = seconds_since_issue(reader, issue);
	fb_request_name(&reader->names, (uint32_t)word, &request);
	*request_ret = request;
	*next_ret = next;
	return NULL;
}
