// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the dumps that triage is given: files, lists of files, and folders with all that is below. Called by triage.c.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/files/fd_io.h"
#include "base/part.h"
#include "base/text.h"
#include "cmd/triage/triage.h"

/* Folders within each other. */
#define MAX_DEPTH 32u
/* What is looked at of a file to see whether it is a list. */
#define LOOKED_AT 4096u

/* A path as it is kept: absolute, so that it stays the same wherever the program is started. */
static struct fb_error *add_path(struct fb_path_list *inputs, const char *path)
{
	char *whole = realpath(path, NULL);
	struct fb_error *err = fb_path_list_add(inputs, whole ? whole : path);

	free(whole);
	return err;
}

/* Whether a file is text: a list, since no format of dumps begins with 4 KB of printable lines. */
static bool is_list(const char *path)
{
	char text[LOOKED_AT];
	struct stat status;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = -1;

	if (fd < 0)
		return false;
	if (!fstat(fd, &status) && S_ISREG(status.st_mode))
		got = read(fd, text, sizeof(text));
	(void)close(fd);
	return got > 0 && !memchr(text, '\0', (size_t)got) && text[0] != 'K' &&
	       fb_text_safe(text, (size_t)got) + 4 > (size_t)got;
}

static struct fb_error *read_list(const char *path, struct fb_path_list *inputs)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct fb_buf text;
	struct fb_error *err;
	char *rest = NULL;

	if (fd < 0)
		return fb_error_os(errno, "%s", path);
	fb_buf_init(&text, FB_TRIAGE_MAX_LIST);
	err = fb_read_to_end(fd, path, &text);
	if (!err)
		err = fb_buf_append(&text, "", 1);
	for (char *line = err ? NULL : strtok_r((char *)text.data, "\n", &rest); line && !err;
	     line = strtok_r(NULL, "\n", &rest))
		if (*line != '#')
			err = add_path(inputs, line);
	fb_buf_deinit(&text);
	(void)close(fd);
	return err;
}

struct fb_error *fb_triage_expand(const struct fb_triage *triage, struct fb_path_list *inputs)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < triage->context->arg_count && !err; i++) {
		const char *path = triage->context->args[i];

		err = !triage->join && is_list(path) ? read_list(path, inputs)
						     : add_path(inputs, path);
	}
	return err;
}

/* Of several shares, each dump is in the one that its path gives: in the same one in each run. */
static bool is_of_share(const struct fb_triage *triage, const char *path)
{
	return !triage->shares ||
	       XXH64(path, strlen(path), 0) % triage->shares == triage->share - 1;
}

/* Adds a dump; input is what is opened for it. */
static struct fb_error *add_dump(struct fb_triage *triage, const char *path, const char *input,
				 struct fb_triage_dumps *dumps)
{
	struct fb_triage_dump dump = {0};
	struct stat status;
	struct fb_error *err;

	if (!is_of_share(triage, path))
		return NULL;
	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
		fb_warn(triage->context->warnings, "%s: %s", path,
			errno ? strerror(errno) : "no file");
		return NULL;
	}
	err = fb_grow_array(&dumps->list, &dumps->room, dumps->count, sizeof(*dumps->list),
			    FB_TRIAGE_MAX_DUMPS, "dumps");
	if (err)
		return err;
	dump.size = (uint64_t)status.st_size;
	dump.mtime_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
	dump.path = strdup(path);
	dump.input = strdup(input);
	if (!dump.path || !dump.input) {
		free(dump.path);
		free(dump.input);
		return fb_error_nomem();
	}
	dumps->list[dumps->count++] = dump;
	return NULL;
}

static struct fb_error *walk(struct fb_triage *triage, const char *folder, unsigned depth,
			     struct fb_triage_dumps *dumps);

/* One entry of a folder: whole: its dump was taken with the folder. */
static struct fb_error *visit(struct fb_triage *triage, const char *folder, const char *name,
			      bool whole, unsigned depth, struct fb_triage_dumps *dumps)
{
	char path[PATH_MAX];
	struct stat status;

	if (snprintf(path, sizeof(path), "%s/%s", strcmp(folder, "/") ? folder : "", name) >=
		    (int)sizeof(path) ||
	    lstat(path, &status) != 0)
		return NULL;
	/* Symbolic links are not followed: they may lead round, or to a dump that is found elsewhere. */
	if (S_ISDIR(status.st_mode))
		return walk(triage, path, depth + 1, dumps);
	if (whole || !S_ISREG(status.st_mode) || !fb_crash_folder_is_dump(name))
		return NULL;
	return add_dump(triage, path, path, dumps);
}

static struct fb_error *visit_all(struct fb_triage *triage, const char *folder, bool whole,
				  unsigned depth, struct fb_triage_dumps *dumps)
{
	struct dirent *entry;
	struct fb_error *err = NULL;
	DIR *dir = opendir(folder);

	if (!dir)
		return fb_part_warn(triage->context->warnings,
				    fb_error_create(FB_NOT_FOUND, "%s", strerror(errno)), "%s",
				    folder);
	while (!err && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			err = visit(triage, folder, entry->d_name, whole, depth, dumps);
	(void)closedir(dir);
	return err;
}

/* A folder with one dump, such as kdump-tools makes for each crash, is opened as a whole, with its cores. */
static struct fb_error *walk(struct fb_triage *triage, const char *folder, unsigned depth,
			     struct fb_triage_dumps *dumps)
{
	struct fb_crash_folder crash = {0};
	struct fb_error *err = fb_crash_folder_find(folder, false, &crash);
	const bool whole = !err && crash.found && crash.dump.count;

	if (fb_error_is_fatal(err) && !fb_error_is(err, FB_OS))
		return err;
	fb_error_destroy(err);
	err = NULL;
	if (depth >= MAX_DEPTH) {
		fb_warn(triage->context->warnings, "%s: too deep, and not looked into", folder);
	} else {
		if (whole)
			err = add_dump(triage, crash.dump.list[0], folder, dumps);
		if (!err)
			err = visit_all(triage, folder, whole, depth, dumps);
	}
	fb_crash_folder_deinit(&crash);
	return err;
}

static int compare_dumps(const void *left, const void *right)
{
	return strcmp(((const struct fb_triage_dump *)left)->path,
		      ((const struct fb_triage_dump *)right)->path);
}

static void drop_dump(struct fb_triage_dump *dump)
{
	free(dump->path);
	free(dump->input);
}

/* Sorts by path, and drops what was given twice. */
static void sort_dumps(struct fb_triage_dumps *dumps)
{
	size_t kept = 0;

	if (dumps->count)
		qsort(dumps->list, dumps->count, sizeof(*dumps->list), compare_dumps);
	for (size_t i = 0; i < dumps->count; i++) {
		if (kept && strcmp(dumps->list[i].path, dumps->list[kept - 1].path) == 0)
			drop_dump(&dumps->list[i]);
		else
			dumps->list[kept++] = dumps->list[i];
	}
	dumps->count = kept;
}

struct fb_error *fb_triage_find(struct fb_triage *triage, const struct fb_path_list *inputs,
				struct fb_triage_dumps *dumps)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < inputs->count && !err; i++) {
		const char *path = inputs->list[i];
		struct stat status;

		if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
			err = walk(triage, path, 0, dumps);
		else
			err = add_dump(triage, path, path, dumps);
	}
	sort_dumps(dumps);
	return err;
}

void fb_triage_dumps_deinit(struct fb_triage_dumps *dumps)
{
	for (size_t i = 0; i < dumps->count; i++)
		drop_dump(&dumps->list[i]);
	free(dumps->list);
	memset(dumps, 0, sizeof(*dumps));
}
