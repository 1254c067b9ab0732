// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens, checks and fills the database of examined dumps. Called by the other files of triage.
 */
#include "cmd/triage/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/triage/store_private.h"

/* "fbTr" in the header of the file: PRAGMA application_id. */
#define APPLICATION_ID 0x66625472
#define SCHEMA_VERSION 1
/* Bytes of one text: a stack of 48 functions, a path. */
#define MAX_VALUE (1 << 20)
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* The first one is the key. */
const struct fb_triage_column fb_triage_columns[FB_TRIAGE_COLUMNS] = {
	{"path", FB_TRIAGE_TEXT, false},         {"size", FB_TRIAGE_INTEGER, false},
	{"mtime_ns", FB_TRIAGE_INTEGER, false},  {"examined", FB_TRIAGE_INTEGER, false},
	{"rules", FB_TRIAGE_INTEGER, false},     {"state", FB_TRIAGE_TEXT, false},
	{"why", FB_TRIAGE_TEXT, false},          {"identity", FB_TRIAGE_TEXT, true},
	{"boot_id", FB_TRIAGE_TEXT, true},       {"host", FB_TRIAGE_TEXT, true},
	{"release", FB_TRIAGE_TEXT, true},       {"build_id", FB_TRIAGE_TEXT, true},
	{"crash_time", FB_TRIAGE_INTEGER, true}, {"uptime_s", FB_TRIAGE_REAL, true},
	{"cause", FB_TRIAGE_TEXT, true},         {"kind", FB_TRIAGE_TEXT, true},
	{"message", FB_TRIAGE_TEXT, true},       {"guilt", FB_TRIAGE_TEXT, true},
	{"tid", FB_TRIAGE_INTEGER, true},        {"comm", FB_TRIAGE_TEXT, true},
	{"place", FB_TRIAGE_TEXT, true},         {"waits", FB_TRIAGE_TEXT, true},
	{"stack", FB_TRIAGE_TEXT, true},         {"warnings", FB_TRIAGE_INTEGER, true},
	{"sig_kind", FB_TRIAGE_TEXT, true},      {"sig_place", FB_TRIAGE_TEXT, true},
	{"sig_top", FB_TRIAGE_TEXT, true},       {"sig_stack", FB_TRIAGE_TEXT, true},
};

struct fb_error *fb_triage_sql_error(const struct fb_triage_store *store)
{
	return fb_error_create(FB_CORRUPT, "%s: %s", store->name, store->sqlite->errmsg(store->db));
}

struct fb_error *fb_triage_sql_prepare(struct fb_triage_store *store, const char *sql,
				       sqlite3_stmt **statement_ret)
{
	if (store->sqlite->prepare_v2(store->db, sql, -1, statement_ret, NULL) != SQLITE_OK)
		return fb_triage_sql_error(store);
	return NULL;
}

struct fb_error *fb_triage_sql_step(struct fb_triage_store *store, sqlite3_stmt *statement,
				    bool *row_ret)
{
	const int result = store->sqlite->step(statement);

	if (result != SQLITE_ROW && result != SQLITE_DONE)
		return result == SQLITE_NOMEM ? fb_error_nomem() : fb_triage_sql_error(store);
	*row_ret = result == SQLITE_ROW;
	return NULL;
}

json_t *fb_triage_sql_value(struct fb_triage_store *store, sqlite3_stmt *statement, int column)
{
	const struct fb_sqlite *sqlite = store->sqlite;
	const char *text;
	json_t *value;

	switch (sqlite->column_type(statement, column)) {
	case SQLITE_INTEGER:
		return json_integer(sqlite->column_int64(statement, column));
	case SQLITE_FLOAT:
		value = json_real(sqlite->column_double(statement, column));
		return value ? value : json_null();
	case SQLITE_TEXT:
		text = (const char *)sqlite->column_text(statement, column);
		/* NULL where it is no UTF-8, as nothing is that this program wrote. */
		value = text ? json_stringn(text, (size_t)sqlite->column_bytes(statement, column))
			     : NULL;
		return value ? value : json_null();
	default:
		return json_null();
	}
}

json_t *fb_triage_sql_record(struct fb_triage_store *store, sqlite3_stmt *statement)
{
	json_t *record = json_object();
	const int count = store->sqlite->column_count(statement);

	for (int i = 0; i < count && record; i++)
		if (json_object_set_new(record, store->sqlite->column_name(statement, i),
					fb_triage_sql_value(store, statement, i))) {
			json_decref(record);
			record = NULL;
		}
	return record;
}

static struct fb_error *execute(struct fb_triage_store *store, const char *sql)
{
	return store->sqlite->exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
		       ? NULL
		       : fb_triage_sql_error(store);
}

static struct fb_error *make_tables(struct fb_triage_store *store)
{
	static const char *const types[] = {[FB_TRIAGE_TEXT] = "TEXT",
					    [FB_TRIAGE_INTEGER] = "INTEGER",
					    [FB_TRIAGE_REAL] = "REAL"};
	struct fb_buf sql;
	struct fb_error *err;

	fb_buf_init(&sql, 8192);
	err = fb_buf_printf(
		&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d; CREATE TABLE dumps(",
		APPLICATION_ID, SCHEMA_VERSION);
	for (size_t i = 0; i < FB_TRIAGE_COLUMNS && !err; i++)
		err = fb_buf_printf(&sql, "%s%s %s%s", i ? ", " : "", fb_triage_columns[i].name,
				    types[fb_triage_columns[i].type],
				    i ? "" : " PRIMARY KEY NOT NULL");
	if (!err)
		err = fb_buf_printf(&sql, ") STRICT%c", '\0');
	if (!err)
		err = execute(store, (const char *)sql.data);
	fb_buf_deinit(&sql);
	return err;
}

/* The first column of the first row, as text: "" where there is none. */
static struct fb_error *ask(struct fb_triage_store *store, const char *sql, char *to, size_t size)
{
	sqlite3_stmt *statement = NULL;
	bool row = false;
	struct fb_error *err = fb_triage_sql_prepare(store, sql, &statement);

	to[0] = '\0';
	if (!err)
		err = fb_triage_sql_step(store, statement, &row);
	if (!err && row && store->sqlite->column_text(statement, 0))
		snprintf(to, size, "%s", (const char *)store->sqlite->column_text(statement, 0));
	store->sqlite->finalize(statement);
	return err;
}

/* All that a schema may have. */
#define SCHEMA \
	"SELECT group_concat(type || ' ' || name || ' ' || ifnull(sql, ''), ';') FROM sqlite_schema"

/* Whether the database is what make_tables() makes, and nothing but that: no trigger, view or index that a statement
 * would run. Then, whether its pages and values are what they should be. */
static struct fb_error *check(struct fb_triage_store *store)
{
	struct fb_triage_store *fresh = NULL;
	char id[32], version[32], schema[8192], wanted[8192], sound[256];
	struct fb_error *err = ask(store, "PRAGMA application_id", id, sizeof(id));

	if (!err)
		err = ask(store, "PRAGMA user_version", version, sizeof(version));
	if (!err && strtol(id, NULL, 10) != APPLICATION_ID)
		return fb_error_create(FB_UNSUPPORTED, "%s: a database of another program",
				       store->name);
	if (!err && strtol(version, NULL, 10) != SCHEMA_VERSION)
		return fb_error_create(FB_UNSUPPORTED,
				       "%s: of version %s, while this program reads " TEXT(
					       SCHEMA_VERSION) ": examine the dumps anew, into "
							       "another file",
				       store->name, version);
	if (!err)
		err = ask(store, SCHEMA, schema, sizeof(schema));
	if (!err)
		err = fb_triage_store_open(store->sqlite, "a new database", NULL, 0, &fresh);
	if (!err)
		err = ask(fresh, SCHEMA, wanted, sizeof(wanted));
	fb_triage_store_destroy(fresh);
	if (!err && strcmp(schema, wanted) != 0)
		return fb_error_create(FB_CORRUPT, "%s: its tables are not those of triage",
				       store->name);
	if (!err)
		err = ask(store, "PRAGMA quick_check(1)", sound, sizeof(sound));
	if (!err && strcmp(sound, "ok") != 0)
		return fb_error_create(FB_CORRUPT, "%s: damaged: %s", store->name, sound);
	return err;
}

/* Gives sqlite a copy of the file's bytes. */
static struct fb_error *take_bytes(struct fb_triage_store *store, const void *bytes, size_t size)
{
	const struct fb_sqlite *sqlite = store->sqlite;
	unsigned char *copy = sqlite->malloc64(size);

	if (!copy)
		return fb_error_nomem();
	memcpy(copy, bytes, size);
	/* It frees the copy on failure too. */
	if (sqlite->deserialize(store->db, "main", copy, (sqlite3_int64)size, (sqlite3_int64)size,
				SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) !=
	    SQLITE_OK)
		return fb_triage_sql_error(store);
	return fb_error_prefix(check(store), "cannot go on with this database");
}

/* What a file may make sqlite do: no statement of the schema is trusted, no value is huge. */
static void restrain(struct fb_triage_store *store)
{
	const struct fb_sqlite *sqlite = store->sqlite;

	(void)sqlite->db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	(void)sqlite->db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	(void)sqlite->db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
	(void)sqlite->db_config(store->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
	(void)sqlite->limit(store->db, SQLITE_LIMIT_LENGTH, MAX_VALUE);
	(void)sqlite->limit(store->db, SQLITE_LIMIT_ATTACHED, 0);
}

static struct fb_error *open_memory(struct fb_triage_store *store, const void *bytes, size_t size)
{
	struct fb_error *err;

	if (store->sqlite->open_v2(":memory:", &store->db,
				   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY,
				   NULL) != SQLITE_OK)
		return store->db ? fb_triage_sql_error(store) : fb_error_nomem();
	restrain(store);
	/* What is sorted stays in memory: the sandbox lets no file be made for it. */
	err = execute(store, "PRAGMA temp_store = MEMORY");
	if (!err)
		err = size ? take_bytes(store, bytes, size) : make_tables(store);
	return err;
}

struct fb_error *fb_triage_store_open(const struct fb_sqlite *sqlite, const char *name,
				      const void *bytes, size_t size,
				      struct fb_triage_store **store_ret)
{
	struct fb_triage_store *store = calloc(1, sizeof(*store));
	struct fb_error *err;

	if (!store)
		return fb_error_nomem();
	store->sqlite = sqlite;
	store->name = strdup(name);
	err = store->name ? open_memory(store, bytes, size) : fb_error_nomem();
	if (err)
		fb_triage_store_destroy(store);
	else
		*store_ret = store;
	return err;
}

void fb_triage_store_destroy(struct fb_triage_store *store)
{
	if (!store)
		return;
	store->sqlite->finalize(store->put);
	(void)store->sqlite->close_v2(store->db);
	free(store->name);
	free(store);
}

struct fb_error *fb_triage_store_bytes(struct fb_triage_store *store, struct fb_buf *bytes)
{
	sqlite3_int64 size = 0;
	unsigned char *copy = store->sqlite->serialize(store->db, "main", &size, 0);
	struct fb_error *err;

	if (!copy)
		return fb_error_nomem();
	err = fb_buf_append(bytes, copy, (size_t)size);
	store->sqlite->free(copy);
	return err;
}

struct fb_error *fb_triage_store_known(struct fb_triage_store *store, const char *path,
				       uint64_t size, int64_t mtime_ns, bool failed,
				       bool *known_ret)
{
	const struct fb_sqlite *sqlite = store->sqlite;
	sqlite3_stmt *statement = NULL;
	struct fb_error *err = fb_triage_sql_prepare(
		store,
		"SELECT 1 FROM dumps WHERE path = ?1 AND size = ?2 AND mtime_ns = ?3 AND rules = ?4 "
		"AND (?5 OR state <> 'failed')",
		&statement);

	if (err)
		return err;
	sqlite->bind_text(statement, 1, path, -1, SQLITE_STATIC);
	sqlite->bind_int64(statement, 2, (sqlite3_int64)size);
	sqlite->bind_int64(statement, 3, mtime_ns);
	sqlite->bind_int64(statement, 4, FB_SIGNATURE_RULES);
	sqlite->bind_int64(statement, 5, failed);
	err = fb_triage_sql_step(store, statement, known_ret);
	sqlite->finalize(statement);
	return err;
}

/* "INSERT INTO dumps VALUES(?1, ...) ON CONFLICT(path) DO UPDATE SET size = excluded.size, ... WHERE ..." */
static struct fb_error *prepare_put(struct fb_triage_store *store)
{
	struct fb_buf sql;
	struct fb_error *err;

	fb_buf_init(&sql, 8192);
	err = fb_buf_printf(&sql, "INSERT INTO dumps VALUES(?1");
	for (size_t i = 1; i < FB_TRIAGE_COLUMNS && !err; i++)
		err = fb_buf_printf(&sql, ", ?%zu", i + 1);
	if (!err)
		err = fb_buf_printf(&sql, ") ON CONFLICT(path) DO UPDATE SET ");
	for (size_t i = 1; i < FB_TRIAGE_COLUMNS && !err; i++)
		err = fb_buf_printf(&sql, "%s%s = excluded.%s", i > 1 ? ", " : "",
				    fb_triage_columns[i].name, fb_triage_columns[i].name);
	if (!err)
		err = fb_buf_printf(&sql, " WHERE excluded.examined >= dumps.examined%c", '\0');
	if (!err)
		err = fb_triage_sql_prepare(store, (const char *)sql.data, &store->put);
	fb_buf_deinit(&sql);
	return err;
}

static void bind(struct fb_triage_store *store, int number, enum fb_triage_type type,
		 const json_t *value)
{
	const struct fb_sqlite *sqlite = store->sqlite;

	if (type == FB_TRIAGE_TEXT && json_is_string(value))
		sqlite->bind_text(store->put, number, json_string_value(value),
				  (int)json_string_length(value), SQLITE_TRANSIENT);
	else if (type == FB_TRIAGE_INTEGER && json_is_integer(value))
		sqlite->bind_int64(store->put, number, json_integer_value(value));
	else if (type == FB_TRIAGE_REAL && json_is_number(value))
		sqlite->bind_double(store->put, number, json_number_value(value));
	else
		sqlite->bind_null(store->put, number);
}

struct fb_error *fb_triage_store_put(struct fb_triage_store *store, const json_t *record)
{
	struct fb_error *err = store->put ? NULL : prepare_put(store);
	bool row;

	if (err)
		return err;
	for (size_t i = 0; i < FB_TRIAGE_COLUMNS; i++)
		bind(store, (int)i + 1, fb_triage_columns[i].type,
		     json_object_get(record, fb_triage_columns[i].name));
	err = fb_triage_sql_step(store, store->put, &row);
	store->sqlite->reset(store->put);
	return err;
}

struct fb_error *fb_triage_store_join(struct fb_triage_store *store, struct fb_triage_store *other)
{
	sqlite3_stmt *statement = NULL;
	bool row = true;
	struct fb_error *err = fb_triage_sql_prepare(other, "SELECT * FROM dumps", &statement);

	while (!err && row) {
		err = fb_triage_sql_step(other, statement, &row);
		if (!err && row) {
			json_t *record = fb_triage_sql_record(other, statement);

			err = record ? fb_triage_store_put(store, record) : fb_error_nomem();
			json_decref(record);
		}
	}
	other->sqlite->finalize(statement);
	return err;
}
