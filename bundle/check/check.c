// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes all checks, and keeps which of them could be made (check.h). Called by the command check. */
#include "bundle/check/check.h"

#include "base/attr.h"
#include "base/part.h"
#include "bundle/check/checks.h"

static const struct {
	const char *name;
	struct fb_error *(*make)(struct fb_check *check);
	bool of_tasks; /* it needs the task table */
} checks[] = {
	{"waits", fb_check_waits, true},
	{"cpus", fb_check_cpus, true},
	{"worker pools", fb_check_pools, true},
	{"semaphores and message queues", fb_check_ipc, true},
	{"control groups", fb_check_cgroups, true},
	{"log", fb_check_log, false},
	{"memory", fb_check_memory, false},
	{"block devices", fb_check_block, false},
	{"file systems", fb_check_file_systems, false},
	{"stacks", fb_check_stacks, true},
	{"limits", fb_check_limits, true},
	{"listening sockets", fb_check_listeners, false},
	{"modules", fb_check_modules, false},
};
_Static_assert(FB_ARRAY_SIZE(checks) <= FB_MOST_CHECKS, "the result has no room for all checks");

struct fb_error *fb_check(struct fb_input *input, const struct fb_check_options *options,
			  struct fb_check_result *result)
{
	struct fb_check check = {
		.input = input,
		.kernel = fb_input_kernel(input),
		.options = options,
		.findings = &result->findings,
	};
	struct fb_error *err;

	*result = (struct fb_check_result){0};
	err = fb_input_do_without(input, fb_input_tasks(input, &check.tasks),
				  "cannot check: threads");
	for (size_t i = 0; i < FB_ARRAY_SIZE(checks) && !err; i++) {
		bool possible = check.tasks || !checks[i].of_tasks;

		if (possible)
			err = checks[i].make(&check);
		result->checks[i].name = checks[i].name;
		result->checks[i].done = possible && !err;
		result->check_count++;
		err = fb_input_do_without(input, err, "cannot check: %s", checks[i].name);
	}
	fb_findings_sort(&result->findings);
	return err;
}

void fb_check_result_deinit(struct fb_check_result *result)
{
	fb_findings_deinit(&result->findings);
}
