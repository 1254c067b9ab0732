// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds tasks that sleep in futex(): each of them is in a bucket of a hash table (kernel/futex/core.c), by a struct on
 * its stack that points to its task. The struct of a priority-inheriting futex points to the lock's owner too. Called
 * by task.c where the first sources did not find all tasks.
 */
#include "base/limits.h"
#include "base/part.h"

#include "base/u64_map.h"
#include "kernel/tasks/task_table.h"
#include <inttypes.h>
#include <string.h>

struct futex_walk {
	struct fb_tasks *tasks;
	const struct fb_layout *layout;
	struct fb_u64_map seen; /* mm_structs */
	uint64_t buckets_left;
	uint64_t steps; /* left to walk within buckets */
};

/* entry: futex_q.list.node_list */
static struct fb_error *visit_waiter(void *context, uint64_t entry)
{
	struct futex_walk *walk = context;
	const struct fb_layout *layout = walk->layout;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t waiter = entry - layout->futex_q_node.offset, task = 0, state = 0, owner = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, waiter, &layout->futex_q_task, &task);
	if (!err)
		err = fb_tasks_add_live(walk->tasks, task, FB_FOUND_FUTEX);
	if (!err && layout->futex_q_pi_state.found && layout->futex_pi_owner.found)
		err = fb_kernel_field(kernel, waiter, &layout->futex_q_pi_state, &state);
	if (!err && state)
		err = fb_kernel_field(kernel, state, &layout->futex_pi_owner, &owner);
	if (!err)
		err = fb_tasks_add_live(walk->tasks, owner, FB_FOUND_FUTEX);
	return fb_tasks_broken(walk->tasks, err, FB_FOUND_FUTEX);
}

static struct fb_error *walk_buckets(struct futex_walk *walk, uint64_t table, uint64_t count)
{
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t chain = table + walk->layout->futex_bucket_chain.offset;
	struct fb_error *err = NULL;

	/* A power of two (kernel/futex/core.c futex_init()). */
	if (!fb_kernel_address_ok(table) || !count || (count & (count - 1)))
		return fb_error_create(FB_CORRUPT,
				       "0x%" PRIx64 " is no table of %" PRIu64 " futex queues",
				       table, count);
	if (count > walk->buckets_left)
		return fb_error_create(FB_LIMIT, "too many futex queues");
	walk->buckets_left -= count;
	for (uint64_t i = 0; i < count && !err; i++)
		err = fb_tasks_broken(
			walk->tasks,
			fb_kernel_ring(kernel, chain + i * walk->layout->futex_hash_bucket.size,
				       &walk->steps, visit_waiter, walk),
			FB_FOUND_FUTEX);
	return err;
}

/* A table of the same size for each node of memory; what a node does not have is NULL. */
static struct fb_error *walk_nodes(struct futex_walk *walk, uint64_t tables, uint64_t count)
{
	struct fb_kernel *kernel = walk->tasks->kernel;
	struct fb_space *space = fb_kernel_space(kernel);
	uint64_t table = 0;
	uint32_t nodes = 1;
	struct fb_error *err = fb_kernel_variable_u32(kernel, "nr_node_ids", &nodes);

	if (fb_error_is(err, FB_NOT_FOUND)) /* a macro, 1, without NUMA */
		err = fb_part_skip(err);
	if (!err && nodes > FB_MAX_NODES)
		err = fb_error_create(FB_CORRUPT, "%u nodes of memory", nodes);
	for (uint32_t i = 0; i < nodes && !err; i++) {
		err = fb_space_u64(space, tables + (uint64_t)i * sizeof(table), &table);
		if (!err && table)
			err = walk_buckets(walk, table, count);
	}
	return err;
}

/* How much of the code of __futex_hash() is searched. */
#define CODE_BYTES 1024u
/* REX.W or REX.WB and a move of 64 bits to a register: what comes behind it is the value. */
#define MOVE_BYTES 2u

static bool is_wide_move(const unsigned char *code)
{
	return (code[0] & 0xfe) == 0x48 && (code[1] & 0xf8) == 0xb8;
}

/* The kernel's code has the address of the tables in it (runtime_const_ptr()), and compilers then leave the variable
 * out. What is moved to a register there and leads to a table is it. *tables_ret is 0 where nothing does. */
static struct fb_error *find_in_code(struct fb_kernel *kernel, uint64_t *tables_ret)
{
	unsigned char code[CODE_BYTES];
	uint64_t function, value, table;
	struct fb_error *err = fb_kernel_symbol(kernel, "__futex_hash", &function);

	*tables_ret = 0;
	if (!err)
		err = fb_space_read(fb_kernel_space(kernel), function, code, sizeof(code));
	for (size_t i = 0; !err && i + MOVE_BYTES + sizeof(value) <= sizeof(code); i++) {
		memcpy(&value, code + i + MOVE_BYTES, sizeof(value));
		if (!is_wide_move(code + i) || !fb_kernel_address_ok(value) ||
		    value % sizeof(value))
			continue;
		err = fb_part_skip(fb_space_u64(fb_kernel_space(kernel), value, &table));
		if (!err && fb_kernel_address_ok(table) && !(table % sizeof(table))) {
			*tables_ret = value;
			return NULL;
		}
	}
	return err;
}

/* By a mask that is a variable, and tables that only the code knows. */
static struct fb_error *walk_by_code(struct futex_walk *walk)
{
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t tables = 0;
	uint32_t mask;
	struct fb_error *err = fb_kernel_variable_u32(kernel, "__futex_mask", &mask);

	if (!err)
		err = find_in_code(kernel, &tables);
	if (!err && !tables)
		err = fb_error_create(FB_NOT_FOUND,
				      "the kernel's code does not tell where its futexes are");
	return err ? err : walk_nodes(walk, tables, (uint64_t)mask + 1);
}

/*
 * What the kernel keeps all futexes in that are not private to a process with a table of its own:
 * - __futex_queues, an array of a table for each node, and __futex_mask (7.3); the former may be in the code alone
 * - __futex_data {mask, shift, array of a table for each node} (cec199c5e39b, 6.16)
 * - __futex_data {table, size}
 * A mask and an address cannot be mistaken for each other.
 */
static struct fb_error *walk_global(struct futex_walk *walk)
{
	struct fb_kernel *kernel = walk->tasks->kernel;
	struct fb_space *space = fb_kernel_space(kernel);
	uint64_t address, words[2];
	uint32_t mask;
	struct fb_error *err = fb_kernel_variable_u64(kernel, "__futex_queues", &words[0]);

	if (!fb_error_is(err, FB_NOT_FOUND)) {
		if (!err)
			err = fb_kernel_variable_u32(kernel, "__futex_mask", &mask);
		return err ? err : walk_nodes(walk, words[0], (uint64_t)mask + 1);
	}
	fb_error_destroy(err);
	err = fb_kernel_symbol(kernel, "__futex_data", &address);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return walk_by_code(walk);
	}
	if (!err)
		err = fb_space_read(space, address, words, sizeof(words));
	if (err)
		return err;
	return fb_kernel_address_ok(words[0])
		       ? walk_buckets(walk, words[0], words[1])
		       : walk_nodes(walk, address + sizeof(words), words[0] + 1);
}

/* The table of one process. With a mask of 0 it uses the kernel's. */
static struct fb_error *walk_private(struct futex_walk *walk, uint64_t mm)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t hash, mask = 0;
	bool fresh;
	struct fb_error *err;

	if (!mm)
		return NULL;
	err = fb_u64_set_add(&walk->seen, mm, FB_MAX_TASKS, "mm_structs", &fresh);
	if (err || !fresh)
		return err;
	err = fb_kernel_field(kernel, mm, &layout->mm_futex_hash, &hash);
	if (!err && hash)
		err = fb_kernel_field(kernel, hash, &layout->futex_private_mask, &mask);
	if (err || !hash || !mask)
		return err;
	return walk_buckets(walk, hash + layout->futex_private_queues.offset, mask + 1);
}

struct fb_error *fb_tasks_from_futexes(struct fb_tasks *tasks)
{
	struct futex_walk walk = {
		.tasks = tasks,
		.layout = fb_kernel_layout(tasks->kernel),
		.buckets_left = FB_MAX_FUTEX_BUCKETS,
		.steps = FB_MAX_WAIT_QUEUE,
	};
	struct fb_error *err;

	/* A kernel without futexes has none of these. */
	if (!walk.layout->futex_hash_bucket.size || !walk.layout->futex_bucket_chain.found ||
	    !walk.layout->futex_q_node.found || !walk.layout->futex_q_task.found)
		return NULL;
	err = fb_tasks_broken(tasks, walk_global(&walk), FB_FOUND_FUTEX);
	if (walk.layout->mm_futex_hash.found && walk.layout->futex_private_queues.found)
		/* The table grows under the loop. */
		for (size_t i = 0; i < tasks->count && !err; i++)
			err = fb_tasks_broken(tasks, walk_private(&walk, tasks->tasks[i].mm),
					      FB_FOUND_FUTEX);
	fb_u64_map_deinit(&walk.seen);
	return err;
}
