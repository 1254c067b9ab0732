// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Installs a filter of system calls. Which calls it allows, and why, is in
 * base/isolation/filters/make_filters.c. Called by sandbox.c.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp_filters.h> /* made by the build */
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/isolation/sandbox.h"

/* false: this kernel has no filters. */
static bool apply(const struct sock_filter *instructions, size_t count)
{
	const struct sock_fprog program = {
		.len = (unsigned short)count,
		.filter = (struct sock_filter *)instructions, /* the kernel only reads it */
	};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

bool fb_sandbox_seccomp(bool network)
{
	return network ? apply(for_fetcher, FB_ARRAY_SIZE(for_fetcher))
		       : apply(for_program, FB_ARRAY_SIZE(for_program));
}

void fb_sandbox_seccomp_narrow(void)
{
	(void)(fb_sandbox_has_landlock() ? apply(for_child, FB_ARRAY_SIZE(for_child))
					 : apply(for_child_without_landlock,
						 FB_ARRAY_SIZE(for_child_without_landlock)));
}
