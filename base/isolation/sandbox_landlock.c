// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Limits the files of this process by Landlock (Documentation/userspace-api/landlock.rst;
 * kernel 5.13). The constants are defined here, because build hosts may have older
 * headers than the kernels that the program runs on. Called by sandbox.c.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/isolation/sandbox.h"

#define NR_CREATE_RULESET 444
#define NR_ADD_RULE 445
#define NR_RESTRICT_SELF 446
#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1

#define FS_EXECUTE (1ull << 0)
#define FS_WRITE_FILE (1ull << 1)
#define FS_READ_FILE (1ull << 2)
#define FS_READ_DIR (1ull << 3)
#define FS_REMOVE_DIR (1ull << 4)
#define FS_REMOVE_FILE (1ull << 5)
#define FS_MAKE_DIR (1ull << 7)
#define FS_MAKE_REG (1ull << 8)
/* All of version 1: 13 rights. */
#define FS_ALL_1 ((1ull << 13) - 1)
#define FS_REFER (1ull << 13)
#define FS_TRUNCATE (1ull << 14)
#define FS_IOCTL_DEV (1ull << 15)
/* TCP bind and connect. */
#define NET_ALL 3ull
/* Abstract UNIX sockets and signals of who is not inside too. */
#define SCOPE_ALL 3ull

struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net; /* since version 4 */
	uint64_t scoped;             /* since version 6 */
};

struct path_beneath {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

/* What ends in a folder's rule may name a file: that takes only what fits a file. */
#define FS_OF_FILES (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE)

static void allow(int ruleset, const char *path, uint64_t access)
{
	struct path_beneath rule = {.allowed_access = access};
	struct stat stat_buf;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	if (!fstat(rule.parent_fd, &stat_buf) && !S_ISDIR(stat_buf.st_mode))
		rule.allowed_access &= FS_OF_FILES;
	/* A rule that the kernel refuses allows nothing: the file's opening will say so. */
	(void)syscall(NR_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
	(void)close(rule.parent_fd);
}

/* The rights of files that this kernel's version of Landlock supports. */
static uint64_t file_rights(long version)
{
	uint64_t rights = FS_ALL_1;

	if (version >= 2)
		rights |= FS_REFER;
	if (version >= 3)
		rights |= FS_TRUNCATE;
	if (version >= 5)
		rights |= FS_IOCTL_DEV;
	return rights;
}

/* Takes away all rights that this version supports; returns the size of the attribute for it. */
static size_t handle_all(long version, struct ruleset_attr *attr)
{
	*attr = (struct ruleset_attr){.handled_access_fs = file_rights(version)};
	if (version < 4)
		return offsetof(struct ruleset_attr, handled_access_net);
	attr->handled_access_net = NET_ALL;
	if (version < 6)
		return offsetof(struct ruleset_attr, scoped);
	attr->scoped = SCOPE_ALL;
	return sizeof(*attr);
}

static long ask_version(void)
{
	return syscall(NR_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
}

bool fb_sandbox_has_landlock(void)
{
	return ask_version() >= 1;
}

unsigned fb_sandbox_landlock(const struct fb_sandbox_options *options)
{
	long version = ask_version();
	struct ruleset_attr attr;
	const uint64_t read = FS_READ_FILE | FS_READ_DIR;
	uint64_t publish = FS_MAKE_REG | FS_REMOVE_FILE, write;
	size_t size;
	bool entered;
	int ruleset;

	if (version < 1)
		return 0;
	size = handle_all(version, &attr);
	if (options->network)
		size = offsetof(struct ruleset_attr, handled_access_net);
	publish |= attr.handled_access_fs & FS_REFER;
	write = read | publish | FS_WRITE_FILE | (attr.handled_access_fs & FS_TRUNCATE);
	ruleset = (int)syscall(NR_CREATE_RULESET, &attr, size, 0);
	if (ruleset < 0)
		return 0;
	/* A cache has a folder for each build-id, and is cleaned from time to time. */
	if (options->network)
		write |= FS_MAKE_DIR | FS_REMOVE_DIR;
	for (size_t i = 0; i < options->read_count; i++)
		allow(ruleset, options->read[i], read);
	for (size_t i = 0; i < options->write_count; i++)
		allow(ruleset, options->write[i], write);
	for (size_t i = 0; i < options->publish_count; i++)
		allow(ruleset, options->publish[i], publish);
	entered = !syscall(NR_RESTRICT_SELF, ruleset, 0);
	(void)close(ruleset);
	return entered ? (unsigned)version : 0;
}

void fb_sandbox_landlock_narrow(void)
{
	long version = ask_version();
	struct ruleset_attr attr;
	size_t size;
	int ruleset;

	if (version < 1)
		return;
	/* A set without rules: what it handles is allowed nowhere. */
	size = handle_all(version, &attr);
	attr.handled_access_fs &= ~(FS_READ_FILE | FS_READ_DIR);
	ruleset = (int)syscall(NR_CREATE_RULESET, &attr, size, 0);
	if (ruleset < 0)
		return;
	(void)syscall(NR_RESTRICT_SELF, ruleset, 0);
	(void)close(ruleset);
}
