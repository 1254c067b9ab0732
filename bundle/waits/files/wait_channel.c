// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that wait at a pipe, a FIFO or an event descriptor: who has the other
 * end open.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/finder/wait_memory.h"
#include "kernel/files/files.h"

/* Which of the system call's arguments is the descriptor: the first one, as a rule. splice(),
 * tee() and sendfile() name two, of which one is the pipe. */
#define SYS_SENDFILE 40
#define SYS_SPLICE 275
#define SYS_TEE 276

static struct fb_error *check_pipe(struct fb_wait_finder *finder, uint64_t file, unsigned fd)
{
	struct fb_file_info info;
	struct fb_error *err = fb_file_info(finder->kernel, file, &info);

	if (!err && !S_ISFIFO(info.mode))
		err = fb_error_create(FB_NOT_FOUND, "descriptor %u is no pipe at the panic", fd);
	return err;
}

static struct fb_error *find_pipe(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  uint64_t *file_ret, unsigned *fd_ret)
{
	unsigned second = blocked->syscall == SYS_SENDFILE                                ? 1
			  : blocked->syscall == SYS_SPLICE || blocked->syscall == SYS_TEE ? 2
											  : 0;
	struct fb_error *err;

	if (!blocked->has_regs)
		return fb_error_create(FB_ABSENT, "the thread's user registers are unknown");
	for (unsigned i = 0;; i = second) {
		*fd_ret = (unsigned)blocked->args[i];
		err = fb_wait_fd(finder, blocked, blocked->args[i], file_ret);
		if (!err)
			err = check_pipe(finder, *file_ret, *fd_ret);
		if (!err || i == second)
			return err;
		fb_error_destroy(err);
	}
}

static struct fb_error *describe(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 uint64_t file, uint64_t inode, uint32_t mode, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	char path[FB_WAIT_PATH];
	struct fb_error *err;

	fb_wait_path(finder, blocked->task, file, path);
	object->certain = true;
	err = fb_wait_text(&object->name, "%s", *path ? path : "a pipe");
	if (!err)
		err = fb_wait_add_holders(finder, index, 0, inode, mode);
	object = &finder->graph.objects[index];
	if (!err && !object->owner_count)
		err = fb_wait_text(&object->need, "no process is seen to have the %s end open",
				   mode == FB_FMODE_WRITE ? "writing" : "reading");
	else if (!err)
		err = fb_wait_append(&object->detail, "%zu process%s can %s", object->owner_count,
				     object->owner_count == 1 ? "" : "es",
				     mode == FB_FMODE_WRITE ? "write" : "read");
	return err;
}

/* mode: what the other end must be open for. */
static struct fb_error *add_end(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				const char *kind, const char *class, uint64_t file, unsigned fd,
				uint32_t mode)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, kind);
	uint64_t inode;
	bool fresh;
	struct fb_error *err;

	wait.evidence = "its descriptor, and all open files of the inode";
	err = fb_kernel_field(finder->kernel, file, &finder->layout->file_inode, &inode);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, class, inode, mode, &wait.object,
					   &fresh);
	if (!err && fresh)
		err = describe(finder, blocked, file, inode, mode, wait.object);
	if (!err)
		err = fb_wait_text(&wait.detail, "fd %u", fd);
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}

struct fb_error *fb_wait_pipe(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	bool reads = !strcmp(blocked->site->kind, "pipe-read");
	uint64_t file;
	unsigned fd;
	struct fb_error *err = find_pipe(finder, blocked, &file, &fd);

	return err ? err
		   : add_end(finder, blocked, blocked->site->kind, "pipe", file, fd,
			     reads ? FB_FMODE_WRITE : FB_FMODE_READ);
}

/* An event descriptor: whoever has it may write to it, other threads of the reader too. */
struct fb_error *fb_wait_eventfd(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "eventfd-read");
	uint64_t file;
	bool fresh;
	struct fb_error *err;

	if (!blocked->has_regs)
		return fb_error_create(FB_ABSENT, "the thread's user registers are unknown");
	wait.evidence = "its descriptor, and who else has the open file";
	err = fb_wait_fd(finder, blocked, blocked->args[0], &file);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "eventfd", file, 0, &wait.object,
					   &fresh);
	if (!err && fresh) {
		struct fb_wait_object *object = &finder->graph.objects[wait.object];

		object->certain = true;
		/* The kernel may signal it too: KVM, AIO, vfio. */
		object->others = true;
		err = fb_wait_text(&object->name, "eventfd 0x%" PRIx64, file);
		if (!err)
			err = fb_wait_add_holders(finder, wait.object, file, 0, FB_FMODE_WRITE);
	}
	if (!err)
		err = fb_wait_text(&wait.detail, "fd %u", (unsigned)blocked->args[0]);
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}

/* open() of a FIFO sleeps until somebody opens its other end: nobody has it. */
struct fb_error *fb_wait_fifo_open(struct fb_wait_finder *finder FB_UNUSED,
				   const struct fb_blocked *blocked FB_UNUSED)
{
	return fb_error_create(FB_NOT_FOUND,
			       "nobody has opened the other end of the FIFO: any process may");
}
