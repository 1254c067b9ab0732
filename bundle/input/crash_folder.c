// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the files of a crash folder (/var/crash/STAMP) by their names: the dump or its
 * parts, a bundle, cores. Called by input.c and verify when the input is a folder.
 */
#include "bundle/input/crash_folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/limits.h"

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

enum kind {
	KIND_OTHER,
	KIND_DUMP,
	KIND_BUNDLE,
	KIND_CORE,
};

/* Beside the dump there may be vmcore-dmesg.txt, vmcoreinfo, dump.STAMP.html... */
static bool is_text_name(const char *name)
{
	static const char *const ends[] = {".txt", ".log", ".json", ".html", ".sha256"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(ends); i++)
		if (ends_with(name, ends[i]))
			return true;
	return strncmp(name, "vmcoreinfo", 10) == 0 || strncmp(name, "vmcore-dmesg", 12) == 0;
}

/* core, core.PID, core.COMM.UID.BOOT.PID.TIME.zst (systemd-coredump), COMM.core, Apport's
 * reports. */
static bool is_core_name(const char *name)
{
	static const char *const ends[] = {".core",     ".core.gz",  ".core.bz2", ".core.xz",
					   ".core.lz4", ".core.zst", ".crash"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(ends); i++)
		if (ends_with(name, ends[i]))
			return true;
	return strncmp(name, "core", 4) == 0;
}

static enum kind kind_of(const char *name)
{
	if (ends_with(name, ".fbundle"))
		return KIND_BUNDLE;
	if (is_text_name(name))
		return KIND_OTHER;
	if (strncmp(name, "dump.", 5) == 0 || strcmp(name, "dump-incomplete") == 0 ||
	    strncmp(name, "vmcore", 6) == 0)
		return KIND_DUMP;
	return is_core_name(name) ? KIND_CORE : KIND_OTHER;
}

bool fb_crash_folder_is_dump(const char *name)
{
	const enum kind kind = kind_of(name);

	return kind == KIND_DUMP || kind == KIND_BUNDLE;
}

void fb_path_list_deinit(struct fb_path_list *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->list[i]);
	free(paths->list);
	memset(paths, 0, sizeof(*paths));
}

/* Takes path; NULL: memory was out. */
static struct fb_error *take_path(struct fb_path_list *paths, char *path)
{
	struct fb_error *err = path ? NULL : fb_error_nomem();

	if (!err)
		err = fb_grow_array(&paths->list, &paths->room, paths->count, sizeof(*paths->list),
				    FB_MAX_CORES, "files");
	if (err)
		free(path);
	else
		paths->list[paths->count++] = path;
	return err;
}

struct fb_error *fb_path_list_add(struct fb_path_list *paths, const char *path)
{
	return take_path(paths, strdup(path));
}

static int compare_paths(const void *left, const void *right)
{
	return strverscmp(*(char *const *)left, *(char *const *)right);
}

/* Appends the files of one kind, sorted among themselves. */
static struct fb_error *list_kind(const char *path, enum kind kind, struct fb_path_list *paths)
{
	size_t first = paths->count;
	struct dirent *entry;
	struct fb_error *err = NULL;
	DIR *dir = opendir(path);

	if (!dir)
		return fb_error_os(errno, "%s", path);
	while (!err && (entry = readdir(dir))) {
		char *joined = NULL;

		if (kind_of(entry->d_name) != kind || entry->d_type == DT_DIR)
			continue;
		if (asprintf(&joined, "%s%s%s", path, ends_with(path, "/") ? "" : "/",
			     entry->d_name) < 0)
			joined = NULL;
		err = take_path(paths, joined);
	}
	closedir(dir);
	if (paths->count > first)
		qsort(paths->list + first, paths->count - first, sizeof(*paths->list),
		      compare_paths);
	return err;
}

/* Parts of one dump differ in the digits at their end only (makedumpfile --split names them as
 * the user says; numbering is what everybody does). */
static bool are_parts(const struct fb_path_list *dump)
{
	size_t stem = strlen(dump->list[0]);

	while (stem && isdigit((unsigned char)dump->list[0][stem - 1]))
		stem--;
	for (size_t i = 0; i < dump->count; i++) {
		const char *path = dump->list[i];

		if (strncmp(path, dump->list[0], stem) != 0 || !path[stem] ||
		    path[stem + strspn(path + stem, "0123456789")])
			return false;
	}
	return true;
}

/* The bundle, where there is one. */
static struct fb_error *find_bundle(const char *path, struct fb_crash_folder *folder)
{
	struct fb_error *err = list_kind(path, KIND_BUNDLE, &folder->dump);

	folder->bundle = !err && folder->dump.count == 1;
	if (!err && folder->dump.count > 1)
		err = fb_error_create(
			FB_INVALID, "%s: %zu bundles in this folder (%s, %s...): name one of them",
			path, folder->dump.count, folder->dump.list[0], folder->dump.list[1]);
	return err;
}

static struct fb_error *find_dump(const char *path, struct fb_crash_folder *folder)
{
	struct fb_path_list *dump = &folder->dump;
	struct fb_error *err = list_kind(path, KIND_DUMP, dump);

	if (err)
		return err;
	if (dump->count == 0)
		return fb_error_create(FB_NOT_FOUND,
				       "%s: no dump in this folder (dump.*, dump-incomplete, "
				       "vmcore* or *.fbundle): name the file itself",
				       path);
	if (dump->count > FB_MAX_SPLIT_PARTS)
		return fb_error_create(FB_LIMIT, "%s: %zu dumps in this folder", path, dump->count);
	if (dump->count > 1 && !are_parts(dump))
		return fb_error_create(FB_INVALID,
				       "%s: %zu dumps in this folder (%s, %s...): name one of them",
				       path, dump->count, dump->list[0], dump->list[1]);
	return list_kind(path, KIND_CORE, &folder->cores);
}

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

struct fb_error *fb_crash_folder_find(const char *path, bool want_dump,
				      struct fb_crash_folder *folder_ret)
{
	struct fb_crash_folder folder = {.found = is_folder(path)};
	struct fb_error *err = NULL;

	if (!folder.found)
		err = fb_path_list_add(&folder.dump, path);
	else if (!want_dump)
		err = find_bundle(path, &folder);
	if (!err && folder.found && !folder.bundle)
		err = find_dump(path, &folder);
	if (err)
		fb_crash_folder_deinit(&folder);
	else
		*folder_ret = folder;
	return err;
}

void fb_crash_folder_deinit(struct fb_crash_folder *folder)
{
	fb_path_list_deinit(&folder->dump);
	fb_path_list_deinit(&folder->cores);
}

struct fb_error *fb_crash_folder_cores(const char *path, struct fb_path_list *cores)
{
	size_t before = cores->count;
	struct fb_error *err;

	if (!is_folder(path))
		return fb_path_list_add(cores, path);
	err = list_kind(path, KIND_CORE, cores);
	if (!err && cores->count == before)
		err = fb_error_create(FB_NOT_FOUND,
				      "%s: no core in this folder (core*, *.core or *.crash): name "
				      "the files themselves",
				      path);
	return err;
}
