// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds tasks in the slabs of task_struct and struct pid, for dumps whose filter left out nodes that the other sources
 * need. Called by task.c where the first sources did not find all tasks.
 */
#include "base/limits.h"
#include "base/part.h"
#include "kernel/memory/slab.h"
#include "kernel/tasks/task_table.h"

/* THREAD_SIZE, two pages at the least, aligns a stack. */
#define STACK_ALIGNMENT (2u * FB_PAGE_SIZE)

enum kind { TASKS, PIDS };

struct slab_walk {
	struct fb_tasks *tasks;
	const struct fb_layout *layout;
	struct fb_slab_cache caches[2];
	enum kind kinds[2];
	size_t cache_count;
	uint64_t init_pid_ns; /* 0: unknown */
};

/* A struct pid of the outermost namespace that is some task's own (PIDTYPE_PID, 0) names that
 * task, or at least its number. */
static struct fb_error *visit_pid(struct slab_walk *walk, uint64_t pid)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t numbers = pid + layout->pid_numbers.offset;
	uint64_t count = 0, nr = 0, namespace = 0, link = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, pid, &layout->pid_count, &count);
	if (!err)
		err = fb_kernel_field(kernel, numbers, &layout->upid_nr, &nr);
	if (!err)
		err = fb_kernel_field(kernel, numbers, &layout->upid_ns, &namespace);
	if (!err)
		err = fb_space_u64(fb_kernel_space(kernel), pid + layout->pid_tasks.offset, &link);
	if (err)
		return fb_part_skip(err);
	if (!count || count >= FB_MAX_REFERENCES || !nr || nr >= FB_MAX_TASKS ||
	    namespace != walk->init_pid_ns || !fb_kernel_address_ok(link))
		return NULL;
	link -= layout->task_pid_links.offset;
	err = fb_tasks_add(walk->tasks, link, FB_FOUND_SLAB, NULL);
	if (!err || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	return fb_tasks_add_lost(walk->tasks, (int32_t)nr, link, pid);
}

static struct fb_error *visit_object(void *context, const struct fb_slab_cache *cache,
				     uint64_t object)
{
	struct slab_walk *walk = context;

	return walk->kinds[cache - walk->caches] == TASKS
		       ? fb_tasks_add_live(walk->tasks, object, FB_FOUND_SLAB)
		       : visit_pid(walk, object);
}

/* What a word at address may be: task_struct.stack, or the outermost namespace of a struct pid. */
static struct fb_error *visit_word(struct slab_walk *walk, uint64_t address, uint64_t word)
{
	const struct fb_layout *layout = walk->layout;

	if (word % STACK_ALIGNMENT == 0 && fb_kernel_address_ok(word))
		return fb_tasks_add_live(walk->tasks, address - layout->task_stack.offset,
					 FB_FOUND_SLAB);
	if (word != walk->init_pid_ns || !layout->upid_ns.found || !layout->pid_numbers.found)
		return NULL;
	return visit_pid(walk, address - layout->upid_ns.offset - layout->pid_numbers.offset);
}

/* A frame of which nothing is known, or not which cache's it is. */
static struct fb_error *search_frame(void *context, uint64_t pfn)
{
	struct slab_walk *walk = context;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t page = fb_kernel_direct_map(kernel, pfn);
	uint64_t words[FB_PAGE_SIZE / sizeof(uint64_t)];
	struct fb_error *err = fb_dump_read_page(fb_kernel_dump(kernel), pfn, words);

	if (err)
		return fb_part_skip(err);
	for (size_t i = 0; i < FB_ARRAY_SIZE(words) && !err; i++)
		if (words[i])
			err = visit_word(walk, page + i * sizeof(uint64_t), words[i]);
	return err;
}

/* The cache whose address stands at pointer. */
static struct fb_error *read_cache(struct fb_kernel *kernel, uint64_t pointer,
				   struct fb_slab_cache *cache_ret)
{
	uint64_t address;
	struct fb_error *err = fb_space_u64(fb_kernel_space(kernel), pointer, &address);

	return err ? err : fb_slab_cache_read(kernel, address, cache_ret);
}

/* Adds one that can be read; err is why the place of its address is not known. */
static struct fb_error *add_cache(struct slab_walk *walk, struct fb_error *err, uint64_t pointer,
				  enum kind kind)
{
	if (!err)
		err = read_cache(walk->tasks->kernel, pointer, &walk->caches[walk->cache_count]);
	if (!err)
		walk->kinds[walk->cache_count++] = kind;
	return err;
}

/* Without one of them the frames of all caches are searched. */
static struct fb_error *find_caches(struct slab_walk *walk)
{
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t pointer = 0;
	struct fb_error *err = fb_kernel_symbol(kernel, "task_struct_cachep", &pointer), *second;

	err = fb_tasks_broken(walk->tasks, add_cache(walk, err, pointer, TASKS), FB_FOUND_SLAB);
	if (err || !walk->layout->upid_ns.found)
		return err;
	second = fb_kernel_symbol(kernel, "init_pid_ns", &walk->init_pid_ns);
	if (!second && !walk->layout->pidns_pid_cachep.found)
		return NULL;
	second = add_cache(walk, second, walk->init_pid_ns + walk->layout->pidns_pid_cachep.offset,
			   PIDS);
	return fb_tasks_broken(walk->tasks, second, FB_FOUND_SLAB);
}

struct fb_error *fb_tasks_from_slab(struct fb_tasks *tasks)
{
	struct slab_walk walk = {.tasks = tasks, .layout = fb_kernel_layout(tasks->kernel)};
	struct fb_slab_scan scan = {
		.caches = walk.caches,
		.object = visit_object,
		.unknown = search_frame,
		.context = &walk,
	};
	struct fb_error *err;

	err = find_caches(&walk);
	if (!err)
		err = fb_layout_require(&walk.layout->task_stack);
	if (!err) {
		scan.cache_count = walk.cache_count;
		scan.any_cache = tasks->broken[__builtin_ctz(FB_FOUND_SLAB)] > 0;
		err = fb_slab_scan(tasks->kernel, &scan);
	}
	return fb_tasks_broken(tasks, err, FB_FOUND_SLAB);
}
