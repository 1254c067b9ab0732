/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of libsqlite3, which is loaded when a database is wanted, so that starting the program does not load
 * it. Only its headers are used at build time. Called by store.c.
 */
#ifndef FB_CMD_TRIAGE_SQLITE_LIBRARY_H
#define FB_CMD_TRIAGE_SQLITE_LIBRARY_H

#include <sqlite3.h>

#include "base/error.h"

struct fb_sqlite {
	__typeof__(sqlite3_open_v2) *open_v2;
	__typeof__(sqlite3_close_v2) *close_v2;
	__typeof__(sqlite3_exec) *exec;
	__typeof__(sqlite3_prepare_v2) *prepare_v2;
	__typeof__(sqlite3_finalize) *finalize;
	__typeof__(sqlite3_reset) *reset;
	__typeof__(sqlite3_step) *step;
	__typeof__(sqlite3_bind_text) *bind_text;
	__typeof__(sqlite3_bind_int64) *bind_int64;
	__typeof__(sqlite3_bind_double) *bind_double;
	__typeof__(sqlite3_bind_null) *bind_null;
	__typeof__(sqlite3_column_count) *column_count;
	__typeof__(sqlite3_column_name) *column_name;
	__typeof__(sqlite3_column_type) *column_type;
	__typeof__(sqlite3_column_text) *column_text;
	__typeof__(sqlite3_column_bytes) *column_bytes;
	__typeof__(sqlite3_column_int64) *column_int64;
	__typeof__(sqlite3_column_double) *column_double;
	__typeof__(sqlite3_errmsg) *errmsg;
	__typeof__(sqlite3_limit) *limit;
	__typeof__(sqlite3_db_config) *db_config;
	__typeof__(sqlite3_serialize) *serialize;
	__typeof__(sqlite3_deserialize) *deserialize;
	__typeof__(sqlite3_malloc64) *malloc64;
	__typeof__(sqlite3_free) *free;
};

/* Loads the library; to be called before the program enters its sandbox. It stays loaded. FB_UNSUPPORTED where the host
 * does not have it, or has one that is too old (older than 3.37, which has strict tables and databases in memory). */
FB_MUST_CHECK struct fb_error *fb_sqlite_load(struct fb_sqlite *sqlite_ret);

#endif
