// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens the virtual machine of Java in a process. Called by bundle/waits/futex, and by the command ps. */
#include "bundle/process/java_machine.h"

#include <string.h>

#include "base/cleanup.h"
#include "bundle/process/user_mappings.h"

bool fb_java_machine_may_be(const struct fb_task *task)
{
	return !task->kernel_thread && !strncmp(task->comm, "VM Thread", sizeof(task->comm));
}

struct fb_error *fb_java_machine_open(struct fb_input *input, const struct fb_task *task,
				      struct fb_joined *joined, struct fb_string_pool *pool,
				      struct fb_java **java_ret)
{
	FB_CLEANUP(fb_free_at) struct fb_user_mapping *mappings = NULL;
	struct fb_user_process process = {
		.space = fb_joined_space(joined),
		.mapping_count = fb_joined_vmas(joined)->count,
		.fetch_fd = -1,
	};
	struct fb_error *err = fb_user_mappings_load(input, task, joined, pool, &mappings);

	process.mappings = mappings;
	return err ? err : fb_java_open(&process, pool, java_ret);
}
