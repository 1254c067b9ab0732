/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the variables of PostgreSQL's server program. Called by postgres.c. */
#ifndef FB_USER_POSTGRES_VARIABLES_H
#define FB_USER_POSTGRES_VARIABLES_H

#include "base/error.h"
#include "user/runtimes/postgres.h"
#include "user/unwind/unwind.h"

/* Reads the values of the variables that the server exports for its extensions (-Wl,--export-dynamic). FB_NOT_FOUND:
 * the process runs no such program, or has no PGPROC; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *
fb_postgres_variables_read(const struct fb_user_process *process,
			   struct fb_postgres_variables *variables_ret);

#endif
