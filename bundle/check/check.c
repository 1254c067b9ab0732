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
	{"log", fb_check_log, false},
	{"memory", fb_check_memory, false},
	{"file systems", fb_check_file_systems, false},
	{"stacks", fb_check_stacks, true},
	{"limits", fb_check_limits, true},
	{"listening sockets", fb_check_listeners, false},
	{"modules", fb_check_modules, false},
};
_Static_assert(FB_ARRAY_SIZE(checks) <= FB_MOST_CHECKS, "the result has no room for all checks");

/* Takes over err, the reason why something cannot be checked, and makes it a warning. Where the kernel's types or symbols
 * are missing, opening it has warned of that already. */
static struct fb_error *do_without(const struct fb_check *check, struct fb_error *err,
				   const char *what)
{
	if (fb_error_is(err, FB_NOT_FOUND) && fb_kernel_lost(check->kernel))
		return fb_part_skip(err);
	return fb_part_warn(fb_input_warnings(check->input), err, "cannot check: %s", what);
}

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
	err = do_without(&check, fb_input_tasks(input, &check.tasks), "threads");
	for (size_t i = 0; i < FB_ARRAY_SIZE(checks) && !err; i++) {
		bool possible = check.tasks || !checks[i].of_tasks;

		if (possible)
			err = checks[i].make(&check);
		result->checks[i].name = checks[i].name;
		result->checks[i].done = possible && !err;
		result->check_count++;
		err = do_without(&check, err, checks[i].name);
	}
	fb_findings_sort(&result->findings);
	return err;
}

void fb_check_result_deinit(struct fb_check_result *result)
{
	fb_findings_deinit(&result->findings);
}
