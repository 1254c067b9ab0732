/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every recogniser of waits is given: the input, the kernel and its tasks, and the graph to which it
 * adds. Data that only one recogniser needs (a table of TCP connections, the file locks) are its own state,
 * which only its source file can access.
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

/* Describes the state of one recogniser, or of an index that several recognisers use. The source file has a static one
 * of these and passes it to fb_wait_state(). */
struct fb_wait_state {
	size_t size;
	void (*deinit)(void *state);
};

/* The most states. It is more than there are; the first use of a state beyond it fails. */
#define FB_WAIT_STATES 32u

struct fb_wait_finder {
	struct fb_input *input;
	struct fb_kernel *kernel;
	struct fb_space *space; /* of the kernel */
	const struct fb_layout *layout;
	const struct fb_tasks *tasks;
	struct fb_wait_options options;
	struct fb_modules *modules; /* NULL: they cannot be read */
	struct fb_wait_graph graph;
	uint64_t now; /* latest clock_task of a CPU, ns; 0: unknown */
	/* The states in use; see fb_wait_state(). */
	struct fb_wait_state_slot {
		const struct fb_wait_state *of;
		void *memory; /* owned */
	} states[FB_WAIT_STATES];
};

/* Frees the graph and all states. What the finder borrows stays. */
void fb_wait_finder_deinit(struct fb_wait_finder *finder);

/* The memory of the state `of`, of->size bytes: zeros at the first call, and the same memory at later calls. When the
 * finder is freed, of->deinit(memory) is called. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_wait_state(struct fb_wait_finder *finder,
					     const struct fb_wait_state *of, void *state_ret);

/* The task whose task_struct is at this address, of which the lowest three bits (flags in the owner word of a lock) are
 * ignored; NULL: there is none. */
const struct fb_task *fb_wait_task_at(const struct fb_wait_finder *finder, uint64_t address);

/* The number, in the host's PID namespace, of the struct pid at this address. Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_wait_pid_number(const struct fb_wait_finder *finder, uint64_t pid,
						  int32_t *number_ret);

#endif
