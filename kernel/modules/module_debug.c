// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Modules' build-ids, and the files below --debug-dir that have them. Called for the lines of
 * modules' frames.
 */
#include "kernel/modules/module_debug.h"

#include <elf.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/part.h"
#include "symbols/table/elf_note.h"
#include "symbols/table/elf_symtab.h"

/* Notes of a module: its build-id, what Linux it was built for, some more. */
#define MAX_NOTES 64u
#define MAX_NOTE_BYTES 4096u
#define MAX_BUILD_ID_BYTES ((FB_MODULE_BUILD_ID_TEXT - 1) / 2)

struct file {
	char *path;
	char name[FB_MODULE_NAME];
};

struct fb_module_files {
	struct fb_kernel *kernel;
	const char *const *dirs;
	size_t dir_count;
	bool listed;
	struct file *files; /* of all dirs, in their order */
	size_t count, room;
};

struct fb_error *fb_module_files_create(struct fb_kernel *kernel, const char *const *dirs,
					size_t dir_count, struct fb_module_files **files_ret)
{
	struct fb_module_files *files = calloc(1, sizeof(*files));

	if (!files)
		return fb_error_nomem();
	files->kernel = kernel;
	files->dirs = dirs;
	files->dir_count = dir_count;
	*files_ret = files;
	return NULL;
}

void fb_module_files_destroy(struct fb_module_files *files)
{
	if (!files)
		return;
	for (size_t i = 0; i < files->count; i++)
		free(files->files[i].path);
	free(files->files);
	free(files);
}

/* "virtio-net.ko.debug" is of the module virtio_net. False where it is of none. */
static bool module_name(const char *file_name, char name_ret[FB_MODULE_NAME])
{
	const char *end = strstr(file_name, ".ko");
	size_t length = end ? (size_t)(end - file_name) : 0;

	if (!length || length >= FB_MODULE_NAME || (end[3] && strcmp(end + 3, ".debug") != 0))
		return false;
	for (size_t i = 0; i < length; i++)
		name_ret[i] = file_name[i] == '-' ? '_' : file_name[i];
	name_ret[length] = '\0';
	return true;
}

static struct fb_error *list_dir(struct fb_module_files *files, const char *dir)
{
	char *const roots[] = {(char *)dir, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	struct fb_error *err = NULL;
	struct file file;
	FTSENT *entry;

	/* What cannot be read holds no files. */
	for (size_t i = 0; walk && !err && i < FB_MAX_DEBUG_FILES; i++) {
		entry = fts_read(walk);
		if (!entry)
			break;
		if (entry->fts_info == FTS_D || !module_name(entry->fts_name, file.name))
			continue;
		err = fb_grow_array(&files->files, &files->room, files->count, sizeof(file),
				    FB_MAX_DEBUG_FILES, "modules' files");
		file.path = err ? NULL : strdup(entry->fts_path);
		if (!err && !file.path)
			err = fb_error_nomem();
		if (!err)
			files->files[files->count++] = file;
	}
	if (walk)
		(void)fts_close(walk);
	return err;
}

static struct fb_error *list_files(struct fb_module_files *files)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; !files->listed && !err && i < files->dir_count; i++)
		err = list_dir(files, files->dirs[i]);
	files->listed = true;
	return err;
}

/* A file that is not there, cannot be read or is no ELF file has none. */
static struct fb_error *has_build_id(const char *path, const char *build_id, bool *has_ret)
{
	char found[FB_MODULE_BUILD_ID_TEXT];
	struct fb_error *err = fb_elf_build_id(path, found, sizeof(found));

	*has_ret = !err && strcmp(found, build_id) == 0;
	if (fb_error_is(err, FB_OS)) {
		fb_error_destroy(err);
		return NULL;
	}
	return fb_part_skip(err);
}

/* *path_ret: NULL where there is none. */
static struct fb_error *find_by_build_id(const struct fb_module_files *files, const char *build_id,
					 char **path_ret)
{
	for (size_t i = 0; i < files->dir_count; i++) {
		struct fb_error *err;
		char *path;
		bool has;

		if (asprintf(&path, "%s/.build-id/%.2s/%s.debug", files->dirs[i], build_id,
			     build_id + 2) < 0)
			return fb_error_nomem();
		err = has_build_id(path, build_id, &has);
		if (has) {
			*path_ret = path;
			return NULL;
		}
		free(path);
		if (err)
			return err;
	}
	*path_ret = NULL;
	return NULL;
}

struct fb_error *fb_module_files_find(struct fb_module_files *files, const struct fb_module *module,
				      char **path_ret)
{
	char build_id[FB_MODULE_BUILD_ID_TEXT], *path = NULL;
	struct fb_error *err = fb_module_build_id(files->kernel, module, build_id);

	if (!err)
		err = find_by_build_id(files, build_id, &path);
	if (!err && !path)
		err = list_files(files);
	for (size_t i = 0; !err && !path && i < files->count; i++) {
		bool has;

		if (strcmp(files->files[i].name, module->name) != 0)
			continue;
		err = has_build_id(files->files[i].path, build_id, &has);
		if (err || !has)
			continue;
		path = strdup(files->files[i].path);
		err = path ? NULL : fb_error_nomem();
	}
	if (!err && !path)
		err = fb_error_create(FB_NOT_FOUND, "no file of build-id %s below --debug-dir",
				      build_id);
	if (!err)
		*path_ret = path;
	return err;
}

static bool write_hex(const uint8_t *bytes, size_t count, char *to)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		any |= bytes[i] != 0;
		(void)snprintf(to + 2 * i, 3, "%02x", bytes[i]);
	}
	return any;
}

/* Whether a note is the build-id; its text goes to `to`. */
static struct fb_error *is_build_id(const uint8_t *bytes, size_t size, char *to, bool *is_ret)
{
	struct fb_elf_note note;
	struct fb_cursor cursor;
	struct fb_error *err;

	fb_cursor_init(&cursor, bytes, size, "a module's note");
	err = fb_elf_note_next(&cursor, 4, &note);
	*is_ret = !err && fb_elf_note_is(&note, "GNU", NT_GNU_BUILD_ID) &&
		  note.size <= MAX_BUILD_ID_BYTES && write_hex(note.desc, note.size, to);
	return fb_part_skip(err);
}

/* The members that lead to a module's notes (kernel/module/sysfs.c). */
struct notes_layout {
	struct fb_field attributes, notes, list, size, address;
	uint32_t step;
};

static bool find_layout(const struct fb_btf *types, struct notes_layout *layout)
{
	static const char *const attributes[] = {"notes_attrs", NULL},
				 *const notes[] = {"notes", NULL}, *const list[] = {"attrs", NULL},
				 *const size[] = {"size", NULL},
				 *const address[] = {"private", NULL};

	layout->step = types ? fb_layout_size(types, "bin_attribute") : 0;
	return layout->step &&
	       fb_layout_find(types, "module", attributes, "module.notes_attrs",
			      &layout->attributes) &&
	       fb_layout_find(types, "module_notes_attrs", notes, "module_notes_attrs.notes",
			      &layout->notes) &&
	       fb_layout_find(types, "module_notes_attrs", list, "module_notes_attrs.attrs",
			      &layout->list) &&
	       fb_layout_find(types, "bin_attribute", size, "bin_attribute.size", &layout->size) &&
	       fb_layout_find(types, "bin_attribute", address, "bin_attribute.private",
			      &layout->address);
}

static struct fb_error *by_notes(struct fb_kernel *kernel, const struct fb_module *module, char *to,
				 bool *found_ret)
{
	uint64_t attributes, count, at, size, address;
	struct notes_layout layout = {0};
	uint8_t note[MAX_NOTE_BYTES];
	struct fb_error *err;

	*found_ret = false;
	if (!find_layout(fb_kernel_types(kernel), &layout))
		return NULL;
	err = fb_kernel_field(kernel, module->address, &layout.attributes, &attributes);
	if (!err && attributes)
		err = fb_kernel_field(kernel, attributes, &layout.notes, &count);
	for (uint64_t i = 0; !err && attributes && !*found_ret && i < count && i < MAX_NOTES; i++) {
		at = attributes + layout.list.offset + i * layout.step;
		err = fb_kernel_field(kernel, at, &layout.size, &size);
		if (!err)
			err = fb_kernel_field(kernel, at, &layout.address, &address);
		if (err || size > sizeof(note))
			continue;
		err = fb_space_read(fb_kernel_space(kernel), address, note, size);
		if (!err)
			err = is_build_id(note, size, to, found_ret);
	}
	return err;
}

/* All zeros where the module has none. */
static struct fb_error *by_member(struct fb_kernel *kernel, const struct fb_module *module,
				  char *to, bool *found_ret)
{
	static const char *const names[] = {"build_id", NULL};
	const struct fb_btf *types = fb_kernel_types(kernel);
	uint8_t bytes[MAX_BUILD_ID_BYTES];
	struct fb_field field = {0};
	struct fb_error *err;

	*found_ret = false;
	if (!types || !fb_layout_find(types, "module", names, "module.build_id", &field) ||
	    field.size > sizeof(bytes))
		return NULL;
	err = fb_space_read(fb_kernel_space(kernel), module->address + field.offset, bytes,
			    field.size);
	if (!err)
		*found_ret = write_hex(bytes, field.size, to);
	return err;
}

struct fb_error *fb_module_build_id(struct fb_kernel *kernel, const struct fb_module *module,
				    char to[FB_MODULE_BUILD_ID_TEXT])
{
	bool found;
	struct fb_error *err = by_member(kernel, module, to, &found);

	if (!err && !found)
		err = by_notes(kernel, module, to, &found);
	if (!err && !found)
		err = fb_error_create(FB_NOT_FOUND, "its build-id is not in the dump");
	return err;
}
