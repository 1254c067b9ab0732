/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What store.c and store_groups.c share. */
#ifndef FB_CMD_TRIAGE_STORE_PRIVATE_H
#define FB_CMD_TRIAGE_STORE_PRIVATE_H

#include "cmd/triage/store.h"

struct fb_triage_store {
	const struct fb_sqlite *sqlite; /* borrowed */
	char *name;                     /* owned; for messages */
	sqlite3 *db;
	sqlite3_stmt *put; /* owned; NULL: not prepared yet */
};

/* The last error of sqlite, as FB_CORRUPT: the statements are right, so that the file is at fault. */
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *
fb_triage_sql_error(const struct fb_triage_store *store);
/* The caller finalises the statement, on failure too. */
FB_MUST_CHECK struct fb_error *fb_triage_sql_prepare(struct fb_triage_store *store, const char *sql,
						     sqlite3_stmt **statement_ret);
/* *row_ret: whether there is a further row. */
FB_MUST_CHECK struct fb_error *fb_triage_sql_step(struct fb_triage_store *store,
						  sqlite3_stmt *statement, bool *row_ret);
/* A new reference to the value of a column of the row at hand; null for what is no number and no UTF-8. */
json_t *fb_triage_sql_value(struct fb_triage_store *store, sqlite3_stmt *statement, int column);
/* A new object with the columns of the row at hand by their names; NULL: memory is out. */
json_t *fb_triage_sql_record(struct fb_triage_store *store, sqlite3_stmt *statement);

#endif
