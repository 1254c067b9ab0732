// SPDX-License-Identifier: GPL-2.0-or-later
/* Which processes of a made kernel map a frame: by pages and huge pages, by threads, by tables that are lost or
 * loop. */
#include "kernel/mappings/reverse_map.h"

#include <stdlib.h>

#include "kernel/dump/dump_private.h"
#include "kernel/tasks/task_table.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/made_tables.h"

#define TASKS 5u
#define FRAME 0x1234ull
#define PHYSICAL (FRAME << FB_PAGE_SHIFT)
#define PGD (1ull << 46 | 0xffff800000000000ull) /* where the direct map of the tables begins */
#define LOW 0x400000ull
#define HIGH 0x7ffff7ff0000ull
#define HUGE_PAGE (2ull << 20)

/* Processes with an address space each: frames of one physical memory. Their pgds are mapped at PGD by the
 * kernel's own tables. */
struct reverse_world {
	struct made_kernel *made;
	struct made_tables *tables; /* the kernel's */
	struct fb_page_tables kernel_tables;
	struct fb_dump dump;
	struct fb_task list[TASKS];
	struct fb_tasks tasks;
};

static void begin(struct reverse_world *world)
{
	struct made_kernel *made = made_kernel_create();

	world->made = made;
	world->tables = made_tables_create(4);
	world->dump = (struct fb_dump){.info.max_pfn = 1u << 20};
	made->kernel.dump = &world->dump;
	MADE_FIELD(made, mm_pgd, 0, 8);
	for (size_t i = 0; i < TASKS; i++) {
		uint64_t mm = made_alloc(made, 64), frame = made_tables_page(world->tables);

		world->list[i] =
			(struct fb_task){.pid = (int32_t)i + 1, .tid = (int32_t)i + 1, .mm = mm};
		MADE_SET(made, mm, mm_pgd, PGD + i * FB_PAGE_SIZE);
		made_tables_set(world->tables, PGD + i * FB_PAGE_SIZE, 0,
				frame << FB_PAGE_SHIFT | ENTRY_TABLE);
	}
	made->kernel.tables = world->kernel_tables = world->tables->tables;
	world->tasks =
		(struct fb_tasks){.kernel = &made->kernel, .tasks = world->list, .count = TASKS};
}

static void end(struct reverse_world *world)
{
	made_tables_destroy(world->tables);
	made_kernel_destroy(world->made);
}

/* An entry of the tables of task i. */
static void map(struct reverse_world *world, size_t i, uint64_t address, unsigned level,
		uint64_t entry)
{
	struct fb_pt_walk walk;

	FB_OK_FATAL(fb_pt_walk(&world->kernel_tables, PGD + i * FB_PAGE_SIZE, &walk));
	world->tables->tables.root = walk.physical;
	made_tables_set(world->tables, address, level, entry);
	world->tables->tables.root = world->kernel_tables.root;
}

static struct fb_frame_users users_of(struct reverse_world *world, uint64_t pfn)
{
	struct fb_frame_users users;

	FB_OK_FATAL(fb_frame_users_load(&world->made->kernel, &world->tasks, pfn, &users));
	return users;
}

static void finds_every_place(void)
{
	struct reverse_world world;
	struct fb_frame_users users;

	begin(&world);
	map(&world, 0, LOW, 0, PHYSICAL | ENTRY_READ_ONLY);
	map(&world, 0, LOW + FB_PAGE_SIZE, 0,
	    (PHYSICAL + FB_PAGE_SIZE) | ENTRY_TABLE); /* another frame */
	map(&world, 1, HIGH, 0, PHYSICAL | ENTRY_TABLE);
	map(&world, 1, LOW, 0, PHYSICAL | ENTRY_TABLE);
	map(&world, 2, LOW, 0, made_protnone(PHYSICAL, 1ull << 8));
	map(&world, 3, HUGE_PAGE * 7, 1, (PHYSICAL & -HUGE_PAGE) | ENTRY_HUGE);
	map(&world, 4, LOW, 0, made_swap(1, FRAME));
	users = users_of(&world, FRAME);
	CU_ASSERT_EQUAL(users.unread, 0);
	CU_ASSERT_EQUAL_FATAL(users.count, 5);
	CU_ASSERT_PTR_EQUAL(users.users[0].task, &world.list[0]);
	CU_ASSERT_EQUAL(users.users[0].address, LOW);
	CU_ASSERT_EQUAL(users.users[0].page_size, FB_PAGE_SIZE);
	CU_ASSERT(!users.users[0].writable && users.users[0].accessible);
	CU_ASSERT_EQUAL(users.users[1].address, LOW);
	CU_ASSERT_EQUAL(users.users[2].address, HIGH);
	CU_ASSERT(users.users[2].task == &world.list[1] && users.users[2].writable);
	CU_ASSERT(users.users[3].task == &world.list[2] && !users.users[3].accessible);
	CU_ASSERT_PTR_EQUAL(users.users[4].task, &world.list[3]);
	CU_ASSERT_EQUAL(users.users[4].address, HUGE_PAGE * 7 + PHYSICAL % HUGE_PAGE);
	CU_ASSERT_EQUAL(users.users[4].page_size, HUGE_PAGE);
	fb_frame_users_deinit(&users);
	CU_ASSERT_PTR_NULL(users.users);
	users = users_of(&world, 3);
	CU_ASSERT_EQUAL(users.count, 0);
	fb_frame_users_deinit(&users);
	end(&world);
}

/* In a run of frames that follow each other. */
static void finds_a_frame_within_a_run(void)
{
	struct reverse_world world;
	struct fb_frame_users users;

	begin(&world);
	for (uint64_t i = 0; i < 8; i++)
		map(&world, 2, LOW + i * FB_PAGE_SIZE, 0,
		    (PHYSICAL + i * FB_PAGE_SIZE) | ENTRY_TABLE);
	users = users_of(&world, FRAME + 7);
	CU_ASSERT_EQUAL_FATAL(users.count, 1);
	CU_ASSERT_EQUAL(users.users[0].address, LOW + 7 * FB_PAGE_SIZE);
	fb_frame_users_deinit(&users);
	users = users_of(&world, FRAME + 8);
	CU_ASSERT_EQUAL(users.count, 0);
	fb_frame_users_deinit(&users);
	users = users_of(&world, FRAME - 1);
	CU_ASSERT_EQUAL(users.count, 0);
	fb_frame_users_deinit(&users);
	end(&world);
}

static void asks_each_process_once(void)
{
	struct reverse_world world;
	struct fb_frame_users users;

	begin(&world);
	for (size_t i = 0; i < TASKS; i++)
		map(&world, i, LOW, 0, PHYSICAL | ENTRY_TABLE);
	world.list[1].mm = world.list[0].mm; /* a thread, or a child of vfork() */
	world.list[2].mm = 0;
	world.list[3].kernel_thread = true; /* it has borrowed its mm */
	users = users_of(&world, FRAME);
	CU_ASSERT_EQUAL_FATAL(users.count, 2);
	CU_ASSERT_PTR_EQUAL(users.users[0].task, &world.list[0]);
	CU_ASSERT_PTR_EQUAL(users.users[1].task, &world.list[4]);
	fb_frame_users_deinit(&users);
	end(&world);
}

static void counts_processes_that_cannot_be_read(void)
{
	struct reverse_world world;
	struct fb_frame_users users;

	begin(&world);
	for (size_t i = 0; i < TASKS; i++)
		map(&world, i, LOW, 0, PHYSICAL | ENTRY_TABLE);
	MADE_SET(world.made, world.list[0].mm, mm_pgd,
		 PGD + 100 * FB_PAGE_SIZE); /* nothing is mapped there */
	map(&world, 1, HIGH, 1, 60ull << FB_PAGE_SHIFT | ENTRY_TABLE);
	world.tables->absent[60] = true;
	map(&world, 2, HIGH, 3, 1ull << 51 | ENTRY_TABLE); /* beyond all memory */
	users = users_of(&world, FRAME);
	CU_ASSERT_EQUAL(users.unread, 3);
	CU_ASSERT_EQUAL_FATAL(users.count, 4);
	CU_ASSERT_PTR_EQUAL(users.users[0].task, &world.list[1]);
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
	fb_frame_users_deinit(&users);
	end(&world);
}

/* A table all of whose entries are the table itself: 2^36 pages, if each were walked. */
static void a_table_that_contains_itself_ends(void)
{
	struct reverse_world world;
	struct fb_frame_users users;
	struct fb_pt_walk walk;

	begin(&world);
	FB_OK_FATAL(fb_pt_walk(&world.kernel_tables, PGD, &walk));
	for (unsigned i = 0; i < 512; i++)
		world.tables->words[walk.physical >> FB_PAGE_SHIFT][i] =
			walk.physical | ENTRY_TABLE;
	map(&world, 1, LOW, 0, PHYSICAL | ENTRY_TABLE);
	users = users_of(&world, FRAME);
	CU_ASSERT_EQUAL(users.unread, 1);
	CU_ASSERT_EQUAL_FATAL(users.count, 1);
	CU_ASSERT_PTR_EQUAL(users.users[0].task, &world.list[1]);
	fb_frame_users_deinit(&users);
	end(&world);
}

static struct fb_error *ask(void *context)
{
	struct reverse_world *world = context;
	struct fb_frame_users users;
	struct fb_error *err =
		fb_frame_users_load(&world->made->kernel, &world->tasks, FRAME, &users);

	fb_frame_users_deinit(&users);
	return err;
}

static void fatal_errors_pass(void)
{
	struct reverse_world world;
	struct failing_space failing;
	struct failure failure;

	begin(&world);
	map(&world, 0, LOW, 0, PHYSICAL | ENTRY_TABLE);
	map(&world, 4, HIGH, 0, PHYSICAL | ENTRY_TABLE);
	failing_space_init(&failing, world.made->kernel.tables.physical, &failure);
	world.made->kernel.tables.physical = &failing.space;
	CU_ASSERT(failing_must_pass(ask, &world, &failure, 1000, 0) > 10);
	end(&world);
}

FB_TEST_MAIN("kernel/reverse_map", FB_TEST(finds_every_place), FB_TEST(finds_a_frame_within_a_run),
	     FB_TEST(asks_each_process_once), FB_TEST(counts_processes_that_cannot_be_read),
	     FB_TEST(a_table_that_contains_itself_ends), FB_TEST(fatal_errors_pass))
