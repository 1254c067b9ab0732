// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/isolation/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/isolation/isolate_private.h"
#include "base/limits.h"
#include "tests/harness.h"

#define PARTS 300u

/* What came of each part. */
struct answers {
	unsigned taken[PARTS], lost[PARTS];
	uint64_t values[PARTS];
	enum fb_code code; /* of the last one lost */
	char why[200];
	size_t bad;     /* the part that work() does badly */
	size_t refused; /* the part that take() does not like */
	int fd, never_fd;
	char *path;
};

static struct fb_error *square(void *context FB_UNUSED, size_t index, struct fb_buf *result)
{
	return fb_buf_u64(result, (uint64_t)index * index);
}

static struct fb_error *take(void *context, size_t index, struct fb_cursor *result)
{
	struct answers *answers = context;

	if (index == answers->refused)
		return fb_error_create(FB_LIMIT, "enough");
	answers->taken[index]++;
	return fb_cursor_u64(result, &answers->values[index]);
}

static struct fb_error *lose(void *context, size_t index, struct fb_error *why)
{
	struct answers *answers = context;

	answers->lost[index]++;
	answers->code = fb_error_code(why);
	(void)snprintf(answers->why, sizeof(answers->why), "%s", fb_error_message(why));
	fb_error_destroy(why);
	return NULL;
}

static unsigned no_time(void *context FB_UNUSED, size_t index FB_UNUSED)
{
	return 0;
}

/* Runs count parts of work; the answers must be one for each part. */
static struct answers ask(struct fb_error *(*work)(void *, size_t, struct fb_buf *),
			  unsigned children, size_t count)
{
	const struct fb_isolate_ops ops = {
		.work = work, .take = take, .lost = lose, .seconds = no_time};
	struct answers answers = {.bad = 7, .refused = SIZE_MAX, .fd = -1};

	FB_OK(fb_isolate_for(children, count, &ops, &answers, NULL));
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(answers.taken[i] + answers.lost[i], 1);
	CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1);
	CU_ASSERT_EQUAL(errno, ECHILD);
	return answers;
}

static void every_part_is_done_once(void)
{
	for (unsigned children = 0; children < 5; children++) {
		struct answers answers = ask(square, children, PARTS);

		for (size_t i = 0; i < PARTS; i++) {
			CU_ASSERT_EQUAL(answers.taken[i], 1);
			CU_ASSERT_EQUAL(answers.values[i], i * i);
		}
	}
	(void)ask(square, 3, 0);
}

static struct fb_error *large(void *context FB_UNUSED, size_t index, struct fb_buf *result)
{
	struct fb_error *err = fb_buf_u64(result, index);

	for (size_t i = 0; i < 40000 && !err; i++)
		err = fb_buf_u64(result, i);
	return err;
}

static void results_larger_than_a_pipe_come_whole(void)
{
	struct answers answers = ask(large, 2, 20);

	for (size_t i = 0; i < 20; i++)
		CU_ASSERT_EQUAL(answers.values[i], i);
}

static struct fb_error *fail(void *context, size_t index, struct fb_buf *result)
{
	struct answers *answers = context;

	if (index == answers->bad)
		return fb_error_create(FB_NOT_FOUND, "part %zu is nowhere", index);
	return square(context, index, result);
}

static void an_error_keeps_its_code_and_text(void)
{
	struct answers answers = ask(fail, 2, PARTS);

	CU_ASSERT_EQUAL(answers.lost[7], 1);
	CU_ASSERT_EQUAL(answers.code, FB_NOT_FOUND);
	CU_ASSERT_STRING_EQUAL(answers.why, "part 7 is nowhere");
	CU_ASSERT_EQUAL(answers.values[8], 64);
}

static struct fb_error *die(void *context, size_t index, struct fb_buf *result)
{
	struct answers *answers = context;

	/* It may signal nobody, not even itself. */
	(void)signal(SIGILL, SIG_DFL);
	if (index == answers->bad)
		__builtin_trap();
	return square(context, index, result);
}

static void a_child_that_dies_costs_its_part(void)
{
	for (unsigned children = 1; children < 4; children++) {
		struct answers answers = ask(die, children, PARTS);

		for (size_t i = 0; i < PARTS; i++)
			CU_ASSERT_EQUAL(answers.lost[i], i == 7);
		CU_ASSERT_EQUAL(answers.code, FB_CORRUPT);
		CU_ASSERT_PTR_NOT_NULL(strstr(answers.why, "signal 4 (Illegal instruction)"));
	}
}

static struct fb_error *always_die(void *context FB_UNUSED, size_t index FB_UNUSED,
				   struct fb_buf *result FB_UNUSED)
{
	_exit(3);
}

static void a_dump_that_kills_every_child_is_given_up(void)
{
	struct answers answers = ask(always_die, 2, PARTS);

	for (size_t i = 0; i < PARTS; i++)
		CU_ASSERT_EQUAL(answers.lost[i], 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(answers.why, "too many others"));
}

static struct fb_error *loop(void *context, size_t index, struct fb_buf *result)
{
	struct answers *answers = context;

	for (volatile int i = 0; index == answers->bad; i = !i)
		;
	return square(context, index, result);
}

static void an_endless_loop_is_ended(void)
{
	struct answers answers = ask(loop, 2, 20);

	CU_ASSERT_EQUAL(answers.lost[7], 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(answers.why, "too long"));
	CU_ASSERT_EQUAL(answers.values[19], 361);
}

/* Less than one part may take. */
static struct fb_error *dawdle(void *context, size_t index, struct fb_buf *result)
{
	const clock_t end = clock() + CLOCKS_PER_SEC / 2;

	while (clock() < end)
		;
	return square(context, index, result);
}

static void all_parts_together_have_an_end(void)
{
	const struct fb_isolate_ops ops = {
		.work = dawdle, .take = take, .lost = lose, .seconds = no_time, .total_seconds = 1};
	struct answers answers = {.refused = SIZE_MAX};
	unsigned taken = 0;

	FB_OK(fb_isolate_for(1, 20, &ops, &answers, NULL));
	for (size_t i = 0; i < 20; i++) {
		CU_ASSERT_EQUAL(answers.taken[i] + answers.lost[i], 1);
		taken += answers.taken[i];
	}
	CU_ASSERT_TRUE(taken >= 2 && taken <= 7);
	CU_ASSERT_PTR_NOT_NULL(strstr(answers.why, "all the time there is"));
}

/* Waits for what never comes. */
static struct fb_error *wait_for_ever(void *context, size_t index, struct fb_buf *result)
{
	const struct answers *answers = context;
	char byte;

	(void)!write(answers->fd, "x", 1);
	(void)!read(answers->never_fd, &byte, 1);
	return square(context, index, result);
}

static void children_end_with_their_parent(void)
{
	const struct fb_isolate_ops ops = {.work = wait_for_ever, .take = take, .lost = lose};
	struct answers answers = {.refused = SIZE_MAX};
	int said[2], never[2];
	pid_t parent;
	char byte;

	CU_ASSERT_EQUAL_FATAL(pipe(said), 0);
	CU_ASSERT_EQUAL_FATAL(pipe(never), 0);
	answers.fd = said[1];
	answers.never_fd = never[0];
	parent = fork();
	if (parent == 0) {
		(void)close(said[0]);
		fb_error_destroy(fb_isolate_for(2, 2, &ops, &answers, NULL));
		_exit(0);
	}
	(void)close(said[1]);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(read(said[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(kill(parent, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(parent, NULL, 0), parent);
	/* Nobody has the other end any more. */
	CU_ASSERT_EQUAL(read(said[0], &byte, 1), 0);
	(void)close(said[0]);
	(void)close(never[0]);
	(void)close(never[1]);
}

#ifndef FB_ADDRESS_SANITIZER
static struct fb_error *devour(void *context, size_t index, struct fb_buf *result)
{
	struct answers *answers = context;
	const size_t piece = 64u << 20;
	void *volatile got = answers; /* volatile: memory that nobody uses need not be asked for */
	uint64_t pieces = 0;

	while (index == answers->bad && got && pieces * piece < 2 * FB_MAX_ISOLATE_MEMORY) {
		got = malloc(piece);
		pieces += got != NULL;
	}
	return fb_buf_u64(result, pieces * piece);
}

static void memory_has_an_end(void)
{
	struct answers answers = ask(devour, 1, 10);

	CU_ASSERT_TRUE(answers.values[7] > FB_MAX_ISOLATE_MEMORY / 2);
	/* What the parent has counts too, and not all of it is in use. */
	CU_ASSERT_TRUE(answers.values[7] <= FB_MAX_ISOLATE_MEMORY + (256u << 20));
}
#endif

static bool can_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* A bit for each thing that a child must not do and did. */
static struct fb_error *escape(void *context, size_t index FB_UNUSED, struct fb_buf *result)
{
	const struct answers *answers = context;
	const char *file = answers->path;
	struct rlimit core = {1, 1};
	uint64_t done = 0;
	pid_t pid;

	(void)getrlimit(RLIMIT_CORE, &core);
	(void)signal(SIGXFSZ, SIG_IGN);
	done |= can_open("/dev/null", O_RDONLY) ? 0 : 1u << 0;
	done |= can_open("/dev/null", O_WRONLY) ? 1u << 1 : 0;
	done |= can_open(file, O_RDONLY | O_TRUNC) ? 1u << 2 : 0;
	done |= rename(file, file) == 0 ? 1u << 3 : 0;
	done |= unlink(file) == 0 ? 1u << 4 : 0;
	done |= write(answers->fd, "x", 1) == 1 ? 1u << 5 : 0;
	done |= core.rlim_cur ? 1u << 6 : 0;
	pid = fork();
	if (pid == 0)
		_exit(0);
	done |= pid > 0 ? 1u << 7 : 0;
	done |= kill(getppid(), 0) == 0 ? 1u << 8 : 0;
	done |= syscall(SYS_tgkill, getppid(), getppid(), 0) == 0 ? 1u << 10 : 0;
	done |= prlimit(getppid(), RLIMIT_CORE, NULL, &core) == 0 ? 1u << 11 : 0;
	done |= fcntl(answers->fd, F_SETOWN, getppid()) == 0 ? 1u << 12 : 0;
	done |= prctl(PR_SET_PDEATHSIG, 0) == 0 ? 1u << 13 : 0;
	done |= ioctl(answers->fd, TIOCSTI, "x") == 0 || errno != EPERM ? 1u << 14 : 0;
	done |= socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 1u << 15 : 0;
	done |= can_open(file, O_PATH) ? 1u << 16 : 0;
	done |= fcntl(STDOUT_FILENO, F_GETFD) >= 0 ? 1u << 9 : 0;
	return fb_buf_u64(result, done);
}

static void a_child_can_only_read_and_compute(void)
{
	const struct fb_isolate_ops ops = {.work = escape, .take = take, .lost = lose};
	struct answers answers = {.refused = SIZE_MAX};
	struct stat stat_buf;

	answers.path = fb_test_file("open", "", 0);
	answers.fd = open(answers.path, O_RDWR | O_CLOEXEC);
	CU_ASSERT_TRUE_FATAL(answers.fd >= 0);
	FB_OK(fb_isolate_for(1, 1, &ops, &answers, NULL));
	CU_ASSERT_EQUAL(answers.taken[0], 1);
	CU_ASSERT_EQUAL(answers.values[0], 0);
	CU_ASSERT_EQUAL(fstat(answers.fd, &stat_buf), 0);
	CU_ASSERT_EQUAL(stat_buf.st_size, 0);
	CU_ASSERT_EQUAL(stat_buf.st_nlink, 1);
	(void)close(answers.fd);
	free(answers.path);
}

/* As a child would that somebody has taken over: it writes to every pipe there is. */
static struct fb_error *lie(void *context, size_t index, struct fb_buf *result)
{
	const struct answers *answers = context;
	const struct fb_isolate_message messages[] = {
		{.index = 0, .size = 1ull << 60, .kind = FB_ISOLATE_RESULT},
		{.index = 1ull << 40, .size = 0, .kind = FB_ISOLATE_RESULT},
		{.index = 3, .size = 0, .kind = 99},
		{.index = 3, .size = 1ull << 20, .kind = FB_ISOLATE_WARNING},
		{.index = 3, .size = 0, .kind = FB_ISOLATE_FAILED},
	};

	for (int fd = 3; index == answers->bad && fd < 100; fd++) {
		struct stat stat_buf;

		if (!fstat(fd, &stat_buf) && S_ISFIFO(stat_buf.st_mode) &&
		    write(fd, &messages[answers->fd], sizeof(messages[0])) < 0)
			continue;
	}
	return square(context, index, result);
}

static void a_child_that_lies_costs_its_part(void)
{
	const struct fb_isolate_ops ops = {.work = lie, .take = take, .lost = lose};

	for (int message = 0; message < 5; message++) {
		struct answers answers = {.bad = 7, .refused = SIZE_MAX, .fd = message};
		unsigned taken = 0;

		FB_OK(fb_isolate_for(1, PARTS, &ops, &answers, NULL));
		for (size_t i = 0; i < PARTS; i++) {
			CU_ASSERT_EQUAL(answers.taken[i] + answers.lost[i], 1);
			if (answers.taken[i])
				CU_ASSERT_EQUAL(answers.values[i], i * i);
			taken += answers.taken[i];
		}
		CU_ASSERT_TRUE(answers.lost[7]);
		/* Those behind it that the child had begun are lost with it; the others are not. */
		CU_ASSERT_TRUE(taken >= 7);
	}
}

static void an_error_of_the_callers_ends_it(void)
{
	const struct fb_isolate_ops ops = {.work = square, .take = take, .lost = lose};
	struct answers answers = {.refused = 40};

	FB_FAILS(fb_isolate_for(2, PARTS, &ops, &answers, NULL), FB_LIMIT);
	CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1);
}

static struct fb_warnings *warnings;

static struct fb_error *warn(void *context, size_t index, struct fb_buf *result)
{
	if (index % 100 == 0)
		fb_warn(warnings, "part %zu is odd", index);
	return square(context, index, result);
}

static void warnings_come_back(void)
{
	const struct fb_isolate_ops ops = {.work = warn, .take = take, .lost = lose};
	struct answers answers = {.refused = SIZE_MAX};
	bool seen[3] = {false};

	FB_OK_FATAL(fb_warnings_create(&warnings));
	fb_warn(warnings, "was there before");
	FB_OK(fb_isolate_for(2, PARTS, &ops, &answers, warnings));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 4);
	for (size_t i = 1; i < fb_warnings_count(warnings); i++)
		seen[fb_warnings_get(warnings, i)[5] - '0'] = true;
	CU_ASSERT_TRUE(seen[0] && seen[1] && seen[2]);
	fb_warnings_destroy(warnings);
}

#ifdef FB_ADDRESS_SANITIZER
#define MEMORY_TEST /* a sanitizer takes memory without end */
#else
#define MEMORY_TEST FB_TEST(memory_has_an_end),
#endif

FB_TEST_MAIN("base/isolate", FB_TEST(every_part_is_done_once),
	     FB_TEST(results_larger_than_a_pipe_come_whole),
	     FB_TEST(an_error_keeps_its_code_and_text), FB_TEST(a_child_that_dies_costs_its_part),
	     FB_TEST(a_dump_that_kills_every_child_is_given_up), FB_TEST(an_endless_loop_is_ended),
	     FB_TEST(all_parts_together_have_an_end), FB_TEST(children_end_with_their_parent),
	     MEMORY_TEST FB_TEST(a_child_can_only_read_and_compute),
	     FB_TEST(a_child_that_lies_costs_its_part), FB_TEST(an_error_of_the_callers_ends_it),
	     FB_TEST(warnings_come_back))
