/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database of examined dumps. All SQL is behind this header. It is held in memory and read from a file, and written
 * to one, as a whole: so a file is always that of a complete transaction, and nothing but the program's own code opens
 * files. Called by the other files of triage.
 *
 * A dump's record is a JSON object with a member for each column of fb_triage_columns; members that are missing or null
 * are NULL in the database. Texts are printable, as fb_text_escape() makes them.
 */
#ifndef FB_CMD_TRIAGE_STORE_H
#define FB_CMD_TRIAGE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "bundle/signature/signature.h"
#include "cmd/triage/sqlite_library.h"

/* Bytes of a database file that is read: a dump takes some 2 KB. */
#define FB_TRIAGE_MAX_DATABASE (UINT64_C(1) << 30)
/* Weeks of a group's history. */
#define FB_TRIAGE_WEEKS 12u

enum fb_triage_type {
	FB_TRIAGE_TEXT,
	FB_TRIAGE_INTEGER,
	FB_TRIAGE_REAL,
};

struct fb_triage_column {
	const char *name;
	enum fb_triage_type type;
	/* The child that reads the dump gives it; otherwise the program does, which does not read dumps. */
	bool of_dump;
};

#define FB_TRIAGE_COLUMNS 28u
extern const struct fb_triage_column fb_triage_columns[FB_TRIAGE_COLUMNS];

struct fb_triage_store;

/* Opens the database whose file has these bytes; size 0: an empty one. bytes are copied; name is for messages. What is
 * in the file is checked: FB_CORRUPT where it is damaged, FB_UNSUPPORTED where it is no database of triage or that of
 * another version. */
FB_MUST_CHECK struct fb_error *fb_triage_store_open(const struct fb_sqlite *sqlite,
						    const char *name, const void *bytes,
						    size_t size,
						    struct fb_triage_store **store_ret);
void fb_triage_store_destroy(struct fb_triage_store *store);
/* Appends the bytes of the database's file. */
FB_MUST_CHECK struct fb_error *fb_triage_store_bytes(struct fb_triage_store *store,
						     struct fb_buf *bytes);

/* Whether the dump at path was examined when it had this size and time, by the rules of this program; failed dumps
 * count too, unless failed is false. */
FB_MUST_CHECK struct fb_error *fb_triage_store_known(struct fb_triage_store *store,
						     const char *path, uint64_t size,
						     int64_t mtime_ns, bool failed,
						     bool *known_ret);
/* Adds a record, or replaces that of the same path unless that was made later. record is borrowed. */
FB_MUST_CHECK struct fb_error *fb_triage_store_put(struct fb_triage_store *store,
						   const json_t *record);
/* Adds all records of another one. */
FB_MUST_CHECK struct fb_error *fb_triage_store_join(struct fb_triage_store *store,
						    struct fb_triage_store *other);

/* An array of the groups of dumps with one signature of a level, those with most crashes first. Where a dump has none
 * of that level, its next coarser one counts. Copies of one dump are one crash. Each has `signature`, `kind`, `place`,
 * `waits`, `stack`, `message`, `dumps`, `crashes`, `hosts` and `kernels` (arrays of names), `host_count`,
 * `kernel_count`, `first` and `last` (seconds since the epoch), `example` (a path), `weeks` (crashes of each of the
 * last weeks, counted from the newest crash of all). */
FB_MUST_CHECK struct fb_error *fb_triage_store_groups(struct fb_triage_store *store,
						      enum fb_signature_level level,
						      json_t **groups_ret);
/* An array of the records that have this signature at any level, or one that begins so; the newest crash first. */
FB_MUST_CHECK struct fb_error *fb_triage_store_members(struct fb_triage_store *store,
						       const char *signature, json_t **members_ret);
/* An array of objects `path`, `why` of dumps that could not be read. */
FB_MUST_CHECK struct fb_error *fb_triage_store_failures(struct fb_triage_store *store,
							json_t **failures_ret);

#endif
