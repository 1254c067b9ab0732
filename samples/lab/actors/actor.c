// SPDX-License-Identifier: GPL-2.0-or-later
#include "actor.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

int run_actor(const char *program, int argc, char **argv, const struct actor *const *all,
	      size_t count)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s NAME\n", program);
		return 2;
	}
	for (size_t i = 0; i < count; i++) {
		for (const struct actor *actor = all[i]; actor->name != NULL; actor++) {
			if (strcmp(actor->name, argv[1]) == 0) {
				actor->run(actor->name);
				wait_forever(0);
			}
		}
	}
	fprintf(stderr, "%s: none is named %s\n", program, argv[1]);
	return 2;
}

void need(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	_exit(1);
}

pid_t host_tid(void)
{
	char path[64] = "";
	int tid = 0;

	need(readlink("/proc/thread-self", path, sizeof(path) - 1) > 0,
	     "readlink /proc/thread-self");
	const char *task = strrchr(path, '/');
	need(task != NULL && sscanf(task, "/%d", &tid) == 1, "/proc/thread-self");
	return tid;
}

void name_self(const char *comm)
{
	need(prctl(PR_SET_NAME, comm) == 0, "PR_SET_NAME");
}

static void append(const char *file, const char *line, size_t length)
{
	const char *dir = getenv("LAB_DIR");
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir != NULL ? dir : "/tmp", file);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	need(fd >= 0, path);
	need(write(fd, line, length) == (ssize_t)length, path);
	close(fd);
}

void note(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	need(length > 0 && (size_t)length < sizeof(line) - 1, "note");
	if (getenv("LAB_FACTS") != NULL)
		length += snprintf(line + length, sizeof(line) - 1 - (size_t)length, " %s",
				   getenv("LAB_FACTS"));
	need((size_t)length < sizeof(line) - 1, "note");
	line[length++] = '\n';
	append("waits.txt", line, (size_t)length);
}

void ready(const char *name)
{
	char line[64];
	int length = snprintf(line, sizeof(line), "%s\n", name);

	append("ready", line, (size_t)length);
}

// Never set: it only lets the compiler think that waiting ends.
static volatile bool over;

__attribute__((noinline)) void wait_forever(unsigned depth)
{
	if (depth > 0)
		wait_forever(depth - 1);
	else
		while (!over)
			pause();
	// Used after the call, so that the call cannot become a jump: each depth is to be a frame.
	__asm__ volatile("" ::"r"(depth) : "memory");
}

pid_t fork_child(const char *comm, void (*body)(void *), void *argument)
{
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (pid > 0)
		return pid;
	name_self(comm);
	body(argument);
	wait_forever(0);
	_exit(0);
}

static void *thread_main(void *argument)
{
	struct thread thread = *(struct thread *)argument;

	free(argument);
	name_self(thread.comm);
	thread.body(thread.argument);
	wait_forever(0);
	return NULL;
}

void start_thread(const struct thread *thread)
{
	struct thread *copy = malloc(sizeof(*copy));
	pthread_attr_t attr;
	pthread_t id;

	need(copy != NULL, "malloc");
	*copy = *thread;
	// Small stacks: gcore writes each in full.
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)64 << 10);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	need(pthread_create(&id, &attr, thread_main, copy) == 0, "pthread_create");
}

void settle(unsigned ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	while (nanosleep(&left, &left) != 0)
		;
}
