// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `fbundle dump --install` does to a host, below a root of the test's own.
 */
#include "bundle/host/kdump_hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/base/failing_memory.h"
#include "tests/bundle/host/made_root.h"
#include "tests/harness.h"

static const char configuration[] = "USE_KDUMP=1\nKDUMP_COREDIR=\"/var/crash\"";

static void install_is_undone(void)
{
	struct fb_made_root root;
	struct fb_kdump_hook hook;
	struct stat status;
	size_t length;
	char *text;

	fb_made_root_create(&root);
	fb_made_root_file(&root, FB_KDUMP_DEFAULTS, configuration);
	fb_made_root_file(&root, "/usr/bin/fbundle", "");
	CU_ASSERT_FATAL(chmod(fb_made_root_path(&root, "/usr/bin/fbundle"), 0755) == 0);
	CU_ASSERT_FATAL(chmod(fb_made_root_path(&root, FB_KDUMP_DEFAULTS), 0640) == 0);
	FB_OK_FATAL(fb_kdump_hook_check(root.path, &hook));
	CU_ASSERT(hook.kdump_tools && !hook.configured && !hook.script && !hook.runs);

	FB_OK_FATAL(fb_kdump_hook_install(root.path, "/usr/bin/fbundle"));
	FB_OK_FATAL(fb_kdump_hook_check(root.path, &hook));
	CU_ASSERT(hook.kdump_tools && hook.configured && hook.script && hook.runs);
	CU_ASSERT(stat(fb_made_root_path(&root, FB_KDUMP_DEFAULTS), &status) == 0);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0640);
	CU_ASSERT(stat(fb_made_root_path(&root, FB_KDUMP_HOOK_SCRIPT), &status) == 0);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0755);
	text = fb_made_root_text(&root, FB_KDUMP_DEFAULTS);
	CU_ASSERT(strstr(text, configuration) == text);
	CU_ASSERT_PTR_NOT_NULL(strstr(
		text, "\nPATH=/usr/local/lib/fbundle/kdump:/bin:/usr/bin:/sbin:/usr/sbin\n"));
	/* Once more: nothing new. */
	length = strlen(text);
	FB_OK(fb_kdump_hook_install(root.path, "/usr/bin/fbundle"));
	text = fb_made_root_text(&root, FB_KDUMP_DEFAULTS);
	CU_ASSERT_EQUAL(strlen(text), length);

	/* A line that somebody added behind ours stays. */
	(void)snprintf(text + length, sizeof(root.text) - length, "USE_KDUMP=0\n");
	fb_made_root_file(&root, FB_KDUMP_DEFAULTS, text);
	FB_OK_FATAL(fb_kdump_hook_uninstall(root.path));
	text = fb_made_root_text(&root, FB_KDUMP_DEFAULTS);
	CU_ASSERT_NSTRING_EQUAL(text, configuration, strlen(configuration));
	CU_ASSERT_STRING_EQUAL(text + strlen(configuration), "\nUSE_KDUMP=0\n");
	CU_ASSERT(access(fb_made_root_path(&root, FB_KDUMP_HOOK_SCRIPT), F_OK) != 0);
	FB_OK(fb_kdump_hook_uninstall(root.path));
	fb_made_root_destroy(&root);
}

static void program_that_is_gone(void)
{
	struct fb_made_root root;
	struct fb_kdump_hook hook;

	fb_made_root_create(&root);
	fb_made_root_file(&root, FB_KDUMP_DEFAULTS, "");
	FB_OK_FATAL(fb_kdump_hook_install(root.path, "/usr/bin/fbundle"));
	FB_OK_FATAL(fb_kdump_hook_check(root.path, &hook));
	CU_ASSERT(hook.script && !hook.runs);
	fb_made_root_destroy(&root);
}

static void what_cannot_be_installed(void)
{
	struct fb_made_root root;

	fb_made_root_create(&root);
	FB_FAILS_WITH(fb_kdump_hook_install(root.path, "/usr/bin/fbundle"), FB_NOT_FOUND,
		      "kdump-tools is not installed");
	fb_made_root_file(&root, FB_KDUMP_DEFAULTS, configuration);
	FB_FAILS(fb_kdump_hook_install(root.path, "/tmp/$(id)/fbundle"), FB_INVALID);
	FB_FAILS(fb_kdump_hook_install(root.path, "fbundle"), FB_INVALID);
	CU_ASSERT_STRING_EQUAL(fb_made_root_text(&root, FB_KDUMP_DEFAULTS), configuration);
	/* A link is somebody's arrangement. */
	CU_ASSERT_FATAL(unlink(fb_made_root_path(&root, FB_KDUMP_DEFAULTS)) == 0);
	fb_made_root_file(&root, "/etc/other", configuration);
	CU_ASSERT_FATAL(symlink("../other", fb_made_root_path(&root, FB_KDUMP_DEFAULTS)) == 0);
	FB_FAILS_WITH(fb_kdump_hook_install(root.path, "/usr/bin/fbundle"), FB_INVALID, "by hand");
	CU_ASSERT_STRING_EQUAL(fb_made_root_text(&root, "/etc/other"), configuration);
	fb_made_root_destroy(&root);
}

static struct fb_error *install_and_undo(void *context)
{
	struct fb_made_root *root = context;
	struct fb_kdump_hook installed = {0}, undone = {0};
	struct fb_error *err = fb_kdump_hook_install(root->path, "/usr/bin/fbundle");

	if (!err)
		err = fb_kdump_hook_check(root->path, &installed);
	CU_ASSERT(err || (installed.configured && installed.script && installed.runs));
	if (!err)
		err = fb_kdump_hook_uninstall(root->path);
	if (!err)
		err = fb_kdump_hook_check(root->path, &undone);
	CU_ASSERT(err || (!undone.configured && !undone.script && undone.kdump_tools));
	return err;
}

/* The C library does without the memory for a buffer. Of the lines nothing is left but the end of the one before. */
static bool is_done(void *context)
{
	const char *text = fb_made_root_text(context, FB_KDUMP_DEFAULTS);
	size_t length = strlen(configuration);

	return strncmp(text, configuration, length) == 0 && strcmp(text + length, "\n") == 0;
}

static void allocations_fail_the_install(void)
{
	struct fb_made_root root;

	fb_made_root_create(&root);
	fb_made_root_file(&root, FB_KDUMP_DEFAULTS, configuration);
	fb_made_root_file(&root, "/usr/bin/fbundle", "");
	CU_ASSERT_FATAL(chmod(fb_made_root_path(&root, "/usr/bin/fbundle"), 0755) == 0);
	(void)failing_memory_must_pass(install_and_undo, &root, is_done, 100, 0);
	/* Whatever failed before, it can be done again. */
	FB_OK(install_and_undo(&root));
	CU_ASSERT(is_done(&root));
	fb_made_root_destroy(&root);
}

FB_TEST_MAIN("bundle/host/kdump_hook", FB_TEST(install_is_undone), FB_TEST(program_that_is_gone),
	     FB_TEST(what_cannot_be_installed), FB_TEST(allocations_fail_the_install))
