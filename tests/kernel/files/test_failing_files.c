// SPDX-License-Identifier: GPL-2.0-or-later
/* Files, locks and namespaces of the sample where one read fails. */
#include <inttypes.h>

#include "kernel/files/files.h"
#include "kernel/files/locks.h"
#include "tests/harness.h"
#include "tests/kernel/failing_reads.h"

#define MOST 12u

static struct fb_error *print_file(const struct fb_open_file *file, struct fb_buf *text)
{
	char socket[FB_SOCKET_TEXT] = "";

	if (file->socket)
		fb_socket_text(file->socket, socket, sizeof(socket));
	return fb_buf_printf(text, "%u %s %" PRIx64 " %" PRId64 " %s %s %s\n", file->fd,
			     file->type ? file->type : "?", file->flags, file->pos,
			     file->path ? file->path : "?", socket,
			     file->socket ? fb_socket_state_name(file->socket) : "");
}

static struct fb_error *answer_files(struct sample_kernel *sample, struct fb_buf *text,
				     bool *incomplete_ret)
{
	struct fb_open_files files = {0};
	struct fb_error *err;

	err = fb_open_files_load(sample->kernel, fb_tasks_by_tid(sample->tasks, 171), NULL, &files);
	for (size_t i = 0; !err && i < files.count; i++)
		err = print_file(&files.files[i], text);
	*incomplete_ret = files.lost > 0;
	fb_open_files_deinit(&files);
	return err;
}

static struct fb_error *answer_locks(struct sample_kernel *sample, struct fb_buf *text,
				     bool *incomplete_ret FB_UNUSED)
{
	struct fb_locks locks = {0};
	struct fb_error *err = fb_locks_load(sample->kernel, &locks);

	for (size_t i = 0; !err && i < locks.count; i++) {
		const struct fb_lock *lock = &locks.locks[i];

		err = fb_buf_printf(text, "%u %u %s %u %d %" PRIu64 " %" PRId64 "-%" PRId64 "\n",
				    lock->id, lock->depth, fb_lock_kind_name(lock->kind),
				    lock->type, lock->pid, lock->inode, lock->start, lock->end);
	}
	fb_locks_deinit(&locks);
	return err;
}

static void open_files(void)
{
	failing_reads_strictly(answer_files, MOST);
}

static void file_locks(void)
{
	failing_reads_strictly(answer_locks, MOST);
}

FB_TEST_MAIN("kernel/failing_files", FB_TEST(open_files), FB_TEST(file_locks))
