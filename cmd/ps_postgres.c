// SPDX-License-Identifier: GPL-2.0-or-later
/* Shows what backends of PostgreSQL do and who blocks them. Called by ps.c. */
#include "cmd/ps_postgres.h"

#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "user/runtimes/postgres_locks.h"

/* Blockers of one backend that are listed. */
#define MOST_BLOCKERS 64u
/* 2000-01-01, from which PostgreSQL counts, in seconds since 1970. */
#define EPOCH 946684800.0

bool fb_ps_postgres_any(const struct fb_tasks *tasks)
{
	for (size_t i = 0; i < fb_tasks_count(tasks); i++)
		if (fb_postgres_may_be(fb_tasks_get(tasks, i)))
			return true;
	return false;
}

void fb_ps_postgres_init(struct fb_input *input, const struct fb_tasks *tasks,
			 const struct fb_memory_sources *sources, struct fb_ps_postgres *postgres)
{
	postgres->servers.input = input;
	postgres->servers.tasks = tasks;
	postgres->servers.options =
		(struct fb_joined_options){.files = sources->files, .swap = sources->swap};
}

void fb_ps_postgres_deinit(struct fb_ps_postgres *postgres)
{
	fb_postgres_servers_deinit(&postgres->servers);
}

/* The backend that the task is, and its server; NULL: it is none. */
static struct fb_error *find_backend(struct fb_ps_postgres *postgres, const struct fb_task *task,
				     struct fb_postgres_server **server_ret,
				     const struct fb_postgres_backend **backend_ret)
{
	struct fb_error *err;

	*backend_ret = NULL;
	if (!fb_postgres_may_be(task))
		return NULL;
	err = fb_postgres_server_of(&postgres->servers, task, server_ret);
	if (!err)
		*backend_ret = fb_postgres_backend_of(*server_ret, task);
	return err;
}

static json_t *time_json(int64_t time)
{
	return time ? json_real((double)time / 1e6 + EPOCH) : json_null();
}

static json_t *oid_json(uint32_t oid)
{
	return oid ? json_integer(oid) : json_null();
}

static void status_to_json(const struct fb_postgres_status *status, json_t *object)
{
	json_object_set_new(object, "state", fb_json_text(status->state));
	json_object_set_new(object, "query",
			    status->query_lost || !status->state
				    ? json_null()
				    : fb_json_bytes(status->query, sizeof(status->query)));
	json_object_set_new(object, "application",
			    fb_json_bytes(status->application, sizeof(status->application)));
	json_object_set_new(object, "database_oid", oid_json(status->database));
	json_object_set_new(object, "user_oid", oid_json(status->user));
	json_object_set_new(object, "transaction_start_s", time_json(status->transaction_start));
	json_object_set_new(object, "query_start_s", time_json(status->query_start));
	json_object_set_new(object, "state_change_s", time_json(status->state_change));
}

static json_t *blockers_json(const struct fb_ps_postgres *postgres,
			     const struct fb_postgres_server *server,
			     const struct fb_postgres_wait *wait)
{
	json_t *list = json_array();

	for (size_t i = 0; i < wait->count; i++) {
		const struct fb_postgres_blocker *blocker = &wait->blockers[i];
		const struct fb_task *task =
			blocker->pid > 0
				? fb_postgres_task_of(&postgres->servers, server, blocker->pid)
				: NULL;
		json_t *object = json_object();

		json_object_set_new(object, "pid", task ? json_integer(task->pid) : json_null());
		json_object_set_new(object, "holds", json_boolean(blocker->holds));
		json_object_set_new(object, "mode",
				    json_string(fb_postgres_mode_name(blocker->mode)));
		json_array_append_new(list, object);
	}
	return list;
}

/* What cannot be read of a wait is null, as where there is none: `fbundle waits` says why. */
static struct fb_error *wait_to_json(const struct fb_ps_postgres *postgres,
				     const struct fb_postgres_server *server,
				     const struct fb_postgres_backend *backend, json_t *object)
{
	struct fb_postgres_wait wait = {.blockers = NULL};
	struct fb_error *err =
		fb_postgres_blockers(server->postgres, backend, MOST_BLOCKERS, &wait);

	json_object_set_new(object, "lock", fb_json_text(err ? NULL : wait.lock));
	json_object_set_new(object, "lock_mode", fb_json_text(err ? NULL : wait.mode));
	json_object_set_new(object, "blocked_by", blockers_json(postgres, server, &wait));
	json_object_set_new(object, "blocked_by_more", json_boolean(wait.more));
	fb_postgres_wait_deinit(&wait);
	return fb_part_skip(err);
}

struct fb_error *fb_ps_postgres_to_json(struct fb_ps_postgres *postgres, const struct fb_task *task,
					json_t *object)
{
	const struct fb_postgres_backend *backend;
	struct fb_postgres_server *server;
	struct fb_postgres_status status = {.state = NULL};
	json_t *made;
	struct fb_error *err = find_backend(postgres, task, &server, &backend);

	if (err)
		return err;
	if (!backend) {
		json_object_set_new(object, "postgres", json_null());
		return NULL;
	}
	made = json_object();
	json_object_set_new(object, "postgres", made);
	err = fb_part_skip(fb_postgres_status(server->postgres, backend, &status));
	if (err)
		return err;
	status_to_json(&status, made);
	json_object_set_new(made, "wait_event_type",
			    fb_json_text(fb_postgres_event_type(backend->wait_event)));
	return wait_to_json(postgres, server, backend, made);
}

struct fb_error *fb_ps_postgres_text(struct fb_ps_postgres *postgres, const struct fb_task *task,
				     char *to, size_t size)
{
	const struct fb_postgres_backend *backend;
	struct fb_postgres_server *server;
	struct fb_postgres_status status = {.state = NULL};
	struct fb_error *err = find_backend(postgres, task, &server, &backend);

	to[0] = '\0';
	if (!err && backend)
		err = fb_part_skip(fb_postgres_status(server->postgres, backend, &status));
	if (!err && status.state)
		(void)snprintf(to, size, "%s%s%s", status.state, *status.query ? ": " : "",
			       status.query);
	return err;
}
