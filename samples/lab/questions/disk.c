// SPDX-License-Identifier: GPL-2.0-or-later
// A device of the device mapper that is suspended, what it holds back, and a loop device above it whose worker waits.
// guest/questions makes the loop device between DMC, which makes the device, and DM, which suspends it.
#include "questions.h"

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SECTORS 16384
#define BLOCK 4096

// An ioctl() of the device mapper, with room for a table of one line.
struct command {
	struct dm_ioctl header;
	struct dm_target_spec target;
	char parameters[64];
};

static void control(unsigned long request, unsigned flags, const char *table)
{
	struct command command = {
		.header =
			{
				.version = {DM_VERSION_MAJOR, 0, 0},
				.data_size = sizeof(command),
				.data_start = sizeof(command.header),
				.target_count = table != NULL,
				.flags = flags,
				.name = "questions",
			},
		.target = {.length = SECTORS, .target_type = "linear"},
	};
	int fd = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);

	need(fd >= 0, "/dev/mapper/control");
	if (table != NULL)
		snprintf(command.parameters, sizeof(command.parameters), "%s", table);
	need(ioctl(fd, request, &command) == 0, "an ioctl of the device mapper");
	close(fd);
}

static void make_device(const char *name)
{
	control(DM_DEV_CREATE, 0, NULL);
	control(DM_TABLE_LOAD, 0, "/dev/loop0 0");
	control(DM_DEV_SUSPEND, 0, NULL); // without the flag it resumes
	ready(name);
	_exit(0);
}

struct transfer {
	const char *device, *operation;
	unsigned long sector;
	bool write;
};

// Reads or writes past the page cache, which does not end.
static void transfer(void *argument)
{
	const struct transfer *what = argument;
	int fd = open(what->device, O_RDWR | O_DIRECT | O_CLOEXEC);
	void *block = NULL;

	need(fd >= 0, what->device);
	need(posix_memalign(&block, BLOCK, BLOCK) == 0, "memory");
	memset(block, 0xd1, BLOCK);
	note("%s device=%s operation=%s sector=%lu bytes=%d tid=%d",
	     what->device[5] == 'd' ? "held" : "request", what->device, what->operation,
	     what->sector, BLOCK, host_tid());
	if (what->write)
		note("wait actor=DM tid=%d kind=block-io object=%s owner=-", host_tid(),
		     what->device);
	if (what->write)
		pwrite(fd, block, BLOCK, (off_t)what->sector * 512);
	else
		pread(fd, block, BLOCK, (off_t)what->sector * 512);
}

static void suspend_device(const char *name)
{
	struct transfer written = {"/dev/dm-0", "write", 2048, true};
	struct transfer below = {"/dev/loop1", "read", 4096, false};

	name_self("dm-suspender");
	control(DM_DEV_SUSPEND, DM_SUSPEND_FLAG, NULL);
	fork_child("dm-writer", transfer, &written);
	fork_child("loop-reader", transfer, &below);
	settle(1000);
	note("suspended actor=%s device=dm-0 name=questions", name);
	ready(name);
}

const struct actor disk_questions[] = {
	{"DMC", make_device},
	{"DM", suspend_device},
	{NULL, NULL},
};
