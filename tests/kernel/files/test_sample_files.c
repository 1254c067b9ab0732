// SPDX-License-Identifier: GPL-2.0-or-later
/* Open files of the sample: a process that opened one of each kind. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kernel/files/files.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

struct expected {
	uint32_t fd;
	const char *type, *path, *socket;
	int64_t pos;
	int access;
	bool cloexec;
};

static const struct expected all[] = {
	{0, "char", "/dev/null", NULL, 0, O_RDONLY, false},
	{1, "char", "/dev/console", NULL, 0, O_WRONLY, false},
	{2, "char", "/dev/console", NULL, 0, O_WRONLY, false},
	{3, "regular", "/tmp/deleted file (deleted)", NULL, 5, O_RDWR, false},
	{4, "regular", "/tmp/with\nnewline", NULL, 4096, O_RDWR, false},
	{5, "regular", "/memfd:lab-memfd (deleted)", NULL, 0, O_RDWR, true},
	{6, "anon", "anon_inode:[timerfd]", NULL, 0, O_RDWR, false},
	{7, "anon", "anon_inode:[eventfd]", NULL, 0, O_RDWR, false},
	{8, "anon", "anon_inode:[signalfd]", NULL, 0, O_RDWR, true},
	{9, "anon", "anon_inode:inotify", NULL, 0, O_RDONLY, false},
	{10, "pipe", "pipe:[1567]", NULL, 0, O_RDONLY, false},
	{11, "pipe", "pipe:[1567]", NULL, 0, O_WRONLY, false},
	{12, "fifo", "/tmp/fifo", NULL, 0, O_RDWR, false},
	{13, "directory", "/tmp", NULL, 0, O_RDONLY, false},
	{14, "directory", "/tmp", NULL, 0, O_RDONLY, false},
	{15, "regular", "/proc/171/status", NULL, 0, O_RDONLY, false},
	{16, "char", "/dev/zero", NULL, 0, O_RDONLY, false},
	{17, "anon", "anon_inode:[pidfd]", NULL, 0, O_RDWR, true},
	{18, "socket", "socket:[1570]", "unix stream /tmp/listen.sock, LISTEN", 0, O_RDWR, false},
	{19, "socket", "socket:[1571]", "unix dgram @hidden, UNCONNECTED", 0, O_RDWR, false},
	{20, "socket", "socket:[1572]", "inet dgram 0.0.0.0:5353 -> 0.0.0.0:0, UNCONNECTED", 0,
	 O_RDWR, false},
	{21, "socket", "socket:[1573]", "inet6 stream [::]:5454 -> [::]:0, LISTEN", 0, O_RDWR,
	 false},
	{22, "socket", "socket:[1574]", "netlink raw pid 0, groups 0x0 -> pid 0, UNCONNECTED", 0,
	 O_RDWR, false},
	{63, "regular", "/tmp/deleted file (deleted)", NULL, 5, O_RDWR, false},
};

static void expect_file(const struct fb_open_file *file, const struct expected *expected)
{
	CU_ASSERT_EQUAL(file->fd, expected->fd);
	CU_ASSERT_STRING_EQUAL(file->type, expected->type);
	CU_ASSERT_PTR_NOT_NULL_FATAL(file->path);
	CU_ASSERT_STRING_EQUAL(file->path, expected->path);
	CU_ASSERT_EQUAL(file->pos, expected->pos);
	CU_ASSERT_EQUAL(file->flags & O_ACCMODE, (uint64_t)expected->access);
	CU_ASSERT_EQUAL(!!(file->flags & O_CLOEXEC), expected->cloexec);
	CU_ASSERT_EQUAL(!!file->socket, strcmp(expected->type, "socket") == 0);
	CU_ASSERT_EQUAL(fb_file_is_socket(&file->info), !!file->socket);
}

static void every_kind_of_file(void)
{
	struct sample_kernel sample;
	struct fb_open_files files;
	const struct fb_task *task;

	sample_kernel_open(&sample);
	task = fb_tasks_by_tid(sample.tasks, 171);
	CU_ASSERT_PTR_NOT_NULL_FATAL(task);
	FB_OK_FATAL(fb_open_files_load(sample.kernel, task, NULL, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, FB_ARRAY_SIZE(all));
	CU_ASSERT_EQUAL(files.lost, 0);
	for (size_t i = 0; i < files.count; i++)
		expect_file(&files.files[i], &all[i]);
	CU_ASSERT(files.files[0].device_major == 1 && files.files[0].device_minor == 3);
	CU_ASSERT(files.files[16].device_major == 1 && files.files[16].device_minor == 5);
	/* dup() gives the same file another number. */
	CU_ASSERT_EQUAL(files.files[3].address, files.files[23].address);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_open_files_deinit(&files);
	sample_kernel_close(&sample);
}

static void sockets_have_their_addresses(void)
{
	struct sample_kernel sample;
	struct fb_open_files files;
	char text[FB_SOCKET_TEXT];

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_open_files_load(sample.kernel, fb_tasks_by_tid(sample.tasks, 171), NULL,
				       &files));
	CU_ASSERT_EQUAL_FATAL(files.count, FB_ARRAY_SIZE(all));
	for (size_t i = 0; i < files.count; i++)
		if (all[i].socket) {
			const struct fb_socket *found = files.files[i].socket;
			char whole[sizeof(text) + 32];

			snprintf(whole, sizeof(whole), "%s, %s",
				 fb_socket_text(found, text, sizeof(text)),
				 fb_socket_state_name(found));
			CU_ASSERT_STRING_EQUAL(whole, all[i].socket);
		}
	fb_open_files_deinit(&files);
	sample_kernel_close(&sample);
}

static void descriptors_are_found_one_by_one(void)
{
	struct sample_kernel sample;
	struct fb_open_files files;
	const struct fb_task *task;
	uint64_t file = 0;

	sample_kernel_open(&sample);
	task = fb_tasks_by_tid(sample.tasks, 171);
	FB_OK_FATAL(fb_open_files_load(sample.kernel, task, NULL, &files));
	for (size_t i = 0; i < files.count; i++) {
		FB_OK(fb_open_file_find(sample.kernel, task, files.files[i].fd, &file));
		CU_ASSERT_EQUAL(file, files.files[i].address);
	}
	FB_FAILS(fb_open_file_find(sample.kernel, task, 23, &file), FB_NOT_FOUND);
	FB_FAILS(fb_open_file_find(sample.kernel, task, 1u << 30, &file), FB_NOT_FOUND);
	fb_open_files_deinit(&files);
	/* A kernel thread has a table with nothing in it. */
	FB_OK_FATAL(
		fb_open_files_load(sample.kernel, fb_tasks_by_tid(sample.tasks, 2), NULL, &files));
	CU_ASSERT_EQUAL(files.count, 0);
	fb_open_files_deinit(&files);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/sample_files", FB_TEST(every_kind_of_file),
	     FB_TEST(sockets_have_their_addresses), FB_TEST(descriptors_are_found_one_by_one))
