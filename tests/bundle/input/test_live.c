// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is said where the running kernel's memory cannot be read.
 */
#include "bundle/input/live.h"

#include <sys/resource.h>
#include <unistd.h>

#include "tests/bundle/host/made_root.h"
#include "tests/harness.h"

static struct fb_error *refused(void)
{
	return fb_error_create(FB_OS, "cannot open /proc/kcore: Operation not permitted");
}

static void why_it_cannot_be_opened(void)
{
	struct fb_made_root root;

	fb_made_root_create(&root);
	FB_FAILS_WITH(fb_live_explain(root.path, refused()), FB_OS, "CONFIG_PROC_KCORE");
	fb_made_root_file(&root, FB_LIVE_PATH, "");
	if (geteuid() != 0) {
		FB_FAILS_WITH(fb_live_explain(root.path, refused()), FB_OS, "run it as root");
	} else {
		FB_FAILS_WITH(fb_live_explain(root.path, refused()), FB_OS, "CAP_SYS_RAWIO");
		fb_made_root_file(&root, "/sys/kernel/security/lockdown",
				  "none [integrity] confidentiality\n");
		FB_FAILS_WITH(fb_live_explain(root.path, refused()), FB_OS, "CAP_SYS_RAWIO");
		fb_made_root_file(&root, "/sys/kernel/security/lockdown",
				  "none integrity [confidentiality]\n");
		FB_FAILS_WITH(fb_live_explain(root.path, refused()), FB_OS, "locked down");
	}
	fb_made_root_destroy(&root);
}

static void other_errors_stay(void)
{
	FB_FAILS_WITH(fb_live_explain("", fb_error_create(FB_CORRUPT, "broken")), FB_CORRUPT,
		      "broken");
	FB_OK(fb_live_explain("", NULL));
}

/* Not that the host has no such file: it could not be looked whether. */
static void no_descriptor_is_no_reason(void)
{
	struct fb_made_root root;
	struct rlimit before, none;

	fb_made_root_create(&root);
	fb_made_root_file(&root, FB_LIVE_PATH, "");
	fb_made_root_file(&root, "/sys/kernel/security/lockdown",
			  "none integrity [confidentiality]\n");
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	FB_FAILS_WITH(fb_live_explain(root.path, refused()), FB_EXHAUSTED, "lockdown");
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &before), 0);
	fb_made_root_destroy(&root);
}

FB_TEST_MAIN("bundle/input/live", FB_TEST(why_it_cannot_be_opened), FB_TEST(other_errors_stay),
	     FB_TEST(no_descriptor_is_no_reason))
