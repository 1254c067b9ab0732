// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What threads of a Python that runs on this host wait for, against what the program noted of itself. With memory that
 * is left out or damaged less is known.
 */
#include "user/runtimes/python_locks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "tests/harness.h"
#include "tests/user/live_process.h"

/* Notes "FS-BASE KIND OBJECT OWNER CLASS METHOD" of each thread before it waits. */
#define PROGRAM                                                                                \
	"import os, queue, sys, threading, time\n"                                             \
	"lock, rlock, event, q = threading.Lock(), threading.RLock(), threading.Event(), "     \
	"queue.Queue()\n"                                                                      \
	"condition, barrier = threading.Condition(), threading.Barrier(3)\n"                   \
	"said = open(sys.argv[2], 'w', buffering=1)\n"                                         \
	"def note(kind, what, owner, class_, method):\n"                                       \
	"    print(threading.get_ident(), kind, id(what), owner, class_, method, file=said)\n" \
	"def name(method):\n"                                                                  \
	"    return getattr(method.__code__, 'co_qualname', method.__code__.co_name)\n"        \
	"def take_lock():\n"                                                                   \
	"    note('lock', lock, 0, '-', '-')\n"                                                \
	"    with lock:\n"                                                                     \
	"        pass\n"                                                                       \
	"def take_rlock():\n"                                                                  \
	"    note('rlock', rlock, main, '-', '-')\n"                                           \
	"    rlock.acquire()\n"                                                                \
	"def take():\n"                                                                        \
	"    note('lock', q, 0, 'Queue', name(queue.Queue.get))\n"                             \
	"    q.get()\n"                                                                        \
	"def wait_event():\n"                                                                  \
	"    note('lock', event, 0, 'Event', name(threading.Event.wait))\n"                    \
	"    event.wait()\n"                                                                   \
	"def wait_condition():\n"                                                              \
	"    note('lock', condition, 0, 'Condition', name(threading.Condition.wait))\n"        \
	"    with condition:\n"                                                                \
	"        condition.wait()\n"                                                           \
	"def wait_barrier():\n"                                                                \
	"    note('lock', barrier, 0, 'Barrier', name(threading.Barrier.wait))\n"              \
	"    barrier.wait()\n"                                                                 \
	"main = threading.get_ident()\n"                                                       \
	"lock.acquire()\n"                                                                     \
	"rlock.acquire()\n"                                                                    \
	"for run in take_lock, take_rlock, take, wait_event, wait_condition, wait_barrier:\n"  \
	"    threading.Thread(target=run, daemon=True).start()\n"                              \
	"time.sleep(0.7)\n"                                                                    \
	"os.write(int(sys.argv[1]), b'.......')\n"                                             \
	"time.sleep(100000)\n"
#define THREADS 7u

static char said_path[64];

static void run_python(int ready)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", ready);
	(void)execlp("python3", "python3", "-c", PROGRAM, fd, said_path, NULL);
}

struct live {
	struct fb_live_process process;
	struct fb_user_process user;
	struct fb_python *python;
};

static bool begin(struct live *live)
{
	int fd;

	memset(live, 0, sizeof(*live));
	if (system("python3 -c 'import sys; sys.exit(not (3, 9) <= sys.version_info < (3, 15))' "
		   "2>/dev/null") != 0) {
		fb_test_skip("no python3 of a version that is read");
		return false;
	}
	snprintf(said_path, sizeof(said_path), "/tmp/fbundle-python-XXXXXX");
	fd = mkstemp(said_path);
	CU_ASSERT_FATAL(fd >= 0);
	close(fd);
	if (!fb_live_process_start(&live->process, run_python, THREADS)) {
		unlink(said_path);
		fb_test_skip("ptrace is not allowed here");
		return false;
	}
	live->user = (struct fb_user_process){
		.space = &live->process.space,
		.mappings = live->process.mappings,
		.mapping_count = live->process.mapping_count,
		.fetch_fd = -1,
	};
	FB_OK_FATAL(fb_python_open(&live->user, &live->python));
	return true;
}

static void end(struct live *live)
{
	fb_python_destroy(live->python);
	fb_live_process_stop(&live->process);
	unlink(said_path);
}

/* What the program said of a thread. */
struct said {
	char kind[16], class[32], method[32];
	uint64_t object, owner;
};

static bool find_said(uint64_t id, struct said *said)
{
	FILE *file = fopen(said_path, "r");
	uint64_t ident;
	bool found = false;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (!found &&
	       fscanf(file, "%" SCNu64 " %15s %" SCNu64 " %" SCNu64 " %31s %31s", &ident,
		      said->kind, &said->object, &said->owner, said->class, said->method) == 6)
		found = ident == id;
	(void)fclose(file);
	return found;
}

static const struct user_regs_struct *thread_of(const struct live *live, const char *kind)
{
	for (size_t i = 0; i < live->process.thread_count; i++) {
		struct said said;

		if (find_said(live->process.regs[i].fs_base, &said) && !strcmp(said.kind, kind) &&
		    !strcmp(said.class, "-"))
			return &live->process.regs[i];
	}
	CU_FAIL_FATAL("the program has no such thread");
	return NULL;
}

static void check(const struct said *said, const struct fb_python_wait *wait)
{
	const bool rlock = !strcmp(said->kind, "rlock");

	CU_ASSERT_EQUAL(wait->kind, rlock ? FB_PYTHON_RLOCK : FB_PYTHON_LOCK);
	CU_ASSERT_EQUAL(wait->owner, said->owner);
	CU_ASSERT_EQUAL(wait->owner_field, rlock ? said->object + 24 : 0);
	if (!strcmp(said->class, "-")) {
		CU_ASSERT_EQUAL(wait->lock, said->object);
		CU_ASSERT_STRING_EQUAL(wait->class, "");
		CU_ASSERT_EQUAL(wait->object, 0);
	} else {
		CU_ASSERT_STRING_EQUAL(wait->class, said->class);
		CU_ASSERT_STRING_EQUAL(wait->method, said->method);
		CU_ASSERT_EQUAL(wait->object, said->object);
	}
}

static void waits_are_those_that_python_says(void)
{
	size_t checked = 0;
	struct live live;

	if (!begin(&live))
		return;
	for (size_t i = 0; i < live.process.thread_count; i++) {
		const struct user_regs_struct *regs = &live.process.regs[i];
		struct fb_python_wait wait;
		struct said said;
		bool found = false;

		FB_OK(fb_python_wait_find(live.python, regs, regs->rdi, &wait, &found));
		CU_ASSERT_EQUAL(found, find_said(regs->fs_base, &said));
		if (!found)
			continue;
		check(&said, &wait);
		checked++;
	}
	CU_ASSERT_EQUAL(checked, THREADS - 1);
	end(&live);
}

/* A thread that sleeps at another word waits for something else. */
static void another_word_is_no_lock(void)
{
	const struct user_regs_struct *regs;
	struct fb_python_wait wait;
	struct live live;
	bool found = true;

	if (!begin(&live))
		return;
	regs = thread_of(&live, "lock");
	FB_OK(fb_python_wait_find(live.python, regs, regs->rdi + 16, &wait, &found));
	CU_ASSERT_FALSE(found);
	FB_OK(fb_python_wait_find(live.python, regs, 0, &wait, &found));
	CU_ASSERT_FALSE(found);
	end(&live);
}

/* Whatever page is missing, nothing else is claimed. */
static void missing_pages_claim_nothing(void)
{
	const struct user_regs_struct *regs;
	struct live live;
	struct said said;
	size_t lost = 0;

	if (!begin(&live))
		return;
	regs = thread_of(&live, "rlock");
	CU_ASSERT_FATAL(find_said(regs->fs_base, &said));
	for (size_t i = 0; i < live.process.mapping_count; i++) {
		struct fb_python_wait wait;
		bool found = false;

		live.process.absent_start = live.process.mappings[i].start;
		live.process.absent_end = live.process.mappings[i].end;
		FB_OK(fb_python_wait_find(live.python, regs, regs->rdi, &wait, &found));
		lost += !found;
		if (found)
			check(&said, &wait);
	}
	CU_ASSERT(lost >= 2);
	end(&live);
}

static void damaged_memory_is_no_lock(void)
{
	struct live live;
	size_t found_in = 0;

	if (!begin(&live))
		return;
	live.process.damage = 2000;
	for (live.process.seed = 1; live.process.seed <= 100; live.process.seed++) {
		for (size_t i = 0; i < live.process.thread_count; i++) {
			const struct user_regs_struct *regs = &live.process.regs[i];
			struct fb_python_wait wait;
			bool found = false;

			FB_OK(fb_python_wait_find(live.python, regs, regs->rdi, &wait, &found));
			found_in += found;
		}
	}
	CU_ASSERT(found_in > 0);
	end(&live);
}

FB_TEST_MAIN("user/runtimes/python_locks", FB_TEST(waits_are_those_that_python_says),
	     FB_TEST(another_word_is_no_lock), FB_TEST(missing_pages_claim_nothing),
	     FB_TEST(damaged_memory_is_no_lock))
