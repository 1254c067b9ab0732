/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `ps --json` and `ps --long` show of backends of PostgreSQL: pg_stat_activity and pg_blocking_pids(). Called by
 * ps.c. */
#ifndef FB_CMD_PS_POSTGRES_H
#define FB_CMD_PS_POSTGRES_H

#include <stddef.h>

#include "bundle/process/postgres_servers.h"
#include "cmd/shared/command.h"
#include "cmd/shared/memory_sources.h"

struct fb_ps_postgres {
	struct fb_postgres_servers servers;
};

/* Whether any task may be a backend, by its name. */
bool fb_ps_postgres_any(const struct fb_tasks *tasks);
/* All zeros before; input, tasks and what sources has are borrowed. */
void fb_ps_postgres_init(struct fb_input *input, const struct fb_tasks *tasks,
			 const struct fb_memory_sources *sources, struct fb_ps_postgres *postgres);
void fb_ps_postgres_deinit(struct fb_ps_postgres *postgres);

/* Sets postgres of the task's object: null where it is no backend, or its server's memory cannot be read. Only fatal
 * errors are returned. */
FB_MUST_CHECK struct fb_error *fb_ps_postgres_to_json(struct fb_ps_postgres *postgres,
						      const struct fb_task *task, json_t *object);
/* Writes the backend's state and query to `to` ("active: select 1"); "" for others. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_ps_postgres_text(struct fb_ps_postgres *postgres,
						   const struct fb_task *task, char *to,
						   size_t size);

#endif
