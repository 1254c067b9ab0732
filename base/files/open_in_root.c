// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening below a folder as if it were the root, by openat2(2). Called by
 * bundle/process/host_files.c for files under --sysroot, whose paths come from a dump.
 */
#include "base/files/open_in_root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK)
/* The kernel follows as many links in one path (MAXSYMLINKS). */
#define MAX_LINKS 40u
/* Folders open at a time: as deep as any root is. */
#define MAX_DEPTH 64u

struct walk {
	int root;
	int folders[MAX_DEPTH]; /* below root, each in the one before */
	unsigned depth, links;
	char rest[PATH_MAX]; /* of the path, still to be walked */
};

static void go_up(struct walk *walk)
{
	if (walk->depth)
		(void)close(walk->folders[--walk->depth]);
}

static int here(const struct walk *walk)
{
	return walk->depth ? walk->folders[walk->depth - 1] : walk->root;
}

/* Puts a link's target before the rest of the path. Returns 0 or an errno. */
static int follow(struct walk *walk, const char *name)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t length = readlinkat(here(walk), name, target, sizeof(target) - 1);
	int both;

	if (length < 0)
		return errno;
	if (++walk->links > MAX_LINKS)
		return ELOOP;
	target[length] = '\0';
	memcpy(rest, walk->rest, sizeof(rest));
	both = snprintf(walk->rest, sizeof(walk->rest), "%s/%s", target, rest);
	if (both < 0 || (size_t)both >= sizeof(walk->rest))
		return ENAMETOOLONG;
	while (target[0] == '/' && walk->depth)
		go_up(walk);
	return 0;
}

/* Takes the next name off the rest; false: none is left. */
static bool next_name(struct walk *walk, char *name, size_t size)
{
	const char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/");

	if (!length || length >= size)
		return false;
	memcpy(name, start, length);
	name[length] = '\0';
	memmove(walk->rest, start + length, strlen(start + length) + 1);
	return true;
}

/* One name. Returns 0 to go on, with *fd_ret where it was the last; or an errno. */
static int step(struct walk *walk, const char *name, int *fd_ret)
{
	const bool last = walk->rest[strspn(walk->rest, "/")] == '\0';
	struct stat status;
	int fd;

	if (!strcmp(name, ".") || !strcmp(name, "..")) {
		if (name[1])
			go_up(walk);
		if (last)
			return EISDIR;
		return 0;
	}
	if (fstatat(here(walk), name, &status, AT_SYMLINK_NOFOLLOW))
		return errno;
	if (S_ISLNK(status.st_mode))
		return follow(walk, name);
	if (!last && walk->depth == MAX_DEPTH)
		return ENAMETOOLONG;
	fd = openat(here(walk), name, OPEN_FLAGS | O_NOFOLLOW | (last ? 0 : O_DIRECTORY));
	if (fd < 0)
		return errno;
	if (last)
		*fd_ret = fd;
	else
		walk->folders[walk->depth++] = fd;
	return 0;
}

int fb_open_in_root_by_names(int root, const char *path)
{
	struct walk walk = {.root = root};
	char name[NAME_MAX + 1];
	int fd = -1, errnum = ENAMETOOLONG;

	if (strlen(path) < sizeof(walk.rest)) {
		memcpy(walk.rest, path, strlen(path) + 1);
		errnum = 0;
	}
	while (!errnum && fd < 0) {
		if (next_name(&walk, name, sizeof(name)))
			errnum = step(&walk, name, &fd);
		else
			errnum = ENOENT;
	}
	while (walk.depth)
		go_up(&walk);
	errno = errnum;
	return fd;
}

int fb_open_in_root(int root, const char *path)
{
	struct open_how how = {
		.flags = OPEN_FLAGS,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (fd < 0 && errno == ENOSYS)
		return fb_open_in_root_by_names(root, path);
	return fd;
}
