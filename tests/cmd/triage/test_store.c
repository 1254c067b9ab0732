// SPDX-License-Identifier: GPL-2.0-or-later
/* The database: what is put in comes out again, after it was written and read; groups; files that are none. */
#include "cmd/triage/store.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

static struct fb_sqlite sqlite;

static struct fb_triage_store *fresh(void)
{
	struct fb_triage_store *store = NULL;

	FB_OK_FATAL(fb_sqlite_load(&sqlite));
	FB_OK_FATAL(fb_triage_store_open(&sqlite, "test.db", NULL, 0, &store));
	return store;
}

static void put(struct fb_triage_store *store, const char *path, int64_t examined,
		const char *state, const char *top, const char *identity, int64_t crash_time)
{
	json_t *record = json_object();

	(void)json_object_set_new(record, "path", json_string(path));
	(void)json_object_set_new(record, "size", json_integer(5));
	(void)json_object_set_new(record, "mtime_ns", json_integer(7));
	(void)json_object_set_new(record, "examined", json_integer(examined));
	(void)json_object_set_new(record, "rules", json_integer(FB_SIGNATURE_RULES));
	(void)json_object_set_new(record, "state", json_string(state));
	(void)json_object_set_new(record, "host", json_string(path));
	(void)json_object_set_new(record, "crash_time", json_integer(crash_time));
	(void)json_object_set_new(record, "sig_kind", json_string("kk"));
	if (identity)
		(void)json_object_set_new(record, "identity", json_string(identity));
	if (top)
		(void)json_object_set_new(record, "sig_top", json_string(top));
	FB_OK_FATAL(fb_triage_store_put(store, record));
	json_decref(record);
}

static bool known(struct fb_triage_store *store, const char *path, uint64_t size, int64_t mtime,
		  bool failed)
{
	bool result = false;

	FB_OK_FATAL(fb_triage_store_known(store, path, size, mtime, failed, &result));
	return result;
}

static json_int_t number(const json_t *array, size_t index, const char *name)
{
	return json_integer_value(json_object_get(json_array_get(array, index), name));
}

static void knows_what_it_has(void)
{
	struct fb_triage_store *store = fresh();

	put(store, "/a", 1, "complete", "tt", NULL, 100);
	put(store, "/b", 1, "failed", NULL, NULL, 0);
	CU_ASSERT_TRUE(known(store, "/a", 5, 7, true));
	CU_ASSERT_FALSE(known(store, "/a", 6, 7, true));
	CU_ASSERT_FALSE(known(store, "/a", 5, 8, true));
	CU_ASSERT_FALSE(known(store, "/c", 5, 7, true));
	CU_ASSERT_TRUE(known(store, "/b", 5, 7, true));
	CU_ASSERT_FALSE(known(store, "/b", 5, 7, false));
	fb_triage_store_destroy(store);
}

static void groups(void)
{
	struct fb_triage_store *store = fresh();
	json_t *list = NULL;

	put(store, "/a", 1, "complete", "tt", "i1", 10000000);
	put(store, "/copy", 1, "complete", "tt", "i1", 10000000);
	put(store, "/b", 1, "partial", "tt", "i2", 10000000 - 604800);
	put(store, "/c", 1, "complete", NULL, "i3", 9999999); /* only its kind is known */
	put(store, "/d", 1, "failed", NULL, NULL, 0);
	FB_OK_FATAL(fb_triage_store_groups(store, FB_SIGNATURE_TOP, &list));
	CU_ASSERT_EQUAL_FATAL(json_array_size(list), 2);
	CU_ASSERT_EQUAL(number(list, 0, "crashes"), 2);
	CU_ASSERT_EQUAL(number(list, 0, "dumps"), 3);
	CU_ASSERT_EQUAL(number(list, 0, "host_count"), 3);
	CU_ASSERT_EQUAL(number(list, 0, "first"), 10000000 - 604800);
	CU_ASSERT_EQUAL(number(list, 0, "last"), 10000000);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(json_array_get(list, 0), "example")), "/a");
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(json_array_get(list, 1), "signature")), "kk");
	CU_ASSERT_EQUAL(json_integer_value(json_array_get(
				json_object_get(json_array_get(list, 0), "weeks"), 11)),
			1);
	CU_ASSERT_EQUAL(json_integer_value(json_array_get(
				json_object_get(json_array_get(list, 0), "weeks"), 10)),
			1);
	json_decref(list);
	FB_OK_FATAL(fb_triage_store_members(store, "t", &list));
	CU_ASSERT_EQUAL(json_array_size(list), 3);
	json_decref(list);
	FB_OK_FATAL(fb_triage_store_failures(store, &list));
	CU_ASSERT_EQUAL(json_array_size(list), 1);
	json_decref(list);
	fb_triage_store_destroy(store);
}

/* Through a file; of a dump that both have, the one examined last stays. */
static void written_and_joined(void)
{
	struct fb_triage_store *store = fresh(), *again = NULL, *other = fresh();
	struct fb_buf bytes;
	json_t *list = NULL;

	put(store, "/a", 5, "complete", "new", NULL, 1);
	fb_buf_init(&bytes, 1u << 20);
	FB_OK_FATAL(fb_triage_store_bytes(store, &bytes));
	FB_OK_FATAL(fb_triage_store_open(&sqlite, "test.db", bytes.data, bytes.size, &again));
	put(other, "/a", 4, "complete", "old", NULL, 1);
	put(other, "/b", 4, "complete", "more", NULL, 1);
	FB_OK_FATAL(fb_triage_store_join(again, other));
	FB_OK_FATAL(fb_triage_store_members(again, "new", &list));
	CU_ASSERT_EQUAL(json_array_size(list), 1);
	json_decref(list);
	FB_OK_FATAL(fb_triage_store_members(again, "old", &list));
	CU_ASSERT_EQUAL(json_array_size(list), 0);
	json_decref(list);
	CU_ASSERT_TRUE(known(again, "/b", 5, 7, true));
	fb_buf_deinit(&bytes);
	fb_triage_store_destroy(other);
	fb_triage_store_destroy(again);
	fb_triage_store_destroy(store);
}

/* Each byte of the header and of the schema's page changed, and each length: refused or read, never a crash. */
static void damaged(void)
{
	struct fb_triage_store *store = fresh(), *other;
	struct fb_buf bytes;
	size_t refused = 0;

	put(store, "/a", 5, "complete", "new", NULL, 1);
	fb_buf_init(&bytes, 1u << 20);
	FB_OK_FATAL(fb_triage_store_bytes(store, &bytes));
	for (size_t i = 0; i < bytes.size; i += i < 128 ? 1 : 61) {
		struct fb_error *err;
		json_t *list = NULL;

		other = NULL;
		bytes.data[i] ^= 0x41;
		err = fb_triage_store_open(&sqlite, "test.db", bytes.data, bytes.size, &other);
		if (!err)
			err = fb_triage_store_groups(other, FB_SIGNATURE_TOP, &list);
		refused += err != NULL;
		json_decref(list);
		fb_error_destroy(err);
		fb_triage_store_destroy(other);
		bytes.data[i] ^= 0x41;
	}
	CU_ASSERT_TRUE(refused > 20);
	for (size_t size = 1; size < bytes.size; size += 509) {
		struct fb_error *err;

		other = NULL;
		err = fb_triage_store_open(&sqlite, "test.db", bytes.data, size, &other);
		CU_ASSERT_PTR_NOT_NULL(err);
		fb_error_destroy(err);
		fb_triage_store_destroy(other);
	}
	fb_buf_deinit(&bytes);
	fb_triage_store_destroy(store);
}

FB_TEST_MAIN("triage/store", FB_TEST(knows_what_it_has), FB_TEST(groups),
	     FB_TEST(written_and_joined), FB_TEST(damaged))
