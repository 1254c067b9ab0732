// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thread that makes one child. To kill the child, the thread ends: the kernel
 * kills a child when the thread that made it ends (PR_SET_PDEATHSIG). The sandbox
 * allows no process to send signals, because a process that may signal its children
 * may signal every process of the user. In this way no child outlives the program
 * either, however the program ends. Called by isolate.c and
 * by the shell (cmd/shell/reader.c).
 */
#include "base/isolation/isolate_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The child's first steps: its end is tied to this thread's before anybody waits for it. */
static void be_child(struct fb_isolate_owner *owner, pid_t parent, const int *made)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != parent)
		_exit(1);
	(void)close(made[0]);
	(void)close(made[1]);
	owner->live(owner->context);
	_exit(1);
}

static void *own(void *argument)
{
	struct fb_isolate_owner *owner = argument;
	const pid_t parent = getpid();
	char none;
	int made[2];

	owner->pid = -1;
	if (pipe2(made, O_CLOEXEC)) {
		owner->errnum = errno;
	} else {
		owner->pid = fork();
		if (owner->pid == 0)
			be_child(owner, parent, made);
		owner->errnum = errno;
		(void)close(made[1]);
		/* Its end of the pipe is closed, by itself or with it. */
		while (owner->pid > 0 && read(made[0], &none, 1) < 0 && errno == EINTR)
			;
		(void)close(made[0]);
	}
	(void)sem_post(&owner->made);
	while (sem_wait(&owner->over) && errno == EINTR)
		;
	return NULL;
}

static void finish(struct fb_isolate_owner *owner)
{
	(void)sem_post(&owner->over);
	(void)pthread_join(owner->thread, NULL);
	(void)sem_destroy(&owner->made);
	(void)sem_destroy(&owner->over);
	owner->running = false;
}

int fb_isolate_owner_start(struct fb_isolate_owner *owner, void (*live)(void *context),
			   void *context)
{
	int errnum;

	owner->live = live;
	owner->context = context;
	(void)sem_init(&owner->made, 0, 0);
	(void)sem_init(&owner->over, 0, 0);
	errnum = pthread_create(&owner->thread, NULL, own, owner);
	if (errnum) {
		(void)sem_destroy(&owner->made);
		(void)sem_destroy(&owner->over);
		return errnum;
	}
	owner->running = true;
	while (sem_wait(&owner->made) && errno == EINTR)
		;
	if (owner->pid > 0)
		return 0;
	errnum = owner->errnum;
	finish(owner);
	return errnum;
}

void fb_isolate_owner_end(struct fb_isolate_owner *owner)
{
	if (owner->running)
		finish(owner);
}
