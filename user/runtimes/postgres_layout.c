// SPDX-License-Identifier: GPL-2.0-or-later
/* The layouts of PostgreSQL's shared memory on x86-64, and the proof that one is right. Called by postgres.c. */
#include "user/runtimes/postgres_layout.h"

#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

/* Of 14 to 16 all that is read is at the same place; members were added behind. */
#define LAYOUT_14                                                                                 \
	.global_count = 32, .proc_semaphore = 24, .proc_latch = 36, .proc_pid = 64,               \
	.proc_database = 80, .proc_number = 72, .proc_backend = 76, .proc_lw_waiting = 94,        \
	.proc_lw_mode = 95, .proc_lw_link = 96, .proc_wait_lock = 112, .proc_wait_proclock = 120, \
	.proc_wait_mode = 128, .proc_wait_event = 712, .proc_leader = 840, .status_size = 432,    \
	.exclusive = 1u << 24, .first_state = 1
/* From 17 on a PGPROC does not say its index. */
#define LAYOUT_17                                                                           \
	.global_count = 32, .proc_semaphore = 24, .proc_latch = 36, .proc_pid = 60,         \
	.proc_database = 76, .proc_lw_waiting = 90, .proc_lw_mode = 91, .proc_lw_link = 92, \
	.proc_wait_lock = 112, .proc_wait_proclock = 120, .proc_wait_mode = 128,            \
	.proc_wait_event = 712

static const struct fb_postgres_layout layouts[] = {
	{
		.version = 13,
		.proc_size = 856,
		.global_count = 16,
		.proc_semaphore = 24,
		.proc_latch = 36,
		.proc_pid = 52,
		.proc_database = 64,
		.proc_number = 56,
		.proc_backend = 60,
		.proc_lw_waiting = 78,
		.proc_lw_mode = 79,
		.proc_lw_link = 80,
		.proc_wait_lock = 96,
		.proc_wait_proclock = 104,
		.proc_wait_mode = 112,
		.proc_wait_event = 684,
		.proc_leader = 816,
		.status_size = 424,
		.exclusive = 1u << 24,
		.first_state = 1,
	},
	{.version = 14, .proc_size = 880, LAYOUT_14},
	{.version = 14, .proc_size = 888, LAYOUT_14},
	{.version = 17,
	 .proc_size = 888,
	 LAYOUT_17,
	 .proc_leader = 848,
	 .status_size = 432,
	 .exclusive = 1u << 24,
	 .first_state = 1},
	/* STATE_STARTING came before the others; so many backends as there may be took fewer bits. */
	{.version = 18,
	 .proc_size = 832,
	 LAYOUT_17,
	 .proc_leader = 792,
	 .status_size = 440,
	 .exclusive = 1u << 18,
	 .first_state = 2},
};

/* Whether the PGPROC, whose bytes these are, is the process's own by this layout. */
static bool fits(const struct fb_postgres_layout *layout,
		 const struct fb_postgres_variables *variables, const uint8_t *proc, uint64_t first,
		 uint32_t count)
{
	const uint64_t distance = variables->proc - first;
	const uint64_t index = distance / layout->proc_size;

	if (variables->proc < first || distance % layout->proc_size || index >= count)
		return false;
	if (variables->has_proc_number != !layout->proc_number)
		return false;
	if (variables->has_proc_number ? (uint64_t)variables->number != index
				       : fb_u32_at(proc, layout->proc_number) != index)
		return false;
	if (!variables->has_proc_number && variables->number > 0 &&
	    fb_u32_at(proc, layout->proc_backend) != (uint32_t)variables->number)
		return false;
	if (!variables->has_proc_number && (layout->version == 13) != !variables->wait_event_info)
		return false;
	return variables->latch == variables->proc + layout->proc_latch &&
	       (layout->version == 13 ||
		variables->wait_event_info == variables->proc + layout->proc_wait_event) &&
	       fb_u32_at(proc, layout->proc_pid) == (uint32_t)variables->pid &&
	       fb_u32_at(proc, layout->proc_database) == variables->database;
}

/* Whether the head of a list of its lock group's members is where the layout has it in this PGPROC: each is made as an
 * empty list, which leads to itself. */
static struct fb_error *has_members(struct fb_space *space, const struct fb_postgres_layout *layout,
				    uint64_t proc, bool *has_ret)
{
	const uint64_t head = proc + layout->proc_leader + 8;
	uint64_t next = 0, back = 0;
	struct fb_error *err = fb_space_u64(space, head + FB_POSTGRES_LIST_NEXT, &next);

	*has_ret = false;
	if (!err)
		err = fb_space_u64(space, next, &back);
	/* What is no list leads anywhere. */
	if (fb_error_is(err, FB_FAULT)) {
		fb_error_destroy(err);
		return NULL;
	}
	*has_ret = !err && back == head;
	return err;
}

/* Whether the next PGPROC, or the one before, is as far away as the layout says. */
static struct fb_error *has_size(struct fb_space *space, const struct fb_postgres_layout *layout,
				 uint64_t proc, uint64_t first, bool *has_ret)
{
	const uint64_t other = proc == first ? proc + layout->proc_size : proc - layout->proc_size;
	struct fb_error *err = has_members(space, layout, proc, has_ret);

	return err || !*has_ret ? err : has_members(space, layout, other, has_ret);
}

struct fb_error *fb_postgres_layout_find(struct fb_space *space,
					 const struct fb_postgres_variables *variables,
					 const struct fb_postgres_layout **layout_ret)
{
	uint8_t proc[FB_POSTGRES_PROC_SIZE] = {0};
	uint64_t first = 0;
	struct fb_error *err = fb_space_u64(space, variables->proc_global, &first);

	for (size_t i = 0; i < FB_ARRAY_SIZE(layouts) && !err; i++) {
		const struct fb_postgres_layout *layout = &layouts[i];
		uint32_t count = 0;
		bool right = false;

		err = fb_space_u32(space, variables->proc_global + layout->global_count, &count);
		if (!err)
			err = fb_space_read(space, variables->proc, proc, layout->proc_size);
		if (err || count > FB_POSTGRES_BACKENDS ||
		    !fits(layout, variables, proc, first, count))
			continue;
		err = has_size(space, layout, variables->proc, first, &right);
		if (err || !right)
			continue;
		*layout_ret = layout;
		return NULL;
	}
	return err ? err
		   : fb_error_create(FB_UNSUPPORTED,
				     "PostgreSQL's PGPROC at 0x%" PRIx64
				     " has the layout of none of the versions 13 to 18",
				     variables->proc);
}
