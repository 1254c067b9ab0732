// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/isolation/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files/outfile.h"
#include "tests/harness.h"

static char *allowed_file;
/* The test's folder is one to publish in, not to write in. */
static bool publish_only;

/* Runs try() shut in, in a process of its own: what it returns. 100: this kernel has no Landlock. */
static int confined(int (*try)(void), bool network)
{
	const char *const read[] = {allowed_file, "/no/such/path", "/proc/self"};
	const char *const write[] = {fb_test_folder()};
	struct fb_sandbox_options options = {
		.read = read,
		.read_count = FB_ARRAY_SIZE(read),
		.write = write,
		.write_count = publish_only ? 0 : 1,
		.publish = write,
		.publish_count = publish_only ? 1 : 0,
		.network = network,
	};
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		const struct fb_sandbox sandbox = fb_sandbox_enter(&options);

		if (!sandbox.seccomp)
			_exit(99);
		_exit(sandbox.landlock ? try() : 100);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_TRUE(WIFEXITED(status));
	if (WEXITSTATUS(status) == 100)
		fb_test_skip("this kernel has no Landlock");
	return WEXITSTATUS(status);
}

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

static int try_files(void)
{
	if (!opens(allowed_file, O_RDONLY))
		return 1;
	if (opens("/etc/passwd", O_RDONLY) || errno != EACCES)
		return 2;
	if (opens("/etc", O_RDONLY | O_DIRECTORY))
		return 3;
	if (opens("/tmp/fbundle-sandbox-escape", O_WRONLY | O_CREAT))
		return 4;
	return 0;
}

static void other_files_cannot_be_opened(void)
{
	CU_ASSERT_EQUAL(confined(try_files, false) % 100, 0);
}

static int try_output(void)
{
	struct fb_outfile *outfile = NULL;
	struct fb_error *err;
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/written", fb_test_folder());
	for (int force = 0; force < 2; force++) {
		err = fb_outfile_create(path, force, &outfile);
		if (!err)
			err = fb_outfile_write(outfile, "text", 4);
		if (!err)
			err = fb_outfile_commit(outfile);
		fb_outfile_destroy(outfile);
		if (err) {
			fprintf(stderr, "%s\n", fb_error_message(err));
			return 1 + force;
		}
	}
	return 0;
}

static void output_appears_new_and_over_an_old_one(void)
{
	CU_ASSERT_EQUAL(confined(try_output, false) % 100, 0);
}

static struct fb_outfile_start start = {-1, -1};

/* The folder of the output can be published in, and nothing more. */
static int try_published(void)
{
	struct fb_outfile *outfile = NULL;
	struct fb_error *err;
	char path[4096];
	int folder = open(fb_test_folder(), O_PATH | O_DIRECTORY);

	(void)snprintf(path, sizeof(path), "%s/written", fb_test_folder());
	if (opens(path, O_RDONLY) || opens(path, O_WRONLY) || opens(fb_test_folder(), O_DIRECTORY))
		return 1;
	if (faccessat(folder, "written", F_OK, 0))
		return 2;
	err = fb_outfile_create_on(&start, path, true, &outfile);
	if (!err)
		err = fb_outfile_write(outfile, "longer", 6);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	if (err) {
		fprintf(stderr, "%s\n", fb_error_message(err));
		return 3;
	}
	return start.fd == -1 && start.folder_fd == -1 ? 0 : 4;
}

static void output_appears_where_nothing_can_be_opened(void)
{
	struct stat status;
	char *path = fb_test_file("written", "old", 3);

	fb_outfile_start_open(fb_test_folder(), &start);
	if (start.fd < 0) {
		fb_test_skip("no nameless files here");
		return;
	}
	publish_only = true;
	if (confined(try_published, false) == 0) {
		CU_ASSERT_EQUAL(stat(path, &status), 0);
		CU_ASSERT_EQUAL(status.st_size, 6);
		CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);
	}
	publish_only = false;
	fb_outfile_start_close(&start);
	free(path);
}

static int try_escapes(void)
{
	char *const argv[] = {(char *)"true", NULL};

	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 1;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
		return 2;
	if (execv("/bin/true", argv) == 0 || errno != EPERM)
		return 3;
	if (unshare(0) == 0 || chdir("/") == 0 || chmod(allowed_file, 0666) == 0)
		return 4;
	return 0;
}

static bool refused(long result)
{
	return result == -1 && errno == EPERM;
}

/* What is allowed with some arguments only. */
static int try_others(void)
{
	const pid_t other = getppid();
	struct rlimit limit;
	int status = 0;
	pid_t child;

	if (!refused(kill(other, 0)) || !refused(kill(0, 0)))
		return 1;
#ifndef FB_ADDRESS_SANITIZER /* which needs these itself */
	if (!refused(syscall(SYS_tgkill, other, other, 0)))
		return 2;
#endif
	if (!refused(prlimit(other, RLIMIT_CPU, NULL, &limit)) ||
	    prlimit(0, RLIMIT_CPU, NULL, &limit))
		return 3;
	if (!refused(ioctl(STDIN_FILENO, TIOCSTI, "x")) ||
	    !refused(ioctl(STDIN_FILENO, TIOCLINUX, "x")) ||
	    refused(ioctl(STDIN_FILENO, TIOCGWINSZ, &limit)))
		return 4;
	if (!refused(fcntl(STDIN_FILENO, F_SETOWN, other)) ||
	    !refused(fcntl(STDIN_FILENO, F_SETSIG, SIGKILL)) || fcntl(STDIN_FILENO, F_GETFL) < 0)
		return 5;
	if (!refused(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL)) ||
	    !refused(syscall(SYS_clone, CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, NULL)))
		return 6;
#ifndef FB_ADDRESS_SANITIZER
	if (!refused(prctl(PR_SET_DUMPABLE, 1)))
		return 7;
#endif
	child = fork();
	if (child == 0)
		_exit(9);
	if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 9)
		return 8;
	return 0;
}

static void arguments_are_looked_at(void)
{
	CU_ASSERT_EQUAL(confined(try_others, false) % 100, 0);
}

static void no_program_and_no_network(void)
{
	CU_ASSERT_EQUAL(confined(try_escapes, false) % 100, 0);
}

static int try_network(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 1;
}

static void network_where_it_was_asked_for(void)
{
	CU_ASSERT_EQUAL(confined(try_network, true) % 100, 0);
}

static void *thread(void *argument)
{
	*(int *)argument = opens("/etc/passwd", O_RDONLY) ? 2 : 0;
	return NULL;
}

static int try_thread(void)
{
	pthread_t id;
	int result = 1;

	if (pthread_create(&id, NULL, thread, &result))
		return 3;
	(void)pthread_join(id, NULL);
	return result;
}

static void threads_are_shut_in_too(void)
{
	CU_ASSERT_EQUAL(confined(try_thread, false) % 100, 0);
}

int main(void)
{
	static const struct fb_test tests[] = {
		FB_TEST(other_files_cannot_be_opened),
		FB_TEST(output_appears_new_and_over_an_old_one),
		FB_TEST(output_appears_where_nothing_can_be_opened),
		FB_TEST(no_program_and_no_network),
		FB_TEST(arguments_are_looked_at),
		FB_TEST(network_where_it_was_asked_for),
		FB_TEST(threads_are_shut_in_too),
	};
	int status;

	allowed_file = fb_test_file("allowed", "x", 1);
	status = fb_test_run("base/sandbox", tests, FB_ARRAY_SIZE(tests));
	free(allowed_file);
	return status;
}
