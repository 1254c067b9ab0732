/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that threads have in Java, of which the kernel's are the first 15 bytes. Called by ps.c. */
#ifndef FB_CMD_PS_THREAD_NAMES_H
#define FB_CMD_PS_THREAD_NAMES_H

#include "bundle/process/joined_space.h"
#include "cmd/shared/command.h"
#include "cmd/shared/memory_sources.h"
#include "user/runtimes/java/java.h"

/* The virtual machine of the process of the last call. */
struct fb_ps_thread_names {
	struct fb_input *input;       /* borrowed, as are tasks */
	const struct fb_tasks *tasks; /* NULL: no process is one of Java */
	struct fb_joined_options options;
	int32_t pid;              /* 0: there was no call */
	struct fb_joined *joined; /* owned */
	struct fb_java *java;     /* owned; NULL: the process has none that is read */
	struct fb_string_pool pool;
};

/* Whether any task may be one of Java, by its name. */
bool fb_ps_thread_names_any(const struct fb_tasks *tasks);
/* All zeros before; input, tasks and sources are borrowed. */
void fb_ps_thread_names_init(struct fb_input *input, const struct fb_tasks *tasks,
			     const struct fb_memory_sources *sources,
			     struct fb_ps_thread_names *names);
void fb_ps_thread_names_deinit(struct fb_ps_thread_names *names);

/* *name_ret is the name of the thread in Java, as it is there, valid until the next call; NULL: it has none, or that
 * cannot be read. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_ps_thread_name(struct fb_ps_thread_names *names,
						 const struct fb_task *task, const char **name_ret);

/* ' "reader of orders"', escaped, where the kernel's name of the thread is another; else "". */
FB_MUST_CHECK struct fb_error *fb_ps_thread_name_text(struct fb_ps_thread_names *names,
						      const struct fb_task *task, char *to,
						      size_t size);

#endif
