// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of `fbundle block` of requests in flight, and of the threads that wait for a device. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/block/block.h"

/* Of longer lists people read the beginning; --json has all. */
#define SHORT_LIST 24u

static struct fb_error *device_cell(struct fb_table *table, const struct fb_request *request)
{
	const struct fb_disk *disk = request->disk;

	if (!disk)
		return fb_table_cell(table, FB_STYLE_WARN, "no disk");
	for (size_t i = 0; i < disk->partition_count; i++)
		if (request->part_number && disk->partitions[i].number == request->part_number)
			return fb_table_cell(table, FB_STYLE_BOLD, "%s", disk->partitions[i].name);
	return fb_table_cell(table, FB_STYLE_BOLD, "%s", disk->whole.name);
}

/* The thread that sleeps for it; else the function that will be told of its end. */
static struct fb_error *issuer_cell(struct fb_table *table, const struct fb_block *block,
				    const struct fb_request *request)
{
	const struct fb_task *task =
		request->tid >= 0 ? fb_tasks_by_tid(block->tasks, request->tid) : NULL;

	if (task)
		return fb_table_cell(table, FB_STYLE_PLAIN, "%d %s", task->tid,
				     fb_task_comm(task).text);
	return fb_table_cell(table, FB_STYLE_DIM, "%s", request->end);
}

static struct fb_error *add_request(struct fb_table *table, const struct fb_block *block,
				    const struct fb_request *request)
{
	char text[32];
	struct fb_error *err = device_cell(table, request);

	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    isnan(request->age_s)
					    ? "unknown"
					    : fb_text_duration(request->age_s, text, sizeof(text)));
	if (!err)
		err = fb_table_cell(table,
				    request->state == FB_REQUEST_HELD_BACK ? FB_STYLE_BAD
									   : FB_STYLE_PLAIN,
				    "%s", fb_request_state_name(request->state));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s%s%s", request->operation,
				    *request->flags ? " " : "", request->flags);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu64, request->sector);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    fb_text_size(request->bytes, text, sizeof(text)));
	if (!err && request->tag >= 0)
		err = fb_table_cell(table, FB_STYLE_DIM, "%d", request->tag);
	else if (!err)
		err = fb_table_cell(table, FB_STYLE_DIM, "%s", "");
	return err ? err : issuer_cell(table, block, request);
}

struct fb_error *fb_block_print_requests(struct fb_context *context, const struct fb_block *block,
					 size_t first, size_t count)
{
	static const struct fb_column columns[] = {
		{"DEVICE", FB_LEFT},    {"AGE", FB_RIGHT},      {"STATE", FB_LEFT},
		{"OPERATION", FB_LEFT}, {"SECTOR", FB_RIGHT},   {"SIZE", FB_RIGHT},
		{"TAG", FB_RIGHT},      {"ISSUED BY", FB_LEFT},
	};
	struct fb_table *table = NULL;
	size_t shown = count < SHORT_LIST ? count : SHORT_LIST;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < shown && !err; i++)
		err = add_request(table, block, &block->requests.list[first + i]);
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	if (!err && shown < count)
		fb_print(context->output, FB_STYLE_DIM, "%zu more requests: --json\n",
			 count - shown);
	return err;
}

struct wait_table {
	const struct fb_block *block;
	const struct fb_disk *disk;
	struct fb_table *table;
	size_t rows;
};

static struct fb_error *add_wait(void *context, const struct fb_wait *wait)
{
	struct wait_table *waits = context;
	const struct fb_task *task = fb_tasks_by_tid(waits->block->tasks, wait->tid);
	char text[32];
	struct fb_error *err;

	if (waits->rows++ >= SHORT_LIST)
		return NULL;
	err = fb_table_cell(waits->table, FB_STYLE_BOLD, "%s", waits->disk->whole.name);
	if (!err)
		err = fb_table_cell(waits->table, FB_STYLE_PLAIN, "%d", wait->tid);
	if (!err)
		err = fb_table_cell(waits->table, FB_STYLE_PLAIN, "%s",
				    task ? fb_task_comm(task).text : "");
	if (!err)
		err = fb_table_cell(waits->table, FB_STYLE_PLAIN, "%s",
				    isnan(wait->seconds)
					    ? "unknown"
					    : fb_text_duration(wait->seconds, text, sizeof(text)));
	if (!err)
		err = fb_table_cell(waits->table, FB_STYLE_PLAIN, "%s", wait->kind);
	return err ? err
		   : fb_table_cell(waits->table, FB_STYLE_DIM, "%s",
				   wait->detail ? wait->detail : "");
}

struct fb_error *fb_block_print_waits(struct fb_context *context, struct fb_input *input,
				      const struct fb_block *block, const struct fb_block_row *row)
{
	static const struct fb_column columns[] = {
		{"WAITED FOR", FB_LEFT}, {"TID", FB_RIGHT}, {"THREAD", FB_LEFT},
		{"FOR", FB_RIGHT},       {"WAIT", FB_LEFT}, {"", FB_LEFT_CUT},
	};
	struct wait_table waits = {.block = block};
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &waits.table);

	for (size_t i = 0; i < block->disks.count && !err; i++) {
		waits.disk = &block->disks.disks[i];
		if (!row || row->disk == waits.disk)
			err = fb_block_each_wait(input, block, waits.disk, add_wait, &waits);
	}
	if (!err && waits.rows) {
		fb_put("\n");
		fb_table_print(waits.table, context->output);
	}
	if (!err && waits.rows > SHORT_LIST)
		fb_print(context->output, FB_STYLE_DIM, "%zu more threads: --json\n",
			 waits.rows - SHORT_LIST);
	fb_table_destroy(waits.table);
	return err;
}
