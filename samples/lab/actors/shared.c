// SPDX-License-Identifier: GPL-2.0-or-later
// Locks between processes: one mutex at the same address in all of them (PS), one at different addresses (PS2).
#include "actor.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

struct shared {
	pthread_mutex_t mutex;
	_Atomic int owner;
};

static struct shared *shared;
static int pipe_ends[2];
static pid_t pipe_owner;

static void init_shared(struct shared *lock)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	need(pthread_mutex_init(&lock->mutex, &attr) == 0, "pthread_mutex_init");
}

static void hold(void *unused)
{
	char byte;

	(void)unused;
	close(pipe_ends[1]);
	pthread_mutex_lock(&shared->mutex);
	note("wait actor=PS tid=%d kind=pipe-read object=fd:%d owner=%d holds=%p", host_tid(),
	     pipe_ends[0], pipe_owner, (void *)&shared->mutex);
	shared->owner = host_tid();
	while (read(pipe_ends[0], &byte, 1) < 0)
		;
}

static void want(void *unused)
{
	(void)unused;
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	while (shared->owner == 0)
		settle(20);
	note("wait actor=PS tid=%d kind=mutex-shared object=%p owner=%d", host_tid(),
	     (void *)&shared->mutex, shared->owner);
	pthread_mutex_lock(&shared->mutex);
}

static void shared_mutex(const char *name)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	need(shared != MAP_FAILED, "mmap");
	init_shared(shared);
	need(pipe(pipe_ends) == 0, "pipe");
	name_self("pipe-owner");
	pipe_owner = host_tid();
	fork_child("holder", hold, NULL);
	fork_child("waiter", want, NULL);
	fork_child("waiter", want, NULL);
	close(pipe_ends[0]);
	while (shared->owner == 0)
		settle(20);
	note("idle actor=PS tid=%d", pipe_owner);
	ready(name);
}

// Far from each other and from where the kernel would put a mapping by itself.
#define HOLDER_ADDRESS ((void *)0x200000000000)
#define WANTER_ADDRESS ((void *)0x210000040000)
// The lock does not stand at the start of its page, so page and offset both have to be right.
#define LOCK_OFFSET 0x1340

static struct shared *map_at(int fd, void *address)
{
	char *map = mmap(address, 0x2000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE,
			 fd, 0);

	need(map == address, "mmap");
	return (struct shared *)(void *)(map + LOCK_OFFSET);
}

static void want_elsewhere(void *fd)
{
	struct shared *lock = map_at((int)(intptr_t)fd, WANTER_ADDRESS);

	while (lock->owner == 0)
		settle(20);
	note("wait actor=PS2 tid=%d kind=mutex-shared object=%p owner=%d", host_tid(),
	     (void *)&lock->mutex, lock->owner);
	pthread_mutex_lock(&lock->mutex);
}

static void shared_elsewhere(const char *name)
{
	int fd = memfd_create("ps2-lock", MFD_CLOEXEC);

	need(fd >= 0 && ftruncate(fd, 0x2000) == 0, "memfd_create");
	name_self("ps2-holder");
	fork_child("ps2-wanter", want_elsewhere, (void *)(intptr_t)fd);
	struct shared *lock = map_at(fd, HOLDER_ADDRESS);
	init_shared(lock);
	pthread_mutex_lock(&lock->mutex);
	note("idle actor=PS2 tid=%d holds=%p", host_tid(), (void *)&lock->mutex);
	lock->owner = host_tid();
	ready(name);
}

const struct actor shared_actors[] = {
	{"PS", shared_mutex},
	{"PS2", shared_elsewhere},
	{NULL, NULL},
};
