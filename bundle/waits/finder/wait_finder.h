/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every recogniser of waits is given: the input, the kernel and its tasks, and the graph that
 * it adds to. What one recogniser alone knows (a table of TCP connections, the file locks) is its
 * own state, which only its source can see.
 */
#ifndef FB_BUNDLE_WAIT_FINDER_H
#define FB_BUNDLE_WAIT_FINDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/input/input.h"
#include "bundle/waits/finder/wait_options.h"
#include "bundle/waits/graph/wait_graph.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module.h"
#include "kernel/tasks/task.h"

/* The state of one recogniser, or of an index that several ask. A source has one of these, static,
 * and asks with it for its memory. */
struct fb_wait_state {
	size_t size;
	void (*deinit)(void *state);
};

/* More recognisers with state than there are; a new one that does not fit fails at its first use. */
#define FB_WAIT_STATES 32u

struct fb_wait_finder {
	struct fb_input *input;
	struct fb_kernel *kernel;
	struct fb_space *space; /* of the kernel */
	const struct fb_layout *layout;
	const struct fb_tasks *tasks;
	struct fb_wait_options options;
	struct fb_modules *modules; /* NULL: cannot be read */
	struct fb_wait_graph graph;
	uint64_t now; /* latest clock_task of a CPU, ns; 0 unknown */
	/* Of those that were asked for; use fb_wait_state(). */
	struct fb_wait_state_slot {
		const struct fb_wait_state *of;
		void *memory; /* owned */
	} states[FB_WAIT_STATES];
};

/* Frees the graph and all states. What the finder borrows stays. */
void fb_wait_finder_deinit(struct fb_wait_finder *finder);

/* The memory of `of`: zeroed when it is first asked for, then the same until the finder's end, when
 * of->deinit(memory) is called. */
FB_MUST_CHECK struct fb_error *fb_wait_state(struct fb_wait_finder *finder,
					     const struct fb_wait_state *of, void *state_ret);

/* The task whose task_struct is at that address, its lowest three bits (flags of a lock's owner)
 * taken off; NULL. */
const struct fb_task *fb_wait_task_at(const struct fb_wait_finder *finder, uint64_t address);

/* The host's number of the struct pid at that address. Read errors. */
FB_MUST_CHECK struct fb_error *fb_wait_pid_number(const struct fb_wait_finder *finder, uint64_t pid,
						  int32_t *number_ret);

#endif
