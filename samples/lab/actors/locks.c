// SPDX-License-Identifier: GPL-2.0-or-later
// Threads of one process that wait for each other in user space.
#include "actor.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/futex.h>

// Symbols that a stack or an address should lead to.
pthread_mutex_t A = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t B = PTHREAD_MUTEX_INITIALIZER;

static pthread_barrier_t both_hold_one;
static pid_t tid_ab, tid_ba;

__attribute__((noinline)) static void ab(void *unused)
{
	(void)unused;
	tid_ab = host_tid();
	pthread_mutex_lock(&A);
	pthread_barrier_wait(&both_hold_one);
	note("wait actor=DL tid=%d kind=mutex object=%p owner=%d", tid_ab, (void *)&B, tid_ba);
	pthread_mutex_lock(&B);
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void ba(void *unused)
{
	(void)unused;
	tid_ba = host_tid();
	pthread_mutex_lock(&B);
	pthread_barrier_wait(&both_hold_one);
	note("wait actor=DL tid=%d kind=mutex object=%p owner=%d", tid_ba, (void *)&A, tid_ab);
	pthread_mutex_lock(&A);
	__asm__ volatile("" ::: "memory");
}

static void deadlock(const char *name)
{
	pthread_barrier_init(&both_hold_one, NULL, 3);
	start_thread(&(struct thread){"lock-ab", ab, NULL});
	start_thread(&(struct thread){"lock-ba", ba, NULL});
	pthread_barrier_wait(&both_hold_one);
	note("cycle actor=DL tids=%d,%d", tid_ab, tid_ba);
	note("idle actor=DL tid=%d", host_tid());
	ready(name);
}

// A mutex of any type, held by one thread that idles and wanted by another.
struct held_mutex {
	const char *actor, *kind;
	pthread_mutex_t mutex;
	pid_t owner;
	sem_t held;
};

static void hold_mutex(void *argument)
{
	struct held_mutex *held = argument;

	held->owner = host_tid();
	pthread_mutex_lock(&held->mutex);
	note("idle actor=%s tid=%d holds=%p", held->actor, held->owner, (void *)&held->mutex);
	sem_post(&held->held);
	wait_forever(0);
}

static void want_mutex(void *argument)
{
	struct held_mutex *held = argument;

	note("wait actor=%s tid=%d kind=%s object=%p owner=%d", held->actor, host_tid(), held->kind,
	     (void *)&held->mutex, held->owner);
	pthread_mutex_lock(&held->mutex);
}

static void run_held_mutex(struct held_mutex *held)
{
	sem_init(&held->held, 0, 0);
	start_thread(&(struct thread){"mutex-owner", hold_mutex, held});
	while (sem_wait(&held->held) != 0)
		;
	start_thread(&(struct thread){"mutex-wanter", want_mutex, held});
	note("idle actor=%s tid=%d", held->actor, host_tid());
	ready(held->actor);
}

static struct held_mutex robust = {.actor = "RB", .kind = "mutex-robust"};
static struct held_mutex inheriting = {.actor = "PI", .kind = "mutex-pi"};
static struct held_mutex checking = {.actor = "EC", .kind = "mutex-errorcheck"};
static struct held_mutex contained = {
	.actor = "NS", .kind = "mutex", .mutex = PTHREAD_MUTEX_INITIALIZER};

static void robust_mutex(const char *name)
{
	pthread_mutexattr_t attr;

	(void)name;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust.mutex, &attr);
	run_held_mutex(&robust);
}

static void inheriting_mutex(const char *name)
{
	pthread_mutexattr_t attr;

	(void)name;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&inheriting.mutex, &attr);
	run_held_mutex(&inheriting);
}

static void checking_mutex(const char *name)
{
	pthread_mutexattr_t attr;

	(void)name;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&checking.mutex, &attr);
	run_held_mutex(&checking);
}

// Runs in a PID namespace: the owner word in the mutex is a TID of that namespace.
static void contained_mutex(const char *name)
{
	(void)name;
	run_held_mutex(&contained);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pid_t rwlock_owner;

static void want_read(void *unused)
{
	(void)unused;
	note("wait actor=RW tid=%d kind=rwlock-read object=%p owner=%d", host_tid(),
	     (void *)&rwlock, rwlock_owner);
	pthread_rwlock_rdlock(&rwlock);
}

static void want_write(void *unused)
{
	(void)unused;
	note("wait actor=RW tid=%d kind=rwlock-write object=%p owner=%d", host_tid(),
	     (void *)&rwlock, rwlock_owner);
	pthread_rwlock_wrlock(&rwlock);
}

static void readers_writers(const char *name)
{
	rwlock_owner = host_tid();
	pthread_rwlock_wrlock(&rwlock);
	start_thread(&(struct thread){"rw-reader", want_read, NULL});
	start_thread(&(struct thread){"rw-writer", want_write, NULL});
	note("idle actor=RW tid=%d holds=%p", rwlock_owner, (void *)&rwlock);
	ready(name);
}

static pthread_mutex_t condition_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void await_condition(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&condition_mutex);
	note("wait actor=CV tid=%d kind=condition object=%p owner=-", host_tid(),
	     (void *)&condition);
	for (;;)
		pthread_cond_wait(&condition, &condition_mutex);
}

static void condition_variable(const char *name)
{
	start_thread(&(struct thread){"cv-waiter", await_condition, NULL});
	note("idle actor=CV tid=%d", host_tid());
	ready(name);
}

static sem_t semaphore;

static void semaphore_wait(const char *name)
{
	sem_init(&semaphore, 0, 0);
	note("wait actor=SE tid=%d kind=semaphore object=%p owner=-", host_tid(),
	     (void *)&semaphore);
	ready(name);
	while (sem_wait(&semaphore) != 0 && errno == EINTR)
		;
}

static pthread_barrier_t barrier;

static void await_barrier(void *unused)
{
	(void)unused;
	note("wait actor=BA tid=%d kind=barrier object=%p owner=- count=3 arrived=2", host_tid(),
	     (void *)&barrier);
	pthread_barrier_wait(&barrier);
}

static void barrier_wait(const char *name)
{
	pthread_barrier_init(&barrier, NULL, 3);
	start_thread(&(struct thread){"barrier-1", await_barrier, NULL});
	start_thread(&(struct thread){"barrier-2", await_barrier, NULL});
	note("idle actor=BA tid=%d", host_tid());
	ready(name);
}

static pid_t joined_tid;

static void *sleep_joined(void *unused)
{
	(void)unused;
	name_self("joined");
	joined_tid = host_tid();
	note("idle actor=JN tid=%d", joined_tid);
	wait_forever(1);
	return NULL;
}

static void join_thread(const char *name)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)64 << 10);
	need(pthread_create(&thread, &attr, sleep_joined, NULL) == 0, "pthread_create");
	settle(200);
	note("wait actor=JN tid=%d kind=join object=- owner=%d", host_tid(), joined_tid);
	ready(name);
	pthread_join(thread, NULL);
}

static uint32_t wait_word = 7;

// A futex of no library: only the kernel knows that it is one.
static void plain_futex(const char *name)
{
	note("wait actor=FU tid=%d kind=futex object=%p owner=-", host_tid(), (void *)&wait_word);
	ready(name);
	for (;;)
		syscall(SYS_futex, &wait_word, FUTEX_WAIT_PRIVATE, 7, NULL, NULL, 0);
}

const struct actor lock_actors[] = {
	{"DL", deadlock},           {"RB", robust_mutex},    {"PI", inheriting_mutex},
	{"EC", checking_mutex},     {"NS", contained_mutex}, {"RW", readers_writers},
	{"CV", condition_variable}, {"SE", semaphore_wait},  {"BA", barrier_wait},
	{"JN", join_thread},        {"FU", plain_futex},     {NULL, NULL},
};
