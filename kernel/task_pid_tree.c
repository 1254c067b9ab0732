// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks by the initial PID namespace's IDR: every struct pid of every namespace
 * is in it, because a PID has a number at each level up to the outermost.
 */
#include "base/limits.h"
#include "kernel/task_table.h"

/* lib/xarray.c: an internal entry that is a node has its low bits 10 and is no sibling. */
#define XA_NODE_TAG 2u
#define XA_TAG_MASK 3u
#define XA_SLOTS 64u
#define XA_MAX_SHIFT 60u

/* Leaves for FB_MAX_TASKS PIDs, and less than as many again above them. */
#define MAX_NODES (2 * FB_MAX_TASKS / XA_SLOTS)

struct pid_walk {
	struct fb_tasks *tasks;
	const struct fb_layout *layout;
	uint64_t nodes_left;
};

static bool is_node(uint64_t entry)
{
	return (entry & XA_TAG_MASK) == XA_NODE_TAG && entry > 4096;
}

/* The task that has this struct pid as its own (PIDTYPE_PID is 0, so its list and link are the
 * first of their arrays). A process that left a struct pid behind has none. */
static struct fb_error *task_of_pid(struct pid_walk *walk, uint64_t pid, uint64_t number,
				    uint64_t *task_ret)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_space *space = fb_kernel_space(walk->tasks->kernel);
	uint64_t link, nr;
	struct fb_error *err;

	err = fb_space_u64(space, pid + layout->pid_tasks.offset, &link);
	if (!err)
		err = fb_kernel_field(walk->tasks->kernel, pid + layout->pid_numbers.offset,
				      &layout->upid_nr, &nr);
	if (!err && nr != number)
		err = fb_error_create(FB_CORRUPT, "struct pid 0x%llx has number %llu, not %llu",
				      (unsigned long long)pid, (unsigned long long)nr,
				      (unsigned long long)number);
	if (err || !link)
		return err;
	*task_ret = link - layout->task_pid_links.offset;
	return fb_tasks_add(walk->tasks, *task_ret, FB_FOUND_PID_TREE, NULL);
}

static struct fb_error *visit_pid(struct pid_walk *walk, uint64_t pid, uint64_t number)
{
	uint64_t task = 0;
	struct fb_error *err;

	if (number >= FB_MAX_TASKS)
		return fb_error_create(FB_CORRUPT, "PID %llu", (unsigned long long)number);
	err = task_of_pid(walk, pid, number, &task);
	if (err && !fb_error_is(err, FB_NOMEM)) {
		fb_error_destroy(err);
		err = fb_tasks_add_lost(walk->tasks, (int32_t)number, task);
	}
	return err;
}

/* index: the number that the node's first slot stands for. */
static struct fb_error *visit_node(struct pid_walk *walk, uint64_t entry, uint64_t index,
				   unsigned above_shift)
{
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t node = entry & ~(uint64_t)XA_TAG_MASK;
	uint64_t slots[XA_SLOTS], shift;
	struct fb_error *err;

	if (walk->nodes_left-- == 0)
		return fb_error_create(FB_LIMIT, "the PID tree has no end");
	err = fb_kernel_field(kernel, node, &walk->layout->xa_node_shift, &shift);
	if (!err && shift >= above_shift)
		err = fb_error_create(FB_CORRUPT, "xa_node 0x%llx: shift %llu below shift %u",
				      (unsigned long long)node, (unsigned long long)shift,
				      above_shift);
	if (!err)
		err = fb_space_read(fb_kernel_space(kernel),
				    node + walk->layout->xa_node_slots.offset, slots,
				    sizeof(slots));
	for (unsigned i = 0; i < XA_SLOTS && !err; i++) {
		uint64_t at = index + ((uint64_t)i << shift);

		if (is_node(slots[i]) && shift) {
			err = visit_node(walk, slots[i], at, (unsigned)shift);
			/* A lost node costs the PIDs below it, not those beside it. */
			if (!fb_error_is(err, FB_LIMIT))
				err = fb_tasks_broken(walk->tasks, err, FB_FOUND_PID_TREE);
		} else if (fb_kernel_address_ok(slots[i]) && !(slots[i] & XA_TAG_MASK)) {
			err = visit_pid(walk, slots[i], at);
		}
	}
	return err;
}

static struct fb_error *require(const struct fb_layout *layout)
{
	const struct fb_field *const needed[] = {
		&layout->pidns_idr_root, &layout->xarray_head,    &layout->xa_node_shift,
		&layout->xa_node_slots,  &layout->pid_tasks,      &layout->pid_numbers,
		&layout->upid_nr,        &layout->task_pid_links,
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed); i++) {
		struct fb_error *err = fb_layout_require(needed[i]);

		if (err)
			return err;
	}
	return NULL;
}

struct fb_error *fb_tasks_from_pid_tree(struct fb_tasks *tasks)
{
	struct pid_walk walk = {
		.tasks = tasks,
		.layout = fb_kernel_layout(tasks->kernel),
		.nodes_left = MAX_NODES,
	};
	uint64_t namespace, root;
	struct fb_error *err;

	err = require(walk.layout);
	if (!err)
		err = fb_kernel_symbol(tasks->kernel, "init_pid_ns", &namespace);
	if (!err)
		err = fb_space_u64(fb_kernel_space(tasks->kernel),
				   namespace + walk.layout->pidns_idr_root.offset +
					   walk.layout->xarray_head.offset,
				   &root);
	if (!err && is_node(root))
		err = visit_node(&walk, root, 0, XA_MAX_SHIFT);
	else if (!err && root)
		err = visit_pid(&walk, root, 0);
	return fb_tasks_broken(tasks, err, FB_FOUND_PID_TREE);
}
