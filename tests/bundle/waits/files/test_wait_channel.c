// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that wait at pipes of a made kernel: at which, and who has the other end. */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_open_file.h"
#include "kernel/files/held_files.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"

struct world {
	struct made_waits waits;
	struct fb_task *waiter, *other, *third;
	uint64_t pipe; /* the waiter has its reading end at 3, other its writing end */
	uint64_t full; /* the waiter has its writing end at 4, third its reading end */
};

static void begin(struct world *w)
{
	made_waits_begin(&w->waits);
	made_open_files_members(&w->waits);
	w->waiter = made_waits_task(&w->waits, 10, 10, "waiter");
	w->other = made_waits_task(&w->waits, 20, 20, "other");
	w->third = made_waits_task(&w->waits, 30, 30, "third");
	w->pipe = made_pipe(&w->waits);
	w->full = made_pipe(&w->waits);
	made_open_fd(&w->waits, w->waiter, 3,
		     made_open_file(&w->waits, w->pipe, S_IFIFO | 0600, FB_FMODE_READ));
	made_open_fd(&w->waits, w->waiter, 0,
		     made_open_file(&w->waits, w->pipe, S_IFIFO | 0600, FB_FMODE_READ));
	made_open_fd(&w->waits, w->waiter, 4,
		     made_open_file(&w->waits, w->full, S_IFIFO | 0600, FB_FMODE_WRITE));
	made_open_fd(&w->waits, w->waiter, 5,
		     made_open_file(&w->waits, made_alloc(w->waits.made, 64), S_IFREG | 0600,
				    FB_FMODE_WRITE));
	made_open_fd(&w->waits, w->other, 6,
		     made_open_file(&w->waits, w->pipe, S_IFIFO | 0600, FB_FMODE_WRITE));
	made_open_fd(&w->waits, w->third, 7,
		     made_open_file(&w->waits, w->full, S_IFIFO | 0600, FB_FMODE_READ));
}

static struct fb_error *recognise(struct world *w, const char *kind, int64_t syscall, uint64_t arg0,
				  uint64_t arg1, uint64_t arg2)
{
	struct fb_blocked blocked = made_waits_blocked(&w->waits, w->waiter, kind);

	if (syscall >= 0)
		made_waits_call(&blocked, syscall, arg0, arg1, arg2, 0);
	return fb_wait_pipe(&w->waits.finder, &blocked);
}

/* Its call names the descriptor: which argument that is depends on the call, and on which end waits. */
static void finds_the_pipe_by_descriptor(void)
{
	static const struct {
		const char *kind;
		int64_t syscall;
		uint64_t args[3];
		int owner, fd;
	} cases[] = {
		{"pipe-read", SYS_read, {3, 4, 4}, 20, 3},
		{"pipe-write", SYS_write, {4, 3, 3}, 30, 4},
		{"pipe-read", SYS_splice, {3, 0, 4}, 20, 3},
		{"pipe-write", SYS_splice, {3, 0, 4}, 30, 4},
		{"pipe-read", SYS_tee, {3, 4, 1 << 20}, 20, 3},
		{"pipe-write", SYS_tee, {3, 4, 3}, 30, 4},
		{"pipe-write", SYS_sendfile, {4, 3, 0}, 30, 4},
		{"pipe-read", SYS_read, {0, 4, 4}, 20, 0},
		{"pipe-read", SYS_read, {0xffffffff00000003ull, 0, 0}, 20, 3},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct world w;
		char fd[16];

		begin(&w);
		FB_OK_FATAL(recognise(&w, cases[i].kind, cases[i].syscall, cases[i].args[0],
				      cases[i].args[1], cases[i].args[2]));
		CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiter)->owner_count, 1);
		CU_ASSERT(made_waits_owned_by(&w.waits, w.waiter, cases[i].owner));
		CU_ASSERT(made_waits_object(&w.waits, w.waiter)->certain);
		snprintf(fd, sizeof(fd), "fd %d", cases[i].fd);
		CU_ASSERT_STRING_EQUAL(made_waits_of(&w.waits, w.waiter)->detail, fd);
		made_waits_end(&w.waits);
	}
}

/* A number that is no descriptor of a pipe is not believed. */
static void believes_no_other_number(void)
{
	struct world w;

	begin(&w);
	FB_FAILS_WITH(recognise(&w, "pipe-write", SYS_write, 5, 0, 0), FB_NOT_FOUND, "no pipe");
	FB_FAILS(recognise(&w, "pipe-write", SYS_write, 9, 0, 0), FB_NOT_FOUND);
	/* tgkill() of one that dumps core: its first argument is a PID. */
	FB_FAILS_WITH(recognise(&w, "pipe-write", SYS_tgkill, 4, 4, 6), FB_NOT_FOUND,
		      "names no descriptor");
	FB_FAILS(recognise(&w, "pipe-write", -1, 0, 0, 0), FB_ABSENT);
	CU_ASSERT_EQUAL(w.waits.finder.graph.wait_count, 0);
	made_waits_end(&w.waits);
}

/* The queue that it sleeps in is the pipe's, whatever its call names, or where it names nothing. */
static void finds_the_pipe_by_its_queue(void)
{
	for (int named = 0; named < 3; named++) {
		struct world w;

		begin(&w);
		made_sleep_in(&w.waits, w.waiter, w.full + 32);
		FB_OK_FATAL(named == 0   ? recognise(&w, "pipe-write", SYS_tgkill, 3, 3, 6)
			    : named == 1 ? recognise(&w, "pipe-write", SYS_write, 3, 0, 0)
					 : recognise(&w, "pipe-write", -1, 0, 0, 0));
		CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiter)->owner_count, 1);
		CU_ASSERT(made_waits_owned_by(&w.waits, w.waiter, 30));
		CU_ASSERT_STRING_EQUAL(made_waits_of(&w.waits, w.waiter)->detail, "fd 4");
		made_waits_end(&w.waits);
	}
}

/* That nobody has the other end is said only where all tables were read. */
static void says_nobody_only_where_that_is_known(void)
{
	for (int lost = 0; lost < 2; lost++) {
		const struct fb_wait_object *object;
		struct world w;

		begin(&w);
		MADE_SET(w.waits.made, w.third->address, task_files, 0);
		if (lost)
			MADE_SET(w.waits.made, w.other->address, task_files, 0xffff800000001000ull);
		FB_OK_FATAL(recognise(&w, "pipe-write", SYS_write, 4, 0, 0));
		object = made_waits_object(&w.waits, w.waiter);
		CU_ASSERT_EQUAL(object->owner_count, 0);
		CU_ASSERT_EQUAL(object->others, lost);
		CU_ASSERT_PTR_NOT_NULL(strstr(
			object->need, lost ? "cannot be known" : "no process has the reading end"));
		made_waits_end(&w.waits);
	}
}

FB_TEST_MAIN("bundle/wait_channel", FB_TEST(finds_the_pipe_by_descriptor),
	     FB_TEST(believes_no_other_number), FB_TEST(finds_the_pipe_by_its_queue),
	     FB_TEST(says_nobody_only_where_that_is_known))
