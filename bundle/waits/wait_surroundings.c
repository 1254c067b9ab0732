// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Describes what threads wait for where no recogniser finds it, from the address of the queue outwards. What a slab
 * cache, a type or a descriptor shows is certain; that a process that has it open will end the wait is not, so no owner
 * here is marked as certain. Called by wait_unknown.c.
 */
#include "bundle/waits/wait_surroundings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_stacks.h"
#include "bundle/waits/finder/wait_type_path.h"
#include "kernel/memory/slab_object.h"

/* Low bits of a lock's owner word are flags; of an rw_semaphore this one is set by readers. */
#define OWNER_FLAGS 7ull
#define RWSEM_READER_OWNED 1ull

static struct fb_error *name_symbol(struct fb_wait_finder *finder, const char *word,
				    uint64_t address, const char *function,
				    struct fb_wait_object *object)
{
	struct fb_symbol symbol;
	char name[256], offset[24] = "";

	if (!finder->modules || !fb_modules_symbol_by_address(finder->modules, address, &symbol))
		return NULL;
	fb_text_escape(symbol.name, strlen(symbol.name), name, sizeof(name));
	/* A queue's list is a few bytes into it. */
	if (address - symbol.address >= 16)
		snprintf(offset, sizeof(offset), "+0x%" PRIx64, address - symbol.address);
	return fb_wait_text(&object->name, "%s %s%s (%s)", word, name, offset, function);
}

/* The task on whose kernel stack it lies: that task made it and sleeps for it, and others complete it. */
static struct fb_error *name_stack(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				   const char *word, uint64_t address, const char *function,
				   size_t index)
{
	const struct fb_task *on;
	struct fb_wait_object *object = &finder->graph.objects[index];
	struct fb_error *err = fb_wait_task_of_stack(finder, address, &on);

	if (err || !on)
		return err;
	if (on == blocked->task)
		return fb_wait_text(&object->name, "%s on its own kernel stack (%s)", word,
				    function);
	err = fb_wait_text(&object->name, "%s on the kernel stack of %d (%s)", word, on->tid,
			   function);
	return err ? err : fb_wait_graph_owner(&finder->graph, index, on->tid, false);
}

struct locks {
	struct fb_wait_finder *finder;
	const struct fb_blocked *blocked;
	uint64_t base;
	size_t object;
};

static struct fb_error *note_holder(void *context, const char *path, uint64_t offset, bool is_mutex)
{
	struct locks *locks = context;
	const struct fb_layout *layout = locks->finder->layout;
	const struct fb_task *holder;
	uint64_t word = 0;
	struct fb_error *err =
		fb_kernel_field(locks->finder->kernel, locks->base + offset,
				is_mutex ? &layout->mutex_owner : &layout->rwsem_owner, &word);

	if (err || (!is_mutex && (word & RWSEM_READER_OWNED)) || !(word & ~OWNER_FLAGS))
		return fb_part_skip(err);
	holder = fb_wait_task_at(locks->finder, word);
	if (!holder || holder == locks->blocked->task)
		return NULL;
	return fb_wait_append(&locks->finder->graph.objects[locks->object].detail,
			      "its %s is held by %d", path, holder->tid);
}

/* Adds those that have a file open which stands for the slab object, or whose inode it is. */
static struct fb_error *add_holders(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				    const struct fb_slab_object *at, size_t index)
{
	uint64_t last = at->address + at->cache.object_size - 1;
	const struct fb_held_file *entries;
	struct fb_held_files *held;
	char path[FB_WAIT_PATH];
	bool by_inode = false;
	size_t count;
	struct fb_error *err = fb_wait_held(finder, &held);

	if (err)
		return err;
	entries = fb_held_private_below(held, last, &count);
	if (!count || entries->private_data < at->address) {
		entries = fb_held_inode_below(held, last, &count);
		by_inode = true;
		if (!count || entries->inode < at->address)
			return NULL;
	}
	err = fb_wait_path(finder, blocked->task, entries->file, path, NULL);
	if (!err && *path)
		err = fb_wait_append(&finder->graph.objects[index].detail, "%s", path);
	if (err)
		return err;
	return by_inode ? fb_wait_add_holders(finder, index, 0, entries->inode, 0)
			: fb_wait_add_private_holders(finder, index, entries->private_data, 0);
}

/* Of the words of fb_wait_surroundings(): the others are for words of any type. */
static bool is_queue_word(const char *word)
{
	return !strcmp(word, "wait queue") || !strcmp(word, "completion");
}

static struct fb_error *name_slab(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  const char *word, uint64_t address, const char *function,
				  const struct fb_slab_object *at, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	struct locks locks = {finder, blocked, at->address, index};
	struct fb_wait_type type = {.name = NULL};
	char path[256] = "", cache[4 * FB_SLAB_NAME], name[128] = "";
	bool is_queue = false;
	struct fb_error *err =
		fb_part_skip(fb_wait_type_of_cache(finder, at->name, at->cache.object_size, &type));

	if (err)
		return err;
	if (type.name) {
		err = fb_wait_type_path(&type, address - at->address, path, sizeof(path),
					&is_queue);
		if (err)
			return err;
		fb_text_escape(type.name, strlen(type.name), name, sizeof(name));
	}
	/* The cache's name led to a type that its objects do not have in this kernel. */
	if (type.name && !is_queue && is_queue_word(word)) {
		type.name = NULL;
		*path = '\0';
	}
	fb_text_escape(at->name, strlen(at->name), cache, sizeof(cache));
	err = *path ? fb_wait_text(&object->name, "%s %s.%s of 0x%" PRIx64 " (%s)", word, name,
				   path, at->address, function)
		    : fb_wait_text(&object->name,
				   "%s 0x%" PRIx64 " in %s object 0x%" PRIx64 " (%s)", word,
				   address, cache, at->address, function);
	if (!err && type.name)
		err = fb_wait_type_locks(&type, note_holder, &locks);
	return err ? err : add_holders(finder, blocked, at, index);
}

struct fb_error *fb_wait_surroundings(struct fb_wait_finder *finder,
				      const struct fb_blocked *blocked, const char *word,
				      uint64_t address, const char *function, size_t index)
{
	struct fb_slab_object at;
	struct fb_error *err =
		name_symbol(finder, word, address, function, &finder->graph.objects[index]);

	if (!err && !finder->graph.objects[index].name)
		err = name_stack(finder, blocked, word, address, function, index);
	if (err || finder->graph.objects[index].name)
		return err;
	/* Any of those that are named here may end the wait, or another. */
	finder->graph.objects[index].others = true;
	err = fb_slab_object_at(finder->kernel, address, &at);
	if (!err)
		return name_slab(finder, blocked, word, address, function, &at, index);
	err = fb_part_skip(err);
	return err ? err
		   : fb_wait_text(&finder->graph.objects[index].name, "%s 0x%" PRIx64 " (%s)", word,
				  address, function);
}
