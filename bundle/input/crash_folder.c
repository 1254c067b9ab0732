// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding the dump in a crash folder.
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

/* Beside the dump there may be vmcore-dmesg.txt, vmcoreinfo, dump.STAMP.fbundle... */
static bool is_dump_name(const char *name)
{
	static const char *const others[] = {".txt",  ".fbundle", ".log",
					     ".json", ".html",    ".sha256"};

	if (strncmp(name, "dump.", 5) != 0 && strcmp(name, "dump-incomplete") != 0 &&
	    (strncmp(name, "vmcore", 6) != 0 || strncmp(name, "vmcoreinfo", 10) == 0 ||
	     strncmp(name, "vmcore-dmesg", 12) == 0))
		return false;
	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++)
		if (ends_with(name, others[i]))
			return false;
	return true;
}

static struct fb_error *add_path(struct fb_crash_folder *folder, size_t *room, const char *dir,
				 const char *name)
{
	struct fb_error *err =
		fb_grow_array(&folder->paths, room, folder->count, sizeof(*folder->paths),
			      FB_MAX_SPLIT_PARTS, "dumps in a folder");

	if (err)
		return err;
	if (name ? asprintf(&folder->paths[folder->count], "%s%s%s", dir,
			    ends_with(dir, "/") ? "" : "/", name) < 0
		 : !(folder->paths[folder->count] = strdup(dir)))
		return fb_error_nomem();
	folder->count++;
	return NULL;
}

static int compare_paths(const void *left, const void *right)
{
	return strverscmp(*(char *const *)left, *(char *const *)right);
}

/* Parts of one dump differ in the digits at their end only (makedumpfile --split names them as
 * the user says; numbering is what everybody does). */
static bool are_parts(const struct fb_crash_folder *folder)
{
	size_t stem = strlen(folder->paths[0]);

	while (stem && isdigit((unsigned char)folder->paths[0][stem - 1]))
		stem--;
	for (size_t i = 0; i < folder->count; i++) {
		const char *path = folder->paths[i];

		if (strncmp(path, folder->paths[0], stem) != 0 || !path[stem] ||
		    path[stem + strspn(path + stem, "0123456789")])
			return false;
	}
	return true;
}

static struct fb_error *judge(const char *path, const struct fb_crash_folder *folder)
{
	if (folder->count == 0)
		return fb_error_create(FB_NOT_FOUND,
				       "%s: no dump in this folder (dump.*, dump-incomplete or "
				       "vmcore*): name the file itself",
				       path);
	if (folder->count > 1 && !are_parts(folder))
		return fb_error_create(FB_INVALID,
				       "%s: %zu dumps in this folder (%s, %s...): name one of them",
				       path, folder->count, folder->paths[0], folder->paths[1]);
	return NULL;
}

static struct fb_error *list_folder(const char *path, DIR *dir, struct fb_crash_folder *folder)
{
	struct dirent *entry;
	size_t room = 0;
	struct fb_error *err = NULL;

	while (!err && (entry = readdir(dir)))
		if (is_dump_name(entry->d_name))
			err = add_path(folder, &room, path, entry->d_name);
	if (err)
		return err;
	if (folder->count)
		qsort(folder->paths, folder->count, sizeof(*folder->paths), compare_paths);
	return judge(path, folder);
}

struct fb_error *fb_crash_folder_find(const char *path, struct fb_crash_folder *folder_ret)
{
	struct fb_crash_folder folder = {0};
	struct stat status;
	size_t room = 0;
	struct fb_error *err;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
		DIR *dir = opendir(path);

		err = dir ? list_folder(path, dir, &folder) : fb_error_os(errno, "%s", path);
		if (dir)
			closedir(dir);
	} else {
		err = add_path(&folder, &room, path, NULL);
	}
	if (err)
		fb_crash_folder_deinit(&folder);
	else
		*folder_ret = folder;
	return err;
}

void fb_crash_folder_deinit(struct fb_crash_folder *folder)
{
	for (size_t i = 0; i < folder->count; i++)
		free(folder->paths[i]);
	free(folder->paths);
	memset(folder, 0, sizeof(*folder));
}
