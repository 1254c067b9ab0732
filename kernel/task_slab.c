// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks by what is left of the slabs of task_struct and struct pid: for dumps
 * whose filter dropped the nodes that the other sources walk over.
 *
 * A freed task_struct stays in its slab with most of its contents, so one is
 * believed only where several of its fields say that it was in use.
 */
#include "base/limits.h"
#include "kernel/slab.h"
#include "kernel/task_table.h"

/* include/linux/sched.h, magic.h; unchanged since 4.14. */
#define EXIT_DEAD 0x10u
#define STACK_END_MAGIC 0x57AC6E9Du
/* References to one task or pid: each thread, fd and mount of it takes some. */
#define MAX_REFERENCES (1u << 24)
/* Readable fields that have to speak for a task. */
#define NEEDED_SIGNS 4u
/* THREAD_SIZE, two pages at the least, aligns a stack. */
#define STACK_ALIGNMENT (2u * FB_PAGE_SIZE)

struct slab_walk {
	struct fb_tasks *tasks;
	const struct fb_layout *layout;
	struct fb_slab_cache caches[2]; /* of tasks first */
	size_t cache_count;
	uint64_t init_pid_ns; /* 0: unknown */
};

/* What is known of a candidate: fields in favour; one against rules it out. */
struct signs {
	unsigned good;
	bool bad;
};

static struct fb_error *weigh(struct signs *signs, struct fb_error *err, bool good)
{
	if (!err) {
		signs->good += good;
		signs->bad |= !good;
	} else if (fb_error_is(err, FB_NOMEM)) {
		return err;
	}
	fb_error_destroy(err); /* not in the dump: says nothing */
	return NULL;
}

static struct fb_error *weigh_pointer(struct slab_walk *walk, uint64_t base,
				      const struct fb_field *field, struct signs *signs)
{
	uint64_t value = 0;
	struct fb_error *err = fb_kernel_field(walk->tasks->kernel, base, field, &value);

	return weigh(signs, err, fb_kernel_address_ok(value));
}

static struct fb_error *weigh_count(struct slab_walk *walk, uint64_t base,
				    const struct fb_field *field, struct signs *signs)
{
	uint64_t value = 0;
	struct fb_error *err = fb_kernel_field(walk->tasks->kernel, base, field, &value);

	return weigh(signs, err, value > 0 && value < MAX_REFERENCES);
}

/* Both links of a list_head; list_del_rcu() leaves LIST_POISON2, which is no address. */
static struct fb_error *weigh_links(struct slab_walk *walk, uint64_t base,
				    const struct fb_field *field, struct signs *signs)
{
	struct fb_space *space = fb_kernel_space(walk->tasks->kernel);
	uint64_t links[2] = {0};
	struct fb_error *err = fb_layout_require(field);

	if (!err)
		err = fb_space_read(space, base + field->offset, links, sizeof(links));
	return weigh(signs, err, fb_kernel_address_ok(links[0]) && fb_kernel_address_ok(links[1]));
}

/* The struct pid has to have the task's number, and the task's link. */
static struct fb_error *weigh_thread_pid(struct slab_walk *walk, uint64_t task, struct signs *signs)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t pid = 0, nr = 0, tid = 0, link = 0;
	struct fb_error *err = fb_kernel_field(kernel, task, &layout->task_thread_pid, &pid);
	bool readable = !err;

	err = weigh(signs, err, fb_kernel_address_ok(pid));
	if (err || signs->bad || !readable)
		return err;
	err = fb_kernel_field(kernel, pid + layout->pid_numbers.offset, &layout->upid_nr, &nr);
	if (!err)
		err = fb_kernel_field(kernel, task, &layout->task_pid, &tid);
	if (!err)
		err = fb_space_u64(fb_kernel_space(kernel), pid + layout->pid_tasks.offset, &link);
	return weigh(signs, err, nr == tid && link == task + layout->task_pid_links.offset);
}

/* set_task_stack_end_magic() marks every stack, at its lowest address. */
static struct fb_error *weigh_stack(struct slab_walk *walk, uint64_t task, struct signs *signs)
{
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t stack = 0;
	uint32_t magic = 0;
	struct fb_error *err = fb_kernel_field(kernel, task, &walk->layout->task_stack, &stack);

	if (!err && stack)
		err = fb_space_u32(fb_kernel_space(kernel), stack, &magic);
	return weigh(signs, err, !stack || magic == STACK_END_MAGIC);
}

static struct fb_error *weigh_task(struct slab_walk *walk, uint64_t task, bool *live_ret)
{
	const struct fb_layout *layout = walk->layout;
	struct signs signs = {0};
	uint64_t exit_state = 0;
	struct fb_error *err;

	err = weigh_count(walk, task, &layout->task_usage, &signs);
	/* __exit_signal() and __unhash_process() clear these of a task that is no more. */
	if (!err && !signs.bad)
		err = weigh_pointer(walk, task, &layout->task_sighand, &signs);
	if (!err && !signs.bad)
		err = weigh_pointer(walk, task, &layout->task_signal, &signs);
	if (!err && !signs.bad)
		err = weigh_pointer(walk, task, &layout->task_real_parent, &signs);
	if (!err && !signs.bad)
		err = weigh_links(walk, task, &layout->task_thread_node, &signs);
	if (!err && !signs.bad)
		err = weigh(&signs,
			    fb_kernel_field(walk->tasks->kernel, task, &layout->task_exit_state,
					    &exit_state),
			    !(exit_state & EXIT_DEAD));
	if (!err && !signs.bad)
		err = weigh_thread_pid(walk, task, &signs);
	if (!err && !signs.bad)
		err = weigh_stack(walk, task, &signs);
	*live_ret = !signs.bad && signs.good >= NEEDED_SIGNS;
	return err;
}

/* One that cannot be believed is passed over: most candidates are freed, or no tasks at all. */
static struct fb_error *add_if_live(struct slab_walk *walk, uint64_t task)
{
	bool live = false;
	struct fb_error *err;

	if (fb_kernel_address_ok(task) && task % sizeof(uint64_t) == 0) {
		err = weigh_task(walk, task, &live);
		if (err || !live)
			return err;
	}
	err = live ? fb_tasks_add(walk->tasks, task, FB_FOUND_SLAB, NULL) : NULL;
	if (fb_error_is(err, FB_NOMEM) || fb_error_is(err, FB_LIMIT))
		return err;
	fb_error_destroy(err);
	return NULL;
}

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
	if (err) {
		if (fb_error_is(err, FB_NOMEM))
			return err;
		fb_error_destroy(err);
		return NULL;
	}
	if (!count || count >= MAX_REFERENCES || !nr || nr >= FB_MAX_TASKS ||
	    namespace != walk->init_pid_ns || !fb_kernel_address_ok(link))
		return NULL;
	link -= layout->task_pid_links.offset;
	err = fb_tasks_add(walk->tasks, link, FB_FOUND_SLAB, NULL);
	if (!err || fb_error_is(err, FB_NOMEM))
		return err;
	fb_error_destroy(err);
	return fb_tasks_add_lost(walk->tasks, (int32_t)nr, link);
}

static struct fb_error *visit_object(void *context, const struct fb_slab_cache *cache,
				     uint64_t object)
{
	struct slab_walk *walk = context;

	return cache == &walk->caches[0] ? add_if_live(walk, object) : visit_pid(walk, object);
}

/* A frame of which nothing is known: every word that may be task_struct.stack makes a candidate. */
static struct fb_error *search_frame(void *context, uint64_t pfn)
{
	struct slab_walk *walk = context;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t page = fb_kernel_direct_map(kernel, pfn);
	uint64_t words[FB_PAGE_SIZE / sizeof(uint64_t)];
	struct fb_error *err = fb_dump_read_page(fb_kernel_dump(kernel), pfn, words);

	if (err) {
		if (fb_error_is(err, FB_NOMEM))
			return err;
		fb_error_destroy(err);
		return NULL;
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(words) && !err; i++)
		if (words[i] % STACK_ALIGNMENT == 0 && fb_kernel_address_ok(words[i]))
			err = add_if_live(walk, page + i * sizeof(uint64_t) -
							walk->layout->task_stack.offset);
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

static struct fb_error *find_caches(struct slab_walk *walk)
{
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t address;
	struct fb_error *err = fb_kernel_symbol(kernel, "task_struct_cachep", &address);

	if (!err)
		err = read_cache(kernel, address, &walk->caches[0]);
	if (err)
		return err;
	walk->cache_count = 1;
	if (!walk->layout->upid_ns.found || !walk->layout->pidns_pid_cachep.found)
		return NULL;
	err = fb_kernel_symbol(kernel, "init_pid_ns", &walk->init_pid_ns);
	if (!err)
		err = read_cache(kernel, walk->init_pid_ns + walk->layout->pidns_pid_cachep.offset,
				 &walk->caches[1]);
	if (!err)
		walk->cache_count = 2;
	return err;
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

	/* Without the caches every frame is searched. */
	err = fb_tasks_broken(tasks, find_caches(&walk), FB_FOUND_SLAB);
	if (!err)
		err = fb_layout_require(&walk.layout->task_stack);
	if (!err) {
		scan.cache_count = walk.cache_count;
		err = fb_slab_scan(tasks->kernel, &scan);
	}
	return fb_tasks_broken(tasks, err, FB_FOUND_SLAB);
}
