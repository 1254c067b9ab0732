// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/user/runtimes/java/live_java.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

static struct fb_live_java live;
static const char *runs;
static char folder[64];

static void tool(const char *name, char *to, size_t size)
{
	const char *home = getenv("JAVA_HOME");

	snprintf(to, size, "%s%s%s", home ? home : "", home ? "/bin/" : "", name);
}

static void run_java(int ready)
{
	char java[512], fd[16], said[96];

	tool("java", java, sizeof(java));
	snprintf(fd, sizeof(fd), "%d", ready);
	snprintf(said, sizeof(said), "%s/jstack", folder);
	(void)execlp(java, java, "-cp", folder, runs, fd, said, NULL);
}

static bool compile(void)
{
	char javac[512], command[1024];

	tool("javac", javac, sizeof(javac));
	snprintf(folder, sizeof(folder), "/tmp/fbundle-java-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(command, sizeof(command), "%s -d %s %s/%s.java >%s/log 2>&1", javac, folder,
		 FB_TEST_JAVA, runs, folder);
	return system(command) == 0;
}

static void end(void)
{
	char command[96];

	fb_string_pool_deinit(&live.pool);
	if (live.runs)
		fb_live_process_stop(&live.process);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	(void)!system(command);
}

bool fb_live_java_start(const char *program, struct fb_live_java **java_ret)
{
	if (!live.tried) {
		live.tried = true;
		runs = program;
		atexit(end);
		live.runs = compile() && fb_live_process_start(&live.process, run_java, 1);
		live.user = (struct fb_user_process){
			.space = &live.process.space,
			.mappings = live.process.mappings,
			.mapping_count = live.process.mapping_count,
			.fetch_fd = -1,
		};
	}
	if (!live.runs)
		fb_test_skip("no Java compiler, or ptrace is not allowed here");
	live.process.absent_start = live.process.absent_end = 0;
	live.process.damage = 0;
	*java_ret = &live;
	return live.runs;
}

FILE *fb_live_java_said(void)
{
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/jstack", folder);
	file = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	return file;
}
