// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists the network namespaces. Called by the list of sockets, and by the command net. */
#include "kernel/net/net_namespaces.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/tasks/task_detail.h"

struct listing {
	struct fb_kernel *kernel;
	struct fb_nets nets;
	size_t room;
	struct fb_u64_map indexes; /* of nets, by address */
};

/* *net_ret is valid until the next one is added. */
static struct fb_error *add(struct listing *listing, uint64_t address, struct fb_net **net_ret)
{
	const struct fb_field *inum = &fb_kernel_layout(listing->kernel)->net_inum;
	uint64_t *index = fb_u64_map_find(&listing->indexes, address), inode = 0;
	struct fb_error *err;

	if (index) {
		*net_ret = &listing->nets.nets[*index];
		return NULL;
	}
	if (!fb_kernel_address_ok(address))
		return fb_error_create(FB_CORRUPT, "no address of a network namespace");
	err = fb_part_warn(fb_kernel_warnings(listing->kernel),
			   fb_kernel_field(listing->kernel, address, inum, &inode),
			   "a network namespace's number");
	if (!err)
		err = fb_grow_array(&listing->nets.nets, &listing->room, listing->nets.count,
				    sizeof(*listing->nets.nets), FB_MAX_NETS, "network namespaces");
	if (!err)
		err = fb_u64_map_add(&listing->indexes, address, listing->nets.count, FB_MAX_NETS,
				     "network namespaces", NULL);
	if (err)
		return err;
	*net_ret = &listing->nets.nets[listing->nets.count++];
	**net_ret = (struct fb_net){.address = address, .inode = (uint32_t)inode};
	return NULL;
}

static struct fb_error *add_listed(void *context, uint64_t entry)
{
	struct listing *listing = context;
	struct fb_net *net;

	return add(listing, entry - fb_kernel_layout(listing->kernel)->net_list.offset, &net);
}

static struct fb_error *walk_list(struct listing *listing)
{
	uint64_t first, head;
	struct fb_net *net;
	struct fb_error *err = fb_kernel_symbol(listing->kernel, "init_net", &first);

	if (!err)
		err = add(listing, first, &net);
	if (!err)
		err = fb_layout_require(&fb_kernel_layout(listing->kernel)->net_list);
	if (!err)
		err = fb_kernel_symbol(listing->kernel, "net_namespace_list", &head);
	if (!err)
		err = fb_kernel_list(listing->kernel, head, FB_MAX_NETS, add_listed, listing);
	return fb_part_warn(fb_kernel_warnings(listing->kernel), err,
			    "the list of network namespaces");
}

static struct fb_error *add_of_task(struct listing *listing, const struct fb_task *task)
{
	uint64_t address;
	struct fb_net *net = NULL;
	struct fb_error *err = fb_net_of_task(listing->kernel, task, &address);

	if (err || !address)
		return fb_part_skip(err);
	err = add(listing, address, &net);
	if (err || !net)
		return fb_part_warn(fb_kernel_warnings(listing->kernel), err,
				    "the network namespace of PID %d", task->pid);
	net->processes++;
	if (!net->pid || task->pid < net->pid)
		net->pid = task->pid;
	return NULL;
}

struct fb_error *fb_nets_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
			      struct fb_nets *nets_ret)
{
	struct listing listing = {.kernel = kernel};
	struct fb_error *err = walk_list(&listing);

	for (size_t i = 0; tasks && i < fb_tasks_count(tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (!task->idle && task->tid == task->pid)
			err = add_of_task(&listing, task);
	}
	fb_u64_map_deinit(&listing.indexes);
	if (err) {
		fb_nets_deinit(&listing.nets);
		return err;
	}
	*nets_ret = listing.nets;
	return NULL;
}

void fb_nets_deinit(struct fb_nets *nets)
{
	free(nets->nets);
	*nets = (struct fb_nets){0};
}

const struct fb_net *fb_nets_find(const struct fb_nets *nets, uint64_t address)
{
	for (size_t i = 0; i < nets->count; i++)
		if (nets->nets[i].address == address)
			return &nets->nets[i];
	return NULL;
}

struct fb_error *fb_net_of_task(struct fb_kernel *kernel, const struct fb_task *task,
				uint64_t *net_ret)
{
	return fb_task_namespace(kernel, task, &fb_kernel_layout(kernel)->nsproxy_net, net_ret);
}
