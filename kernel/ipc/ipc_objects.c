// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads one System V object: a semaphore set, a shared memory segment or a message queue. Called by ipc.c for each, and
 * for threads that wait for one.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/ipc/ipc_private.h"

/* SEMMSL (include/uapi/linux/sem.h), which semctl's users raise, but not above. */
#define MOST_IN_SET 65536u

#define NUMBER(member, to)                \
	{                                 \
		member, &(to), sizeof(to) \
	}

static struct fb_error *read_perm(struct fb_ipc_reader *reader, uint64_t perm,
				  struct fb_ipc_object *object)
{
	const struct fb_layout *layout = reader->layout;
	const struct fb_ipc_number numbers[] = {
		NUMBER(&layout->ipc_id, object->id),
		NUMBER(&layout->ipc_key, object->key),
		NUMBER(&layout->ipc_uid, object->uid),
		NUMBER(&layout->ipc_gid, object->gid),
		NUMBER(&layout->ipc_creator_uid, object->creator_uid),
		NUMBER(&layout->ipc_creator_gid, object->creator_gid),
		NUMBER(&layout->ipc_mode, object->mode),
	};

	return fb_ipc_numbers(reader, perm, numbers, FB_ARRAY_SIZE(numbers));
}

/* Reads one semaphore, and who waits for it alone. */
static struct fb_error *read_semaphore(struct fb_ipc_reader *reader, uint64_t address,
				       struct fb_ipc_object *object)
{
	const struct fb_layout *layout = reader->layout;
	struct fb_ipc_semaphore semaphore = {0};
	int64_t operated = 0;
	const struct fb_ipc_number value = NUMBER(&layout->sem_value, semaphore.value);
	const struct fb_ipc_number time = NUMBER(&layout->sem_operated, operated);
	struct fb_error *err = fb_ipc_numbers(reader, address, &value, 1);

	if (!err)
		err = fb_ipc_pid(reader, address, &layout->sem_pid, &semaphore.pid);
	if (!err && layout->sem_operated.found)
		err = fb_ipc_numbers(reader, address, &time, 1);
	if (err)
		return err;
	object->semaphores[object->semaphore_count++] = semaphore;
	if (operated > object->operated)
		object->operated = operated;
	err = fb_ipc_waiters(reader, address + layout->sem_alter.offset, &layout->sem_queue_list,
			     &layout->sem_queue_task, FB_IPC_SEMAPHORE, object);
	return err ? err
		   : fb_ipc_waiters(reader, address + layout->sem_const.offset,
				    &layout->sem_queue_list, &layout->sem_queue_task,
				    FB_IPC_SEMAPHORE, object);
}

static struct fb_error *read_set(struct fb_ipc_reader *reader, struct fb_ipc_object *object)
{
	const struct fb_layout *layout = reader->layout;
	uint32_t count = 0;
	const struct fb_ipc_number numbers[] = {
		NUMBER(&layout->semset_count, count),
		NUMBER(&layout->semset_changed, object->changed),
	};
	struct fb_error *err =
		fb_ipc_numbers(reader, object->address, numbers, FB_ARRAY_SIZE(numbers));

	if (!err)
		err = fb_layout_require(&layout->semset_semaphores);
	if (!err && (!layout->sem.size || count > MOST_IN_SET))
		err = fb_error_create(FB_CORRUPT, "a set of %u semaphores", count);
	if (!err && count > reader->semaphores)
		err = fb_error_create(FB_LIMIT, "more than %u semaphores", FB_MAX_SEMAPHORES);
	if (err)
		return err;
	object->set_size = count;
	reader->semaphores -= count;
	object->semaphores = calloc(count ? count : 1, sizeof(*object->semaphores));
	if (!object->semaphores)
		return fb_error_nomem();
	for (uint32_t i = 0; i < count && !err; i++)
		err = read_semaphore(reader,
				     object->address + layout->semset_semaphores.offset +
					     (uint64_t)i * layout->sem.size,
				     object);
	if (!err)
		err = fb_ipc_waiters(reader, object->address + layout->semset_alter.offset,
				     &layout->sem_queue_list, &layout->sem_queue_task,
				     FB_IPC_SEMAPHORE, object);
	if (!err)
		err = fb_ipc_waiters(reader, object->address + layout->semset_const.offset,
				     &layout->sem_queue_list, &layout->sem_queue_task,
				     FB_IPC_SEMAPHORE, object);
	if (!err)
		err = fb_part_warn_if_there(fb_kernel_warnings(reader->kernel),
					    fb_ipc_read_holders(reader, object),
					    "who holds semaphores of set %d", object->id);
	/* The rest of the set is worth to be shown. */
	return fb_part_warn(fb_kernel_warnings(reader->kernel), err, "semaphore set %d",
			    object->id);
}

/* What of the segment is in memory and in swap: its file is one of shmem, or of hugetlbfs, whose pages are larger and
 * whose inode is within another struct. */
static struct fb_error *read_pages(struct fb_ipc_reader *reader, uint64_t file,
				   struct fb_ipc_object *object)
{
	const struct fb_layout *layout = reader->layout;
	uint64_t operations = 0, inode = 0, mapping = 0, pages = 0, swapped = 0, huge = 0;
	struct fb_error *err =
		fb_kernel_field(reader->kernel, file, &layout->file_ops, &operations);

	if (!err)
		err = fb_kernel_field(reader->kernel, file, &layout->file_inode, &inode);
	if (!err)
		err = fb_kernel_field(reader->kernel, inode, &layout->inode_mapping, &mapping);
	if (!err)
		err = fb_kernel_field(reader->kernel, mapping, &layout->address_space_count,
				      &pages);
	if (!err && fb_kernel_find_symbol(reader->kernel, "hugetlbfs_file_operations", &huge) &&
	    huge == operations)
		return NULL;
	if (err)
		return err;
	object->resident = pages * FB_PAGE_SIZE;
	object->resident_known = true;
	err = fb_layout_require(&layout->shmem_inode);
	if (!err)
		err = fb_kernel_field(reader->kernel, inode - layout->shmem_inode.offset,
				      &layout->shmem_swapped, &swapped);
	object->swapped = swapped * FB_PAGE_SIZE;
	object->swapped_known = !err;
	return err;
}

static struct fb_error *read_shared_memory(struct fb_ipc_reader *reader,
					   struct fb_ipc_object *object)
{
	const struct fb_layout *layout = reader->layout;
	uint64_t file = 0, base = object->address;
	const struct fb_ipc_number numbers[] = {
		NUMBER(&layout->shm_file, file),
		NUMBER(&layout->shm_attaches, object->attaches),
		NUMBER(&layout->shm_size, object->size),
		NUMBER(&layout->shm_attached, object->attached),
		NUMBER(&layout->shm_detached, object->detached),
		NUMBER(&layout->shm_changed, object->changed),
	};
	struct fb_error *err = fb_ipc_numbers(reader, base, numbers, FB_ARRAY_SIZE(numbers));

	if (!err)
		err = fb_ipc_pid(reader, base, &layout->shm_creator_pid, &object->creator_pid);
	if (!err)
		err = fb_ipc_pid(reader, base, &layout->shm_last_pid, &object->last_pid);
	return err ? err
		   : fb_part_warn(fb_kernel_warnings(reader->kernel),
				  read_pages(reader, file, object), "shared memory %d", object->id);
}

static struct fb_error *read_queue(struct fb_ipc_reader *reader, struct fb_ipc_object *object)
{
	const struct fb_layout *layout = reader->layout;
	uint64_t base = object->address;
	const struct fb_ipc_number numbers[] = {
		NUMBER(&layout->msgq_sent, object->sent),
		NUMBER(&layout->msgq_received, object->received),
		NUMBER(&layout->msgq_changed, object->changed),
		NUMBER(&layout->msgq_bytes, object->bytes),
		NUMBER(&layout->msgq_messages, object->messages),
		NUMBER(&layout->msgq_most_bytes, object->most_bytes),
	};
	struct fb_error *err = fb_ipc_numbers(reader, base, numbers, FB_ARRAY_SIZE(numbers));

	if (!err)
		err = fb_ipc_pid(reader, base, &layout->msgq_sender_pid, &object->sender_pid);
	if (!err)
		err = fb_ipc_pid(reader, base, &layout->msgq_receiver_pid, &object->receiver_pid);
	if (err)
		return err;
	err = fb_ipc_waiters(reader, base + layout->msgq_receivers.offset,
			     &layout->msg_receiver_list, &layout->msg_receiver_task, FB_IPC_RECEIVE,
			     object);
	if (!err)
		err = fb_ipc_waiters(reader, base + layout->msgq_senders.offset,
				     &layout->msg_sender_list, &layout->msg_sender_task,
				     FB_IPC_SEND, object);
	return fb_part_warn(fb_kernel_warnings(reader->kernel), err, "message queue %d",
			    object->id);
}

/* Where in the struct of this kind its kern_ipc_perm is. */
static const struct fb_field *perm_within(const struct fb_layout *layout, enum fb_ipc_kind kind)
{
	return kind == FB_IPC_SEMAPHORE_SET   ? &layout->semset_perm
	       : kind == FB_IPC_SHARED_MEMORY ? &layout->shm_perm
					      : &layout->msgq_perm;
}

struct fb_error *fb_ipc_read_object(struct fb_ipc_reader *reader, enum fb_ipc_kind kind,
				    uint64_t perm, struct fb_ipc_object *object_ret)
{
	const struct fb_field *within = perm_within(reader->layout, kind);
	struct fb_error *err = fb_layout_require(within);

	if (!err)
		err = read_perm(reader, perm, object_ret);
	if (err)
		return err;
	object_ret->address = perm - within->offset;
	return kind == FB_IPC_SEMAPHORE_SET   ? read_set(reader, object_ret)
	       : kind == FB_IPC_SHARED_MEMORY ? read_shared_memory(reader, object_ret)
					      : read_queue(reader, object_ret);
}

struct fb_error *fb_ipc_read_at(struct fb_ipc_reader *reader, enum fb_ipc_kind kind,
				uint64_t address, struct fb_ipc_object *object_ret)
{
	struct fb_ipc_object object = {.kind = kind};
	const uint64_t perm = address + perm_within(reader->layout, kind)->offset;
	struct fb_error *err = fb_ipc_read_object(reader, kind, perm, &object);

	if (err)
		fb_ipc_object_deinit(&object);
	else
		*object_ret = object;
	return err;
}
