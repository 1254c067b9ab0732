/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child that can be ended although no signal may be sent: a thread forks it, and the kernel kills it when that thread
 * ends. Used for the children of isolate.h, and for the commands of the shell (cmd/shell/reader.c).
 */
#ifndef FB_BASE_ISOLATION_ISOLATE_OWNER_H
#define FB_BASE_ISOLATION_ISOLATE_OWNER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <sys/types.h>

/* The thread that forked one child; the child is killed when this thread ends. */
struct fb_isolate_owner {
	pid_t pid;    /* of the child, once it is started */
	bool running; /* the thread exists and has to be ended */
	pthread_t thread;
	sem_t made, over; /* made: the fork is done, or failed; over: the thread shall end */
	int errnum;       /* the errno where pid is -1 */
	void (*live)(void *context);
	void *context;
};

/* Makes a child in which live(context) runs; the caller has to call waitpid() for it and keeps context until
 * then. Returns 0, or the errno of the failure, after which there is nothing to end. */
int fb_isolate_owner_start(struct fb_isolate_owner *owner, void (*live)(void *context),
			   void *context);
/* Kills the child where it still runs, and ends the thread. To be called for each owner that was started,
 * before or after the waitpid() for its child; further calls do nothing. */
void fb_isolate_owner_end(struct fb_isolate_owner *owner);

#endif
