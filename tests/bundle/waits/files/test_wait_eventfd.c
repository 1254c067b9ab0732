// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel at pipes, event descriptors and FIFOs, each answer in all fields. */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/recognise.h"
#include "kernel/files/held_files.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"

#define BY_QUEUE "the wait queue that it sleeps in, and all open files of that"
#define BY_DESCRIPTOR "its descriptor, and all open files of what that is"
#define EVENT_QUEUE 8u /* of eventfd_ctx: its wait queue's list */

enum { WAITER, WRITER, READER };

static void put_tasks(struct made_waits *w)
{
	made_open_files_members(w);
	MADE_FIELD(w->made, eventfd_wait, EVENT_QUEUE, 16);
	made_waits_task(w, 10, 10, "waiter");
	made_waits_task(w, 20, 20, "writer");
	made_waits_task(w, 30, 30, "reader");
}

static struct fb_blocked reading(struct made_waits *w, const char *kind, unsigned fd)
{
	struct fb_blocked blocked = made_waits_blocked(w, &w->list[WAITER], kind);

	made_waits_call(&blocked, SYS_read, fd, 0, 0, 0);
	return blocked;
}

/* A file of an event context, marks[0], or of something else that the kernel calls so. */
static struct fb_blocked at_event(struct made_waits *w, const char *name, bool queued)
{
	uint64_t root, superblock, dentry, file;

	put_tasks(w);
	w->marks[0] = made_alloc(w->made, 64);
	made_list_init(w->made, w->marks[0] + EVENT_QUEUE);
	superblock = made_superblock(w->made, "anon_inodefs", 8, &root);
	dentry = made_dentry(w->made, superblock, root, name, 5, 0600);
	made_dname(w->made, dentry);
	file = made_file(w->made, made_mount(w->made, root, 0, 0), dentry);
	MADE_SET(w->made, file, file_mode, FB_FMODE_READ | FB_FMODE_WRITE);
	MADE_SET(w->made, file, file_private_data, w->marks[0]);
	made_open_fd(w, &w->list[WAITER], 4, file);
	made_open_fd(w, &w->list[WRITER], 9, file);
	if (queued)
		made_sleep_in(w, &w->list[WAITER], w->marks[0] + EVENT_QUEUE);
	return reading(w, "eventfd-read", queued ? 3 : 4);
}

static struct fb_blocked at_event_by_queue(struct made_waits *w)
{
	return at_event(w, "[eventfd]", true);
}

static struct fb_blocked at_event_by_descriptor(struct made_waits *w)
{
	return at_event(w, "[eventfd]", false);
}

static struct fb_blocked at_a_timer(struct made_waits *w)
{
	return at_event(w, "[timerfd]", true);
}

static struct fb_blocked at_a_timer_by_descriptor(struct made_waits *w)
{
	return at_event(w, "[timerfd]", false);
}

static void tells_who_has_an_event_descriptor(void)
{
#define EVENT                                                                       \
	.kind = "eventfd-read", .object = "eventfd {0} 0x0", .name = "eventfd {0}", \
	.owners = "10p 20p", .flags = "others certain sure", .wait = "fd 4"
	static const struct made_scene scenes[] = {
		{at_event_by_queue, fb_wait_eventfd, {EVENT, .evidence = BY_QUEUE}},
		{at_event_by_descriptor, fb_wait_eventfd, {EVENT, .evidence = BY_DESCRIPTOR}},
		{at_a_timer_by_descriptor,
		 fb_wait_eventfd,
		 {.code = FB_NOT_FOUND,
		  .error = "descriptor 4 is no event descriptor at the panic"}},
		{at_a_timer, fb_wait_eventfd, {.code = FB_NOT_FOUND, .error = "3"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
	made_scene_damage(&scenes[0]);
	made_scene_damage(&scenes[1]);
}

/* Both ends of a pipe, of which the waiter reads, or writes. */
static struct fb_blocked at_pipe(struct made_waits *w, bool queued)
{
	put_tasks(w);
	made_pipe_between(w, &w->list[WAITER], 3, &w->list[WRITER], 7);
	w->marks[0] = 0;
	if (queued) {
		uint64_t file;

		file = made_pipe_between(w, &w->list[WAITER], 5, &w->list[READER], 7);
		memcpy(&w->marks[0], made_at(w->made, file + 88), 8);
		made_sleep_in(w, &w->list[WAITER], w->marks[0] + 8);
	}
	return reading(w, "pipe-read", 3);
}

static struct fb_blocked by_queue(struct made_waits *w)
{
	return at_pipe(w, true);
}

static struct fb_blocked by_descriptor(struct made_waits *w)
{
	struct fb_blocked blocked = at_pipe(w, false);
	uint64_t files, table, array, file;

	memcpy(&files, made_at(w->made, w->list[WAITER].address + 256), 8);
	memcpy(&table, made_at(w->made, files), 8);
	memcpy(&array, made_at(w->made, table + 8), 8);
	memcpy(&file, made_at(w->made, array + 24), 8);
	memcpy(&w->marks[0], made_at(w->made, file + 88), 8);
	return blocked;
}

/* Nobody that can be seen has the pipe open: a pipe it is all the same, by the function. */
static struct fb_blocked of_nobody(struct made_waits *w)
{
	put_tasks(w);
	w->marks[0] = made_pipe(w);
	made_sleep_in(w, &w->list[WAITER], w->marks[0] + 8);
	return made_waits_blocked(w, &w->list[WAITER], "pipe-read");
}

static struct fb_blocked of_two_writers(struct made_waits *w)
{
	struct fb_blocked blocked = by_queue(w);

	made_open_fd(w, &w->list[WRITER], 8,
		     made_open_file(w, w->marks[0], S_IFIFO | 0600, FB_FMODE_WRITE));
	return blocked;
}

static struct fb_blocked at_a_fifo(struct made_waits *w)
{
	put_tasks(w);
	return reading(w, "fifo-open", 3);
}

static void tells_who_can_write_to_a_pipe(void)
{
#define PIPE .kind = "pipe-read", .object = "pipe {0} 0x2", .name = "/it", .flags = "certain sure"
	static const struct made_scene scenes[] = {
		{by_queue,
		 fb_wait_pipe,
		 {PIPE, .detail = "1 process can write", .owners = "30p", .wait = "fd 5",
		  .evidence = BY_QUEUE}},
		{by_descriptor,
		 fb_wait_pipe,
		 {PIPE, .detail = "1 process can write", .owners = "20p", .wait = "fd 3",
		  .evidence = BY_DESCRIPTOR}},
		{of_two_writers,
		 fb_wait_pipe,
		 {PIPE, .detail = "2 processes can write", .owners = "20p 30p", .wait = "fd 5",
		  .evidence = BY_QUEUE}},
	};
	static const struct made_scene others[] = {
		{of_nobody,
		 fb_wait_pipe,
		 {.kind = "pipe-read",
		  .object = "pipe {0} 0x2",
		  .name = "pipe {0}",
		  .need = "no process has the writing end open",
		  .flags = "certain sure",
		  .evidence = BY_QUEUE}},
		{at_a_fifo,
		 fb_wait_fifo_open,
		 {.code = FB_NOT_FOUND,
		  .error = "nobody has opened the other end of the FIFO: any process may"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
	made_scene_damage(&scenes[1]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++)
		made_scene_check(&others[i]);
}

FB_TEST_MAIN("bundle/wait_eventfd", FB_TEST(tells_who_has_an_event_descriptor),
	     FB_TEST(tells_who_can_write_to_a_pipe))
