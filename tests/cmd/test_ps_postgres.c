// SPDX-License-Identifier: GPL-2.0-or-later
/* What ps shows of a backend of PostgreSQL: processes of the sample as if they were some, with made shared memory. */
#include "cmd/ps_postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"
#include "tests/user/runtimes/made_postgres.h"

/* Processes of the sample. */
static const int32_t pids[] = {0, 132, 136, 138};

struct scene {
	struct sample_input sample;
	struct made_postgres made;
	struct fb_ps_postgres postgres;
	struct fb_task tasks[4];
};

/* 1 waits for 2, which has the lock, and behind 3; and for a prepared transaction. */
static void make_locks(struct made_postgres *made)
{
	made_postgres_put(made, made_postgres_pid_at(made, 4), 0, 4);
	made_postgres_hold(made, 0, 2, 1u << 3);
	made_postgres_hold(made, 0, 4, 1u << 8);
	made_postgres_hold(made, 0, 3, 0);
	made_postgres_hold(made, 0, 1, 0);
	made_postgres_wait(made, 0, 3, 8);
	made_postgres_wait(made, 0, 1, 7);
	made_postgres_state(made, 1, 2, "update t");
	made_postgres_state(made, 2, 3, "insert into t");
	made_postgres_put(made, made->statuses + 432 * 2 + 24, 1500000, 8);
}

static void begin(struct scene *scene)
{
	struct fb_postgres_servers *servers = &scene->postgres.servers;
	struct fb_postgres_server *server = calloc(1, sizeof(*server));
	const struct fb_tasks *tasks;

	memset(scene, 0, sizeof(*scene));
	sample_open(&scene->sample, (const char *const[]){NULL});
	FB_OK_FATAL(fb_input_tasks(scene->sample.input, &tasks));
	made_postgres_begin(&scene->made, 17, 6);
	for (size_t i = 1; i < FB_ARRAY_SIZE(pids); i++) {
		made_postgres_put(&scene->made, made_postgres_pid_at(&scene->made, i),
				  (uint32_t)pids[i], 4);
		made_postgres_put(&scene->made, scene->made.statuses + i * 432 + 4,
				  (uint32_t)pids[i], 4);
		scene->tasks[i] = *sample_task(&scene->sample, pids[i]);
		scene->tasks[i].ppid = 1;
		snprintf(scene->tasks[i].comm, sizeof(scene->tasks[i].comm), "postgres");
	}
	scene->made.variables.pid = pids[1];
	make_locks(&scene->made);
	CU_ASSERT_PTR_NOT_NULL_FATAL(server);
	server->postmaster = 1;
	FB_OK_FATAL(
		fb_postgres_open_at(&scene->made.space, &scene->made.variables, &server->postgres));
	for (size_t i = 0; i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (!task->idle && task->tid == task->pid)
			FB_OK(fb_u64_map_add(&server->tasks, (uint32_t)task->pid, i, 10000, "tasks",
					     NULL));
	}
	*servers = (struct fb_postgres_servers){.input = scene->sample.input,
						.tasks = tasks,
						.list = server,
						.count = 1,
						.room = 1};
	FB_OK(fb_u64_map_add(&servers->by_postmaster, 1, 0, 1, "servers", NULL));
}

static void end(struct scene *scene)
{
	fb_ps_postgres_deinit(&scene->postgres);
	made_postgres_end(&scene->made);
	sample_close(&scene->sample);
}

static json_t *shown(struct scene *scene, const struct fb_task *task)
{
	json_t *object = json_object();

	FB_OK(fb_ps_postgres_to_json(&scene->postgres, task, object));
	return object;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void a_backend_has_its_state_and_its_blockers(void)
{
	struct scene scene;
	json_t *object, *postgres, *blockers, *blocker;

	begin(&scene);
	object = shown(&scene, &scene.tasks[1]);
	postgres = json_object_get(object, "postgres");
	CU_ASSERT_STRING_EQUAL(text_of(postgres, "state"), "active");
	CU_ASSERT_STRING_EQUAL(text_of(postgres, "query"), "update t");
	CU_ASSERT_STRING_EQUAL(text_of(postgres, "wait_event_type"), "Lock");
	CU_ASSERT_STRING_EQUAL(text_of(postgres, "lock"), "relation 16384 of database 5");
	CU_ASSERT_STRING_EQUAL(text_of(postgres, "lock_mode"), "ExclusiveLock");
	CU_ASSERT_TRUE(json_is_null(json_object_get(postgres, "transaction_start_s")));
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(postgres, "database_oid")), 5);
	CU_ASSERT_TRUE(json_is_false(json_object_get(postgres, "blocked_by_more")));
	blockers = json_object_get(postgres, "blocked_by");
	CU_ASSERT_EQUAL_FATAL(json_array_size(blockers), 3);
	blocker = json_array_get(blockers, 0);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(blocker, "pid")), pids[2]);
	CU_ASSERT_TRUE(json_is_true(json_object_get(blocker, "holds")));
	CU_ASSERT_STRING_EQUAL(text_of(blocker, "mode"), "RowExclusiveLock");
	CU_ASSERT_TRUE(json_is_null(json_object_get(json_array_get(blockers, 1), "pid")));
	blocker = json_array_get(blockers, 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(blocker, "pid")), pids[3]);
	CU_ASSERT_TRUE(json_is_false(json_object_get(blocker, "holds")));
	json_decref(object);
	end(&scene);
}

static void one_that_waits_for_nothing_has_no_lock(void)
{
	struct scene scene;
	json_t *object, *postgres;

	begin(&scene);
	object = shown(&scene, &scene.tasks[2]);
	postgres = json_object_get(object, "postgres");
	CU_ASSERT_STRING_EQUAL(text_of(postgres, "state"), "idle in transaction");
	CU_ASSERT_TRUE(json_is_null(json_object_get(postgres, "lock")));
	CU_ASSERT_TRUE(json_is_null(json_object_get(postgres, "wait_event_type")));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(postgres, "blocked_by")), 0);
	/* 1.5 s after the start of the year 2000. */
	CU_ASSERT_EQUAL(json_real_value(json_object_get(postgres, "transaction_start_s")),
			946684801.5);
	json_decref(object);
	end(&scene);
}

static void others_have_nothing(void)
{
	struct scene scene;
	char text[64] = "x";
	json_t *object;

	begin(&scene);
	object = shown(&scene, sample_task(&scene.sample, pids[1]));
	CU_ASSERT_TRUE(json_is_null(json_object_get(object, "postgres")));
	json_decref(object);
	FB_OK(fb_ps_postgres_text(&scene.postgres, sample_task(&scene.sample, pids[1]), text,
				  sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "");
	end(&scene);
}

static void the_text_has_state_and_query(void)
{
	struct scene scene;
	char text[64], cut[12];

	begin(&scene);
	FB_OK(fb_ps_postgres_text(&scene.postgres, &scene.tasks[2], text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "idle in transaction: insert into t");
	FB_OK(fb_ps_postgres_text(&scene.postgres, &scene.tasks[2], cut, sizeof(cut)));
	CU_ASSERT_STRING_EQUAL(cut, "idle in tra");
	end(&scene);
}

FB_TEST_MAIN("cmd/ps_postgres", FB_TEST(a_backend_has_its_state_and_its_blockers),
	     FB_TEST(one_that_waits_for_nothing_has_no_lock), FB_TEST(others_have_nothing),
	     FB_TEST(the_text_has_state_and_query))
