// SPDX-License-Identifier: GPL-2.0-or-later
/* Recognises waits for locks of PostgreSQL. Called by bundle/waits/wait_unknown.c. */
#include "bundle/waits/databases/wait_postgres.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/process/postgres_servers.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/futex/wait_current.h"
#include "bundle/waits/futex/wait_futex_call.h"
#include "user/runtimes/postgres_locks.h"

/* Of a query in a line of text. JSON has the same; ps has more. */
#define QUERY_SHOWN 100u
/* Blockers that are described. */
#define DESCRIBED 3u
/* Blockers of one wait that become owners. */
#define MOST_BLOCKERS 64u

static void deinit(void *state)
{
	fb_postgres_servers_deinit(state);
}

static const struct fb_wait_state SERVERS = {sizeof(struct fb_postgres_servers), deinit};

/* *server_ret is NULL where the thread is of no server. */
static struct fb_error *server_of(struct fb_wait_finder *finder, const struct fb_task *task,
				  struct fb_postgres_servers **servers_ret,
				  struct fb_postgres_server **server_ret)
{
	struct fb_postgres_servers *servers;
	struct fb_error *err;

	*server_ret = NULL;
	if (!fb_postgres_may_be(task))
		return NULL;
	err = fb_wait_state(finder, &SERVERS, &servers);
	if (err)
		return err;
	servers->input = finder->input;
	servers->tasks = finder->tasks;
	servers->options = (struct fb_joined_options){.files = finder->options.files,
						      .swap = finder->options.swap};
	*servers_ret = servers;
	return fb_postgres_server_of(servers, task, server_ret);
}

/* "idle in transaction; query: lock table t": nothing where the backend has no status. */
static struct fb_error *append_status(const struct fb_postgres_server *server,
				      const struct fb_postgres_backend *backend, char **detail)
{
	struct fb_postgres_status status = {.state = NULL};
	char shown[4 * QUERY_SHOWN + 1];
	size_t length;
	struct fb_error *err = fb_part_skip(fb_postgres_status(server->postgres, backend, &status));

	if (!err && status.state)
		err = fb_wait_append(detail, "%s", status.state);
	if (err || !*status.query)
		return err;
	length = strlen(status.query);
	fb_text_escape(status.query, length > QUERY_SHOWN ? QUERY_SHOWN : length, shown,
		       sizeof(shown));
	/* A backend that is not active has done with its query. */
	return fb_wait_append(detail, "%s: %s%s",
			      status.state && !strcmp(status.state, "active") ? "query"
									      : "last query",
			      shown, length > QUERY_SHOWN ? "..." : "");
}

/* "held by 384 in AccessExclusiveLock: idle in transaction; last query: ..." */
static struct fb_error *describe_blocker(const struct fb_postgres_server *server,
					 const struct fb_postgres_blocker *blocker, int32_t tid,
					 char **detail)
{
	size_t count;
	const struct fb_postgres_backend *backends = fb_postgres_backends(server->postgres, &count);
	char *status = NULL;
	struct fb_error *err = append_status(server, &backends[blocker->index], &status);

	if (!err)
		err = fb_wait_append(detail, "%d %s %s%s%s%s", tid,
				     blocker->holds ? "has it in" : "waits before it for",
				     fb_postgres_mode_name(blocker->mode), status ? " (" : "",
				     status ? status : "", status ? ")" : "");
	free(status);
	return err;
}

/* What the owners of an object are made from. */
struct blocked_backend {
	struct fb_wait_finder *finder;
	const struct fb_postgres_servers *servers;
	const struct fb_postgres_server *server;
	const struct fb_postgres_backend *backend;
	struct fb_postgres_wait *wait;
	bool of_dump; /* the lock was read from the dump itself */
	size_t object;
};

/* A blocker that is no process of the dump. */
static struct fb_error *add_nobody(const struct blocked_backend *of,
				   const struct fb_postgres_blocker *blocker)
{
	struct fb_wait_object *object = &of->finder->graph.objects[of->object];
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	char none[96], there_is[96];

	object->others = true;
	if (object->need)
		return NULL;
	if (!blocker->pid)
		return fb_wait_text(&object->need,
				    "a prepared transaction, which COMMIT PREPARED or ROLLBACK "
				    "PREPARED ends");
	fb_wait_absence_of_tasks(of->finder, &absence);
	snprintf(none, sizeof(none), "PID %d, which blocks it, is no process of the server",
		 blocker->pid);
	snprintf(there_is, sizeof(there_is), "PID %d, which blocks it, is there", blocker->pid);
	return fb_wait_say_none(object, &absence, none, there_is);
}

static struct fb_error *add_blockers(const struct blocked_backend *of)
{
	struct fb_wait_finder *finder = of->finder;
	const struct fb_postgres_wait *wait = of->wait;
	bool certain = true;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < wait->count && !err; i++) {
		const struct fb_postgres_blocker *blocker = &wait->blockers[i];
		const struct fb_task *task =
			blocker->pid > 0
				? fb_postgres_task_of(of->servers, of->server, blocker->pid)
				: NULL;
		bool current = false;

		if (!task) {
			certain = false;
			err = add_nobody(of, blocker);
			continue;
		}
		err = fb_wait_graph_owner(&finder->graph, of->object, task->pid, false);
		if (!err && i < DESCRIBED)
			err = describe_blocker(of->server, blocker, task->pid,
					       &finder->graph.objects[of->object].detail);
		if (!err)
			err = fb_wait_is_current(finder, of->of_dump, task, of->server->reader->pid,
						 &current);
		certain = certain && current;
	}
	finder->graph.objects[of->object].all = wait->count > 1;
	finder->graph.objects[of->object].certain = certain && wait->count && !wait->more;
	return err;
}

/* The object is this wait for the lock: each waiter has blockers of its own. */
static struct fb_error *describe_lock(const struct blocked_backend *of)
{
	struct fb_wait_object *object = &of->finder->graph.objects[of->object];
	struct fb_error *err = fb_wait_text(&object->name, "%s", of->wait->lock);

	if (err)
		return err;
	if (of->wait->more) {
		object->others = true;
		err = fb_wait_append(&object->detail, "more than %u others block it",
				     MOST_BLOCKERS);
	}
	if (!err && !of->wait->count)
		err = fb_wait_text(&object->need, "nobody blocks it: it was about to be given the "
						  "lock, or waits to look for a deadlock");
	return err ? err : add_blockers(of);
}

static struct fb_error *add_lock(struct blocked_backend *of, const struct fb_blocked *blocked,
				 bool ends)
{
	struct fb_wait_finder *finder = of->finder;
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "pg-lock");
	size_t count;
	const struct fb_postgres_backend *first =
		fb_postgres_backends(of->server->postgres, &count);
	const uint64_t whose =
		(uint64_t)(uint32_t)of->server->postmaster << 32 | (uint64_t)(of->backend - first);
	bool fresh;
	struct fb_error *err = fb_wait_graph_object(
		&finder->graph, "pg-lock", of->backend->wait_lock, whose, &wait.object, &fresh);

	of->object = wait.object;
	wait.timeout = ends;
	wait.evidence = "its PGPROC, and the holders and the queue of the lock, in shared memory";
	if (!err)
		err = fb_wait_is_of_dump(of->server->space, of->backend->wait_lock, &of->of_dump);
	if (!err)
		err = describe_lock(of);
	if (!err)
		err = fb_wait_is_current(finder, of->of_dump, blocked->task,
					 of->server->reader->pid, &wait.certain);
	if (!err)
		err = fb_wait_append(&wait.detail, "wants %s", of->wait->mode);
	if (!err && of->wait->queue_before)
		err = fb_wait_append(&wait.detail, "%zu before it in the queue",
				     of->wait->queue_before);
	if (!err)
		err = append_status(of->server, of->backend, &wait.detail);
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}

/* What is said of a backend that waits for no lock, or whose lock cannot be read. */
static struct fb_error *note(const struct fb_postgres_server *server,
			     const struct fb_postgres_backend *backend, const char *why,
			     char **detail)
{
	struct fb_error *err = NULL;

	if (backend)
		err = append_status(server, backend, detail);
	if (!err && *why)
		err = fb_wait_append(detail, "PostgreSQL's locks cannot be read: %s", why);
	return err;
}

/* The reason why a server cannot be read is the same for all of its processes: it is told once. */
static struct fb_error *note_unread(struct fb_postgres_server *server, const struct fb_task *task,
				    char **detail)
{
	if (!*server->why)
		return NULL;
	if (server->why_told && server->why_told != task->pid)
		return fb_wait_append(detail, "PostgreSQL's locks cannot be read: see %d",
				      server->why_told);
	server->why_told = task->pid;
	return note(server, NULL, server->why, detail);
}

struct fb_error *fb_wait_postgres_lock(struct fb_wait_finder *finder,
				       const struct fb_postgres_servers *servers,
				       struct fb_postgres_server *server,
				       const struct fb_blocked *blocked, bool ends, char **detail,
				       bool *found_ret)
{
	const struct fb_postgres_backend *backend = fb_postgres_backend_of(server, blocked->task);
	struct fb_postgres_wait wait = {.blockers = NULL};
	struct blocked_backend of = {
		.finder = finder,
		.servers = servers,
		.server = server,
		.backend = backend,
		.wait = &wait,
	};
	char reason[256] = "", why[256] = "";
	struct fb_error *err;

	*found_ret = false;
	if (!server->postgres)
		return note_unread(server, blocked->task, detail);
	if (!backend || !backend->wait_lock)
		return note(server, backend, "", detail);
	err = fb_postgres_blockers(server->postgres, backend, MOST_BLOCKERS, &wait);
	if (!err) {
		err = add_lock(&of, blocked, ends);
		fb_postgres_wait_deinit(&wait);
		*found_ret = !err;
		return err;
	}
	err = fb_part_reason(err, reason, sizeof(reason));
	if (err)
		return err;
	fb_text_escape(reason, strlen(reason), why, sizeof(why));
	return note(server, backend, why, detail);
}

static struct fb_error *name_lwlock(const struct fb_postgres *postgres,
				    const struct fb_postgres_lwlock *lock,
				    const struct fb_postgres_backend *backend,
				    struct fb_wait_object *object)
{
	const char *name = fb_postgres_tranche_name(postgres, lock->tranche);
	char number[32];

	snprintf(number, sizeof(number), "tranche %" PRIu32, lock->tranche);
	if (lock->address)
		return fb_wait_text(&object->name, "lightweight lock %s (0x%" PRIx64 ")",
				    name ? name : number, lock->address);
	return fb_wait_text(&object->name, "a lightweight lock %s (of PID %d's wait)",
			    name ? name : number, backend->pid);
}

static struct fb_error *describe_lwlock(const struct fb_postgres *postgres,
					const struct fb_postgres_lwlock *lock,
					const struct fb_postgres_backend *backend,
					struct fb_wait_object *object)
{
	struct fb_error *err = name_lwlock(postgres, lock, backend, object);

	if (!err && lock->exclusive)
		err = fb_wait_text(&object->detail, "held exclusively");
	else if (!err && lock->shared)
		err = fb_wait_text(&object->detail, "shared by %" PRIu32, lock->shared);
	if (!err)
		err = fb_wait_text(&object->need, "PostgreSQL does not record who has a "
						  "lightweight lock");
	object->others = true;
	return err;
}

struct fb_error *fb_wait_postgres_lwlock(struct fb_wait_finder *finder,
					 const struct fb_postgres_server *server,
					 const struct fb_blocked *blocked, uint64_t word,
					 bool *found_ret)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "pg-lwlock");
	const struct fb_postgres_backend *backend = fb_postgres_backend_of(server, blocked->task);
	struct fb_postgres_lwlock lock;
	bool fresh, of_dump = false;
	struct fb_error *err;

	*found_ret = false;
	if (!backend || !backend->lw_waiting || backend->semaphore != word)
		return NULL;
	err = fb_postgres_lwlock(server->postgres, backend, &lock);
	if (err)
		return fb_part_skip(err);
	wait.evidence = "its PGPROC and the lock's queue, in shared memory";
	err = fb_wait_graph_object(&finder->graph, "pg-lwlock", lock.address ? lock.address : word,
				   (uint32_t)server->postmaster, &wait.object, &fresh);
	if (!err && fresh)
		err = describe_lwlock(server->postgres, &lock, backend,
				      &finder->graph.objects[wait.object]);
	if (!err)
		err = fb_wait_is_of_dump(server->space, word, &of_dump);
	if (!err)
		err = fb_wait_is_current(finder, of_dump, blocked->task, server->reader->pid,
					 &wait.certain);
	if (!err)
		err = fb_wait_append(&wait.detail, "wants it %s",
				     backend->lw_mode == 0   ? "exclusively"
				     : backend->lw_mode == 1 ? "shared"
							     : "to be free");
	if (!err)
		err = append_status(server, backend, &wait.detail);
	if (err) {
		free(wait.detail);
		return err;
	}
	*found_ret = true;
	return fb_wait_graph_add(&finder->graph, &wait);
}

/* Whether epoll_wait() ends by itself: its fourth argument is a number of milliseconds, -1 for none. */
static bool epoll_ends(const struct fb_blocked *blocked)
{
	return blocked->has_regs && (int32_t)blocked->args[3] >= 0;
}

struct fb_error *fb_wait_postgres(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  char **detail, bool *found_ret)
{
	const char *kind = blocked->site ? blocked->site->kind : NULL;
	struct fb_postgres_servers *servers = NULL;
	struct fb_postgres_server *server;
	struct fb_futex_call call;
	struct fb_error *err;

	*found_ret = false;
	if (!kind || blocked->compat || (strcmp(kind, "epoll") != 0 && strcmp(kind, "futex") != 0))
		return NULL;
	err = server_of(finder, blocked->task, &servers, &server);
	if (err || !server)
		return err;
	if (!strcmp(kind, "epoll"))
		return fb_wait_postgres_lock(finder, servers, server, blocked, epoll_ends(blocked),
					     detail, found_ret);
	err = fb_futex_call_read(finder, blocked, &call);
	return err ? fb_part_skip(err)
		   : fb_wait_postgres_lwlock(finder, server, blocked, call.address, found_ret);
}
