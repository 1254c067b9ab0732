// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_open_files.h. */
#include "tests/bundle/waits/made_open_files.h"

#include <string.h>
#include <sys/stat.h>

#include "kernel/files/held_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/made_sockets.h"

void made_open_files_members(struct made_waits *waits)
{
	struct made_kernel *made = waits->made;

	made_files_members(made);
	made_sockets_members(made);
	MADE_FIELD(made, file_mode, 80, 4);
	MADE_FIELD(made, file_private_data, 88, 8);
	MADE_FIELD(made, task_files, 256, 8);
	MADE_FIELD(made, files_fdt, 0, 8);
	MADE_FIELD(made, fdtable_max_fds, 0, 4);
	MADE_FIELD(made, fdtable_fd, 8, 8);
	MADE_FIELD(made, fdtable_open, 16, 8);
	MADE_FIELD(made, fdtable_close_on_exec, 24, 8);
	MADE_FIELD(made, wait_entry_private, 8, 8);
	MADE_FIELD(made, wait_entry_list, 24, 16);
	made->kernel.layout.wait_queue_entry.size = 40;
	MADE_FIELD(made, pipe_read_wait, 8, 16);
	MADE_FIELD(made, pipe_write_wait, 32, 16);
	MADE_FIELD(made, socket_wait, 32, 16);
	MADE_FIELD(made, sock_net, 96, 8);
	MADE_FIELD(made, tcp_sent, 104, 4);
	MADE_FIELD(made, tcp_acknowledged, 108, 4);
	MADE_FIELD(made, tcp_received, 112, 4);
}

uint64_t made_open_file(struct made_waits *waits, uint64_t private_data, uint64_t mode,
			uint64_t fmode)
{
	struct made_kernel *made = waits->made;
	uint64_t root, superblock = made_superblock(made, "sockfs", 8, &root), file;

	file = made_file(made, made_mount(made, root, 0, 0),
			 made_dentry(made, superblock, root, "it", 5, mode));
	MADE_SET(made, file, file_mode, fmode);
	MADE_SET(made, file, file_private_data, private_data);
	return file;
}

void made_open_fd(struct made_waits *waits, const struct fb_task *task, unsigned fd, uint64_t file)
{
	struct made_kernel *made = waits->made;
	uint64_t files, table, array, bits; /* of the descriptors in use */

	CU_ASSERT_FATAL(fd < MADE_FDS);
	memcpy(&files, made_at(made, task->address + made->kernel.layout.task_files.offset), 8);
	if (!files) {
		files = made_alloc(made, 64);
		table = made_alloc(made, 64);
		MADE_SET(made, task->address, task_files, files);
		MADE_SET(made, files, files_fdt, table);
		MADE_SET(made, table, fdtable_max_fds, MADE_FDS);
		MADE_SET(made, table, fdtable_fd, made_alloc(made, MADE_FDS * 8));
		MADE_SET(made, table, fdtable_open, made_alloc(made, 64));
		MADE_SET(made, table, fdtable_close_on_exec, made_alloc(made, 64));
	}
	memcpy(&table, made_at(made, files), 8);
	memcpy(&array, made_at(made, table + 8), 8);
	memcpy(&bits, made_at(made, table + 16), 8);
	made_put(made, array + fd * 8, file, 8);
	*(uint64_t *)made_at(made, bits) |= 1ull << fd;
}

uint64_t made_pipe(struct made_waits *waits)
{
	uint64_t pipe = made_alloc(waits->made, 64);

	made_list_init(waits->made, pipe + waits->made->kernel.layout.pipe_read_wait.offset);
	made_list_init(waits->made, pipe + waits->made->kernel.layout.pipe_write_wait.offset);
	return pipe;
}

uint64_t made_pipe_between(struct made_waits *waits, const struct fb_task *reader, unsigned fd,
			   const struct fb_task *writer, unsigned writer_fd)
{
	struct made_kernel *made = waits->made;
	uint64_t pipe = made_pipe(waits), inode;
	uint64_t read = made_open_file(waits, pipe, S_IFIFO | 0600, FB_FMODE_READ), written;

	made_open_fd(waits, reader, fd, read);
	if (!writer)
		return read;
	written = made_open_file(waits, pipe, S_IFIFO | 0600, FB_FMODE_WRITE);
	memcpy(&inode, made_at(made, read + made->kernel.layout.file_inode.offset), 8);
	MADE_SET(made, written, file_inode, inode);
	made_open_fd(waits, writer, writer_fd, written);
	return read;
}

uint64_t made_tcp_tables(struct made_waits *waits, uint64_t *info_ret)
{
	struct made_kernel *made = waits->made;
	uint64_t info = made_alloc(made, 64), buckets = made_alloc(made, 64);

	MADE_FIELD(made, hashinfo_ehash, 0, 8);
	MADE_FIELD(made, hashinfo_ehash_mask, 8, 4);
	MADE_FIELD(made, hashinfo_lhash2, 16, 8);
	MADE_FIELD(made, hashinfo_lhash2_mask, 24, 4);
	MADE_FIELD(made, listen_bucket_head, 8, 8);
	made->kernel.layout.inet_listen_hashbucket.size = 16;
	MADE_SET(made, info, hashinfo_ehash, buckets);
	MADE_SET(made, info, hashinfo_lhash2, buckets + MADE_TCP_LISTENERS - 8);
	made_put(made, buckets, 1, 8);
	made_put(made, buckets + MADE_TCP_LISTENERS, 1, 8);
	made_waits_symbol(waits, "tcp_hashinfo", info);
	if (info_ret)
		*info_ret = info;
	return buckets;
}

void made_sleep_in(struct made_waits *waits, const struct fb_task *task, uint64_t head)
{
	struct made_kernel *made = waits->made;
	uint64_t entry = made_waits_frame(task);

	MADE_SET(made, entry, wait_entry_private, task->address);
	made_list_add(made, head, entry + made->kernel.layout.wait_entry_list.offset);
}
