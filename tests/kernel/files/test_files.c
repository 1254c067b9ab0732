// SPDX-License-Identifier: GPL-2.0-or-later
/* Open files: a made table, and the real ones. */
#include "kernel/files/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/made_sockets.h"
#include "tests/kernel/real_kernel.h"

#define DESCRIPTORS 128u

struct process {
	struct made_kernel *made;
	struct fb_task task;
	uint64_t superblock, root, mount;
	uint64_t fdt, files, open, cloexec;
};

static void begin(struct process *p)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t files_struct;

	*p = (struct process){.made = made, .task = {.tid = 5}};
	made_files_members(made);
	made_sockets_members(made);
	MADE_FIELD(made, task_files, 24, 8);
	MADE_FIELD(made, files_fdt, 8, 8);
	MADE_FIELD(made, fdtable_max_fds, 0, 4);
	MADE_FIELD(made, fdtable_fd, 8, 8);
	MADE_FIELD(made, fdtable_close_on_exec, 16, 8);
	MADE_FIELD(made, fdtable_open, 24, 8);
	p->task.address = made_alloc(made, 64);
	files_struct = made_alloc(made, 64);
	p->fdt = made_alloc(made, 64);
	p->files = made_alloc_pages(made, DESCRIPTORS * 8);
	p->open = made_alloc(made, DESCRIPTORS / 8);
	p->cloexec = made_alloc(made, DESCRIPTORS / 8);
	MADE_SET(made, p->task.address, task_files, files_struct);
	MADE_SET(made, files_struct, files_fdt, p->fdt);
	MADE_SET(made, p->fdt, fdtable_max_fds, DESCRIPTORS);
	MADE_SET(made, p->fdt, fdtable_fd, p->files);
	MADE_SET(made, p->fdt, fdtable_close_on_exec, p->cloexec);
	MADE_SET(made, p->fdt, fdtable_open, p->open);
	p->superblock = made_superblock(made, "ext4", 8u << 20 | 1, &p->root);
	p->mount = made_mount(made, p->root, 0, 0);
}

static void set_bit(struct process *p, uint64_t bitmap, unsigned fd)
{
	*(uint8_t *)made_at(p->made, bitmap + fd / 8) |= (uint8_t)(1u << fd % 8);
}

static uint64_t install(struct process *p, unsigned fd, uint64_t file, uint64_t flags)
{
	MADE_SET(p->made, file, file_flags, flags);
	made_put(p->made, p->files + fd * 8, file, 8);
	set_bit(p, p->open, fd);
	return file;
}

static uint64_t open_file(struct process *p, unsigned fd, const char *name, uint64_t mode)
{
	uint64_t dentry = made_dentry(p->made, p->superblock, p->root, name, 100 + fd, mode);

	return install(p, fd, made_file(p->made, p->mount, dentry), 2);
}

/* Of a file system that no directory leads to. */
static uint64_t open_pseudo(struct process *p, unsigned fd, const char *type, const char *name,
			    uint64_t mode)
{
	uint64_t root, superblock = made_superblock(p->made, type, 9, &root);
	uint64_t dentry = made_dentry(p->made, superblock, 0, name, 200 + fd, mode);

	made_dname(p->made, dentry);
	return install(p, fd, made_file(p->made, made_mount(p->made, root, 0, 0), dentry), 2);
}

static void check(const struct fb_open_file *file, unsigned fd, const char *type, const char *path)
{
	CU_ASSERT_EQUAL(file->fd, fd);
	CU_ASSERT_STRING_EQUAL(file->type, type);
	CU_ASSERT_PTR_NOT_NULL_FATAL(file->path);
	CU_ASSERT_STRING_EQUAL(file->path, path);
}

static void reads_every_type(void)
{
	struct fb_open_files files;
	struct process p;
	uint64_t device, sock, file, inode;

	begin(&p);
	device = open_file(&p, 0, "null", 020666);
	memcpy(&inode, made_at(p.made, device + 32), 8);
	MADE_SET(p.made, inode, inode_rdev, 1u << 20 | 3);
	file = open_file(&p, 3, "data", 0100644);
	MADE_SET(p.made, file, file_pos, 12345678901);
	set_bit(&p, p.cloexec, 3);
	open_file(&p, 63, "folder", 040755);
	open_file(&p, 64, "disk", 060600);
	open_file(&p, 65, "queue", 010600);
	open_pseudo(&p, 66, "pipefs", "", 010600);
	open_pseudo(&p, 67, "anon_inodefs", "[eventpoll]", 0600);
	sock = made_sock(p.made, AF_UNIX, SOCK_STREAM, 10);
	made_sock_bind(p.made, sock, "/run/s", 6);
	file = open_pseudo(&p, 127, "sockfs", "UNIX", 0140777);
	MADE_SET(p.made, file, file_private_data, made_socket(p.made, sock, 327));
	/* In use, not installed yet; and installed once, closed since. */
	set_bit(&p, p.open, 100);
	made_put(p.made, p.files + 101 * 8, 0x1234, 8);
	FB_OK_FATAL(fb_open_files_load(&p.made->kernel, &p.task, NULL, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, 8);
	check(&files.files[0], 0, "char", "/null");
	CU_ASSERT_EQUAL(files.files[0].device_major, 1);
	CU_ASSERT_EQUAL(files.files[0].device_minor, 3);
	check(&files.files[1], 3, "regular", "/data");
	CU_ASSERT_EQUAL(files.files[1].pos, 12345678901);
	CU_ASSERT_EQUAL(files.files[1].flags, 02000002);
	CU_ASSERT_EQUAL(files.files[2].flags, 2);
	check(&files.files[2], 63, "directory", "/folder");
	check(&files.files[3], 64, "block", "/disk");
	check(&files.files[4], 65, "fifo", "/queue");
	check(&files.files[5], 66, "pipe", "pipe:[266]");
	check(&files.files[6], 67, "anon", "anon_inode:[eventpoll]");
	check(&files.files[7], 127, "socket", "socket:[327]");
	CU_ASSERT_PTR_NOT_NULL_FATAL(files.files[7].socket);
	CU_ASSERT_STRING_EQUAL(files.files[7].socket->local, "/run/s");
	CU_ASSERT_PTR_NULL(files.files[6].socket);
	CU_ASSERT_EQUAL(files.lost, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(p.made->warnings), 0);
	fb_open_files_deinit(&files);
	made_kernel_destroy(p.made);
}

/* What a file is by its mode and its file system, of which a pipe and an anonymous file need both. */
static void tells_types(void)
{
	static const struct {
		const char *system;
		uint64_t mode;
		const char *type;
	} types[] = {
		{"ext4", 0120777, "symlink"},      {"pipefs", 0010600, "pipe"},
		{"ext4", 0010600, "fifo"},         {"ext4", 0140777, "socket"},
		{"anon_inodefs", 0100600, "anon"}, {"pidfs", 0100700, "anon"},
		{"ext4", 0000600, "anon"},
	};
	struct fb_open_files files;
	struct process p;

	begin(&p);
	for (unsigned i = 0; i < FB_ARRAY_SIZE(types); i++)
		open_pseudo(&p, i, types[i].system, "name", types[i].mode);
	FB_OK_FATAL(fb_open_files_load(&p.made->kernel, &p.task, NULL, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, FB_ARRAY_SIZE(types));
	for (unsigned i = 0; i < FB_ARRAY_SIZE(types); i++) {
		CU_ASSERT_STRING_EQUAL(files.files[i].type, types[i].type);
		CU_ASSERT_PTR_NULL(files.files[i].socket); /* only a file of sockfs has one */
		CU_ASSERT_EQUAL(files.files[i].info.inode, 200 + i);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(p.made->warnings), 0);
	fb_open_files_deinit(&files);
	made_kernel_destroy(p.made);
}

static void finds_one_descriptor(void)
{
	struct process p;
	uint64_t file, found = 7;

	begin(&p);
	file = open_file(&p, DESCRIPTORS - 1, "last", 0100644);
	FB_OK(fb_open_file_find(&p.made->kernel, &p.task, DESCRIPTORS - 1, &found));
	CU_ASSERT_EQUAL(found, file);
	FB_FAILS_WITH(fb_open_file_find(&p.made->kernel, &p.task, DESCRIPTORS, &found),
		      FB_NOT_FOUND, "no descriptor 128");
	FB_FAILS_WITH(fb_open_file_find(&p.made->kernel, &p.task, 4, &found), FB_NOT_FOUND,
		      "descriptor 4 is closed");
	MADE_SET(p.made, p.task.address, task_files, 0);
	FB_FAILS_WITH(fb_open_file_find(&p.made->kernel, &p.task, 4, &found), FB_NOT_FOUND,
		      "given its files back");
	CU_ASSERT_EQUAL(found, file);
	made_kernel_destroy(p.made);
}

static struct fb_error *ask(void *context)
{
	const struct process *process = context;
	struct fb_open_files files;
	uint64_t file;
	struct fb_error *err;

	err = fb_open_file_find(&process->made->kernel, &process->task, 3, &file);
	if (!err)
		err = fb_open_files_load(&process->made->kernel, &process->task, NULL, &files);
	if (!err)
		fb_open_files_deinit(&files);
	return err;
}

static struct fb_error *answer(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	const struct process *process = context;
	struct fb_open_files files;
	struct fb_error *err =
		fb_open_files_load(&process->made->kernel, &process->task, NULL, &files);

	if (err)
		return err;
	*incomplete_ret = files.lost > 0;
	for (size_t i = 0; i < files.count && !err; i++)
		err = fb_buf_printf(text, "%u %" PRIu64 " %s %u:%u %s %s\n", files.files[i].fd,
				    files.files[i].flags,
				    files.files[i].type ? files.files[i].type : "?",
				    files.files[i].device_major, files.files[i].device_minor,
				    files.files[i].path ? files.files[i].path : "?",
				    files.files[i].socket ? files.files[i].socket->local : "");
	fb_open_files_deinit(&files);
	return err;
}

static void each_read_may_fail(void)
{
	struct process p;
	uint64_t file, sock;

	begin(&p);
	open_file(&p, 0, "null", 020666);
	open_file(&p, 3, "data", 0100644);
	sock = made_sock(p.made, AF_UNIX, SOCK_STREAM, 10);
	made_sock_bind(p.made, sock, "/run/s", 6);
	file = open_pseudo(&p, 127, "sockfs", "UNIX", 0140777);
	MADE_SET(p.made, file, file_private_data, made_socket(p.made, sock, 327));
	set_bit(&p, p.cloexec, 127);
	CU_ASSERT(failing_made_must_pass(p.made, ask, &p) > 60);
	absent_made_must_tell(p.made, answer, &p);
	made_kernel_destroy(p.made);
}

/* The largest table that is believed, of which nearly all is not there: what is there is listed. */
static void tables_have_a_largest_size(void)
{
	struct fb_open_files files;
	struct process p;

	begin(&p);
	open_file(&p, 0, "first", 0100644);
	MADE_SET(p.made, p.fdt, fdtable_max_fds, FB_MAX_OPEN_FILES + 1);
	FB_FAILS_WITH(fb_open_files_load(&p.made->kernel, &p.task, NULL, &files), FB_CORRUPT,
		      "room for 16777217 descriptors");
	MADE_SET(p.made, p.fdt, fdtable_max_fds, FB_MAX_OPEN_FILES);
	FB_OK_FATAL(fb_open_files_load(&p.made->kernel, &p.task, NULL, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, 1);
	check(&files.files[0], 0, "regular", "/first");
	CU_ASSERT(files.lost > 0);
	fb_open_files_deinit(&files);
	made_kernel_destroy(p.made);
}

static void keeps_what_is_readable(void)
{
	struct fb_open_files files;
	struct process p;
	uint64_t file;

	begin(&p);
	open_file(&p, 0, "good", 0100644);
	file = open_file(&p, 1, "half", 0100644);
	MADE_SET(p.made, file, file_inode, 0);
	made_put(p.made, p.files + 2 * 8, 0x1000, 8);
	set_bit(&p, p.open, 2);
	file = open_pseudo(&p, 3, "sockfs", "TCP", 0140777);
	FB_OK_FATAL(fb_open_files_load(&p.made->kernel, &p.task, NULL, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, 3);
	check(&files.files[0], 0, "regular", "/good");
	CU_ASSERT_PTR_NULL(files.files[1].path);
	CU_ASSERT_PTR_NULL(files.files[1].type);
	check(&files.files[2], 3, "socket", "socket:[203]");
	CU_ASSERT_PTR_NULL(files.files[2].socket);
	CU_ASSERT_EQUAL(files.lost, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(p.made->warnings), 3);
	fb_open_files_deinit(&files);
	made_kernel_destroy(p.made);
}

/* Each of the three arrays, on a page of its own, lost. */
static void loses_arrays_one_by_one(void)
{
	for (unsigned lost = 0; lost < 4; lost++) {
		struct fb_open_files files;
		struct process p;

		begin(&p);
		p.open = made_alloc_pages(p.made, FB_PAGE_SIZE);
		p.cloexec = made_alloc_pages(p.made, FB_PAGE_SIZE);
		made_alloc_pages(p.made, FB_PAGE_SIZE); /* what is made later stands behind */
		MADE_SET(p.made, p.fdt, fdtable_open, p.open);
		MADE_SET(p.made, p.fdt, fdtable_close_on_exec, p.cloexec);
		open_file(&p, 0, "first", 0100644);
		open_file(&p, 1, "second", 0100644);
		open_file(&p, 70, "third", 0100644);
		set_bit(&p, p.cloexec, 1);
		if (lost != 1)
			made_lose(p.made, lost == 2 ? p.cloexec : p.open);
		if (lost == 1 || lost == 3)
			made_lose(p.made, p.files);
		FB_OK_FATAL(fb_open_files_load(&p.made->kernel, &p.task, NULL, &files));
		CU_ASSERT_EQUAL_FATAL(files.count, lost == 1 || lost == 3 ? 0 : 3);
		CU_ASSERT_EQUAL(files.lost, lost == 1 ? 3 : lost == 3 ? 2 : 0);
		CU_ASSERT_EQUAL(fb_warnings_count(p.made->warnings), lost == 3 ? 2 : 1);
		if (files.count) {
			check(&files.files[1], 1, "regular", "/second");
			check(&files.files[2], 70, "regular", "/third");
			CU_ASSERT_EQUAL(files.files[1].flags, lost == 2 ? 2 : 02000002);
		}
		fb_open_files_deinit(&files);
		made_kernel_destroy(p.made);
	}
}

static void refuses_a_wild_table(void)
{
	struct fb_open_files files = {.count = 17};
	struct process p;

	begin(&p);
	MADE_SET(p.made, p.fdt, fdtable_max_fds, UINT32_MAX);
	FB_FAILS_WITH(fb_open_files_load(&p.made->kernel, &p.task, NULL, &files), FB_CORRUPT,
		      "task 5");
	made_lose(p.made, p.files);
	MADE_SET(p.made, p.fdt, fdtable_max_fds, DESCRIPTORS);
	set_bit(&p, p.open, 1);
	CU_ASSERT_EQUAL(files.count, 17);
	FB_OK_FATAL(fb_open_files_load(&p.made->kernel, &p.task, NULL, &files));
	CU_ASSERT_EQUAL(files.count, 0);
	CU_ASSERT_EQUAL(files.lost, 1);
	fb_open_files_deinit(&files);
	/* A task on its way out has no table any more. */
	MADE_SET(p.made, p.task.address, task_files, 0);
	FB_OK_FATAL(fb_open_files_load(&p.made->kernel, &p.task, NULL, &files));
	CU_ASSERT_EQUAL(files.count, 0);
	fb_open_files_deinit(&files);
	made_kernel_destroy(p.made);
}

/* Every line "FD PATH" of truth/PID/fd. The shell that saved the truth and then the kernel's crash
 * has opened and closed files in between, all but its script and its terminal. */
static size_t check_process(const struct real_kernel *real, const struct fb_task *task,
			    const struct fb_path *root)
{
	char *truth = real_kernel_file(real, NULL, "truth/%d/fd", task->pid), *line, *save = NULL;
	struct fb_open_files files;
	size_t lines = 0;

	if (!truth)
		return 0; /* the ps that listed the processes is gone */
	FB_OK_FATAL(fb_open_files_load(real->kernel, task, root, &files));
	for (line = strtok_r(truth, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned fd;
		int path;

		if (sscanf(line, "%u %n", &fd, &path) != 1 || (task->pid == 1 && fd && fd < 255))
			continue;
		lines++;
		for (size_t i = 0; i <= files.count; i++) {
			CU_ASSERT_TRUE_FATAL(i < files.count);
			if (files.files[i].fd != fd)
				continue;
			CU_ASSERT_STRING_EQUAL(files.files[i].path, line + path);
			break;
		}
	}
	if (task->pid != 1)
		CU_ASSERT_EQUAL(files.count, lines);
	CU_ASSERT_EQUAL(files.lost, 0);
	fb_open_files_deinit(&files);
	free(truth);
	return lines;
}

static void check_real(const struct real_kernel *real)
{
	struct fb_path root;
	size_t lines = 0;

	FB_OK_FATAL(fb_path_task_root(real->kernel, fb_tasks_by_tid(real->tasks, 1), &root));
	for (size_t i = 0; i < fb_tasks_count(real->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(real->tasks, i);

		if (task->pid == task->tid && !task->idle)
			lines += check_process(real, task, &root);
	}
	printf("\n    %s: %zu open files; ", real->name, lines);
	CU_ASSERT(lines > 70);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/files", FB_TEST(reads_every_type), FB_TEST(tells_types),
	     FB_TEST(finds_one_descriptor), FB_TEST(each_read_may_fail),
	     FB_TEST(tables_have_a_largest_size), FB_TEST(keeps_what_is_readable),
	     FB_TEST(loses_arrays_one_by_one), FB_TEST(refuses_a_wild_table),
	     FB_TEST(agrees_with_real_kernels))
