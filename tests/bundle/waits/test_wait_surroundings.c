// SPDX-License-Identifier: GPL-2.0-or-later
/* What lies around an address that threads of a made kernel wait at, and who has to do with it. */
#include "bundle/waits/wait_surroundings.h"

#include <string.h>
#include <sys/stat.h>

#include "kernel/dump/dump_private.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"

#define EVIDENCE "made"
#define THING 128u /* bytes of struct made_thing */
#define PAGE_STRUCT 64u
/* Of struct made_thing. */
#define COUNT 0u
#define LOCK 16u
#define SEMAPHORE 48u
#define QUEUE 96u
#define MUTEX_OWNER 8u
#define RWSEM_OWNER 16u

enum { WAITER, HOLDER, READER };

static const char *const words[] = {"wait queue", "completion", "bit"};

/* The address waited at is the call's first argument; which of the words is said of it is the second. */
static struct fb_error *find(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "made");
	bool fresh;
	struct fb_error *err = fb_wait_graph_object(&finder->graph, "made", blocked->args[0], 0,
						    &wait.object, &fresh);

	wait.evidence = EVIDENCE;
	if (!err && fresh)
		err = fb_wait_surroundings(finder, blocked, words[blocked->args[1]],
					   blocked->args[0], "made_function", wait.object);
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

static struct fb_blocked at(struct made_waits *w, uint64_t address)
{
	struct fb_blocked blocked = made_waits_blocked(w, &w->list[WAITER], "made");

	w->marks[1] = address;
	made_waits_call(&blocked, -1, address, 0, 0, 0);
	return blocked;
}

static void put_tasks(struct made_waits *w)
{
	made_open_files_members(w);
	made_waits_task(w, 10, 10, "waiter");
	made_waits_task(w, 20, 20, "holder");
	made_waits_task(w, 30, 30, "reader");
}

static struct fb_blocked at_a_symbol(struct made_waits *w)
{
	uint64_t queue = made_alloc(w->made, 64);

	put_tasks(w);
	made_waits_modules(w);
	made_waits_symbol(w, "made\033queue", queue);
	return at(w, queue);
}

static struct fb_blocked on_its_own_stack(struct made_waits *w)
{
	put_tasks(w);
	return at(w, w->list[WAITER].stack + 100);
}

static struct fb_blocked on_anothers_stack(struct made_waits *w)
{
	put_tasks(w);
	return at(w, w->list[HOLDER].stack + MADE_WAIT_STACK - 8);
}

static struct fb_blocked at_no_known_place(struct made_waits *w)
{
	put_tasks(w);
	return at(w, made_alloc(w->made, 64));
}

static void put_types(struct made_waits *w)
{
	struct made_types *types = made_waits_types(w);
	uint32_t mutex, rwsem;

	mutex = made_struct(types, "mutex", 32,
			    MADE_MEMBERS_OF({"owner", types->word, MUTEX_OWNER}));
	rwsem = made_struct(types, "rw_semaphore", 40,
			    MADE_MEMBERS_OF({"owner", types->word, RWSEM_OWNER}));
	made_struct(types, "made_thing", THING,
		    MADE_MEMBERS_OF({"count", types->word, COUNT}, {"lock", mutex, LOCK},
				    {"sem", rwsem, SEMAPHORE}, {"queue", types->queue, QUEUE}));
	made_types_give(types, w->made);
	MADE_FIELD(w->made, mutex_owner, MUTEX_OWNER, 8);
	MADE_FIELD(w->made, rwsem_owner, RWSEM_OWNER, 8);
}

/* A page of a slab cache of that name: gives its address. */
static uint64_t put_slab(struct made_waits *w, const char *name)
{
	static struct fb_dump dump;
	struct made_kernel *made = w->made;
	uint64_t pages, cache = made_alloc(made, 64), head = made_alloc(made, 64);
	uint64_t slab = made_alloc_pages(made, FB_PAGE_SIZE), base = made_alloc(made, 64);

	pages = made_alloc_pages(made, 1024 * PAGE_STRUCT);
	dump.info.max_pfn = 1024;
	made->kernel.dump = &dump;
	made->kernel.linear.direct_start = MADE_BASE;
	made_put(made, base, pages, 8);
	made_waits_symbol(w, "vmemmap_base", base);
	made->kernel.layout.page.size = PAGE_STRUCT;
	MADE_FIELD(made, page_compound_head, 8, 8);
	MADE_FIELD(made, slab_slab_cache, 24, 8);
	MADE_FIELD(made, kmem_cache_size, 0, 4);
	MADE_FIELD(made, kmem_cache_object_size, 4, 4);
	MADE_FIELD(made, kmem_cache_oo, 8, 4);
	MADE_FIELD(made, kmem_cache_offset, 16, 4);
	MADE_FIELD(made, kmem_cache_list, 24, 16);
	MADE_FIELD(made, kmem_cache_name, 40, 8);
	MADE_SET(made, cache, kmem_cache_size, THING);
	MADE_SET(made, cache, kmem_cache_object_size, THING);
	MADE_SET(made, cache, kmem_cache_oo, FB_PAGE_SIZE / THING);
	MADE_SET(made, cache, kmem_cache_offset, 64);
	MADE_SET(made, cache, kmem_cache_name, made_string(made, name));
	made_list_init(made, head);
	made_list_add(made, head, cache + 24);
	made_put(made, pages + (slab - MADE_BASE) / FB_PAGE_SIZE * PAGE_STRUCT + 24, cache, 8);
	return slab;
}

/* In the third object, marks[0], of a cache: at its queue. */
static struct fb_blocked in_cache(struct made_waits *w, const char *cache)
{
	uint64_t slab;

	put_tasks(w);
	put_types(w);
	slab = put_slab(w, cache);
	w->marks[0] = slab + 2ull * THING;
	return at(w, w->marks[0] + QUEUE + MADE_QUEUE_LIST);
}

static struct fb_blocked in_a_thing(struct made_waits *w)
{
	struct fb_blocked blocked = in_cache(w, "made_thing");

	made_put(w->made, w->marks[0] + LOCK + MUTEX_OWNER, w->list[HOLDER].address | 1, 8);
	made_put(w->made, w->marks[0] + SEMAPHORE + RWSEM_OWNER, w->list[READER].address, 8);
	return blocked;
}

/* A reader's name stays in the lock when it has let go; the waiter itself says nothing new; no task. */
static struct fb_blocked whose_locks_say_nothing(struct made_waits *w)
{
	struct fb_blocked blocked = in_cache(w, "made_thing");

	made_put(w->made, w->marks[0] + LOCK + MUTEX_OWNER, w->list[WAITER].address, 8);
	made_put(w->made, w->marks[0] + SEMAPHORE + RWSEM_OWNER, w->list[READER].address | 1, 8);
	return blocked;
}

static struct fb_blocked whose_owner_is_no_task(struct made_waits *w)
{
	struct fb_blocked blocked = in_cache(w, "made_thing");

	made_put(w->made, w->marks[0] + LOCK + MUTEX_OWNER, w->list[HOLDER].address + 64, 8);
	made_put(w->made, w->marks[0] + SEMAPHORE + RWSEM_OWNER, 6, 8);
	return blocked;
}

/* A file stands for the object: by its private data, or as its inode. */
static struct fb_blocked with_a_file(struct made_waits *w)
{
	struct fb_blocked blocked = in_cache(w, "made_thing");
	uint64_t file = made_open_file(w, w->marks[0] + THING - 1, S_IFREG | 0600, 3);

	made_open_fd(w, &w->list[HOLDER], 3, file);
	made_open_fd(w, &w->list[READER], 4, made_open_file(w, w->marks[0] - 1, S_IFREG | 0600, 3));
	return blocked;
}

static struct fb_blocked with_an_inode(struct made_waits *w)
{
	struct fb_blocked blocked = in_cache(w, "made_thing");
	uint64_t file = made_open_file(w, 0, S_IFREG | 0600, 3);

	MADE_SET(w->made, file, file_inode, w->marks[0]);
	made_open_fd(w, &w->list[READER], 3, file);
	return blocked;
}

static struct fb_blocked of_many_types(struct made_waits *w)
{
	return in_cache(w, "kmalloc\033128");
}

/* At a member that is no queue: the cache's objects are of another type. */
static struct fb_blocked at_what_is_no_queue(struct made_waits *w, uint64_t offset, uint64_t word)
{
	struct fb_blocked blocked = in_a_thing(w);

	blocked = at(w, w->marks[0] + offset);
	blocked.args[1] = word;
	return blocked;
}

static struct fb_blocked in_a_queue_at_a_count(struct made_waits *w)
{
	return at_what_is_no_queue(w, COUNT, 0);
}

static struct fb_blocked in_a_completion_at_a_count(struct made_waits *w)
{
	return at_what_is_no_queue(w, COUNT, 1);
}

/* A word may wait at anything. */
static struct fb_blocked for_a_bit_of_a_count(struct made_waits *w)
{
	return at_what_is_no_queue(w, COUNT, 2);
}

static struct fb_blocked in_a_queue_between_members(struct made_waits *w)
{
	return at_what_is_no_queue(w, COUNT + 8, 0);
}

static struct fb_blocked in_a_completion_at_a_queue(struct made_waits *w)
{
	return at_what_is_no_queue(w, QUEUE + 16, 1);
}

/* Behind the last object of the slab. */
static struct fb_blocked behind_the_slab(struct made_waits *w)
{
	uint64_t slab;

	put_tasks(w);
	put_types(w);
	slab = put_slab(w, "made_thing");
	return at(w, slab + FB_PAGE_SIZE);
}

#define MADE(says)                                                                 \
	.kind = "made", .object = "made {1} 0x0", .name = says " (made_function)", \
	.evidence = EVIDENCE
#define HELD "its lock is held by 20; its sem is held by 30"
#define THING_QUEUE "wait queue made_thing.queue of {0}"

static void tells_symbols_and_stacks(void)
{
	static const struct made_scene scenes[] = {
		{at_a_symbol, find, {MADE("wait queue made\\x1bqueue"), .flags = "sure"}},
		{on_its_own_stack,
		 find,
		 {MADE("wait queue on its own kernel stack"), .flags = "sure"}},
		{on_anothers_stack,
		 find,
		 {MADE("wait queue on the kernel stack of 20"), .owners = "20", .flags = "sure"}},
		{at_no_known_place, find, {MADE("wait queue {1}"), .flags = "others sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

static void tells_the_object_of_a_slab(void)
{
	static const struct made_scene scenes[] = {
		{in_a_thing, find, {MADE(THING_QUEUE), .flags = "others sure", .detail = HELD}},
		{whose_locks_say_nothing, find, {MADE(THING_QUEUE), .flags = "others sure"}},
		{whose_owner_is_no_task, find, {MADE(THING_QUEUE), .flags = "others sure"}},
		{with_a_file,
		 find,
		 {MADE(THING_QUEUE), .detail = "/it", .owners = "20p", .flags = "others sure"}},
		{with_an_inode, find, {MADE(THING_QUEUE), .owners = "30p", .flags = "others sure"}},
		{in_a_queue_at_a_count,
		 find,
		 {MADE("wait queue {1} in made_thing object {0}"), .flags = "others sure"}},
		{in_a_completion_at_a_count,
		 find,
		 {MADE("completion {1} in made_thing object {0}"), .flags = "others sure"}},
		{for_a_bit_of_a_count,
		 find,
		 {MADE("bit made_thing.count of {0}"), .flags = "others sure", .detail = HELD}},
		{in_a_queue_between_members,
		 find,
		 {MADE("wait queue {1} in made_thing object {0}"), .flags = "others sure"}},
		{in_a_completion_at_a_queue,
		 find,
		 {MADE("completion made_thing.queue of {0}"), .flags = "others sure",
		  .detail = HELD}},
		{of_many_types,
		 find,
		 {MADE("wait queue {1} in kmalloc\\x1b128 object {0}"), .flags = "others sure"}},
		{behind_the_slab, find, {MADE("wait queue {1}"), .flags = "others sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

FB_TEST_MAIN("bundle/wait_surroundings", FB_TEST(tells_symbols_and_stacks),
	     FB_TEST(tells_the_object_of_a_slab))
