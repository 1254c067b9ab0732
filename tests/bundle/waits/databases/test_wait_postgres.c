// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of the sample as if they were backends of PostgreSQL, whose shared memory is made. */
#include "bundle/waits/databases/wait_postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/bundle/waits/sample_finder.h"
#include "tests/harness.h"
#include "tests/user/runtimes/made_postgres.h"

/* Processes of the sample: the waiter, and others. */
static const int32_t pids[] = {0, 132, 136, 138, 139};
#define WAITER 1u
#define GONE 4000 /* no process */

struct scene {
	struct sample_finder of;
	struct made_postgres made;
	struct fb_postgres_servers servers;
	struct fb_postgres_server server;
	struct fb_blocked blocked;
};

static enum fb_source source;

static struct fb_error *locate(struct fb_space *space, uint64_t address, uint64_t length,
			       struct fb_run *run_ret)
{
	(void)space;
	*run_ret = (struct fb_run){address, length, {.source = source}};
	return NULL;
}

/* The backends 1 to 4 are processes of the sample; 5 is one that is gone, 6 a prepared transaction. */
static void begin(struct scene *scene)
{
	static struct fb_space_ops ops;

	memset(scene, 0, sizeof(*scene));
	source = FB_SOURCE_VMCORE;
	sample_finder_begin(&scene->of, pids[WAITER], NULL, NULL);
	scene->blocked = scene->of.blocked;
	made_postgres_begin(&scene->made, 17, 8);
	ops = *scene->made.space.ops;
	ops.locate = locate;
	scene->made.space.ops = &ops;
	for (size_t i = 1; i < FB_ARRAY_SIZE(pids); i++)
		made_postgres_put(&scene->made, made_postgres_pid_at(&scene->made, i),
				  (uint32_t)pids[i], 4);
	made_postgres_put(&scene->made, made_postgres_pid_at(&scene->made, 5), GONE, 4);
	made_postgres_put(&scene->made, made_postgres_pid_at(&scene->made, 6), 0, 4);
	for (size_t i = 1; i < FB_ARRAY_SIZE(pids); i++)
		made_postgres_put(&scene->made, scene->made.statuses + i * 432 + 4,
				  (uint32_t)pids[i], 4);
	scene->made.variables.pid = pids[WAITER];
	scene->servers.input = scene->of.finder.input;
	scene->servers.tasks = scene->of.finder.tasks;
	scene->server.postmaster = 1;
	scene->server.space = &scene->made.space;
	scene->server.reader = scene->blocked.task;
	for (size_t i = 0; i < fb_tasks_count(scene->servers.tasks); i++) {
		const struct fb_task *task = fb_tasks_get(scene->servers.tasks, i);

		if (!task->idle && task->tid == task->pid)
			FB_OK(fb_u64_map_add(&scene->server.tasks, (uint32_t)task->pid, i, 10000,
					     "tasks", NULL));
	}
}

static void end(struct scene *scene)
{
	fb_postgres_destroy(scene->server.postgres);
	fb_u64_map_deinit(&scene->server.tasks);
	made_postgres_end(&scene->made);
	sample_finder_end(&scene->of);
}

/* Looks for the lock that the process waits for; NULL: it waits for none. *detail is what is said then. */
static const struct fb_wait *find(struct scene *scene, char **detail)
{
	struct fb_wait_graph *graph = &scene->of.finder.graph;
	const size_t before = graph->wait_count;
	bool found = false;

	*detail = NULL;
	if (!scene->server.postgres && !*scene->server.why)
		FB_OK(fb_postgres_open_at(&scene->made.space, &scene->made.variables,
					  &scene->server.postgres));
	FB_OK(fb_wait_postgres_lock(&scene->of.finder, &scene->servers, &scene->server,
				    &scene->blocked, false, detail, &found));
	CU_ASSERT_EQUAL(graph->wait_count, before + found);
	return found ? &graph->waits[before] : NULL;
}

static const struct fb_wait_object *object_of(const struct scene *scene, const struct fb_wait *wait)
{
	return &scene->of.finder.graph.objects[wait->object];
}

static void has(const char *text, const char *part)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	if (!strstr(text, part))
		fprintf(stderr, "\"%s\" lacks \"%s\"\n", text, part);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
}

static void whoever_has_the_lock_or_is_before_it_is_an_owner(void)
{
	struct scene scene;
	const struct fb_wait *wait;
	const struct fb_wait_object *object;
	char *detail;

	begin(&scene);
	made_postgres_state(&scene.made, 2, 3, "lock table t");
	made_postgres_state(&scene.made, WAITER, 2, "select * from t\n\x1b[2J");
	made_postgres_hold(&scene.made, 0, 2, 1u << 8);
	made_postgres_hold(&scene.made, 0, 3, 0);
	made_postgres_hold(&scene.made, 0, WAITER, 0);
	made_postgres_wait(&scene.made, 0, 3, 8);
	made_postgres_wait(&scene.made, 0, WAITER, 1);
	wait = find(&scene, &detail);
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait);
	CU_ASSERT_PTR_NULL(detail);
	object = object_of(&scene, wait);
	CU_ASSERT_STRING_EQUAL(wait->kind, "pg-lock");
	CU_ASSERT_TRUE(wait->certain);
	has(wait->detail, "wants AccessShareLock");
	has(wait->detail, "1 before it in the queue");
	has(wait->detail, "active; query: select * from t\\x0a\\x1b[2J");
	CU_ASSERT_STRING_EQUAL(object->name, "relation 16384 of database 5");
	CU_ASSERT_EQUAL_FATAL(object->owner_count, 2);
	CU_ASSERT_EQUAL(object->owners[0].tid, pids[2]);
	CU_ASSERT_EQUAL(object->owners[1].tid, pids[3]);
	CU_ASSERT_TRUE(object->certain);
	CU_ASSERT_TRUE(object->all);
	CU_ASSERT_FALSE(object->others);
	has(object->detail, "136 has it in AccessExclusiveLock (idle in transaction; last query: "
			    "lock table t)");
	has(object->detail, "138 waits before it for AccessExclusiveLock (idle");
	end(&scene);
}

/* Two waiters of one lock have objects of their own: not all that block one block the other. */
static void each_waiter_has_its_own_blockers(void)
{
	struct scene scene;
	const struct fb_wait *wait;
	char *detail;

	begin(&scene);
	made_postgres_hold(&scene.made, 0, 2, 1u << 1);
	made_postgres_hold(&scene.made, 0, 3, 0);
	made_postgres_hold(&scene.made, 0, WAITER, 0);
	made_postgres_wait(&scene.made, 0, 3, 8);
	made_postgres_wait(&scene.made, 0, WAITER, 1);
	wait = find(&scene, &detail);
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait);
	CU_ASSERT_EQUAL_FATAL(object_of(&scene, wait)->owner_count, 1);
	CU_ASSERT_EQUAL(object_of(&scene, wait)->owners[0].tid, pids[3]);
	CU_ASSERT_FALSE(object_of(&scene, wait)->all);
	scene.blocked.task = sample_task(&scene.of.sample, pids[3]);
	wait = find(&scene, &detail);
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait);
	CU_ASSERT_EQUAL_FATAL(object_of(&scene, wait)->owner_count, 1);
	CU_ASSERT_EQUAL(object_of(&scene, wait)->owners[0].tid, pids[2]);
	end(&scene);
}

/* Whose processes the dump does not have. */
static void prepared_transactions_and_lost_backends_are_told(void)
{
	struct scene scene;
	const struct fb_wait *wait;
	char *detail;

	begin(&scene);
	made_postgres_hold(&scene.made, 0, 6, 1u << 8);
	made_postgres_hold(&scene.made, 0, WAITER, 0);
	made_postgres_wait(&scene.made, 0, WAITER, 1);
	wait = find(&scene, &detail);
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait);
	CU_ASSERT_EQUAL(object_of(&scene, wait)->owner_count, 0);
	CU_ASSERT_FALSE(object_of(&scene, wait)->certain);
	CU_ASSERT_TRUE(object_of(&scene, wait)->others);
	has(object_of(&scene, wait)->need, "prepared transaction");
	end(&scene);

	begin(&scene);
	made_postgres_hold(&scene.made, 0, 5, 1u << 8);
	made_postgres_hold(&scene.made, 0, WAITER, 0);
	made_postgres_wait(&scene.made, 0, WAITER, 1);
	wait = find(&scene, &detail);
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait);
	CU_ASSERT_EQUAL(object_of(&scene, wait)->owner_count, 0);
	has(object_of(&scene, wait)->need, "PID 4000, which blocks it");
	end(&scene);
}

/* What was read from a core may be old, and nothing says that these have not run since. */
static void what_a_core_says_is_not_certain(void)
{
	struct scene scene;
	const struct fb_wait *wait;
	char *detail;

	begin(&scene);
	source = FB_SOURCE_CORE;
	made_postgres_hold(&scene.made, 0, 2, 1u << 8);
	made_postgres_hold(&scene.made, 0, WAITER, 0);
	made_postgres_wait(&scene.made, 0, WAITER, 1);
	wait = find(&scene, &detail);
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait);
	CU_ASSERT_FALSE(wait->certain);
	CU_ASSERT_EQUAL(object_of(&scene, wait)->owner_count, 1);
	CU_ASSERT_FALSE(object_of(&scene, wait)->certain);
	end(&scene);
}

static void without_a_lock_its_state_is_said(void)
{
	struct scene scene;
	char *detail;

	begin(&scene);
	made_postgres_state(&scene.made, WAITER, 3, "update t set a = 1");
	CU_ASSERT_PTR_NULL(find(&scene, &detail));
	CU_ASSERT_PTR_NOT_NULL_FATAL(detail);
	CU_ASSERT_STRING_EQUAL(detail, "idle in transaction; last query: update t set a = 1");
	free(detail);
	end(&scene);
}

static void what_cannot_be_read_is_said(void)
{
	struct scene scene;
	char *detail;

	begin(&scene);
	made_postgres_hold(&scene.made, 0, WAITER, 0);
	made_postgres_wait(&scene.made, 0, WAITER, 1);
	scene.made.absent_start = scene.made.locks[0];
	scene.made.absent_end = scene.made.locks[0] + 64;
	CU_ASSERT_PTR_NULL(find(&scene, &detail));
	has(detail, "PostgreSQL's locks cannot be read: page 0x");
	free(detail);
	end(&scene);

	begin(&scene);
	snprintf(scene.server.why, sizeof(scene.server.why), "a page was filtered");
	CU_ASSERT_PTR_NULL(find(&scene, &detail));
	has(detail, "PostgreSQL's locks cannot be read: a page was filtered");
	free(detail);
	scene.blocked.task = sample_task(&scene.of.sample, pids[2]);
	CU_ASSERT_PTR_NULL(find(&scene, &detail));
	has(detail, "PostgreSQL's locks cannot be read: see 132");
	free(detail);
	end(&scene);
}

static void lightweight_locks_have_no_owner(void)
{
	static const size_t queue[] = {WAITER};
	struct scene scene;
	const struct fb_wait_graph *graph;
	bool found;

	begin(&scene);
	graph = &scene.of.finder.graph;
	made_postgres_lw_wait(&scene.made, 7, queue, 1, 0, 1u << 24);
	FB_OK(fb_postgres_open_at(&scene.made.space, &scene.made.variables,
				  &scene.server.postgres));
	FB_OK(fb_wait_postgres_lwlock(&scene.of.finder, &scene.server, &scene.blocked, 0x7104,
				      &found));
	CU_ASSERT_FALSE(found);
	FB_OK(fb_wait_postgres_lwlock(&scene.of.finder, &scene.server, &scene.blocked, 0x7100,
				      &found));
	CU_ASSERT_TRUE(found);
	CU_ASSERT_EQUAL_FATAL(graph->wait_count, 1);
	CU_ASSERT_STRING_EQUAL(graph->waits[0].kind, "pg-lwlock");
	has(graph->waits[0].detail, "wants it exclusively");
	has(graph->objects[0].name, "lightweight lock WALBufMapping (0x");
	CU_ASSERT_STRING_EQUAL(graph->objects[0].detail, "held exclusively");
	has(graph->objects[0].need, "does not record who has a lightweight lock");
	CU_ASSERT_EQUAL(graph->objects[0].owner_count, 0);
	CU_ASSERT_FALSE(graph->objects[0].certain);
	end(&scene);
}

/* By its name no process of the sample is one of PostgreSQL. */
static void other_programs_are_left_alone(void)
{
	struct scene scene;
	struct fb_postgres_server *server;
	struct fb_task task;
	char *detail = NULL;
	bool found = true;

	begin(&scene);
	CU_ASSERT_FALSE(fb_postgres_may_be(scene.blocked.task));
	FB_OK(fb_wait_postgres(&scene.of.finder, &scene.blocked, &detail, &found));
	CU_ASSERT_FALSE(found);
	CU_ASSERT_PTR_NULL(detail);
	/* One that only has the name. */
	task = *scene.blocked.task;
	snprintf(task.comm, sizeof(task.comm), "postgres");
	CU_ASSERT_TRUE(fb_postgres_may_be(&task));
	FB_OK(fb_postgres_server_of(&scene.servers, &task, &server));
	CU_ASSERT_PTR_NULL(server->postgres);
	CU_ASSERT_STRING_EQUAL(server->why, "");
	CU_ASSERT_PTR_NULL(fb_postgres_backend_of(server, &task));
	CU_ASSERT_PTR_NOT_NULL(fb_postgres_task_of(&scene.servers, server, 136));
	CU_ASSERT_PTR_NULL(fb_postgres_task_of(&scene.servers, server, 138));
	fb_postgres_servers_deinit(&scene.servers);
	end(&scene);
}

FB_TEST_MAIN("bundle/waits/databases/wait_postgres",
	     FB_TEST(whoever_has_the_lock_or_is_before_it_is_an_owner),
	     FB_TEST(each_waiter_has_its_own_blockers),
	     FB_TEST(prepared_transactions_and_lost_backends_are_told),
	     FB_TEST(what_a_core_says_is_not_certain), FB_TEST(without_a_lock_its_state_is_said),
	     FB_TEST(what_cannot_be_read_is_said), FB_TEST(lightweight_locks_have_no_owner),
	     FB_TEST(other_programs_are_left_alone))
