// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps the cores that were opened so far in search trees, so that a lookup takes time logarithmic in their number.
 * Called by input.c for each core that it opens, to find cores that were given twice, or two with the same name.
 */
#include "bundle/input/core_set.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "base/limits.h"
#include "base/part.h"

/* Of either end: notes, which have the registers of a process, stand behind the headers where the
 * kernel wrote the core, and at its end where gdb did. */
#define HASHED_BYTES (64u << 10)
/* Read of each of two cores at a time. */
#define COMPARED_BYTES (1u << 20)

struct met_file {
	dev_t device;
	ino_t inode;
};

struct met_contents {
	uint64_t size;
	uint64_t hash; /* of both ends */
	const struct fb_core *core;
	struct met_contents *next; /* of the same size and hash; owned */
};

struct met_name {
	char *name;    /* owned */
	uint32_t next; /* the number that the next core of that name is tried with */
};

struct fb_core_set {
	void *files;    /* of struct met_file */
	void *contents; /* of struct met_contents */
	void *names;    /* of struct met_name */
};

struct fb_error *fb_core_set_create(struct fb_core_set **set_ret)
{
	struct fb_core_set *set = calloc(1, sizeof(*set));

	if (!set)
		return fb_error_nomem();
	*set_ret = set;
	return NULL;
}

static void free_contents(void *entry)
{
	struct met_contents *contents = entry;

	while (contents) {
		struct met_contents *next = contents->next;

		free(contents);
		contents = next;
	}
}

static void free_name(void *entry)
{
	free(((struct met_name *)entry)->name);
	free(entry);
}

void fb_core_set_destroy(struct fb_core_set *set)
{
	if (!set)
		return;
	tdestroy(set->files, free);
	tdestroy(set->contents, free_contents);
	tdestroy(set->names, free_name);
	free(set);
}

static int order(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right);
}

static int compare_files(const void *left, const void *right)
{
	const struct met_file *a = left, *b = right;
	int by_device = order(a->device, b->device);

	return by_device ? by_device : order(a->inode, b->inode);
}

static int compare_contents(const void *left, const void *right)
{
	const struct met_contents *a = left, *b = right;
	int by_size = order(a->size, b->size);

	return by_size ? by_size : order(a->hash, b->hash);
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(((const struct met_name *)left)->name,
		      ((const struct met_name *)right)->name);
}

struct fb_error *fb_core_set_path(struct fb_core_set *set, const char *path, bool *met_ret)
{
	struct met_file *file;
	struct stat status;
	void *node;

	*met_ret = false;
	if (stat(path, &status) != 0)
		return NULL;
	file = malloc(sizeof(*file));
	if (!file)
		return fb_error_nomem();
	file->device = status.st_dev;
	file->inode = status.st_ino;
	node = tsearch(file, &set->files, compare_files);
	*met_ret = node && *(struct met_file **)node != file;
	if (!node || *met_ret)
		free(file);
	return node ? NULL : fb_error_nomem();
}

/* Holes that both have are passed over: a core may be terabytes of them. */
static struct fb_error *compare_bytes(struct fb_file *a, struct fb_file *b, uint8_t *buffer,
				      bool *same_ret)
{
	uint64_t at = 0;

	while (at < a->size) {
		uint64_t start_a, start_b, end, length;
		struct fb_error *err;

		fb_file_next_data(a, at, &start_a, &end);
		fb_file_next_data(b, at, &start_b, &end);
		at = start_a < start_b ? start_a : start_b;
		if (at >= a->size)
			break;
		length = a->size - at < COMPARED_BYTES ? a->size - at : COMPARED_BYTES;
		err = fb_file_read(a, at, buffer, length);
		if (!err)
			err = fb_file_read(b, at, buffer + COMPARED_BYTES, length);
		if (err)
			return err;
		if (memcmp(buffer, buffer + COMPARED_BYTES, length) != 0) {
			*same_ret = false;
			return NULL;
		}
		at += length;
	}
	*same_ret = true;
	return NULL;
}

/* Both have the same size. */
static struct fb_error *same_bytes(const struct fb_core *a, const struct fb_core *b, bool *same_ret)
{
	uint8_t *buffer = malloc(2 * COMPARED_BYTES);
	struct fb_error *err;

	if (!buffer)
		return fb_error_nomem();
	err = compare_bytes(fb_core_file(a), fb_core_file(b), buffer, same_ret);
	free(buffer);
	return err;
}

static struct fb_error *summarize(const struct fb_core *core, struct met_contents *contents)
{
	struct fb_file *file = fb_core_file(core);
	size_t length = file->size < HASHED_BYTES ? (size_t)file->size : HASHED_BYTES;
	uint8_t *bytes = malloc(length ? length : 1);
	struct fb_error *err;

	if (!bytes)
		return fb_error_nomem();
	contents->size = file->size;
	contents->core = core;
	err = fb_file_read(file, 0, bytes, length);
	if (!err) {
		contents->hash = XXH64(bytes, length, 0);
		err = fb_file_read(file, file->size - length, bytes, length);
	}
	if (!err)
		contents->hash = XXH64(bytes, length, contents->hash);
	free(bytes);
	return err;
}

struct fb_error *fb_core_set_add(struct fb_core_set *set, const struct fb_core *core)
{
	struct met_contents *contents = calloc(1, sizeof(*contents)), *met;
	struct fb_error *err;
	void *node;

	if (!contents)
		return fb_error_nomem();
	err = summarize(core, contents);
	node = err ? NULL : tsearch(contents, &set->contents, compare_contents);
	if (!node) {
		free(contents);
		return err ? fb_part_skip(err) : fb_error_nomem();
	}
	met = *(struct met_contents **)node;
	if (met == contents)
		return NULL;
	while (met->next)
		met = met->next;
	met->next = contents;
	return NULL;
}

struct fb_error *fb_core_set_find(struct fb_core_set *set, const struct fb_core *core,
				  const struct fb_core **same_ret)
{
	struct met_contents contents = {0};
	const struct met_contents *met;
	struct fb_error *err = summarize(core, &contents);
	bool same = false;
	void *node;

	*same_ret = NULL;
	node = err ? NULL : tfind(&contents, &set->contents, compare_contents);
	met = node ? *(struct met_contents **)node : NULL;
	for (; met && !err && !same; met = met->next) {
		err = same_bytes(met->core, core, &same);
		if (!err && same)
			*same_ret = met->core;
	}
	return fb_part_skip(err);
}

/* Keeps the name, unless it is another core's already: then *met_ret is that one's. */
static struct fb_error *keep_name(struct fb_core_set *set, const char *name,
				  struct met_name **met_ret)
{
	struct met_name *entry = calloc(1, sizeof(*entry));
	void *node = NULL;

	*met_ret = NULL;
	if (!entry)
		return fb_error_nomem();
	entry->next = 2;
	entry->name = strdup(name);
	if (entry->name)
		node = tsearch(entry, &set->names, compare_names);
	if (!node) {
		free_name(entry);
		return fb_error_nomem();
	}
	if (*(struct met_name **)node != entry) {
		free_name(entry);
		*met_ret = *(struct met_name **)node;
	}
	return NULL;
}

struct fb_error *fb_core_set_name(struct fb_core_set *set, struct fb_core *core)
{
	struct met_name *first, *other;
	struct fb_error *err = keep_name(set, fb_core_name(core), &first);

	/* Each number is tried once: at most as often as there are cores. */
	other = err ? NULL : first;
	while (!err && other) {
		char *name = NULL;

		if (asprintf(&name, "%s.%u", first->name, first->next++) < 0)
			return fb_error_nomem();
		err = keep_name(set, name, &other);
		if (!err && !other)
			err = fb_core_rename(core, name);
		free(name);
	}
	return err;
}
