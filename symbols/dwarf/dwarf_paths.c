// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Turns the paths of source files into paths within the kernel's tree ("kernel/sched/core.c"), wherever the
 * tree lay when the kernel was built. Called by dwarf_lines.c.
 */
#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/dwarf/dwarf_lines_private.h"

/* The kernel's first code: it comes first in every link (arch/x86/Makefile, scripts/head-object-list.txt). */
static const char first_source[] = "/arch/x86/kernel/head_64.S";
#define FIRST_UNITS 64u

static const char *text_of(Dwarf_Die *unit, unsigned attribute_name)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr(unit, attribute_name, &attribute));
}

/* The length of the root in path, 0 where it is not that of first_source. */
static size_t root_length(const char *path)
{
	size_t length = strlen(path), tail = sizeof(first_source) - 1;

	if (length < tail || strcmp(path + length - tail, first_source) != 0)
		return 0;
	return length - tail + 1;
}

/* *root_ret: NULL where this unit does not tell. */
static struct fb_error *root_by_unit(Dwarf_Die *unit, char **root_ret)
{
	const char *name = text_of(unit, DW_AT_name), *folder = text_of(unit, DW_AT_comp_dir);
	bool relative = name && name[0] != '/' && folder;
	char *path = NULL;
	size_t length;

	if (!name)
		return NULL;
	if (asprintf(&path, "%s%s%s", relative ? folder : "", relative ? "/" : "", name) < 0)
		return fb_error_nomem();
	length = root_length(path);
	if (!length) {
		free(path);
		return NULL;
	}
	path[length] = '\0';
	*root_ret = path;
	return NULL;
}

struct fb_error *fb_source_root(Dwarf *dwarf, char **root_ret)
{
	struct fb_error *err = NULL;
	Dwarf_CU *unit = NULL;
	char *root = NULL;
	Dwarf_Die die;

	for (unsigned i = 0; i < FIRST_UNITS && !err && !root; i++) {
		if (dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL) != 0)
			break;
		err = root_by_unit(&die, &root);
	}
	if (!err && !root) {
		root = strdup("");
		err = root ? NULL : fb_error_nomem();
	}
	if (!err)
		*root_ret = root;
	return err;
}

/* Takes "." and "x/.." out of path, in place. */
static void straighten(char *path)
{
	char *to = path[0] == '/' ? path + 1 : path, *const start = to;
	const char *from = to;

	while (*from) {
		size_t length = strcspn(from, "/");
		bool up = length == 2 && from[0] == '.' && from[1] == '.';
		char *last = to;

		/* to stands behind a slash: last becomes where the last component begins. */
		if (last > start)
			for (last--; last > start && last[-1] != '/'; last--)
				;
		if (up && last < to && strncmp(last, "../", 3) != 0) {
			to = last;
		} else if (length && !(length == 1 && from[0] == '.')) {
			memmove(to, from, length);
			to += length;
			if (from[length])
				*to++ = '/';
		}
		from += length + (from[length] == '/');
	}
	*to = '\0';
}

struct fb_error *fb_source_path(const char *path, const char *root, char **path_ret)
{
	size_t length = strlen(root);
	char *copy = strdup(path);

	if (!copy)
		return fb_error_nomem();
	straighten(copy);
	if (length && strncmp(copy, root, length) == 0)
		memmove(copy, copy + length, strlen(copy + length) + 1);
	*path_ret = copy;
	return NULL;
}
