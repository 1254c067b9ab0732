// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Groups the dumps of the database by their signatures. Called by triage.c.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/triage/store_private.h"

#define NS_PER_S "1000000000"
#define WEEK_S "604800"
/* Names of hosts and kernels of a group that are listed; all are counted. */
#define MAX_NAMES 20u

/* All rows of a query, of which text is the parameter; NULL: it has none. */
static struct fb_error *rows(struct fb_triage_store *store, const char *sql, const char *text,
			     json_t **rows_ret)
{
	sqlite3_stmt *statement = NULL;
	json_t *array = json_array();
	bool row = true;
	struct fb_error *err =
		array ? fb_triage_sql_prepare(store, sql, &statement) : fb_error_nomem();

	if (!err && text)
		store->sqlite->bind_text(statement, 1, text, -1, SQLITE_STATIC);
	while (!err && row) {
		err = fb_triage_sql_step(store, statement, &row);
		if (!err && row &&
		    json_array_append_new(array, fb_triage_sql_record(store, statement)))
			err = fb_error_nomem();
	}
	store->sqlite->finalize(statement);
	if (err)
		json_decref(array);
	else
		*rows_ret = array;
	return err;
}

/* What is grouped: of each dump its signature of a level, or else of the next coarser one, when it crashed, and what
 * its copies have in common. */
static const char *const signature_of[FB_SIGNATURE_LEVELS] = {
	"sig_kind",
	"coalesce(sig_place, sig_kind)",
	"coalesce(sig_top, sig_place, sig_kind)",
	"coalesce(sig_stack, sig_top, sig_place, sig_kind)",
};

#define BEGINNING                                                                                   \
	"WITH one AS (SELECT *, %s AS signature, coalesce(crash_time, mtime_ns / " NS_PER_S         \
	") AS at, coalesce(identity, path) AS crash FROM dumps WHERE state <> 'failed'), "          \
	"numbered AS (SELECT *, row_number() OVER (PARTITION BY signature ORDER BY at DESC, path) " \
	"AS number FROM one) "

static struct fb_error *select_rows(struct fb_triage_store *store, enum fb_signature_level level,
				    const char *select, json_t **rows_ret)
{
	struct fb_buf sql;
	struct fb_error *err;

	fb_buf_init(&sql, 8192);
	err = fb_buf_printf(&sql, BEGINNING "%s%c", signature_of[level], select, '\0');
	if (!err)
		err = rows(store, (const char *)sql.data, NULL, rows_ret);
	fb_buf_deinit(&sql);
	return err;
}

/* The groups by their signatures; borrowed references. */
static json_t *index_groups(json_t *groups)
{
	json_t *index = json_object(), *group;
	size_t i;

	json_array_foreach(groups, i, group)(void) json_object_set(
		index, json_string_value(json_object_get(group, "signature")), group);
	return index;
}

/* Adds to each group the distinct values of a column, by the rows `signature`, `name`. */
static struct fb_error *add_names(struct fb_triage_store *store, enum fb_signature_level level,
				  json_t *index, const char *select, const char *key)
{
	json_t *list = NULL, *row, *group;
	const char *signature;
	size_t i;
	struct fb_error *err;

	json_object_foreach(index, signature, group)(void)
		json_object_set_new(group, key, json_array());
	err = select_rows(store, level, select, &list);
	if (err)
		return err;
	json_array_foreach(list, i, row)
	{
		json_t *names;

		signature = json_string_value(json_object_get(row, "signature"));
		names = json_object_get(signature ? json_object_get(index, signature) : NULL, key);
		if (json_array_size(names) < MAX_NAMES)
			(void)json_array_append(names, json_object_get(row, "name"));
	}
	json_decref(list);
	return NULL;
}

static struct fb_error *add_weeks(struct fb_triage_store *store, enum fb_signature_level level,
				  json_t *index)
{
	json_t *list = NULL, *row, *group;
	const char *signature;
	size_t i;
	struct fb_error *err = select_rows(
		store, level,
		"SELECT signature, ((SELECT max(at) FROM one) - at) / " WEEK_S
		" AS week, count(DISTINCT crash) AS crashes FROM one GROUP BY signature, week",
		&list);

	if (err)
		return err;
	json_object_foreach(index, signature, group)
	{
		json_t *weeks = json_array();

		for (unsigned week = 0; week < FB_TRIAGE_WEEKS; week++)
			(void)json_array_append_new(weeks, json_integer(0));
		(void)json_object_set_new(group, "weeks", weeks);
	}
	json_array_foreach(list, i, row)
	{
		const json_int_t week = json_integer_value(json_object_get(row, "week"));

		signature = json_string_value(json_object_get(row, "signature"));
		group = signature ? json_object_get(index, signature) : NULL;
		if (group && week >= 0 && week < FB_TRIAGE_WEEKS)
			(void)json_array_set(json_object_get(group, "weeks"),
					     FB_TRIAGE_WEEKS - 1 - (size_t)week,
					     json_object_get(row, "crashes"));
	}
	json_decref(list);
	return NULL;
}

struct fb_error *fb_triage_store_groups(struct fb_triage_store *store,
					enum fb_signature_level level, json_t **groups_ret)
{
	json_t *groups = NULL, *index = NULL;
	struct fb_error *err = select_rows(
		store, level,
		"SELECT signature, max(CASE number WHEN 1 THEN kind END) AS kind, "
		"max(CASE number WHEN 1 THEN place END) AS place, "
		"max(CASE number WHEN 1 THEN waits END) AS waits, "
		"max(CASE number WHEN 1 THEN stack END) AS stack, "
		"max(CASE number WHEN 1 THEN message END) AS message, count(*) AS dumps, "
		"count(DISTINCT crash) AS crashes, count(DISTINCT host) AS host_count, "
		"count(DISTINCT release) AS kernel_count, min(at) AS first, max(at) AS last, "
		"max(CASE number WHEN 1 THEN path END) AS example FROM numbered "
		"WHERE signature IS NOT NULL GROUP BY signature "
		"ORDER BY crashes DESC, last DESC, signature",
		&groups);

	if (err)
		return err;
	index = index_groups(groups);
	err = index ? NULL : fb_error_nomem();
	if (!err)
		err = add_names(
			store, level, index,
			"SELECT DISTINCT signature, host AS name FROM one WHERE host IS NOT NULL "
			"ORDER BY name",
			"hosts");
	if (!err)
		err = add_names(
			store, level, index,
			"SELECT DISTINCT signature, release AS name FROM one WHERE release IS NOT "
			"NULL ORDER BY name",
			"kernels");
	if (!err)
		err = add_weeks(store, level, index);
	json_decref(index);
	if (err)
		json_decref(groups);
	else
		*groups_ret = groups;
	return err;
}

struct fb_error *fb_triage_store_members(struct fb_triage_store *store, const char *signature,
					 json_t **members_ret)
{
	return rows(
		store,
		"SELECT * FROM dumps WHERE state <> 'failed' AND (substr(sig_kind, 1, length(?1)) = ?1 "
		"OR substr(sig_place, 1, length(?1)) = ?1 OR substr(sig_top, 1, length(?1)) = ?1 "
		"OR substr(sig_stack, 1, length(?1)) = ?1) "
		"ORDER BY coalesce(crash_time, mtime_ns / " NS_PER_S ") DESC, path",
		signature, members_ret);
}

struct fb_error *fb_triage_store_failures(struct fb_triage_store *store, json_t **failures_ret)
{
	return rows(store, "SELECT path, why FROM dumps WHERE state = 'failed' ORDER BY path", NULL,
		    failures_ret);
}
