// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds tasks by the IDR of a PID namespace, which maps numbers to struct pids. The IDR of the outermost namespace has
 * the struct pids of all namespaces, because a process has a number in each namespace from its own outwards. Called by
 * task.c for the outermost, and by task_namespaces.c for nested ones.
 */
#include "base/limits.h"

#include "kernel/tasks/task_table.h"
#include <inttypes.h>

/* lib/xarray.c: an internal entry that is a node has its low bits 10 and is no sibling. */
#define XA_NODE_TAG 2u
#define XA_TAG_MASK 3u
#define XA_SLOTS 64u
#define XA_MAX_SHIFT 60u

struct pid_walk {
	struct fb_tasks *tasks;
	const struct fb_basic_layout *layout;
	uint64_t namespace;
	uint32_t level;
	uint64_t *nodes_left;
};

static bool is_node(uint64_t entry)
{
	return (entry & XA_TAG_MASK) == XA_NODE_TAG && entry > 4096;
}

static struct fb_error *read_number(struct pid_walk *walk, uint64_t pid, uint32_t level,
				    uint64_t *nr_ret, uint64_t *namespace_ret)
{
	const struct fb_basic_layout *layout = walk->layout;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t upid = pid + layout->pid_numbers.offset + (uint64_t)level * layout->upid.size;
	struct fb_error *err = fb_kernel_field(kernel, upid, &layout->upid_nr, nr_ret);

	return err ? err : fb_kernel_field(kernel, upid, &layout->upid_ns, namespace_ret);
}

/* The task that has this struct pid as its own (PIDTYPE_PID is 0, so its list and link are the
 * first of their arrays). A process that left a struct pid behind has none. */
static struct fb_error *task_of_pid(struct pid_walk *walk, uint64_t pid, uint64_t *task_ret)
{
	const struct fb_basic_layout *layout = walk->layout;
	uint64_t link;
	struct fb_error *err;

	err = fb_space_u64(fb_kernel_space(walk->tasks->kernel), pid + layout->pid_tasks.offset,
			   &link);
	if (err || !link)
		return err;
	*task_ret = link - layout->task_pid_links.offset;
	return fb_tasks_add(walk->tasks, *task_ret, FB_FOUND_PID_TREE, NULL);
}

/* In the outermost namespace the slot of the tree alone says as much as the TID. */
static struct fb_error *visit_outermost(struct pid_walk *walk, uint64_t pid, uint64_t number)
{
	uint64_t task = 0, nr;
	struct fb_error *err;

	err = fb_kernel_field(walk->tasks->kernel, pid + walk->layout->pid_numbers.offset,
			      &walk->layout->upid_nr, &nr);
	if (!err && nr != number)
		err = fb_error_create(
			FB_CORRUPT, "struct pid 0x%" PRIx64 " has number %" PRIu64 ", not %" PRIu64,
			pid, nr, number);
	if (!err)
		err = task_of_pid(walk, pid, &task);
	if (!err || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	return fb_tasks_add_lost(walk->tasks, (int32_t)number, task, pid);
}

/* In a nested namespace the struct pid has to name that namespace, and gives the TID of the
 * host. */
static struct fb_error *visit_nested(struct pid_walk *walk, uint64_t pid, uint64_t number)
{
	uint64_t task = 0, nr = 0, namespace = 0, tid = 0, outermost = 0, init_pid_ns;
	struct fb_error *err;

	err = read_number(walk, pid, walk->level, &nr, &namespace);
	if (!err)
		err = read_number(walk, pid, 0, &tid, &outermost);
	if (!err)
		err = fb_kernel_symbol(walk->tasks->kernel, "init_pid_ns", &init_pid_ns);
	if (!err && (nr != number || namespace != walk->namespace || !tid || tid >= FB_MAX_TASKS ||
		     outermost != init_pid_ns))
		err = fb_error_create(FB_CORRUPT,
				      "struct pid 0x%" PRIx64 " is not number %" PRIu64
				      " of namespace 0x%" PRIx64,
				      pid, number, walk->namespace);
	if (err)
		return fb_tasks_broken(walk->tasks, err, FB_FOUND_PID_TREE);
	err = task_of_pid(walk, pid, &task);
	if (!err || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	return fb_tasks_add_lost(walk->tasks, (int32_t)tid, task, pid);
}

static struct fb_error *visit_pid(struct pid_walk *walk, uint64_t pid, uint64_t number)
{
	if (number >= FB_MAX_TASKS)
		return fb_error_create(FB_CORRUPT, "PID %" PRIu64, number);
	return walk->level ? visit_nested(walk, pid, number) : visit_outermost(walk, pid, number);
}

/* A node has the address of its parent and its slot there, which are compared, so that no part of the tree is walked
 * twice. */
static struct fb_error *check_place(const struct pid_walk *walk, uint64_t node, uint64_t parent,
				    unsigned slot)
{
	const struct fb_basic_layout *layout = walk->layout;
	uint64_t own_parent = 0, own_slot = 0;
	struct fb_error *err;

	if (!parent || !layout->xa_node_parent.found || !layout->xa_node_offset.found)
		return NULL;
	err = fb_kernel_field(walk->tasks->kernel, node, &layout->xa_node_parent, &own_parent);
	if (!err)
		err = fb_kernel_field(walk->tasks->kernel, node, &layout->xa_node_offset,
				      &own_slot);
	if (!err && (own_parent != parent || own_slot != slot))
		err = fb_error_create(FB_CORRUPT,
				      "xa_node 0x%" PRIx64 " is not of slot %u of 0x%" PRIx64, node,
				      slot, parent);
	return err;
}

/* parent 0: the root. index: the number that the node's first slot stands for. */
static struct fb_error *visit_node(struct pid_walk *walk, uint64_t entry, uint64_t parent,
				   uint64_t index, unsigned above_shift)
{
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t node = entry & ~(uint64_t)XA_TAG_MASK;
	uint64_t slots[XA_SLOTS], shift;
	struct fb_error *err;

	if (*walk->nodes_left == 0)
		return fb_error_create(FB_LIMIT, "the PID tree has no end");
	--*walk->nodes_left;
	err = fb_kernel_field(kernel, node, &walk->layout->xa_node_shift, &shift);
	if (!err && shift >= above_shift)
		err = fb_error_create(FB_CORRUPT,
				      "xa_node 0x%" PRIx64 ": shift %" PRIu64 " below shift %u",
				      node, shift, above_shift);
	if (!err)
		err = check_place(walk, node, parent,
				  (unsigned)(index >> above_shift) & (XA_SLOTS - 1));
	if (!err)
		err = fb_space_read(fb_kernel_space(kernel),
				    node + walk->layout->xa_node_slots.offset, slots,
				    sizeof(slots));
	for (unsigned i = 0; i < XA_SLOTS && !err; i++) {
		uint64_t at = index + ((uint64_t)i << shift);

		if (is_node(slots[i]) && shift) {
			err = visit_node(walk, slots[i], node, at, (unsigned)shift);
			/* A lost node costs the PIDs below it, not those beside it. */
			if (!fb_error_is(err, FB_LIMIT))
				err = fb_tasks_broken(walk->tasks, err, FB_FOUND_PID_TREE);
		} else if (fb_kernel_address_ok(slots[i]) && !(slots[i] & XA_TAG_MASK)) {
			err = visit_pid(walk, slots[i], at);
		}
	}
	return err;
}

static struct fb_error *require(const struct fb_basic_layout *layout)
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

struct fb_error *fb_tasks_walk_pid_tree(struct fb_tasks *tasks, uint64_t namespace, uint32_t level,
					uint64_t *nodes_left)
{
	struct pid_walk walk = {
		.tasks = tasks,
		.layout = fb_kernel_basic_layout(tasks->kernel),
		.namespace = namespace,
		.level = level,
		.nodes_left = nodes_left,
	};
	uint64_t root;
	struct fb_error *err;

	err = require(walk.layout);
	if (!err)
		err = fb_space_u64(fb_kernel_space(tasks->kernel),
				   namespace + walk.layout->pidns_idr_root.offset +
					   walk.layout->xarray_head.offset,
				   &root);
	if (!err && is_node(root))
		err = visit_node(&walk, root, 0, 0, XA_MAX_SHIFT);
	else if (!err && root)
		err = visit_pid(&walk, root, 0);
	return fb_tasks_broken(tasks, err, FB_FOUND_PID_TREE);
}

struct fb_error *fb_tasks_from_pid_tree(struct fb_tasks *tasks)
{
	uint64_t namespace, nodes_left = FB_MAX_PID_NODES;
	struct fb_error *err = fb_kernel_symbol(tasks->kernel, "init_pid_ns", &namespace);

	return err ? fb_tasks_broken(tasks, err, FB_FOUND_PID_TREE)
		   : fb_tasks_walk_pid_tree(tasks, namespace, 0, &nodes_left);
}
