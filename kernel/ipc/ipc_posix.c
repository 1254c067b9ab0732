// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the POSIX message queues of an IPC namespace: the inodes of its mqueue file system (ipc/mqueue.c). Called by
 * ipc.c.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/ipc/ipc_private.h"

#define S_IFMT 0170000u
#define S_IFREG 0100000u
/* NAME_MAX */
#define LONGEST_NAME 255u

/* The name by which the queue is in the file system's folder; a removed one that is still open has none. */
static struct fb_error *read_name(const struct fb_ipc_reader *reader, uint64_t inode,
				  char **name_ret)
{
	const struct fb_layout *layout = reader->layout;
	struct fb_field first = layout->inode_dentries;
	uint64_t link = 0, text = 0, length = 0;
	char *name;
	struct fb_error *err;

	first.size = 8;
	err = fb_kernel_field(reader->kernel, inode, &first, &link);
	if (!err)
		err = fb_layout_require(&layout->dentry_alias);
	if (err || !link)
		return err;
	link -= layout->dentry_alias.offset;
	err = fb_kernel_field(reader->kernel, link, &layout->dentry_name, &text);
	if (!err)
		err = fb_kernel_field(reader->kernel, link, &layout->dentry_name_length, &length);
	if (!err && length > LONGEST_NAME)
		err = fb_error_create(FB_CORRUPT, "a name of %" PRIu64 " bytes", length);
	if (err)
		return err;
	name = malloc(length + 1);
	if (!name)
		return fb_error_nomem();
	err = fb_space_string_whole(fb_kernel_space(reader->kernel), text, name, length + 1);
	if (err)
		free(name);
	else
		*name_ret = name;
	return err;
}

static struct fb_error *read_queue(struct fb_ipc_reader *reader, uint64_t inode,
				   struct fb_ipc_object *object)
{
	const struct fb_layout *layout = reader->layout;
	const struct fb_ipc_number numbers[] = {
		{&layout->mqueue_messages, &object->messages, 8},
		{&layout->mqueue_most_messages, &object->most_messages, 8},
		{&layout->mqueue_message_size, &object->message_size, 8},
		{&layout->mqueue_bytes, &object->bytes, 8},
	};
	uint64_t waiters;
	struct fb_error *err = fb_layout_require(&layout->mqueue_waiters);

	object->address = inode - layout->mqueue_inode.offset;
	if (!err)
		err = fb_ipc_numbers(reader, object->address, numbers, FB_ARRAY_SIZE(numbers));
	if (!err)
		err = read_name(reader, inode, &object->name);
	/* Two lists: SEND and RECV. */
	waiters =
		object->address + layout->mqueue_waiters.offset + layout->mqueue_waiter_list.offset;
	if (!err)
		err = fb_ipc_waiters(reader, waiters, &layout->mqueue_waiter_list,
				     &layout->mqueue_waiter_task, FB_IPC_SEND, object);
	return err ? err
		   : fb_ipc_waiters(reader, waiters + layout->ext_wait_queue.size,
				    &layout->mqueue_waiter_list, &layout->mqueue_waiter_task,
				    FB_IPC_RECEIVE, object);
}

/* An inode of the file system: a queue, or the folder. */
static struct fb_error *add_inode(void *context, uint64_t entry)
{
	struct fb_ipc_reader *reader = context;
	const struct fb_layout *layout = reader->layout;
	struct fb_ipc_object object = {.kind = FB_IPC_POSIX_QUEUE};
	uint64_t inode = entry - layout->inode_sb_list.offset, mode = 0;
	struct fb_error *err = fb_kernel_field(reader->kernel, inode, &layout->inode_mode, &mode);

	if (err || (mode & S_IFMT) != S_IFREG)
		return err;
	err = read_queue(reader, inode, &object);
	if (!err)
		return fb_ipc_add(reader, &object);
	fb_ipc_object_deinit(&object);
	return fb_part_warn(fb_kernel_warnings(reader->kernel), err,
			    "POSIX message queue at 0x%" PRIx64, inode);
}

struct fb_error *fb_ipc_add_posix(struct fb_ipc_reader *reader)
{
	const struct fb_layout *layout = reader->layout;
	const struct fb_field *const needed[] = {&layout->super_block_inodes,
						 &layout->inode_sb_list, &layout->mqueue_inode,
						 &layout->inode_dentries};
	uint64_t mount = 0, super_block = 0;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (!err)
		err = fb_kernel_field(reader->kernel, reader->namespace->address,
				      &layout->ipc_ns_mount, &mount);
	/* It is mounted with the first queue in newer kernels. */
	if (err || !mount)
		return err;
	err = fb_kernel_field(reader->kernel, mount, &layout->vfsmount_sb, &super_block);
	return err ? err
		   : fb_kernel_ring(reader->kernel, super_block + layout->super_block_inodes.offset,
				    &reader->steps, add_inode, reader);
}
