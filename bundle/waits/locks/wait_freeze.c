// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for a per-CPU rw_semaphore. Usually it is one of the three by which
 * a super block holds writers back while it is frozen (sb_start_write()). Called through the table
 * in bundle/waits/recognisers.c, and by waits.c at the end for the age of each freeze.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/files/wait_mapped.h"
#include "bundle/waits/files/wait_superblock.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/locks/recognise.h"
#include "bundle/waits/locks/wait_freeze.h"
#include "kernel/files/superblock.h"

/* The levels of s_writers.rw_sem. */
static const char *const levels[] = {"to write", "to write, in a page fault",
				     "to write, within the file system"};

static struct fb_error *find_semaphore(struct fb_wait_finder *finder,
				       const struct fb_blocked *blocked, uint64_t *semaphore_ret)
{
	uint64_t head;
	struct fb_error *err = fb_layout_require(&finder->layout->percpu_rwsem_waiters);

	if (!err)
		err = fb_wait_queue_of(finder, blocked, &head);
	if (!err)
		*semaphore_ret = head - finder->layout->percpu_rwsem_waiters.offset;
	return err;
}

/* A device that is suspended has frozen its file system (dm_suspend(), lock_fs()), until it is resumed. */
static struct fb_error *describe_suspended(struct fb_wait_finder *finder, uint64_t superblock,
					   struct fb_wait_object *object)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_wait_mapped mapped = {.name = ""};
	uint64_t device, disk = 0;
	bool found = false;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, superblock, &layout->super_block_bdev, &device);
	if (!err && device)
		err = fb_kernel_field(finder->kernel, device, &layout->bdev_disk, &disk);
	if (!err && disk)
		err = fb_wait_mapped_read(finder, disk, &mapped, &found);
	err = fb_part_skip(err);
	if (err || !found || !mapped.suspended)
		return err;
	err = fb_wait_append(&object->detail, "its device%s%s is suspended, which froze it",
			     *mapped.name ? " /dev/mapper/" : "", mapped.name);
	return err ? err
		   : fb_wait_text(&object->need,
				  "the kernel does not record who suspended the device; "
				  "dmsetup resume lets it go on");
}

static struct fb_error *describe_frozen(struct fb_wait_finder *finder, uint64_t superblock,
					struct fb_wait_object *object)
{
	char name[FB_WAIT_PATH + 64];
	uint64_t frozen = 0;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, superblock, &finder->layout->super_block_frozen,
			      &frozen);
	if (!err)
		err = fb_wait_superblock_name(finder, superblock, 0, name);
	if (err)
		return err;
	object->others = true;
	err = fb_wait_text(&object->name, "%s", name);
	if (!err)
		err = fb_wait_text(&object->detail, "file system %s",
				   fb_superblock_freeze_name(frozen));
	if (!err)
		err = fb_wait_text(&object->need, "the kernel does not record who froze it: any "
						  "process with CAP_SYS_ADMIN may thaw it");
	return err ? err : describe_suspended(finder, superblock, object);
}

static struct fb_error *describe_other(uint64_t semaphore, struct fb_wait_finder *finder,
				       struct fb_wait_object *object)
{
	struct fb_symbol symbol;
	struct fb_error *err;

	if (finder->modules && fb_modules_symbol_by_address(finder->modules, semaphore, &symbol))
		err = fb_wait_text(&object->name, "%s", symbol.name);
	else
		err = fb_wait_text(&object->name, "0x%" PRIx64, semaphore);
	return err ? err
		   : fb_wait_text(&object->need,
				  "a per-CPU rw_semaphore does not record who holds it");
}

/* The kernel keeps no time of the freeze: the longest wait tells how long ago it was at least. */
struct fb_error *fb_wait_date_freezes(struct fb_wait_finder *finder)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < finder->graph.object_count && !err; i++) {
		struct fb_wait_object *object = &finder->graph.objects[i];
		char text[32];

		if (!strcmp(object->class, "frozen") && object->longest > 0)
			err = fb_wait_append(&object->detail, "for at least %s",
					     fb_text_duration(object->longest, text, sizeof(text)));
	}
	return err;
}

struct fb_error *fb_wait_percpu_rwsem(struct fb_wait_finder *finder,
				      const struct fb_blocked *blocked)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "percpu-rwsem");
	uint64_t semaphore, superblock = 0, level = 0;
	bool fresh;
	struct fb_error *err = find_semaphore(finder, blocked, &semaphore);

	if (!err)
		err = fb_wait_superblock_at(finder, &layout->super_block_writers, semaphore,
					    &superblock);
	if (err)
		return err;
	wait.evidence = "the waiter's structure on its kernel stack";
	if (superblock) {
		wait.kind = "frozen";
		level = layout->percpu_rwsem.size
				? (semaphore - superblock - layout->super_block_writers.offset) /
					  layout->percpu_rwsem.size
				: 0;
	}
	err = fb_wait_graph_object(&finder->graph, superblock ? "frozen" : "percpu",
				   superblock ? superblock : semaphore, 0, &wait.object, &fresh);
	if (!err && fresh && superblock)
		err = describe_frozen(finder, superblock, &finder->graph.objects[wait.object]);
	else if (!err && fresh)
		err = describe_other(semaphore, finder, &finder->graph.objects[wait.object]);
	if (!err && superblock && level < FB_ARRAY_SIZE(levels))
		err = fb_wait_text(&wait.detail, "%s", levels[level]);
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}
