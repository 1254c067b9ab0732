// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of sleeping functions: searched by halves, so each must be found. */
#include "bundle/waits/wait_private.h"

#include <stdio.h>

#include "tests/harness.h"

static void finds_functions_with_and_without_suffixes(void)
{
	static const char *const names[] = {
		"futex_wait_queue",
		"futex_wait_queue_me",
		"futex_wait",
		"__mutex_lock",
		"pipe_read",
		"pipe_write",
		"do_wait",
		"do_poll",
		"do_select",
		"ep_poll",
		"percpu_rwsem_wait",
		"rwsem_down_write_slowpath",
		"locks_lock_inode_wait",
		"fcntl_setlk",
		"jbd2_log_wait_commit",
		"__wait_on_buffer",
		"__wait_on_bit",
		"wait_transaction_locked",
		"__blkdev_issue_flush",
		"unix_stream_read_generic",
		"inet_csk_accept",
		"wait_for_vfork_done",
		"ptrace_stop",
		"io_schedule",
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		const struct fb_wait_site *site = fb_wait_site_find(names[i]);
		char suffixed[64];

		CU_ASSERT_PTR_NOT_NULL_FATAL(site);
		CU_ASSERT_STRING_EQUAL(site->function, names[i]);
		snprintf(suffixed, sizeof(suffixed), "%s.constprop.0.isra.0", names[i]);
		CU_ASSERT_PTR_EQUAL(fb_wait_site_find(suffixed), site);
	}
	CU_ASSERT_PTR_NULL(fb_wait_site_find("futex_wai"));
	CU_ASSERT_PTR_NULL(fb_wait_site_find("futex_wait_queue_me_too"));
	CU_ASSERT_PTR_NULL(fb_wait_site_find(""));
	CU_ASSERT_PTR_NULL(fb_wait_site_find("zzz"));
}

FB_TEST_MAIN("bundle/wait_sites", FB_TEST(finds_functions_with_and_without_suffixes))
