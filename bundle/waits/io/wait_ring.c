// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for requests that they submitted by io_uring (io_uring/) or by aio (fs/aio.c). Requests
 * that wait for a file to become ready can be found, because the kernel has a list of them for cancellation; processes
 * that can make these files ready can end the wait. Other requests, usually to disks, are in no list. Called through
 * the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/files/wait_feeder.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_open_file.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/io/recognise.h"
#include "kernel/files/files.h"

/* Requests that are looked at, and that are named. */
#define MOST_REQUESTS 4096u
#define NAMED 4u
/* io_ring_ctx_alloc(): at most 8 bits. */
#define MOST_HASH_BITS 8u
/* IORING_ENTER_REGISTERED_RING of io_uring_enter()'s flags: its first argument is no descriptor then
 * (e7a6c00dc77a, 5.18; include/uapi/linux/io_uring.h). */
#define ENTER_REGISTERED_RING (1u << 4)

struct requests {
	struct fb_wait_finder *finder;
	const struct fb_blocked *blocked;
	size_t object;
	size_t count;
	struct fb_wait_absence absence;
};

/* operation: printable, or "". */
static struct fb_error *add_request(struct requests *requests, uint64_t file, const char *operation)
{
	struct fb_wait_finder *finder = requests->finder;
	char path[FB_WAIT_PATH] = "";
	struct fb_error *err = NULL;

	if (requests->count++ < NAMED) {
		if (fb_kernel_address_ok(file))
			err = fb_wait_path(finder, requests->blocked->task, file, path, NULL);
		if (err)
			return err;
		err = fb_wait_append(&finder->graph.objects[requests->object].detail,
				     "request %s%s%s", operation, *operation ? " of " : "of ",
				     *path ? path : "a file");
	}
	if (!err && fb_kernel_address_ok(file))
		err = fb_wait_absence_of(
			&requests->absence,
			fb_wait_add_feeders(finder, requests->object, file, &requests->absence));
	return err;
}

/* The kernel's name of an operation: in io_cold_defs since a7dd27828b00 (6.5), in io_op_defs before. */
static struct fb_error *operation_of(struct fb_wait_finder *finder, uint64_t request, char *to,
				     size_t size)
{
	static const char *const tables[][2] = {{"io_cold_defs", "io_cold_def"},
						{"io_op_defs", "io_op_def"}};
	uint64_t opcode;
	struct fb_error *err = fb_wait_value(finder, request, "io_kiocb", "opcode", &opcode);

	to[0] = '\0';
	for (size_t i = 0; i < FB_ARRAY_SIZE(tables) && !err && !*to; i++) {
		const struct fb_btf *types;
		uint64_t table, each;
		uint32_t id;

		err = fb_kernel_symbol(finder->kernel, tables[i][0], &table);
		if (!err)
			err = fb_wait_struct(finder, tables[i][1], &types, &id);
		if (!err)
			err = fb_btf_sizeof(types, id, &each);
		if (!err)
			err = fb_wait_value_text(finder, table + opcode * each, tables[i][1],
						 "name", to, size);
		err = fb_part_skip(err);
	}
	return fb_part_skip(err);
}

/* The chain of one bucket: hlist_nodes in io_kiocbs. */
static struct fb_error *add_bucket(struct requests *requests, uint64_t bucket)
{
	struct fb_wait_finder *finder = requests->finder;
	uint64_t node;
	uint32_t offset;
	struct fb_error *err = fb_wait_value(finder, bucket, "io_hash_bucket", "list.first", &node);

	if (!err)
		err = fb_wait_member(finder, "io_kiocb", "hash_node", &offset);
	while (!err && fb_kernel_address_ok(node) && requests->count < MOST_REQUESTS) {
		uint64_t request = node - offset, file = 0;
		char operation[64];

		err = fb_wait_value(finder, request, "io_kiocb", "file", &file);
		if (!err)
			err = operation_of(finder, request, operation, sizeof(operation));
		if (!err)
			err = add_request(requests, file, operation);
		if (!err)
			err = fb_space_u64(finder->space, node, &node);
	}
	return err;
}

static struct fb_error *add_table(struct requests *requests, uint64_t ring, const char *table)
{
	struct fb_wait_finder *finder = requests->finder;
	const struct fb_btf *types;
	uint64_t buckets, bits, each;
	uint32_t offset, id;
	struct fb_error *err = fb_wait_member(finder, "io_ring_ctx", table, &offset);

	if (!err)
		err = fb_wait_value(finder, ring + offset, "io_hash_table", "hbs", &buckets);
	if (!err)
		err = fb_wait_value(finder, ring + offset, "io_hash_table", "hash_bits", &bits);
	if (!err)
		err = fb_wait_struct(finder, "io_hash_bucket", &types, &id);
	if (!err)
		err = fb_btf_sizeof(types, id, &each);
	if (!err && bits > MOST_HASH_BITS)
		err = fb_error_create(FB_CORRUPT, "a table of 2^%" PRIu64 " buckets", bits);
	for (uint64_t i = 0; !err && i < 1ull << bits; i++)
		err = add_bucket(requests, buckets + i * each);
	return err;
}

/* What is said where no request was found, or not all can be. */
static struct fb_error *finish(struct requests *requests, struct fb_error *err, const char *what)
{
	struct fb_wait_object *object = &requests->finder->graph.objects[requests->object];

	object->certain = true;
	object->others = true;
	err = fb_wait_absence_of(&requests->absence, err);
	if (!err && requests->count > NAMED)
		err = fb_wait_append(&object->detail, "%zu requests", requests->count);
	if (err || object->owner_count)
		return err;
	if (requests->absence.known)
		err = fb_wait_holders_absence(requests->finder, &requests->absence);
	if (err)
		return err;
	return fb_wait_say_none(
		object, &requests->absence,
		requests->count ? "no process has the other end of its requests' files" : what,
		"a request of it waits for a file that a process feeds");
}

static struct fb_error *object_of(struct fb_wait_finder *finder, const char *class,
				  uint64_t address, size_t *object_ret, bool *fresh_ret)
{
	struct fb_error *err =
		fb_wait_graph_object(&finder->graph, class, address, 0, object_ret, fresh_ret);

	return err || !*fresh_ret ? err
				  : fb_wait_text(&finder->graph.objects[*object_ret].name,
						 "requests of %s 0x%" PRIx64, class, address);
}

/* The ring, by its wait queue; where the thread is in none (IORING_SETUP_DEFER_TASKRUN), by the call's own
 * descriptor, of which io_ring_ctx is the private data. */
static struct fb_error *find_ring(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  uint64_t *ring_ret)
{
	struct fb_wait_file at;
	uint64_t head;
	uint32_t offset;
	struct fb_error *err = fb_wait_member(finder, "io_ring_ctx", "cq_wait.head", &offset);

	if (err)
		return err;
	err = fb_wait_queue_of(finder, blocked, &head);
	if (!err) {
		*ring_ret = head - offset;
		return NULL;
	}
	if (fb_error_is_fatal(err) || !blocked->has_regs)
		return err;
	fb_error_destroy(err);
	if (blocked->args[3] & ENTER_REGISTERED_RING)
		return fb_error_create(FB_NOT_FOUND, "its system call names a registered ring");
	err = fb_wait_file_at(finder, blocked, (uint32_t)blocked->args[0], FB_WAIT_RING, &at);
	if (!err)
		*ring_ret = at.private_data;
	return err;
}

struct fb_error *fb_wait_ring(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "io-uring");
	struct requests requests = {
		.finder = finder, .blocked = blocked, .absence = FB_WAIT_ABSENCE_KNOWN};
	uint64_t ring;
	bool fresh;
	struct fb_error *err = find_ring(finder, blocked, &ring);

	if (!err)
		err = object_of(finder, "io_uring", ring, &wait.object, &fresh);
	if (err)
		return err;
	wait.evidence = "the ring that it sleeps at, and its requests that wait for files";
	requests.object = wait.object;
	if (fresh) {
		/* Requests of rings with one submitter have a table of their own (5d7943d99df9, 6.0), which
		 * is gone again since 6.12. */
		err = add_table(&requests, ring, "cancel_table_locked");
		if (fb_error_is(err, FB_NOT_FOUND)) {
			fb_error_destroy(err);
			err = NULL;
		}
		err = fb_wait_absence_of(&requests.absence, err);
		if (!err)
			err = finish(
				&requests, add_table(&requests, ring, "cancel_table"),
				"none of its requests waits for a file; those that a device or "
				"a worker thread has are in no list");
	}
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

struct context {
	struct requests requests;
	uint32_t list; /* of the aio_kiocb */
};

static struct fb_error *add_control_block(void *context, uint64_t entry)
{
	struct context *at = context;
	uint64_t file;
	struct fb_error *err =
		fb_wait_value(at->requests.finder, entry - at->list, "aio_kiocb", "ki_filp", &file);

	return err ? err : add_request(&at->requests, file, "");
}

struct fb_error *fb_wait_aio(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "aio");
	struct context at = {.requests = {.finder = finder,
					  .blocked = blocked,
					  .absence = FB_WAIT_ABSENCE_KNOWN}};
	uint32_t queue, active;
	uint64_t head;
	bool fresh;
	struct fb_error *err = fb_wait_member(finder, "kioctx", "wait.head", &queue);

	if (!err)
		err = fb_wait_member(finder, "kioctx", "active_reqs", &active);
	if (!err)
		err = fb_wait_member(finder, "aio_kiocb", "ki_list", &at.list);
	if (!err)
		err = fb_wait_queue_of(finder, blocked, &head);
	if (!err)
		err = object_of(finder, "aio context", head - queue, &wait.object, &fresh);
	if (err)
		return err;
	wait.evidence = "the context that it sleeps at, and its requests that can be cancelled";
	at.requests.object = wait.object;
	if (fresh)
		err = finish(&at.requests,
			     fb_kernel_list(finder->kernel, head - queue + active, MOST_REQUESTS,
					    add_control_block, &at),
			     "none of its requests waits for a file; those that a device has are "
			     "in no list");
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}
