// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads all that is read of a server of PostgreSQL, for what notes it. Called by bundle/dump/keep_runtimes.c. */
#include "base/attr.h"
#include "base/part.h"
#include "user/runtimes/postgres.h"
#include "user/runtimes/postgres_layout.h"
#include "user/runtimes/postgres_locks.h"
#include "user/runtimes/postgres_variables.h"

/* Blockers are looked for so that their lock is read; how many there are does not matter. */
#define BLOCKERS 1u

static struct fb_error *visit_backend(struct fb_postgres *postgres,
				      const struct fb_postgres_backend *backend)
{
	struct fb_postgres_wait wait = {.blockers = NULL};
	struct fb_postgres_status status;
	struct fb_postgres_lwlock lock;
	struct fb_error *err = fb_part_skip(fb_postgres_status(postgres, backend, &status));

	if (!err)
		err = fb_part_skip(fb_postgres_blockers(postgres, backend, BLOCKERS, &wait));
	if (!err)
		err = fb_part_skip(fb_postgres_lwlock(postgres, backend, &lock));
	fb_postgres_wait_deinit(&wait);
	return err;
}

static struct fb_error *visit_server(const struct fb_user_process *process, bool *is_ret)
{
	FB_CLEANUP(fb_postgres_destroy_at) struct fb_postgres *postgres = NULL;
	const struct fb_postgres_backend *backends;
	size_t count = 0;
	struct fb_error *err = fb_postgres_open(process, &postgres);

	if (err)
		return fb_part_skip(err);
	backends = fb_postgres_backends(postgres, &count);
	for (size_t i = 0; i < count && !err; i++)
		err = visit_backend(postgres, &backends[i]);
	*is_ret = true;
	return err;
}

struct fb_error *fb_postgres_visit(const struct fb_user_process *process, bool whole, bool *is_ret)
{
	const struct fb_postgres_layout *layout;
	struct fb_postgres_variables variables;
	struct fb_error *err;

	*is_ret = false;
	if (whole)
		return visit_server(process, is_ret);
	err = fb_postgres_variables_read(process, &variables);
	if (!err)
		err = fb_postgres_layout_find(process->space, &variables, &layout);
	*is_ret = !err;
	return fb_part_skip(err);
}
