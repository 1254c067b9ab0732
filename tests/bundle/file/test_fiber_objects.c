// SPDX-License-Identifier: GPL-2.0-or-later
/* Objects in a made fiber section, and indexes of them that are wrong. */
#include "bundle/file/fiber_objects.h"

#include <stdlib.h>
#include <string.h>

#include "bundle/file/fiber.h"
#include "tests/bundle/made_section.h"
#include "tests/harness.h"

static const struct fb_bundle_object objects[] = {
	{.build_id = "00c0ffee",
	 .paths = "/lib/libc.so\0/ct/lib/libc.so",
	 .paths_size = 29,
	 .file_size = 5000},
	{.build_id = "", .paths = "/bin/static", .paths_size = 12, .file_size = 77},
	{.build_id = "", .paths = "/bin/static", .paths_size = 12, .file_size = 78},
};

/* A section with an object each, and this index. */
static struct fb_error *open_with(const void *index, size_t size, struct made_section *made,
				  struct fb_fiber **fiber_ret, struct fb_warnings *warnings)
{
	made_section_begin(made);
	FB_OK_FATAL(fb_section_part(&made->section, FB_FIBER_MANIFEST, FB_FIBER_NO_CORE, "{}", 2,
				    NULL));
	for (size_t i = 0; i < FB_ARRAY_SIZE(objects); i++) {
		const char byte = (char)('a' + i);

		FB_OK_FATAL(fb_section_part(&made->section, FB_FIBER_OBJECT, FB_FIBER_NO_CORE,
					    &byte, 1, NULL));
	}
	FB_OK_FATAL(fb_section_part(&made->section, FB_FIBER_OBJECT_INDEX, FB_FIBER_NO_CORE, index,
				    size, NULL));
	made_section_end(made);
	return fb_fiber_open(made->file, made->dump, warnings, fiber_ret);
}

static struct fb_buf make_index(void)
{
	struct fb_buf index;

	fb_buf_init(&index, 1000);
	for (size_t i = 0; i < FB_ARRAY_SIZE(objects); i++)
		FB_OK_FATAL(fb_bundle_object_entry(&objects[i], &index));
	return index;
}

static void finds_by_build_id_or_path_and_size(void)
{
	struct fb_buf index = make_index();
	const struct fb_fiber_objects *found;
	struct fb_fiber *fiber = NULL;
	struct made_section made;
	void *bytes = NULL;
	size_t size = 0;

	FB_OK_FATAL(open_with(index.data, index.size, &made, &fiber, NULL));
	found = fb_fiber_objects(fiber);
	CU_ASSERT_EQUAL_FATAL(found->count, FB_ARRAY_SIZE(objects));
	CU_ASSERT_EQUAL(fb_fiber_objects_find(found, "00c0ffee", "/else", 0), 0);
	CU_ASSERT_EQUAL(fb_fiber_objects_find(found, "", "/ct/lib/libc.so", 5000), 0);
	CU_ASSERT_EQUAL(fb_fiber_objects_find(found, "", "/bin/static", 78), 2);
	CU_ASSERT_EQUAL(fb_fiber_objects_find(found, "", "/bin/static", 79), 3);
	CU_ASSERT_EQUAL(fb_fiber_objects_find(found, "00c0ff", "/lib/libc.so", 5000), 3);
	FB_OK_FATAL(fb_fiber_object_load(fiber, 2, &bytes, &size));
	CU_ASSERT_EQUAL(size, 1);
	CU_ASSERT_EQUAL(*(const char *)bytes, 'c');
	free(bytes);
	fb_fiber_destroy(fiber);
	made_section_close(&made);
	fb_buf_deinit(&index);
}

/* A bundle whose index is damaged has no objects, and all else. */
static void does_without_a_damaged_index(void)
{
	struct fb_buf index = make_index();

	for (unsigned wrong = 0; wrong < 6; wrong++) {
		struct fb_warnings *warnings = NULL;
		struct fb_fiber *fiber = NULL;
		struct made_section made;
		uint8_t copy[1000];
		size_t size = index.size;

		memcpy(copy, index.data, size);
		if (wrong == 0)
			size--; /* the last text does not end */
		else if (wrong == 1)
			copy[16] = 'G'; /* no digit of a build-id */
		else if (wrong == 2)
			copy[8] = 200; /* a build-id of 200 digits */
		else if (wrong == 3)
			memset(&copy[12], 0, 4); /* no path */
		else if (wrong == 4)
			copy[15] = 0xff; /* paths of 4 GiB */
		else
			copy[size++] = 0; /* behind the last */
		FB_OK_FATAL(fb_warnings_create(&warnings));
		FB_OK_FATAL(open_with(copy, size, &made, &fiber, warnings));
		CU_ASSERT_EQUAL(fb_fiber_objects(fiber)->count, 0);
		CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
		fb_fiber_destroy(fiber);
		fb_warnings_destroy(warnings);
		made_section_close(&made);
	}
	fb_buf_deinit(&index);
}

FB_TEST_MAIN("bundle/fiber_objects", FB_TEST(finds_by_build_id_or_path_and_size),
	     FB_TEST(does_without_a_damaged_index))
