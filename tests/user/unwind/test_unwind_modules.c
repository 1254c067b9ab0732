// SPDX-License-Identifier: GPL-2.0-or-later
/* Which mappings are one object, and which object an address is in: of mappings that are made. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"
#include "user/unwind/unwind_private.h"

#define PAGE 0x1000ull

/* What the mappings come to: the index of the first one, and where it ends. */
struct expected {
	size_t first;
	uint64_t end;
	bool executable;
};

static struct fb_error *read_nothing(struct fb_space *space, uint64_t address FB_UNUSED,
				     void *to FB_UNUSED, size_t length FB_UNUSED)
{
	return fb_error_create(FB_ABSENT, "%s", space->name);
}

static const struct fb_space_ops nothing_ops = {.read = read_nothing};
static struct fb_space nothing = {.ops = &nothing_ops, .name = "nothing"};

struct made {
	struct fb_user_process process;
	struct fb_unwind_session *session;
};

static void open_made(struct made *made, const struct fb_user_mapping *mappings, size_t count)
{
	const struct fb_object_sources sources = {.find = NULL};

	made->process = (struct fb_user_process){
		.space = &nothing, .mappings = mappings, .mapping_count = count, .fetch_fd = -1};
	made->session = calloc(1, sizeof(*made->session));
	CU_ASSERT_PTR_NOT_NULL_FATAL(made->session);
	FB_OK_FATAL(fb_object_cache_create(&sources, &made->process.objects));
	made->session->process = &made->process;
	made->session->dwfl = dwfl_begin(&fb_unwind_dwfl_callbacks);
	CU_ASSERT_PTR_NOT_NULL_FATAL(made->session->dwfl);
	FB_OK_FATAL(fb_unwind_modules_report(made->session));
}

static void close_made(struct made *made)
{
	dwfl_end(made->session->dwfl);
	free(made->session->modules);
	free(made->session);
	fb_object_cache_destroy(made->process.objects);
}

static void expect(const struct fb_user_mapping *mappings, size_t count,
		   const struct expected *expected, size_t modules)
{
	struct made made;

	open_made(&made, mappings, count);
	CU_ASSERT_EQUAL_FATAL(made.session->module_count, modules);
	for (size_t i = 0; i < modules; i++) {
		const struct fb_unwind_module *module = &made.session->modules[i];

		CU_ASSERT_PTR_EQUAL(module->first, &mappings[expected[i].first]);
		CU_ASSERT_EQUAL(module->start, mappings[expected[i].first].start);
		CU_ASSERT_EQUAL(module->end, expected[i].end);
		CU_ASSERT_EQUAL(module->executable, expected[i].executable);
		CU_ASSERT_EQUAL(!module->dwfl, !module->executable);
		CU_ASSERT_PTR_EQUAL(module->session, made.session);
	}
	close_made(&made);
}

/* start and end in pages, offset and file, "" and code or not. */
#define MAPPED(from, to, at, of, name, code)                                               \
	{                                                                                  \
		.start = (from)*PAGE, .end = (to)*PAGE, .offset = (at)*PAGE, .file = (of), \
		.path = (name), .executable = (code)                                       \
	}

static void mappings_of_a_file_are_one_object(void)
{
	const struct fb_user_mapping mappings[] = {
		MAPPED(1, 2, 0, 7, "/a", false), MAPPED(2, 4, 1, 7, "/a", true),
		MAPPED(4, 5, 1, 7, "/a", false), /* the same page again, as with relro */
		MAPPED(5, 6, 0, 0, "", false),   /* .bss */
		MAPPED(6, 7, 3, 7, "/a", false),
	};
	const struct expected expected[] = {{0, 7 * PAGE, true}};

	expect(mappings, FB_ARRAY_SIZE(mappings), expected, 1);
}

/* Mapped twice; another file between; a page that lies before the last one in the file; one that does not begin
 * at the file's start. */
static void objects_end_where_another_begins(void)
{
	const struct fb_user_mapping mappings[] = {
		MAPPED(1, 2, 0, 7, "/a", false),      MAPPED(2, 3, 1, 7, "/a", true),
		MAPPED(3, 4, 0, 7, "/a", true),       MAPPED(5, 6, 0, 8, "/b", false),
		MAPPED(6, 7, 1, 7, "/a", true),       MAPPED(8, 9, 0, 9, "/c", false),
		MAPPED(9, 10, 4, 9, "/c", false),     MAPPED(10, 11, 2, 9, "/c", true),
		MAPPED(11, 12, 5, 9, "/c", true),     MAPPED(12, 13, 0, 0, "[heap]", true),
		MAPPED(13, 14, 0, 0, "[vdso]", true),
	};
	const struct expected expected[] = {
		{0, 3 * PAGE, true},   {2, 4 * PAGE, true},   {3, 6 * PAGE, false},
		{5, 10 * PAGE, false}, {10, 14 * PAGE, true},
	};

	expect(mappings, FB_ARRAY_SIZE(mappings), expected, FB_ARRAY_SIZE(expected));
}

static void no_mappings_are_no_objects(void)
{
	expect(NULL, 0, NULL, 0);
}

static void addresses_are_in_what_holds_them(void)
{
	const struct fb_user_mapping mappings[] = {
		MAPPED(1, 2, 0, 7, "/a", false),
		MAPPED(4, 5, 1, 7, "/a", true),
		MAPPED(6, 8, 0, 8, "/b", true),
	};
	struct made made;

	open_made(&made, mappings, FB_ARRAY_SIZE(mappings));
	CU_ASSERT_PTR_NULL(fb_unwind_mapping_at(&made.process, PAGE - 1));
	CU_ASSERT_PTR_EQUAL(fb_unwind_mapping_at(&made.process, PAGE), &mappings[0]);
	CU_ASSERT_PTR_EQUAL(fb_unwind_mapping_at(&made.process, 2 * PAGE - 1), &mappings[0]);
	CU_ASSERT_PTR_NULL(fb_unwind_mapping_at(&made.process, 2 * PAGE));
	CU_ASSERT_PTR_EQUAL(fb_unwind_mapping_at(&made.process, 7 * PAGE), &mappings[2]);
	CU_ASSERT_PTR_NULL(fb_unwind_mapping_at(&made.process, 8 * PAGE));
	/* An object's end holds what lies between its mappings too. */
	CU_ASSERT_PTR_NULL(fb_unwind_module_at(made.session, PAGE - 1));
	CU_ASSERT_FALSE(made.session->modules[0].loaded);
	CU_ASSERT_PTR_EQUAL(fb_unwind_module_at(made.session, PAGE), &made.session->modules[0]);
	CU_ASSERT_TRUE(made.session->modules[0].loaded);
	CU_ASSERT_FALSE(made.session->modules[1].loaded);
	CU_ASSERT_PTR_EQUAL(fb_unwind_module_at(made.session, 3 * PAGE), &made.session->modules[0]);
	CU_ASSERT_PTR_NULL(fb_unwind_module_at(made.session, 5 * PAGE));
	CU_ASSERT_PTR_EQUAL(fb_unwind_module_at(made.session, 6 * PAGE), &made.session->modules[1]);
	CU_ASSERT_PTR_NULL(fb_unwind_module_at(made.session, 8 * PAGE));
	/* Of which nothing can be read. */
	CU_ASSERT_PTR_NULL(made.session->modules[0].object);
	CU_ASSERT_PTR_NULL(made.session->err);
	CU_ASSERT(fb_unwind_is_code(made.session, 4 * PAGE));
	CU_ASSERT(!fb_unwind_is_code(made.session, PAGE));
	CU_ASSERT(!fb_unwind_is_code(made.session, 3 * PAGE));
	close_made(&made);
}

static struct fb_error *fail_to_read(struct fb_space *space FB_UNUSED, uint64_t address FB_UNUSED,
				     void *to FB_UNUSED, size_t length FB_UNUSED)
{
	return fb_error_nomem();
}

/* Met inside of libdwfl's callbacks, which have no errors: it is kept, the first one. */
static void want_of_memory_is_kept(void)
{
	static const struct fb_space_ops ops = {.read = fail_to_read};
	const struct fb_user_mapping mappings[] = {
		MAPPED(1, 2, 0, 7, "/a", true),
		MAPPED(3, 4, 0, 8, "/b", true),
	};
	struct fb_space space = {.ops = &ops, .name = "no memory"};
	struct made made;

	open_made(&made, mappings, FB_ARRAY_SIZE(mappings));
	made.process.space = &space;
	CU_ASSERT_PTR_NOT_NULL(fb_unwind_module_at(made.session, PAGE));
	CU_ASSERT(fb_error_is(made.session->err, FB_NOMEM));
	CU_ASSERT_PTR_NOT_NULL(fb_unwind_module_at(made.session, 3 * PAGE));
	CU_ASSERT(fb_error_is(made.session->err, FB_NOMEM));
	fb_error_destroy(made.session->err);
	close_made(&made);
}

/* A file that cannot be fetched, be it for want of a channel, of a build-id or of an answer, is none: no descriptor
 * that is somebody else's is given to libdwfl, which would close it. */
static void what_cannot_be_fetched_is_no_file(void)
{
	struct fb_cached_object object = {.fd = -1, .debug_fd = -1, .build_id = "c0ffee"};
	struct fb_user_process process = {.fetch_fd = open("/dev/null", O_RDWR | O_CLOEXEC)};
	struct fb_unwind_session session = {.process = &process};
	struct fb_unwind_module module = {.session = &session, .loaded = true, .object = &object};
	void *userdata = &module;

	CU_ASSERT_FATAL(process.fetch_fd >= 0);
	for (unsigned way = 0; way < 4; way++) {
		int channel = process.fetch_fd;

		if (way == 1)
			object.build_id[0] = '\0';
		if (way == 2)
			module.object = NULL;
		if (way == 3)
			process.fetch_fd = -1;
		CU_ASSERT_EQUAL(fb_unwind_dwfl_callbacks.find_debuginfo(NULL, &userdata, "a", 0,
									NULL, NULL, 0, NULL),
				-1);
		process.fetch_fd = channel;
		object.build_id[0] = 'c';
		module.object = &object;
	}
	CU_ASSERT_PTR_NULL(session.err);
	/* One that is open already is handed on as a copy. */
	object.debug_fd = process.fetch_fd;
	process.fetch_fd = fb_unwind_dwfl_callbacks.find_debuginfo(NULL, &userdata, "a", 0, NULL,
								   NULL, 0, NULL);
	CU_ASSERT(process.fetch_fd >= 0 && process.fetch_fd != object.debug_fd);
	CU_ASSERT_EQUAL(close(process.fetch_fd), 0);
	CU_ASSERT_EQUAL(close(object.debug_fd), 0);
}

FB_TEST_MAIN("user/unwind_modules", FB_TEST(mappings_of_a_file_are_one_object),
	     FB_TEST(objects_end_where_another_begins), FB_TEST(no_mappings_are_no_objects),
	     FB_TEST(addresses_are_in_what_holds_them), FB_TEST(want_of_memory_is_kept),
	     FB_TEST(what_cannot_be_fetched_is_no_file))
