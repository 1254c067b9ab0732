/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtual machine of this host that runs one of the programs beside this file, stopped; what jstack says of it. */
#ifndef FB_TESTS_USER_LIVE_JAVA_H
#define FB_TESTS_USER_LIVE_JAVA_H

#include <stdbool.h>
#include <stdio.h>

#include "tests/user/live_process.h"
#include "user/unwind/string_pool.h"

struct fb_live_java {
	struct fb_live_process process;
	struct fb_user_process user;
	struct fb_string_pool pool;
	bool tried, runs;
};

/* Compiles and starts the program PROGRAM.java, once for all tests, which is stopped when these end, and takes away
 * what an earlier test did to its memory. False, and the test is skipped, where there is no Java compiler, or ptrace is
 * not allowed. JAVA_HOME may name another Java than that of the path. */
bool fb_live_java_start(const char *program, struct fb_live_java **java_ret);

/* What jstack -l said of it; the caller closes it. */
FILE *fb_live_java_said(void);

#endif
