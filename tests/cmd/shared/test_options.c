// SPDX-License-Identifier: GPL-2.0-or-later
/* Options common to all commands; wrong usage ends the program, so it is tried in children. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/shared/command.h"
#include "tests/harness.h"

static error_t parse(int key, char *arg, struct argp_state *state FB_UNUSED, void *own)
{
	if (key != 'x')
		return ARGP_ERR_UNKNOWN;
	*(const char **)own = arg;
	return 0;
}

static const struct argp_option own_options[] = {{"own", 'x', "WHAT", 0, "its own", 0}, {0}};

static const struct fb_usage usage = {
	.arguments = "INPUT [PID...]",
	.doc = "Made.",
	.most_arguments = 2,
	.least_arguments = 1,
	.options = own_options,
	.parse = parse,
};

static const char *own;

static void run(struct fb_context *context, char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	memset(context, 0, sizeof(*context));
	own = NULL;
	fb_options_parse(context, &usage, argc, argv, &own);
}

#define RUN(context, ...) run(context, (char **)(const char *[]){"made", __VA_ARGS__, NULL})

static void drop(struct fb_context *context)
{
	free(context->options.cores);
	free(context->options.parts);
	free(context->options.debug_dirs);
	free(context->args);
}

static void parses_all(void)
{
	struct fb_context context;

	RUN(&context, "dump", "--core", "a", "17", "--core=b", "--part", "p", "--json", "-j", "3",
	    "--color=never", "--quiet", "--sysroot", "/s", "--vmlinux", "v", "--debug-dir", "d",
	    "--debug-dir", "e", "-x", "mine");
	CU_ASSERT_STRING_EQUAL(context.options.input, "dump");
	CU_ASSERT_EQUAL_FATAL(context.options.core_count, 2);
	CU_ASSERT_STRING_EQUAL(context.options.cores[0], "a");
	CU_ASSERT_STRING_EQUAL(context.options.cores[1], "b");
	CU_ASSERT_EQUAL(context.options.part_count, 1);
	CU_ASSERT_EQUAL(context.options.debug_dir_count, 2);
	CU_ASSERT_EQUAL(context.options.threads, 3);
	CU_ASSERT(context.options.json && context.options.quiet);
	CU_ASSERT_EQUAL(context.options.color, FB_COLOR_NEVER);
	CU_ASSERT_STRING_EQUAL(context.options.sysroot, "/s");
	CU_ASSERT_STRING_EQUAL(context.options.vmlinux, "v");
	CU_ASSERT_STRING_EQUAL(own, "mine");
	CU_ASSERT_EQUAL_FATAL(context.arg_count, 1);
	CU_ASSERT_STRING_EQUAL(context.args[0], "17");
	drop(&context);
	/* What begins with a dash behind --. */
	RUN(&context, "--", "-dump", "1", "2");
	CU_ASSERT_STRING_EQUAL(context.options.input, "-dump");
	CU_ASSERT_EQUAL(context.arg_count, 2);
	CU_ASSERT_EQUAL(context.options.threads, 0);
	drop(&context);
}

/* The exit status of a child that parses these. */
static int status_of(char **argv)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct fb_context context;
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		argp_err_exit_status = FB_EXIT_USAGE;
		run(&context, argv);
		_exit(77);
	}
	CU_ASSERT_FATAL(pid > 0);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define STATUS(...) status_of((char **)(const char *[]){"made", __VA_ARGS__, NULL})

static void refuses_wrong_usage(void)
{
	CU_ASSERT_EQUAL(STATUS("dump", "1"), 77);
	CU_ASSERT_EQUAL(STATUS("dump"), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("dump", "1", "2", "3"), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("dump", "1", "--no-such"), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("dump", "1", "--core"), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("dump", "1", "--color=pink"), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("dump", "1", "-j", "0"), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("dump", "1", "-j", "1025"), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("dump", "1", "-j", "-1"), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("dump", "1", "-j", "4x"), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("dump", "1", "-j", ""), FB_EXIT_USAGE);
	CU_ASSERT_EQUAL(STATUS("--help"), 0);
}

static void adds_cores(void)
{
	const char *const more[] = {"c", "d"};
	struct fb_context context;

	RUN(&context, "dump", "1", "--core", "a");
	FB_OK(fb_options_add_cores(&context.options, more, 2));
	CU_ASSERT_EQUAL_FATAL(context.options.core_count, 3);
	CU_ASSERT_STRING_EQUAL(context.options.cores[2], "d");
	FB_OK(fb_options_add_cores(&context.options, more, 0));
	CU_ASSERT_EQUAL(context.options.core_count, 3);
	drop(&context);
	memset(&context, 0, sizeof(context));
	FB_OK(fb_options_add_cores(&context.options, more, 0));
	CU_ASSERT_EQUAL(context.options.core_count, 0);
	drop(&context);
}

/* Exit status of a child that parses text as a PID. */
static int pid_status(const char *text)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDERR_FILENO);
		(void)fb_parse_pid(text);
		_exit(77);
	}
	CU_ASSERT_FATAL(child > 0);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void parses_pids(void)
{
	static const char *const no_pids[] = {"",   "x",       "1x",
					      "-1", "4194304", "99999999999999999999"};

	CU_ASSERT_EQUAL(fb_parse_pid("0"), 0);
	CU_ASSERT_EQUAL(fb_parse_pid("4194303"), 4194303);
	for (size_t i = 0; i < FB_ARRAY_SIZE(no_pids); i++)
		CU_ASSERT_EQUAL(pid_status(no_pids[i]), FB_EXIT_USAGE);
}

FB_TEST_MAIN("cmd/options", FB_TEST(parses_all), FB_TEST(refuses_wrong_usage), FB_TEST(adds_cores),
	     FB_TEST(parses_pids))
