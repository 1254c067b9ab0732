// SPDX-License-Identifier: GPL-2.0-or-later
/* Which block devices are reported: those whose requests do not end, and those that are suspended. */
#include <math.h>

#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

static const struct fb_disk disk = {.whole.name = "dm-\x1b"};

static void expect(const struct fb_mapped *mapped, const struct fb_request *requests, size_t count,
		   const char *expected)
{
	struct checked c;

	checked_begin(&c);
	FB_OK(fb_check_disk(&c.check, &disk, mapped, requests, count));
	checked_expect(&c, expected);
	checked_end(&c);
}

static struct fb_request request_of(enum fb_request_state state, double age_s)
{
	return (struct fb_request){
		.state = state,
		.operation = "write",
		.flags = "sync,meta",
		.sector = 4096,
		.bytes = 512,
		.age_s = age_s,
		.end = "end\x1b",
		.tid = -1,
	};
}

static void young_requests_are_none(void)
{
	const struct fb_request requests[] = {request_of(FB_REQUEST_IN_FLIGHT, 9.9),
					      request_of(FB_REQUEST_QUEUED, NAN),
					      request_of(FB_REQUEST_DAMAGED, 500)};
	const struct fb_mapped mapped = {.address = 0x1000, .name = "lab"};

	expect(NULL, NULL, 0, "");
	expect(&mapped, requests, FB_ARRAY_SIZE(requests), "");
}

static void old_ones_are_serious_and_then_grave(void)
{
	struct fb_request requests[] = {request_of(FB_REQUEST_QUEUED, 45),
					request_of(FB_REQUEST_COMPLETE, 10),
					request_of(FB_REQUEST_IN_FLIGHT, 9)};

	*requests[1].flags = *requests[1].end = '\0';
	expect(NULL, requests, FB_ARRAY_SIZE(requests),
	       "serious stuck-io block: 2 requests of dm-\\x1b have not ended for 10 s or longer, the oldest for "
	       "45.0 s\n"
	       "\twrite sync,meta of 512 B at sector 4096, queued for 45.0 s; issued by end\\x1b\n"
	       "\twrite of 512 B at sector 4096, complete for 10.0 s\n");
	requests[0].age_s = 120;
	expect(NULL, requests, 1,
	       "grave stuck-io block: 1 request of dm-\\x1b has not ended for 10 s or longer, the oldest for 2 min 0 s\n"
	       "\twrite sync,meta of 512 B at sector 4096, queued for 2 min 0 s; issued by end\\x1b\n");
}

static void a_suspended_device_holds_requests_back(void)
{
	const struct fb_mapped mapped = {.address = 0x1000, .name = "la\x1b", .holds_back = true};
	const struct fb_mapped suspended = {.address = 0x1000, .suspended = true};
	struct fb_request requests[] = {request_of(FB_REQUEST_HELD_BACK, NAN),
					request_of(FB_REQUEST_HELD_BACK, 60)};

	expect(&suspended, NULL, 0,
	       "notable suspended block: dm-\\x1b is suspended, and holds back nothing\n"
	       "\tmapped_device 0x1000: dmsetup resume lets it go on\n");
	expect(&mapped, requests, 2,
	       "serious suspended block: dm-\\x1b (la\\x1b) is suspended, and holds back 2 requests, the oldest for "
	       "1 min 0 s\n"
	       "\tmapped_device 0x1000: dmsetup resume lets it go on\n"
	       "\twrite sync,meta of 512 B at sector 4096, held back for an unknown time; issued by end\\x1b\n"
	       "\twrite sync,meta of 512 B at sector 4096, held back for 1 min 0 s; issued by end\\x1b\n");
	requests[1].age_s = 121;
	expect(&mapped, requests + 1, 1,
	       "grave suspended block: dm-\\x1b (la\\x1b) is suspended, and holds back 1 request, the oldest for 2 min "
	       "1 s\n"
	       "\tmapped_device 0x1000: dmsetup resume lets it go on\n"
	       "\twrite sync,meta of 512 B at sector 4096, held back for 2 min 1 s; issued by end\\x1b\n");
	expect(&mapped, requests, 1, /* since 6.18 most do not note when they began */
	       "serious suspended block: dm-\\x1b (la\\x1b) is suspended, and holds back 1 request, the oldest for an "
	       "unknown time\n"
	       "\tmapped_device 0x1000: dmsetup resume lets it go on\n"
	       "\twrite sync,meta of 512 B at sector 4096, held back for an unknown time; issued by end\\x1b\n");
	/* Neither the one nor the other is what is held back by a device that goes on. */
	expect(NULL, requests, 2, "");
}

static void lost_paths_are_told(void)
{
	struct fb_multipath_path first[] = {{.device = "8:16"},
					    {.device = "8:\x1b", .failures = 2}};
	struct fb_multipath_path second[] = {{.device = "8:48", .failures = 1}};
	struct fb_multipath_group groups[] = {{.number = 1, .paths = first, .path_count = 2},
					      {.number = 2, .paths = second, .path_count = 1}};
	struct fb_multipath multipath = {.groups = groups, .group_count = 2};
	struct fb_mapped_target targets[] = {{.type = "linear"},
					     {.type = "multipath", .multipath = &multipath}};
	const struct fb_mapped mapped = {
		.address = 0x1000, .name = "mpatha", .targets = targets, .target_count = 2};

	expect(&mapped, NULL, 0, "");
	first[1].failed = true;
	expect(&mapped, NULL, 0,
	       "notable path-failed block: 1 of 3 paths of dm-\\x1b (mpatha) has failed\n"
	       "\tpath 8:\\x1b of group 1: failed 2 times\n");
	first[0].failed = second[0].failed = true;
	expect(&mapped, NULL, 0,
	       "serious no-path block: dm-\\x1b (mpatha) has no path left of 3: its requests fail\n"
	       "\tpath 8:16 of group 1: failed 0 times\n"
	       "\tpath 8:\\x1b of group 1: failed 2 times\n"
	       "\tpath 8:48 of group 2: failed 1 time\n");
	multipath.queue_if_no_path = true;
	first[0].failed = first[1].failed = true;
	multipath.group_count = 1;
	expect(&mapped, NULL, 0,
	       "serious no-path block: dm-\\x1b (mpatha) has no path left of 2: its requests wait for one\n"
	       "\tpath 8:16 of group 1: failed 0 times\n"
	       "\tpath 8:\\x1b of group 1: failed 2 times\n");
}

FB_TEST_MAIN("bundle/check_block", FB_TEST(lost_paths_are_told), FB_TEST(young_requests_are_none),
	     FB_TEST(old_ones_are_serious_and_then_grave),
	     FB_TEST(a_suspended_device_holds_requests_back))
