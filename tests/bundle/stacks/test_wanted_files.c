// SPDX-License-Identifier: GPL-2.0-or-later
/* Files in which made stacks end: which are the same, in what order, and by what path. */
#include "bundle/stacks/wanted_files.h"

#include <stdlib.h>
#include <string.h>

#include "tests/bundle/stacks/made_stacks.h"
#include "tests/harness.h"

struct wanted {
	const char *path, *build_id;
	size_t stacks;
};

/* Each stack ends in its file, beneath a frame in another one. */
static void end_in(struct made_stacks *made, size_t index, const char *path, const char *build_id)
{
	made_stacks_frame(made, index, "/inner", "1", FB_FRAME_REGISTERS);
	made_stacks_frame(made, index, path, build_id, FB_FRAME_UNWIND_TABLE);
	made_stacks_user(made, index)->lacks_file = true;
}

static void check(struct made_stacks *made, const struct wanted *wanted, size_t count)
{
	struct fb_wanted_file *files = NULL;
	size_t found = 0;

	FB_OK_FATAL(fb_wanted_files_find(made->stacks, &files, &found));
	CU_ASSERT_EQUAL_FATAL(found, count);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_STRING_EQUAL(files[i].path, wanted[i].path);
		CU_ASSERT_PTR_EQUAL(files[i].build_id, wanted[i].build_id);
		CU_ASSERT_EQUAL(files[i].stacks, wanted[i].stacks);
	}
	free(files);
	made_stacks_close(made);
}

/* Under three paths, of which the shortest is given. */
static void a_build_id_is_one_file(void)
{
	static const char id[] = "0a";
	const struct wanted wanted[] = {{"/lib/a.so", id, 3}, {"/b", "0b", 1}};
	struct made_stacks made;

	made_stacks_open(&made);
	end_in(&made, 0, "/merged/lib/a.so", id);
	end_in(&made, 1, "/lib/a.so", id);
	end_in(&made, 2, "/b", wanted[1].build_id);
	end_in(&made, 3, "/mib/a.so", id); /* as long, and behind it in order */
	check(&made, wanted, 2);
}

/* One without is another one under each path. */
static void a_path_is_one_file_where_there_is_no_build_id(void)
{
	const struct wanted wanted[] = {
		{"/z", NULL, 2}, {"/z", "0c", 1}, {"/longer", NULL, 1}, {"/y", NULL, 1}};
	struct made_stacks made;

	made_stacks_open(&made);
	end_in(&made, 0, "/z", NULL);
	end_in(&made, 1, "/y", NULL);
	end_in(&made, 2, "/z", wanted[1].build_id);
	end_in(&made, 3, "/z", NULL);
	end_in(&made, 4, "/longer", NULL);
	check(&made, wanted, 4);
}

static void files_that_no_stack_needs_are_none(void)
{
	struct made_stacks made;

	made_stacks_open(&made);
	end_in(&made, 0, "/whole", "0d");
	made_stacks_user(&made, 0)->lacks_file = false;
	end_in(&made, 1, NULL, NULL);
	made_stacks_user(&made, 2)->lacks_file = true; /* and has no frame */
	check(&made, NULL, 0);
}

FB_TEST_MAIN("bundle/wanted_files", FB_TEST(a_build_id_is_one_file),
	     FB_TEST(a_path_is_one_file_where_there_is_no_build_id),
	     FB_TEST(files_that_no_stack_needs_are_none))
