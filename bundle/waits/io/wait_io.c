// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for input and output: for a locked page or buffer, for writeback. The owner is known
 * where a thread of this kernel does the work, such as that of a loop device. Called through the table in
 * bundle/waits/recognisers.c.
 */
#include "bundle/waits/io/wait_io.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/search.h"
#include "base/text.h"
#include "bundle/waits/files/wait_mapped.h"
#include "bundle/waits/files/wait_superblock.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/io/recognise.h"

/* enum bh_state_bits */
#define BH_LOCK 2u

/* A loop device and its embedded work are within one allocation of less than this. */
#define LOOP_DEVICE_BYTES 4096u

#define PF_WQ_WORKER 0x20u

/* The kthread's own: a worker's current work, or what a kernel thread was started with; 0 where that cannot be read,
 * which *absence notes. */
static struct fb_error *read_work(struct fb_wait_finder *finder, const struct fb_task *task,
				  uint64_t *work_ret, struct fb_wait_absence *absence)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t kthread = 0, data = 0, work = 0;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, task->address, &layout->task_kthread, &kthread);
	if (!err && kthread)
		err = fb_kernel_field(finder->kernel, kthread, &layout->kthread_data, &data);
	if (!err && data && (task->flags & PF_WQ_WORKER))
		err = fb_kernel_field(finder->kernel, data, &layout->worker_work, &work);
	else
		work = data;
	*work_ret = err ? 0 : work;
	return fb_wait_absence_of(
		absence, fb_error_prefix(err, "what kernel thread %d works on", task->tid));
}

static int by_work(const void *a, const void *b)
{
	const struct fb_wait_worker *x = a, *y = b;

	return x->work < y->work ? -1 : x->work > y->work;
}

static void deinit(void *state)
{
	struct fb_wait_workers *workers = state;

	free(workers->list);
}

static const struct fb_wait_state WORKERS = {sizeof(struct fb_wait_workers), deinit};

struct fb_error *fb_wait_load_workers(struct fb_wait_finder *finder,
				      const struct fb_wait_workers **workers_ret)
{
	size_t count = fb_tasks_count(finder->tasks);
	struct fb_wait_workers *workers;
	struct fb_error *err = fb_wait_state(finder, &WORKERS, &workers);

	if (err)
		return err;
	*workers_ret = workers;
	if (workers->list)
		return NULL;
	workers->list = calloc(count + 1, sizeof(*workers->list));
	if (!workers->list)
		return fb_error_nomem();
	workers->absence = FB_WAIT_ABSENCE_KNOWN;
	for (size_t i = 0; i < count; i++) {
		const struct fb_task *task = fb_tasks_get(finder->tasks, i);
		uint64_t work = 0;

		if (task->kernel_thread && !task->idle)
			err = read_work(finder, task, &work, &workers->absence);
		if (err)
			return err;
		if (fb_kernel_address_ok(work))
			workers->list[workers->count++] = (struct fb_wait_worker){task, work};
	}
	qsort(workers->list, workers->count, sizeof(*workers->list), by_work);
	return NULL;
}

/* The index of the first worker whose work is at or above address. */
static size_t first_worker(const struct fb_wait_workers *workers, uint64_t address)
{
	return FB_LOWER_BOUND(at, workers->count, workers->list[at].work < address);
}

/* A loop device's work is embedded in it (8d813ca9c4b5, 5.14: rootcg_work); before, its worker was a
 * kthread_worker of its own. */
static struct fb_error *add_loop_worker(struct fb_wait_finder *finder, uint64_t disk, size_t index)
{
	struct fb_wait_object *object;
	uint64_t device = 0;
	const struct fb_wait_workers *workers;
	struct fb_error *err = fb_wait_load_workers(finder, &workers);

	if (!err)
		err = fb_kernel_field(finder->kernel, disk, &finder->layout->disk_private, &device);
	if (err || !device)
		return err;
	for (size_t i = first_worker(workers, device);
	     !err && i < workers->count && workers->list[i].work - device < LOOP_DEVICE_BYTES;
	     i++) {
		finder->graph.objects[index].certain = true;
		err = fb_wait_graph_owner(&finder->graph, index, workers->list[i].task->tid, false);
	}
	object = &finder->graph.objects[index];
	if (err || object->owner_count || workers->absence.known)
		return err;
	return fb_wait_say_none(object, &workers->absence, "",
				"a kernel thread works on the request");
}

/* A device of the device mapper: which its administrator calls it, and whether it is suspended. */
static struct fb_error *describe_mapped(struct fb_wait_finder *finder, uint64_t disk,
					struct fb_wait_object *object)
{
	struct fb_wait_mapped mapped;
	bool found;
	struct fb_error *err = fb_wait_mapped_read(finder, disk, &mapped, &found);

	if (!err && *mapped.name)
		err = fb_wait_append(&object->detail, "/dev/mapper/%s", mapped.name);
	if (err || !mapped.suspended)
		return err;
	object->others = true;
	err = fb_wait_append(&object->detail, "suspended: it holds back all requests");
	return err ? err
		   : fb_wait_text(&object->need, "the kernel does not record who suspended it; "
						 "dmsetup resume lets it go on");
}

struct fb_error *fb_wait_describe_device(struct fb_wait_finder *finder, uint64_t bdev, size_t index)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_wait_object *object = &finder->graph.objects[index];
	char name[40] = "", shown[4 * sizeof(name)];
	uint64_t disk = 0;
	struct fb_error *err = fb_kernel_field(finder->kernel, bdev, &layout->bdev_disk, &disk);

	if (!err)
		err = fb_layout_require(&layout->disk_name);
	if (!err)
		err = fb_space_string(finder->space, disk + layout->disk_name.offset, name,
				      layout->disk_name.size < sizeof(name) ? layout->disk_name.size
									    : sizeof(name));
	if (!err && !*name)
		err = fb_error_create(FB_CORRUPT, "a device without a name");
	if (err)
		return err;
	fb_text_escape(name, strlen(name), shown, sizeof(shown));
	if (!object->name)
		err = fb_wait_text(&object->name, "/dev/%s", shown);
	else
		err = fb_wait_append(&object->detail, "on /dev/%s", shown);
	if (!err && !strncmp(name, "loop", 4))
		err = add_loop_worker(finder, disk, index);
	if (!err && !strncmp(name, "dm-", 3))
		err = describe_mapped(finder, disk, &finder->graph.objects[index]);
	object = &finder->graph.objects[index];
	if (!err && !object->owner_count && !object->need)
		err = fb_wait_text(&object->need, "the device has the request: no thread is known "
						  "to work on it");
	return err;
}

/* A wait entry inside a larger structure on the stack: both wait_bit_queue_entry and wait_page_queue
 * begin with what is waited for. */
struct fb_error *fb_wait_outer_find(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				    const struct fb_field *wait, uint32_t size,
				    uint64_t *address_ret)
{
	const struct fb_layout *layout = finder->layout;
	const struct fb_wait_entry entry = {wait->offset + layout->wait_entry_list.offset,
					    wait->offset + layout->wait_entry_private.offset, size};
	struct fb_error *err = fb_layout_require(wait);

	return err ? err
		   : fb_wait_entry_find(finder->kernel, &entry, blocked->task->address,
					blocked->low, blocked->high, address_ret);
}

struct fb_error *fb_wait_bit_find(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  uint64_t *word_ret, uint64_t *bit_ret)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t entry, bit;
	struct fb_error *err;

	err = fb_wait_outer_find(finder, blocked, &layout->wait_bit_wait,
				 layout->wait_bit_entry.size, &entry);
	if (!err)
		err = fb_kernel_field(finder->kernel, entry, &layout->wait_bit_number, &bit);
	if (!err)
		err = fb_kernel_field(finder->kernel, entry, &layout->wait_bit_flags, word_ret);
	if (!err)
		*bit_ret = bit;
	return err;
}

/* Whether it waits for a bit that the end of an input or output clears; other words have bits too. */
static bool sleeps_for_io(const struct fb_blocked *blocked)
{
	return fb_blocked_in(blocked, "bit_wait_io") || fb_blocked_in(blocked, "__wait_on_buffer");
}

struct fb_error *fb_wait_buffer(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "block-io");
	uint64_t buffer, bit, bdev, block;
	bool fresh;
	struct fb_error *err = fb_wait_bit_find(finder, blocked, &buffer, &bit);

	if (!err && (bit != BH_LOCK || !sleeps_for_io(blocked)))
		err = fb_error_create(FB_NOT_FOUND, "it waits for bit %" PRIu64 " of 0x%" PRIx64,
				      bit, buffer);
	if (!err)
		err = fb_kernel_field(finder->kernel, buffer, &layout->buffer_bdev, &bdev);
	if (!err)
		err = fb_kernel_field(finder->kernel, buffer, &layout->buffer_block, &block);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "device", bdev, 0, &wait.object, &fresh);
	if (!err && fresh)
		err = fb_wait_describe_device(finder, bdev, wait.object);
	if (!err)
		err = fb_wait_text(&wait.detail, "buffer of block %" PRIu64, block);
	wait.evidence = "the locked buffer_head on its kernel stack";
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}

/* Its struct swait_queue is in the list of the buffer's completion. */
struct fb_error *fb_wait_xfs_buffer(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "block-io");
	uint64_t head, target, bdev;
	uint32_t list;
	bool fresh;
	struct fb_error *err = fb_wait_member(finder, "xfs_buf", "b_iowait.wait.task_list", &list);

	if (!err)
		err = fb_wait_completion_of(finder, blocked, &head);
	if (!err)
		err = fb_wait_value(finder, head - list, "xfs_buf", "b_target", &target);
	if (!err)
		err = fb_wait_value(finder, target, "xfs_buftarg", "bt_bdev", &bdev);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "device", bdev, 0, &wait.object, &fresh);
	if (!err && fresh)
		err = fb_wait_describe_device(finder, bdev, wait.object);
	wait.evidence = "the buffer whose completion it sleeps in";
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}
